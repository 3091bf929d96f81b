"""Recipients as they sign in: found by a keyed hash of the last six of their number, reached by the phone on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, Text, delete, insert, select, update

from service.store._columns import METADATA, Moment, Number, Sealed

RECIPIENTS = Table(
    "recipients",
    METADATA,
    Column("person", Text, primary_key=True),  # keyed hash of the identity number
    Column("last_six", Text, nullable=False),  # keyed hash of its last six characters
    Column("number", Sealed, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("phone", Sealed),
    Column("division_code", Text, nullable=False),
    Column("recorded_at", Moment),
    Index("ix_recipients_last_six", "last_six"),
)

CODES = Table(
    "recipient_codes",
    METADATA,
    Column("code", Number, primary_key=True),
    Column("person", Text, nullable=False),
    Column("last_six", Text, nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Index("ix_recipient_codes_last_six", "last_six"),
    Index("ix_recipient_codes_ends_at", "ends_at"),
)


def keep(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep recipients; of several rows of a person the one recorded last stands."""
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        other = newest.get(row["person"])
        if other is None or not _later(other["recorded_at"], row["recorded_at"]):
            newest[row["person"]] = row
    names = sorted(newest)
    for start in range(0, len(names), 1_000):
        part = names[start : start + 1_000]
        asked = select(RECIPIENTS.c.person, RECIPIENTS.c.recorded_at).where(RECIPIENTS.c.person.in_(part))
        there = {row.person: row.recorded_at for row in connection.execute(asked)}
        taken = [name for name in part if name not in there or not _later(there[name], newest[name]["recorded_at"])]
        connection.execute(delete(RECIPIENTS).where(RECIPIENTS.c.person.in_(taken)))
        if taken:
            connection.execute(insert(RECIPIENTS), [newest[name] for name in taken])


def _later(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Whether a moment is known to be later than another."""
    return one is not None and (other is None or one > other)


def by_last_six(connection: Connection, last_six: str) -> list[Row[Any]]:
    """Everybody whose number ends so."""
    return list(connection.execute(select(RECIPIENTS).where(RECIPIENTS.c.last_six == last_six)))


def by_person(connection: Connection, person: str) -> Any:
    """One recipient by the keyed hash of the number; None for none."""
    return connection.execute(select(RECIPIENTS).where(RECIPIENTS.c.person == person)).first()


def add_code(
    connection: Connection, person: str, last_six: str, code_hash: str, ends_at: dt.datetime, tries: int
) -> None:
    """Keep a code; an earlier one of the same person is void."""
    connection.execute(delete(CODES).where(CODES.c.person == person))
    connection.execute(
        insert(CODES).values(person=person, last_six=last_six, code_hash=code_hash, ends_at=ends_at, tries_left=tries)
    )


def codes_of(connection: Connection, last_six: str, now: dt.datetime) -> list[Row[Any]]:
    """Codes that may still be tried, held until the end of the transaction."""
    asked = select(CODES).where(CODES.c.last_six == last_six, CODES.c.ends_at > now, CODES.c.tries_left > 0)
    return list(connection.execute(asked.with_for_update()))


def use_try(connection: Connection, last_six: str) -> None:
    """One try fewer for every code behind these digits: which was meant is not known."""
    connection.execute(update(CODES).where(CODES.c.last_six == last_six).values(tries_left=CODES.c.tries_left - 1))


def spend(connection: Connection, person: str) -> None:
    """A code works once."""
    connection.execute(delete(CODES).where(CODES.c.person == person))


def forget_codes(connection: Connection, before: dt.datetime) -> int:
    """Delete codes that ended before a moment; how many."""
    return int(connection.execute(delete(CODES).where(CODES.c.ends_at < before)).rowcount)
