"""Write a note on a case, and read the notes there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.sealing.column import open_text, seal_text
from service.store import case_notes
from service.store.case_notes import CASE_NOTES
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.errors import Unfit
from service.work.queue.sight import case_at_work

LETTERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Note:
    """One note. `at` is a moment with offset."""

    note_id: int
    at: Any
    who: str
    text: str


def write_note(context: Context, who: Principal, case_id: str, text: str, request: str | None = None) -> int:
    """Add a note; its number. With the same `request` it is added once. Raises NotThere and Unfit."""
    text = text.strip()
    if not text or len(text) > LETTERS:
        raise Unfit("text", f"A note has 1 to {LETTERS} letters.", "备注为 1 至 10000 字。")
    try:
        return _write(context, who, case_id, text, request)
    except IntegrityError:
        # The same note sent twice at once: the other one was kept.
        return _write(context, who, case_id, text, request)


def _write(context: Context, who: Principal, case_id: str, text: str, request: str | None) -> int:
    with case_at_work(context, who, case_id, "note") as (connection, row):
        # A word belongs to one note of one case: on another case it is another note.
        key = None if request is None else context.seal.hash("session", f"note\0{case_id}\0{request}")
        if key is not None:
            there = case_notes.by_request(connection, who.account_id, key)
            if there is not None:
                return int(there.note_id)
        number = case_notes.add(
            connection,
            {
                "case_id": case_id,
                "at": context.clock.now(),
                "who": who.name,
                "account_id": who.account_id,
                "text": seal_text(context.seal, CASE_NOTES.c.text, text),
                "request": key,
            },
        )
        line = Line(who.name, "case.noted", "case", case_id, row.division_code, details={"note": number})
        record(context, connection, line)
        return number


def read_notes(context: Context, who: Principal, case_id: str, after: int, limit: int) -> list[Note]:
    """Notes of a case in order, behind the one numbered `after`. Raises NotThere."""
    with case_at_work(context, who, case_id, "notes") as (connection, row):
        found = [
            Note(int(r.note_id), r.at, r.who, open_text(context.seal, CASE_NOTES.c.text, r.text) or "")
            for r in case_notes.page(connection, case_id, after, limit)
        ]
        line = Line(who.name, "case.notes_read", "case", case_id, row.division_code, details={"shown": len(found)})
        record(context, connection, line)
        return found
