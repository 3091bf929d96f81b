"""Train on what was known by T, and put the model on record."""

from __future__ import annotations

import datetime as dt
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError
from service.work.moments import local
from service.work.open_data import OpenData
from service.work.rule_life import already_used, put_on_record, states_in_force

if TYPE_CHECKING:
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy
    from models.training.train import TrainedModel

StepProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trained model, its number on record, whether it is now in force, and whose data it was trained on."""

    model: TrainedModel
    number: str
    in_force: bool
    lineage: str


def train_model(
    data: OpenData,
    policy: Policy,
    as_of_us: int,
    progress: StepProgress | None = None,
    *,
    champion: Bundle | None = None,
) -> TrainedModel:
    """Train, and record nothing; the proof over time compares with the champion where one is given.

    Raises UnusableDataError when nothing had been submitted by T.
    """
    from features.asof.ledger import MICROSECONDS_A_DAY
    from models.scoring.draws import kept
    from models.training.train import train

    known = data.ledger.tables["disbursements"].known_at
    if int(known.min()) >= as_of_us:
        first = local(int(known.min()), data.ledger.utc_offset)
        as_of = local(as_of_us, data.ledger.utc_offset)
        days = (int(known.max()) - int(known.min())) // MICROSECONDS_A_DAY
        raise UnusableDataError(
            f"nothing had been submitted by {as_of.isoformat()}: the first of {days} days is {first.date()}",
            f"截至 {as_of.isoformat()} 没有任何发放明细：最早一笔在 {first.date()}",
        )
    with warnings.catch_warnings():
        # A library's word about its own drawings, which nobody here makes.
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        return train(
            data.ledger, as_of_us=as_of_us, policy=policy, progress=progress,
            states=states_in_force(), seen_until=already_used(), offered=kept(data.report.store),
        )  # fmt: skip


def record_model(
    model: TrainedModel,
    data: OpenData,
    policy: Policy,
    as_of_us: int,
    *,
    challenger: bool,
    lineage: str | None = None,
    reports: Path | None = None,
) -> Recorded:
    """Log the training to MLflow and register the model: in force at once where it is the first of its county's data,
    else beside the one in force, as its challenger.

    `challenger` asks for what happens anyway to every model but the first, which has nothing to stand beside.
    `lineage` says whose data these are where their payments do not (a new system that numbers them anew). `reports` is
    a folder of report files kept with the run; by default the proof over time is written there. Raises WrongUsageError
    for a lineage nobody knows.
    """
    from models import registry
    from models.evaluation.over_time.report.write import write_report
    from models.registry.kept import keep_code, keep_policy
    from models.registry.lineage import hashes_of, sketch
    from models.scoring.provenance import definitions
    from service.work.choose_model import lineage_of

    known = registry.read_book().standings
    if lineage is not None and lineage not in known:
        raise WrongUsageError(
            f"found lineage {lineage!r}, expected one on record: {', '.join(map(repr, known)) or 'there is none'}",
            f"模型记录中没有数据谱系 {lineage!r}",
        )
    code = definitions()
    tags = {
        "version": model.version,
        "as_of": local(as_of_us, data.ledger.utc_offset).isoformat(),
        "data": data.report.fingerprint,
        "policy": policy.version,
        "feature_set": code.features,
        "rule_set": code.rules,
        "rows": str(data.report.accepted),
        "quarantined": str(data.report.quarantined),
        "challenger_asked": str(challenger).lower(),
    }
    own = sketch(hashes_of(data.ledger))
    if lineage is None:
        found = lineage_of(data.ledger)
        lineage = own.id if found is None else found
    keep_policy(policy)
    keep_code(code)
    with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
        bundle = Path(folder) / registry.BUNDLE
        model.save(bundle)
        if reports is None:
            reports = Path(folder) / registry.PROOF
            write_report(model.proof, reports)
        number = registry.log_training(
            bundle, model.params, model.metrics, tags,
            reports=reports, lineage=lineage, sketch=own, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    # What the training found of its rules holds whether or not the model is ever released.
    put_on_record(model.suspended)
    in_force = registry.champion(lineage)
    return Recorded(model, number, in_force is not None and in_force.number == number, lineage)
