"""A run with all that is summed up of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from service.access import Principal
from service.store import run_changes, run_rows, runs
from service.work.context import Context
from service.work.runs.errors import unknown_run
from service.work.runs.lists import Lists, lists_of
from service.work.runs.visible import visible


@dataclass(frozen=True, slots=True)
class Summary:
    """Rows by recommendation; lists and changes once it is scored, None before (changes also where there was no run to
    compare it with)."""

    recommended: dict[str, int]
    lists: Lists | None
    changes: dict[str, int] | None


def summed_up(context: Context, who: Principal, run: int) -> tuple[Row[Any], Summary]:
    """A run and its sums, as of one moment. Raises RunRefusedError where there is none to be seen."""
    with context.database.read() as connection:
        found = runs.one(connection, run, visible(who))
        if found is None:
            raise unknown_run()
        done = found.state in runs.DONE
        return found, Summary(
            run_rows.recommended(connection, run),
            lists_of(connection, found) if done else None,
            run_changes.counts(connection, run) if done and found.compared_with is not None else None,
        )
