"""What the folds show together, as one object: figures, JSON, and flat metrics for the record of models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.estimates import plain
from models.evaluation.over_time.fold import Fold
from models.evaluation.over_time.reliability import Reliability
from models.evaluation.over_time.slices import Slice
from models.evaluation.over_time.unseen import Unseen

METRIC_NAMES = {CAPACITY: "capacity", "0.5%": "0.5pct", "1%": "1pct", "2%": "2pct"}


@dataclass(frozen=True, slots=True)
class Pooled:
    """All folds together: every payment with the score and the place in the list its own fold gave it."""

    kept: Slice
    everything: Slice
    quarters: tuple[Slice, ...]
    counties: tuple[Slice, ...]
    calibration: Reliability
    random_sample: Reliability
    unseen: tuple[Unseen, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The score over time, up to the local day `as_of`: folds of `days` days, earliest first, judged by `source`
    (`findings` decided by then, or `truth`).

    `pooled` is None without folds; `notes` say which origins were left out and why, and what the figures cannot tell.
    """

    as_of: str
    days: float
    source: str
    folds: tuple[Fold, ...]
    pooled: Pooled | None
    notes: tuple[str, ...]

    @property
    def beaten(self) -> dict[str, dict[str, bool | None]]:
        """By origin and baseline: whether the score beat it; None where it cannot be compared."""
        return {fold.origin: fold.beaten for fold in self.folds}

    @property
    def all_beaten(self) -> bool:
        """Whether every baseline that can be compared was beaten in every fold; False without folds."""
        return bool(self.folds) and all(fold.all_beaten for fold in self.folds)

    def metrics(self) -> dict[str, float]:
        """Flat figures by name, those that can be told: pooled ones plain, then `fold_1_...` (the earliest) on."""
        out: dict[str, float | None] = {
            "folds": float(len(self.folds)),
            "folds_all_baselines_beaten": float(sum(fold.all_beaten for fold in self.folds)),
        }
        if self.pooled is not None:
            out |= _slice(self.pooled.kept)
            out |= {f"with_caught_{name}": value for name, value in _slice(self.pooled.everything).items()}
            out |= _calibration("calibration", self.pooled.calibration)
            out |= _calibration("random_sample", self.pooled.random_sample)
            # The one calibration figure of a model: what its score is worth over all payments.
            out["calibration_error"] = self.pooled.random_sample.error
            out |= {f"unseen_recall_ratio_at_{METRIC_NAMES[u.budget]}": u.ratio for u in self.pooled.unseen}
        for number, fold in enumerate(self.folds, start=1):
            for name, value in _fold(fold).items():
                out[f"fold_{number}_{name}"] = value
        return {name: float(value) for name, value in out.items() if value is not None}

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dictionaries and lists; what is not finite is None."""
        found = _plain(self)
        found["beaten"] = self.beaten
        found["all_beaten"] = self.all_beaten
        return dict(found)

    def to_json(self) -> str:
        """Everything as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)


def _slice(found: Slice) -> dict[str, float | None]:
    out: dict[str, float | None] = {
        "judged": float(found.judged),
        "labelled": float(found.labelled),
        "confirmed": float(found.confirmed),
        "average_precision": found.average_precision.value,
    }
    for top in found.tops:
        name = METRIC_NAMES[top.budget]
        out |= {
            f"precision_at_{name}": top.precision.value,
            f"precision_at_{name}_low": top.precision.low,
            f"precision_at_{name}_high": top.precision.high,
            f"recall_at_{name}": top.recall.value,
            f"money_recall_at_{name}": top.money_recall.value,
        }
    return out


def _calibration(name: str, found: Reliability) -> dict[str, float | None]:
    return {f"{name}_ece": found.error, f"{name}_brier": found.brier, f"{name}_rows": float(found.rows)}


def _fold(fold: Fold) -> dict[str, float | None]:
    top = fold.kept.top(CAPACITY)
    out = {
        "confirmed": float(fold.kept.confirmed),
        "average_precision": fold.kept.average_precision.value,
        "precision_at_capacity": top.precision.value,
        "recall_at_capacity": top.recall.value,
        "random_sample_ece": fold.random_sample.error,
        "payments_left": float(fold.left.payments),
    }
    out |= {f"gain_over_{r.name.replace(' ', '_')}": r.difference.value for r in fold.rivals}
    out |= {f"cases_precision_{c.desk}": c.precision.value for c in fold.cases}
    out |= {f"same_payments_at_{METRIC_NAMES[s.budget]}": s.same_payments for s in fold.stability}
    return out


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return plain(value)
