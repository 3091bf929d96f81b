"""Train on what was known by T, and put the model on record."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError
from service.work.moments import local
from service.work.open_data import OpenData

if TYPE_CHECKING:
    from models.registry import Alias
    from models.scoring.policy import Policy
    from models.training.train import TrainedModel

StepProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trained model, its number on record and whether it is now in force."""

    model: TrainedModel
    number: str
    in_force: bool


def train_model(data: OpenData, policy: Policy, as_of_us: int, progress: StepProgress | None = None) -> TrainedModel:
    """Train, and record nothing. Raises UnusableDataError when nothing had been submitted by T."""
    from features.asof.ledger import MICROSECONDS_A_DAY
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
        return train(data.ledger, as_of_us=as_of_us, policy=policy, progress=progress)


def record_model(model: TrainedModel, data: OpenData, policy: Policy, as_of_us: int, *, challenger: bool) -> Recorded:
    """Log the training to MLflow and register the model: in force at once, or beside the one in force."""
    from models import registry

    # The first model of all is in force even where it was asked to stand beside: there is nothing to stand beside.
    alias: Alias | None = None if challenger else "champion"
    tags = {
        "version": model.version,
        "as_of": local(as_of_us, data.ledger.utc_offset).isoformat(),
        "data": data.report.fingerprint,
        "policy": policy.version,
        "rows": str(data.report.accepted),
        "quarantined": str(data.report.quarantined),
    }
    with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
        bundle = Path(folder) / registry.BUNDLE
        model.save(bundle)
        number = registry.log_training(bundle, model.params, model.metrics, tags, alias=alias)
    champion = registry.champion()
    return Recorded(model, number, champion is not None and champion.number == number)
