"""Whole identity numbers, names, phones and cards, sealed, to be found by the keyed hash of their person or card.

Everything else in the database knows people and cards by hash and last four digits. This is the one place from which
somebody with the permission and a reason gets the whole value (`service.work.personal.unmask`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import Column, ColumnElement, Connection, Index, Row, Table, Text, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Moment, Sealed

ValueKind = Literal["identity_number", "name", "phone", "card"]
"""What a value is; the first three are found by the hash of the person, a card by its own."""

PERSONAL_VALUES = Table(
    "personal_values",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("reference", Text, primary_key=True),  # keyed hash
    Column("value", Sealed, nullable=False),
    Column("division_code", Text),
    # Whose it is, so that a look at one's own kin is told; of a person the reference itself.
    Column("person_hash", Text),
    Column("recorded_at", Moment),
    Index("ix_personal_values_person_hash", "person_hash"),
)

# Named in queries, so that the primary key answers them.
_KINDS = get_args(ValueKind)
_AT_ONCE = 500
# Made once: it is asked for every payment that is scored.
_KNOWN = select(PERSONAL_VALUES.c.kind, PERSONAL_VALUES.c.reference).where(
    PERSONAL_VALUES.c.kind.in_(_KINDS),
    PERSONAL_VALUES.c.reference.in_(bindparam("references", expanding=True)),
    PERSONAL_VALUES.c.division_code.is_not(None),
)


def known(connection: Connection, references: Collection[str]) -> set[tuple[str, str]]:
    """Of some references, kind and reference of the values that are there, with a division, already."""
    found: set[tuple[str, str]] = set()
    ordered = sorted(references)
    for start in range(0, len(ordered), _AT_ONCE):
        rows = connection.execute(_KNOWN, {"references": ordered[start : start + _AT_ONCE]})
        found.update((str(row.kind), str(row.reference)) for row in rows)
    return found


def keep(
    connection: Connection,
    kind: ValueKind,
    rows: Sequence[tuple[str, bytes, str | None, str | None, dt.datetime | None]],
) -> None:
    """Keep values `(reference, sealed, division, person hash, recorded_at)`; what was known later stands."""
    newest: dict[str, tuple[str, bytes, str | None, str | None, dt.datetime | None]] = {}
    for row in rows:
        there = newest.get(row[0])
        if there is None or there[4] is None or (row[4] is not None and row[4] >= there[4]):
            newest[row[0]] = row
    values = [
        {
            "kind": kind,
            "reference": reference,
            "value": value,
            "division_code": division,
            "person_hash": person,
            "recorded_at": at,
        }
        for reference, value, division, person, at in sorted(newest.values(), key=lambda row: row[0])
    ]
    if not values:
        return
    made = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(PERSONAL_VALUES)
    rest = {name: made.excluded[name] for name in ("value", "division_code", "person_hash", "recorded_at")}
    there_at, comes_at = PERSONAL_VALUES.c.recorded_at, made.excluded.recorded_at
    connection.execute(
        made.on_conflict_do_update(
            index_elements=["kind", "reference"], set_=rest, where=or_(there_at.is_(None), comes_at >= there_at)
        ),
        values,
    )


def find_all(
    connection: Connection, kind: ValueKind, references: Collection[str], scope: ColumnElement[bool]
) -> dict[str, bytes]:
    """Sealed values of some references that lie in the scope, by reference."""
    found: dict[str, bytes] = {}
    ordered = sorted(set(references))
    for start in range(0, len(ordered), _AT_ONCE):
        asked = select(PERSONAL_VALUES.c.reference, PERSONAL_VALUES.c.value).where(
            PERSONAL_VALUES.c.kind == kind,
            PERSONAL_VALUES.c.reference.in_(ordered[start : start + _AT_ONCE]),
            scope,
        )
        found.update((str(row.reference), bytes(row.value)) for row in connection.execute(asked))
    return found


def find(connection: Connection, kind: ValueKind, reference: str, scope: ColumnElement[bool]) -> Row[Any] | None:
    """One value with its division and person; None where there is none or it lies outside the scope."""
    asked = select(PERSONAL_VALUES).where(
        PERSONAL_VALUES.c.kind == kind, PERSONAL_VALUES.c.reference == reference, scope
    )
    return connection.execute(asked).first()
