"""Replay a change of rules or thresholds over a county's history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError
from service.work.evaluate_data import read_truth
from service.work.in_chinese import in_chinese
from service.work.moments import local
from service.work.open_data import OpenData
from service.work.rule_life import states_in_force
from service.work.score_payments import payments_between

if TYPE_CHECKING:
    import pyarrow as pa

    from models.replay.replayed import Replayed
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy

StepProgress = Callable[[str, float], None]


def replay_rules(
    data: OpenData,
    before: Policy,
    after: Policy,
    *,
    only: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    first: dt.date | None = None,
    last: dt.date | None = None,
    as_of_us: int | None = None,
    days_after: float = 0.0,
    truth: pa.Table | None = None,
    bundle: Bundle | None = None,
    progress: StepProgress | None = None,
) -> Replayed:
    """Replay under the states of rules in force, by default over everything on record, on every processor there is.

    `only` and `drop` name rules or typologies; with a `bundle` the queue is replayed too. Findings count that were
    decided by `as_of_us`, and payments submitted later are left out. Raises WrongUsageError and UnusableDataError.
    """
    from models.replay.change import ReplayError
    from models.replay.run import replay
    from models.scoring._workers import usable_workers

    known = data.ledger.tables["disbursements"].known_at
    begin = first or local(int(known.min()), data.ledger.utc_offset).date()
    end = last or local(int(known.max()), data.ledger.utc_offset).date()
    rows = payments_between(data.ledger, begin, end).rows
    if as_of_us is not None:
        rows = rows[known[rows] < as_of_us]
    try:
        return replay(
            data.ledger, before, after, rows, as_of_us=as_of_us, states=states_in_force(), only=only, drop=drop,
            bundle=bundle, truth=truth, days_after=days_after, workers=usable_workers(), progress=progress,
        )  # fmt: skip
    except ReplayError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error
    except KeyError as error:
        raise UnusableDataError(str(error.args[0]), "真值文件与回放的发放明细对不上。") from error


def truth_from(path: Path | None) -> pa.Table | None:
    """The truth file's table, None where none was given. Raises UnusableDataError when it cannot be read."""
    return None if path is None else read_truth(path)
