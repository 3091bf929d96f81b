"""Runs as people look for them: which are there, what became of each, whose move it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from service.access import Principal
from service.store import run_rows, runs, verifications
from service.work.context import Context
from service.work.runs.visible import visible


@dataclass(frozen=True, slots=True)
class Overview:
    """A run with what a list says of it; the counts are None until it is scored.

    `first_deadline`: of its questions that still wait. `may_sign`: whether it waits for a signature that whoever asks
    could give (the villages it pays in are looked at when they do).
    """

    row: Row[Any]
    release: int | None
    verify: int | None
    corrected: int | None
    first_deadline: dt.datetime | None
    may_sign: bool


def overview_of(
    context: Context,
    who: Principal,
    before: int | None,
    limit: int,
    *,
    state: str | None = None,
    program_id: str | None = None,
    run_id: str | None = None,
) -> list[Overview]:
    """Runs somebody may see, newest first, before a number; of one state (`open`: whatever is not signed or cancelled),
    item or number of the contract where it is given."""
    columns = runs.RUNS.c
    conditions = [visible(who)]
    if state == "open":
        conditions.append(columns.state.in_((*runs.UNFINISHED, "scored", "failed")))
    elif state:
        conditions.append(columns.state == state)
    if program_id:
        conditions.append(columns.program_id == program_id)
    if run_id:
        conditions.append(columns.run_id == run_id)
    with context.database.read() as connection:
        rows = runs.page(connection, before, limit, *conditions)
        open_lists = [int(row.run) for row in rows if row.state == "scored"]
        aside = run_rows.set_aside(connection, open_lists)
        deadlines = verifications.first_deadlines(connection, [int(row.run) for row in rows if row.state in runs.DONE])
    return [_told(who, row, aside, deadlines) for row in rows]


def of_one(context: Context, who: Principal, row: Row[Any]) -> Overview:
    """The same of one run that was found already."""
    number = int(row.run)
    with context.database.read() as connection:
        aside = run_rows.set_aside(connection, [number]) if row.state == "scored" else {}
        deadlines = verifications.first_deadlines(connection, [number]) if row.state in runs.DONE else {}
    return _told(who, row, aside, deadlines)


def may_sign(who: Principal, row: Row[Any]) -> bool:
    """Whether a run waits for a signature, and whoever asks is a person other than the one who sent it."""
    itself = who.account_id == row.sent_by_id or (who.person is not None and who.person == row.sent_by_person)
    return bool(row.state == "scored" and who.may("runs.sign") and not itself)


def _told(
    who: Principal, row: Row[Any], aside: dict[int, dict[str, int]], deadlines: dict[int, dt.datetime]
) -> Overview:
    number = int(row.run)
    if row.signed is not None:
        release, verify, corrected = (int(row.signed[name]) for name in ("release", "verify", "corrected"))
        return Overview(row, release, verify, corrected, deadlines.get(number), False)
    if row.state != "scored":
        return Overview(row, None, None, None, None, False)
    verify, corrected = aside[number]["verify"], aside[number]["corrected"]
    release = int(row.rows_scored) - verify - corrected
    return Overview(row, release, verify, corrected, deadlines.get(number), may_sign(who, row))
