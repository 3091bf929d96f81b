"""Choose payments, score them, write the scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError
from service.work.write_table import Written, write_table

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from features.asof import Ledger
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy

ShareProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Payments:
    """Rows of the ledger and the moment each is scored as of (microseconds UTC); shape (n,) each."""

    rows: NDArray[np.int64]
    at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Scored:
    """What came of a scoring: the file, how many payments got which recommendation, how many were scored in shadow."""

    written: Written
    recommendations: dict[str, int]
    in_shadow: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """A challenger to be scored in shadow: numbers on record of both models, its bundle, the data's store."""

    store: Path
    champion: str
    challenger: str
    bundle: Bundle


def payments_between(ledger: Ledger, first: dt.date, last: dt.date) -> Payments:
    """Payments submitted on local dates first..last, each as of its own submission. Raises WrongUsageError."""
    from models.scoring.select import rows_between

    if last < first:
        raise WrongUsageError(
            f"found the last day {last} before the first {first}", f"结束日期 {last} 早于开始日期 {first}"
        )
    return Payments(*rows_between(ledger, first, last))


def payments_of_run(ledger: Ledger, run_id: str) -> Payments:
    """Payments of one run, each as of its own submission. Raises WrongUsageError when the run has none."""
    from models.scoring.select import rows_of_run

    try:
        return Payments(*rows_of_run(ledger, run_id))
    except KeyError as error:
        raise WrongUsageError(f"no payment belongs to run {run_id!r}", f"没有属于批次 {run_id!r} 的发放明细") from error


def payments_before(ledger: Ledger, as_of_us: int, days: int) -> Payments:
    """Payments submitted in the days before T, all as of T."""
    from models.scoring.select import rows_window

    return Payments(*rows_window(ledger, as_of_us, days))


def score_tables(
    ledger: Ledger,
    bundle: Bundle,
    policy: Policy,
    payments: Payments,
    progress: ShareProgress | None = None,
    *,
    workers: int = 1,
    beside: Bundle | None = None,
) -> Iterator[pa.Table]:
    """The contract's scores, chunk by chunk; by several forked workers where asked (see `models.scoring.score`)."""
    from models.scoring.score import score

    return score(ledger, bundle, policy, payments.rows, payments.at, progress, workers=workers, beside=beside)


def score_to_file(
    ledger: Ledger,
    bundle: Bundle,
    policy: Policy,
    payments: Payments,
    out: Path,
    progress: ShareProgress | None = None,
    *,
    beside: Beside | None = None,
) -> Scored:
    """Score on every processor there is and write, never holding more than a few chunks.

    What a challenger `beside` says goes to a file of its own in the data's store; the score file does not know of it.
    """
    from models.release.shadow import ShadowFile
    from models.scoring._workers import usable_workers
    from models.scoring.score import SCHEMA

    counts: dict[str, int] = {}
    shadow = ShadowFile(beside.store, beside.champion, beside.challenger) if beside else None
    second = beside.bundle if beside else None

    def counted() -> Iterator[pa.Table]:
        for table in score_tables(ledger, bundle, policy, payments, progress, workers=usable_workers(), beside=second):
            if shadow is not None:
                shadow.add(table)
                table = table.select(SCHEMA.names)
            for found in table.column("recommendation").value_counts().to_pylist():
                counts[found["values"]] = counts.get(found["values"], 0) + found["counts"]
            yield table

    done = False
    try:
        written = write_table(counted(), SCHEMA, out)
        done = True
    finally:
        if shadow is not None:
            shadow.close(keep=done)
    return Scored(written, counts, shadow.rows if shadow else 0)


def score_in_memory(
    ledger: Ledger, bundle: Bundle, policy: Policy, payments: Payments, progress: ShareProgress | None = None
) -> pa.Table:
    """Score and keep everything."""
    import pyarrow as pa

    from models.scoring.score import SCHEMA

    return pa.concat_tables([SCHEMA.empty_table(), *score_tables(ledger, bundle, policy, payments, progress)])
