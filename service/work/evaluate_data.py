"""Train, score and measure on data whose truth is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.build_queue import build_queue
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.in_chinese import in_chinese
from service.work.moments import local
from service.work.open_data import OpenData
from service.work.score_payments import Payments, payments_between, score_in_memory
from service.work.train_model import train_model

if TYPE_CHECKING:
    import pyarrow as pa

    from models.evaluation.report import Report
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy
    from models.training.train import TrainedModel

StepProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The report and what it was made of; `model` is None where a bundle was handed in."""

    report: Report
    scores: pa.Table
    cases: pa.Table
    model: TrainedModel | None


def read_truth(path: Path) -> pa.Table:
    """The truth file. Raises UnusableDataError when it cannot be read."""
    from models.evaluation.columns import FileError, read_table

    try:
        return read_table(path)
    except FileError as error:
        raise UnusableDataError(str(error), in_chinese(str(error))) from error


def days_from(data: OpenData, as_of_us: int, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The first whole local day from T on, and the last day asked for or on record. Raises WrongUsageError."""
    as_of = local(as_of_us, data.ledger.utc_offset)
    first = as_of.date() + dt.timedelta(days=0 if as_of.time() == dt.time() else 1)
    end = local(int(data.ledger.tables["disbursements"].known_at.max()), data.ledger.utc_offset).date()
    last = last or end
    if last < first or end < first:
        raise WrongUsageError(
            f"nothing was submitted from {first} to {min(last, end)}", f"{first} 至 {min(last, end)} 没有发放明细"
        )
    return first, last


def evaluate_data(
    data: OpenData,
    truth: pa.Table,
    policy: Policy,
    as_of_us: int,
    *,
    last: dt.date | None = None,
    bundle: Bundle | None = None,
    baselines: bool = False,
    minority: tuple[str, ...] = (),
    progress: StepProgress | None = None,
) -> Evaluated:
    """Train as of T (unless a bundle is given), score what was submitted from T on, each payment as of its own
    submission, build cases, and measure all against truth. Nothing is put on record.

    Raises UnusableDataError and WrongUsageError.
    """
    first, last = days_from(data, as_of_us, last)
    model = None if bundle else train_model(data, policy, as_of_us, progress)
    chosen = bundle or _bundle_of(model)
    payments = payments_between(data.ledger, first, last)
    if len(payments) == 0:
        raise WrongUsageError(f"nothing was submitted from {first} to {last}", f"{first} 至 {last} 没有发放明细")
    scores = score_in_memory(data.ledger, chosen, policy, payments, _under(progress, "scoring"))
    cases = build_queue(data.ledger, scores, queue_moment(payments), policy)
    report = measure(data, truth, scores, cases, first, last, policy if baselines else None, minority)
    return Evaluated(report, scores, cases, model)


def queue_moment(payments: Payments) -> int:
    """The moment a queue of payments before payment is built as of: the last submission."""
    return int(payments.at.max())


def measure(
    data: OpenData,
    truth: pa.Table,
    scores: pa.Table,
    cases: pa.Table | None,
    first: dt.date,
    last: dt.date,
    baselines: Policy | None,
    minority: tuple[str, ...],
) -> Report:
    """The quality report. Raises UnusableDataError when truth or scores lack what it needs."""
    from models.evaluation.columns import FileError
    from models.evaluation.report import evaluate

    settings = None if baselines is None else baselines.settings
    try:
        return evaluate(
            data.ledger,
            truth,
            scores,
            cases=cases,
            first=first,
            last=last,
            minority=minority,
            baseline_settings=settings,
        )
    except FileError as error:
        raise UnusableDataError(str(error), in_chinese(str(error))) from error


def _bundle_of(model: TrainedModel | None) -> Bundle:
    if model is None:
        raise ValueError("neither a bundle nor a model")
    return model.in_force


def _under(progress: StepProgress | None, text: str) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda share: progress(text, share)
