"""The log: lines only ever added, each holding the hash of the line before. The database itself refuses to change or
remove one; who gets round that breaks the chain, and `mingbai audit verify` names the place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Select,
    Table,
    Text,
    event,
    func,
    insert,
    select,
    type_coerce,
)

from service.store._append_only import append_only
from service.store._columns import METADATA, Document, Moment, Number, Sealed

AUDIT_LINES = Table(
    "audit_lines",
    METADATA,
    Column("line", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    # What it was done to: kind and number, `case`, `C-12`. Never an identity number, card or phone.
    Column("about_kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("division_code", Text),
    # People write reasons, and may write a name. The text is sealed in `audit_reasons`; here stands a hash of it with
    # a random salt, so that the chain holds the reason to what it was without telling it.
    Column("reason", Text),
    Column("details", Document, nullable=False),
    Column("request_id", Text),
    Column("before", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_lines_about_kind_about_line", "about_kind", "about", "line"),
    Index("ix_audit_lines_who_line", "who", "line"),
    Index("ix_audit_lines_action_line", "action", "line"),
    Index("ix_audit_lines_at", "at"),
)

AUDIT_REASONS = Table(
    "audit_reasons",
    METADATA,
    Column("line", Number, primary_key=True, autoincrement=False),
    Column("reason", Sealed, nullable=False),  # 16 bytes of salt, then the text
)

AUDIT_FLAGS = Table(
    "audit_flags",
    METADATA,
    # Looked for by flag; the flags themselves stand in the line's details, where the chain holds them.
    Column("line", Number, primary_key=True, autoincrement=False),
    Column("flag", Text, primary_key=True),
    Index("ix_audit_flags_flag_line", "flag", "line"),
)

event.listen(AUDIT_LINES, "after_create", append_only("audit_lines", "line"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are asked for; None asks for all. `since` is included, `until` is not."""

    who: str | None = None
    action: str | None = None
    about_kind: str | None = None
    about: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    flagged: bool = False
    flag: str | None = None


def head(connection: Connection) -> tuple[int, str] | None:
    """The number and hash of the last line; None where the log is empty."""
    last = connection.execute(
        select(AUDIT_LINES.c.line, AUDIT_LINES.c.hash).order_by(AUDIT_LINES.c.line.desc()).limit(1)
    ).first()
    return (int(last.line), str(last.hash)) if last else None


def append(
    connection: Connection,
    rows: Sequence[dict[str, Any]],
    reasons: Sequence[dict[str, Any]],
    flags: Sequence[dict[str, Any]],
) -> None:
    """Add lines with their sealed reasons and their flags."""
    connection.execute(insert(AUDIT_LINES), rows)
    if reasons:
        connection.execute(insert(AUDIT_REASONS), reasons)
    if flags:
        connection.execute(insert(AUDIT_FLAGS), flags)


def hash_at(connection: Connection, line: int) -> str | None:
    """The hash of a line; None where there is no such line."""
    found = connection.execute(select(AUDIT_LINES.c.hash).where(AUDIT_LINES.c.line == line)).scalar()
    return None if found is None else str(found)


def chain(connection: Connection, after: int, last: int, at_once: int) -> list[tuple[Any, ...]]:
    """At most `at_once` lines with numbers above `after` up to and with `last`, in their order, as they are stored.

    Each is `(line, at in microseconds, who, action, about_kind, about, division_code, reason, details, request_id,
    before, hash, sealed reason)`.
    """
    lines = AUDIT_LINES.c
    asked = (
        select(
            lines.line,
            type_coerce(lines.at, BigInteger),
            lines.who,
            lines.action,
            lines.about_kind,
            lines.about,
            lines.division_code,
            lines.reason,
            lines.details,
            lines.request_id,
            lines.before,
            lines.hash,
            AUDIT_REASONS.c.reason,
        )
        .outerjoin(AUDIT_REASONS, AUDIT_REASONS.c.line == lines.line)
        .where(lines.line > after, lines.line <= last)
        .order_by(lines.line)
        .limit(at_once)
    )
    return [tuple(row) for row in connection.execute(asked)]


def page(
    connection: Connection, wanted: Wanted, scope: ColumnElement[bool], *, before: int | None, limit: int
) -> list[Row[Any]]:
    """Lines that were asked for, newest first, with the sealed reason; `before` is the last number of the page
    before."""
    asked = _asked(wanted, scope).order_by(AUDIT_LINES.c.line.desc()).limit(limit)
    if before is not None:
        asked = asked.where(AUDIT_LINES.c.line < before)
    return list(connection.execute(asked).all())


def count_by(connection: Connection, wanted: Wanted) -> int:
    """How many lines were asked for, in every division: what limits (a daily number) are held against."""
    inner = _asked(wanted, None).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())


def flags_between(connection: Connection, first: int, last: int) -> dict[int, list[str]]:
    """Flags by line, from number `first` up to and with `last`; sorted, as they stand in the index."""
    asked = (
        select(AUDIT_FLAGS)
        .where(AUDIT_FLAGS.c.line.between(first, last))
        .order_by(AUDIT_FLAGS.c.line, AUDIT_FLAGS.c.flag)
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(asked):
        found.setdefault(int(row.line), []).append(str(row.flag))
    return found


def _asked(wanted: Wanted, scope: ColumnElement[bool] | None) -> Select[Any]:
    """The query of what was asked for."""
    lines = AUDIT_LINES.c
    asked: Select[Any] = select(AUDIT_LINES, AUDIT_REASONS.c.reason.label("sealed")).outerjoin(
        AUDIT_REASONS, AUDIT_REASONS.c.line == lines.line
    )
    if scope is not None:
        asked = asked.where(scope)
    for column, value in (
        (lines.who, wanted.who),
        (lines.action, wanted.action),
        (lines.about_kind, wanted.about_kind),
        (lines.about, wanted.about),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if wanted.since is not None:
        asked = asked.where(lines.at >= wanted.since)
    if wanted.until is not None:
        asked = asked.where(lines.at < wanted.until)
    if wanted.flagged or wanted.flag is not None:
        marked = select(AUDIT_FLAGS.c.line)
        if wanted.flag is not None:
            marked = marked.where(AUDIT_FLAGS.c.flag == wanted.flag)
        asked = asked.where(lines.line.in_(marked))
    return asked
