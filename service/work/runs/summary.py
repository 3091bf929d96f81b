"""A run with all that is summed up of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from service.access import Principal
from service.store import run_changes, run_rows, runs
from service.work.context import Context
from service.work.runs.errors import unknown_run
from service.work.runs.lists import Lists, summed
from service.work.runs.visible import visible


@dataclass(frozen=True, slots=True)
class Summary:
    """What is summed up once a run is scored, None before: rows by recommendation, lists, and people by change (None
    also where there was no run to compare it with). Whoever asks how far it is asks often, and needs no sums."""

    recommended: dict[str, int] | None = None
    lists: Lists | None = None
    changes: dict[str, int] | None = None


def summed_up(context: Context, who: Principal, run: int) -> tuple[Row[Any], Summary]:
    """A run and its sums, as of one moment. Raises RunRefusedError where there is none to be seen."""
    with context.database.read() as connection:
        found = runs.one(connection, run, visible(who))
        if found is None:
            raise unknown_run()
        if found.state not in runs.DONE:
            return found, Summary()
        tally = run_rows.tally(connection, run)
        compared = found.compared_with is not None
        changes = run_changes.counts(connection, run) if compared else None
        return found, Summary(tally.recommended, summed(found, tally), changes)
