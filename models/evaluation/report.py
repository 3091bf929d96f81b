"""The quality report: every measure over one window, as numbers, as JSON, and as tables for a reader."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pyarrow as pa
from rich.console import Console

from features.asof import Ledger
from models.evaluation.baselines import Baselines, measure_baselines
from models.evaluation.calibration import Calibration, measure_calibration
from models.evaluation.cases import Cases, measure_cases
from models.evaluation.clean_counties import CleanCounties, measure_clean_counties
from models.evaluation.columns import texts
from models.evaluation.desks import Desks, measure_desks
from models.evaluation.groups import Groups, measure_groups
from models.evaluation.judged import Coverage, clean_counties, days_of, in_window, judged_of, tie_breaker, truth_of
from models.evaluation.line import Line, measure_line
from models.evaluation.look_alikes import LookAlike, measure_look_alikes
from models.evaluation.ranking import Ranking, rank, top_rows
from models.evaluation.reasons import Reasons, measure_reasons
from models.evaluation.roles import Roles, measure_roles
from models.evaluation.typologies import Typology, measure_typologies

TOP_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured over one window; each part is explained in the file of its name."""

    first: dt.date
    last: dt.date
    rows: int
    irregular: int
    coverage: Coverage
    score: Ranking
    anomaly: Ranking
    line: Line
    typologies: Mapping[str, Typology]
    look_alikes: Mapping[str, LookAlike]
    desks: Desks
    roles: Roles
    calibration: Calibration
    groups: Groups
    reasons: Reasons
    clean_counties: CleanCounties
    cases: Cases | None = None
    baselines: Baselines | None = None
    errors: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The report as JSON; what is not finite or not there is null."""
        return json.dumps(plain(self), ensure_ascii=False, indent=1)

    def show(self, console: Console, *, short: bool = False) -> None:
        """Print the report as tables; `short` leaves out desks, groups, calibration bins and typologies."""
        from models.evaluation._show import show

        show(self, console, short=short)


def evaluate(
    ledger: Ledger,
    truth: pa.Table,
    scores: pa.Table,
    *,
    cases: pa.Table | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    minority: tuple[str, ...] = (),
    clean: frozenset[str] = frozenset(),
    baseline_settings: Mapping[str, float] | None = None,
    draws: int = 200,
) -> Report:
    """Measure scores (and cases) of disbursements submitted on local dates first..last against truth.

    Without dates the window is the span of the scored rows' own. `minority` are prefixes of division codes of minority
    counties; `clean` names the counties (six digits) where nothing is wrong, by default those without an irregular
    row; `baseline_settings` (rule settings) adds the baselines; `draws` sets the bootstrap. Raises FileError when a
    table lacks what it needs.
    """
    everything = truth_of(ledger, truth)
    first, last = days_of(everything, texts(scores, "disbursement_id"), first, last)
    judged, coverage, errors = judged_of(everything, in_window(everything, first, last), scores)
    tie = tie_breaker(judged.ids)
    top = top_rows(judged.score, tie, TOP_SHARE)
    quiet = clean or clean_counties(everything)
    queue = None if cases is None else measure_cases(cases, everything, judged, quiet, errors)
    mixed = judged.irregular.any() and not judged.irregular.all()
    compared = measure_baselines(judged, ledger, baseline_settings) if baseline_settings is not None and mixed else None
    return Report(
        first=first,
        last=last,
        rows=len(judged),
        irregular=int(judged.irregular.sum()),
        coverage=coverage,
        score=rank(judged.irregular, judged.score, tie, judged.amount, judged.ring, draws=draws),
        anomaly=rank(judged.irregular, judged.anomaly, tie, judged.amount, judged.ring, draws=0),
        line=measure_line(judged),
        typologies=measure_typologies(judged, top),
        look_alikes=measure_look_alikes(judged, top),
        desks=measure_desks(judged),
        roles=measure_roles(judged),
        calibration=measure_calibration(judged.score, judged.irregular),
        groups=measure_groups(judged, ledger, minority),
        reasons=measure_reasons(judged, ledger),
        clean_counties=measure_clean_counties(judged, top, quiet),
        cases=queue,
        baselines=compared,
        errors=tuple(errors),
    )


def plain(value: Any) -> Any:
    """Dataclasses, tuples, dates and numbers as what JSON knows."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
