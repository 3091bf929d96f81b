"""What stands in the database and is worth watching: work that waits, runs, cases, events on their way."""

from __future__ import annotations

from dataclasses import dataclass

from service.store import jobs, outbox, webhooks
from service.store.cases import counts
from service.work.context import Context
from service.work.runs.in_progress import in_progress


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts as of about one moment.

    * `jobs`: unfinished and failed jobs by (kind, state)
    * `runs`: payment runs by state; `rows_waiting`: their rows not scored yet; `questions`: payments asked about
    * `cases`: open cases by desk and state
    * `unplaced`: events no reader sees yet; `deliveries`: by state; `lag_s`: age in seconds of the oldest event that
      waits for an active subscription, 0 where none does
    """

    jobs: dict[tuple[str, str], int]
    runs: dict[str, int]
    rows_waiting: int
    questions: dict[str, int]
    cases: dict[tuple[str, str], int]
    unplaced: int
    deliveries: dict[str, int]
    lag_s: float


def standing(context: Context) -> Standing:
    """Look at it now."""
    progress = in_progress(context)
    with context.database.read() as connection:
        oldest = webhooks.oldest_waiting(connection)
        lag = (context.clock.now() - oldest).total_seconds() if oldest else 0.0
        return Standing(
            jobs=jobs.counts(connection),
            runs=progress.runs,
            rows_waiting=progress.rows_waiting,
            questions=progress.questions,
            cases=counts(connection),
            unplaced=outbox.count_unplaced(connection),
            deliveries=webhooks.counts(connection),
            lag_s=max(0.0, lag),
        )
