"""Rules over the whole history, before and after a change, in shared memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.replay.change import Change
from models.rules._rule import Outcome
from models.scoring._workers import beforehand, in_place, shared_array
from models.scoring.facts import CHUNK
from models.scoring.policy import Policy

Int8 = NDArray[np.int8]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ran:
    """Outcomes (see `Outcome`) of each replayed rule, int8 (n, rules) each; a rule that does not count is off."""

    changes: tuple[Change, ...]
    before: Int8
    after: Int8

    def gained(self, k: int) -> Bool:
        """Payments rule k fires on only after the change; (n,)."""
        return np.asarray((self.after[:, k] == Outcome.FIRED) & (self.before[:, k] != Outcome.FIRED))

    def lost(self, k: int) -> Bool:
        """Payments rule k fires on only before the change; (n,)."""
        return np.asarray((self.before[:, k] == Outcome.FIRED) & (self.after[:, k] != Outcome.FIRED))


def run_rules(
    ledger: Ledger,
    rows: NDArray[np.int64],
    at: NDArray[np.int64],
    changes: Sequence[Change],
    before: Policy,
    after: Policy,
    *,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Ran:
    """Evaluate the rules on disbursement rows, each as of its moment `at` (microseconds UTC), both of shape (n,).

    Facts are computed once for both sides, and only those the rules read; a rule no setting of which changed runs
    once. Nothing that was known later than a payment's moment reaches it.
    """
    old = shared_array((len(rows), len(changes)), np.int8)
    new = shared_array((len(rows), len(changes)), np.int8)
    parts = [slice(start, min(start + CHUNK, len(rows))) for start in range(0, len(rows), CHUNK)]

    def write(part: slice) -> None:
        view = View(ledger, at[part], rows[part])
        for k, change in enumerate(changes):
            old[part, k], new[part, k] = _both(change, view, before, after)

    def warm_up() -> None:
        view = View(ledger, at[:1], rows[:1])
        if ledger.cache.cold:
            features = dict.fromkeys(f for change in changes for f in change.features())
            encode = [partial(ledger.vocabulary, entity) for entity in ledger.entities]
            beforehand([*encode, *(partial(feature.of, view) for feature in features)], workers)
        for change in changes:
            _both(change, view, before, after)

    for part in in_place(write, parts, workers, warm_up):
        if progress:
            progress(part.stop / len(rows))
    return Ran(tuple(changes), old, new)


def _both(change: Change, view: View, before: Policy, after: Policy) -> tuple[Int8, Int8]:
    off = np.full(view.n, Outcome.OFF, dtype=np.int8)
    if change.kind == "changed":
        return change.rule.evaluate(view, before.settings), change.rule.evaluate(view, after.settings)
    found = change.rule.evaluate(view, after.settings)
    return found if change.runs_before else off, found if change.runs_after else off
