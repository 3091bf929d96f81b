"""Whom and what a case touches, as keys that whoever asks may share: what keeps people off cases of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Index, Select, Table, Text, delete, select, true

from service.store._columns import METADATA
from service.store._new_rows import add_new
from service.store.cases import CASES

CASE_TIES = Table(
    "case_ties",
    METADATA,
    Column("case_id", Text, ForeignKey("cases.case_id"), primary_key=True),
    # `person:<keyed hash>`, `household:<id>`, `official:<id>`, `village:<code>`, `post:<code>`.
    Column("key", Text, primary_key=True),
    Index("ix_case_ties_key", "key", "case_id"),
)


def keep(connection: Connection, case_id: str, keys: Collection[str]) -> None:
    """Add what a case touches; what is there stays."""
    add_new(connection, CASE_TIES, [{"case_id": case_id, "key": key} for key in sorted(keys)])


def copy(connection: Connection, source: str, target: str) -> None:
    """Let a case touch all that another touches: parts and merged cases keep out whom the whole kept out."""
    keep(
        connection,
        target,
        set(connection.execute(select(CASE_TIES.c.key).where(CASE_TIES.c.case_id == source)).scalars()),
    )


def forget(connection: Connection, case_id: str) -> None:
    """Drop what a case touches, to be kept anew."""
    connection.execute(delete(CASE_TIES).where(CASE_TIES.c.case_id == case_id))


def untied(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a row of CASES touches none of the keys.

    The cases that do are found once for the whole query, by the index of keys: few, whatever the number of cases.
    """
    if not keys:
        return true()
    return CASES.c.case_id.not_in(select(CASE_TIES.c.case_id).where(CASE_TIES.c.key.in_(keys)))


def tied(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a row of CASES touches one of the keys; there is at least one key."""
    return CASES.c.case_id.in_(select(CASE_TIES.c.case_id).where(CASE_TIES.c.key.in_(keys)))


def shared(connection: Connection, case_id: str, keys: Sequence[str]) -> list[str]:
    """Which of the keys a case touches, in order."""
    if not keys:
        return []
    asked = select(CASE_TIES.c.key).where(CASE_TIES.c.case_id == case_id, CASE_TIES.c.key.in_(keys))
    return sorted(connection.execute(asked).scalars())


def tied_numbers(keys: Sequence[str]) -> Select[tuple[str]]:
    """The numbers of the cases that touch one of the keys: a subquery."""
    return select(CASE_TIES.c.case_id).where(CASE_TIES.c.key.in_(keys))
