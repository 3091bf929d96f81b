"""Runs and questions by state, for metrics and for whoever looks whether work piles up."""

from __future__ import annotations

from dataclasses import dataclass

from service.store import runs, verifications
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class InProgress:
    """`runs`: how many are in each state (every state is there); `rows_waiting`: rows on record and not scored yet;
    `questions`: payments asked about, by state (waiting, released, corrected)."""

    runs: dict[str, int]
    rows_waiting: int
    questions: dict[str, int]


def in_progress(context: Context) -> InProgress:
    """Counts as of one moment."""
    with context.database.read() as connection:
        return InProgress(
            runs.counts_by_state(connection), runs.rows_waiting(connection), verifications.counts(connection)
        )
