"""Release what nobody decided by its deadline: once each, on record, whatever the clock does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from service.store import jobs, outbox, run_rows, runs, verifications
from service.store.run_rows import List
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.jobs import Hold
from service.work.runs.ask import RELEASE_DUE, ask

AT_ONCE: Final = 500
"""Releases in one transaction."""

LOOK_AGAIN: Final = dt.timedelta(minutes=5)
"""The job comes back at least this often: a question kept while it was looking is found then."""

LISTS: Final = "verify"
"""Whoever changes a list of questions is alone in doing so: decisions, releases, sign-offs, results of a run."""


def release_due(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Job `release_due`: release all that is due, and come back for the next deadline.

    A question that was closed stays closed: a clock that goes back releases nothing again, one that jumps ahead
    releases all that became due.
    """
    while ask_some(context) or release_some(context):
        hold.renew()
    with context.database.write() as connection:
        now = context.clock.now()
        following = verifications.next_deadline(connection)
        due = now + LOOK_AGAIN if following is None else max(now, min(following, now + LOOK_AGAIN))
        jobs.add(connection, RELEASE_DUE, {}, due, name=RELEASE_DUE)


def ask_some(context: Context, limit: int = AT_ONCE) -> int:
    """Ask about payments that were scored on their own and are to be verified, where nobody has yet; how many."""
    with context.database.read() as connection:
        found = verifications.unasked(connection, limit)
    if found:
        with context.database.write() as connection:
            ask(context, connection, found)
    return len(found)


def release_some(context: Context, limit: int = AT_ONCE) -> int:
    """Release at most `limit` questions whose deadline has passed; returns how many."""
    with context.database.write() as connection:
        context.database.alone(connection, LISTS)
        return release_held(context, connection, verifications.due(connection, context.clock.now(), limit))


def release_held(context: Context, connection: Connection, questions: Sequence[Row[Any]]) -> int:
    """Release these questions by their deadline; the caller holds them and the lists. Returns how many were open."""
    now = context.clock.now()
    released = [
        row
        for row in questions
        if verifications.settle(
            connection, int(row.verification), state="released", decided_how="deadline", decided_at=now
        )
    ]
    move_on_lists(connection, released, "release")
    for row in released:
        tell(connection, row, "released", "deadline", now)
    lines = [
        Line(
            "deadline",
            "verify.released",
            "disbursement",
            str(row.disbursement_id),
            row.division_code,
            "the deadline passed and nobody had decided",
            {"deadline": row.deadline.isoformat(), "run": row.run},
        )
        for row in released
    ]
    record(context, connection, *lines)
    return len(released)


def move_on_lists(connection: Connection, questions: Sequence[Row[Any]], to: List) -> None:
    """Put payments that were decided on another list of every run whose lists nobody has signed."""
    moments = {(str(row.disbursement_id), row.as_of) for row in questions}
    stands = verifications.places_on_open_lists(connection, sorted({name for name, _ in moments}))
    moved = [row for row in stands if (str(row.disbursement_id), row.as_of) in moments]
    for run in sorted({int(row.run) for row in moved}):
        # A sign-off that goes on at this moment is waited for; after it the lists stay as they are.
        found = runs.locked(connection, run)
        if found is None or found.state == "signed":
            continue
        for row in moved:
            if int(row.run) == run:
                run_rows.move(connection, run, int(row.place), to)
        runs.change(connection, run, lists_version=runs.RUNS.c.lists_version + 1)


def tell(connection: Connection, row: Row[Any], outcome: str, how: str, at: dt.datetime) -> None:
    """An event for whoever pays: what became of the question."""
    data = {
        "disbursement_id": row.disbursement_id,
        "run": row.run,
        "run_id": row.run_id,
        "outcome": outcome,
        "decided": how,
        "asked_at": row.asked_at.isoformat(),
        "deadline": row.deadline.isoformat(),
    }
    kind = "org.mingbai.payment.released" if outcome == "released" else "org.mingbai.payment.sent_back"
    outbox.add(connection, kind, f"payments/{row.disbursement_id}", data, at, division_code=row.division_code)
