"""Rows of departments' lists as they stand: whom the last run of matching found each to mean, how sure, and why.

Rows and people are keyed hashes; what they say of themselves is sealed. A row is in the division of the person it may
mean, or in its own where it may mean nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Index,
    Integer,
    Row,
    Table,
    Text,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Number, Sealed

Decision = Literal["same", "unsure", "none"]

MATCH_ROWS = Table(
    "match_rows",
    METADATA,
    Column("row_hash", Text, primary_key=True),
    # The run that last found something else than the one before.
    Column("run_id", Number, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("division_code", Text),
    # The best candidate, whatever was decided; NULL where there was none.
    Column("person_hash", Text),
    Column("probability", Double, nullable=False),
    Column("log_odds", Double),
    # Another person is just as good.
    Column("tied", Boolean, nullable=False),
    # What the run says, and what stands once people have spoken.
    Column("found", Text, nullable=False),
    Column("decision", Text, nullable=False),
    # Keyed hashes of both records as they were compared: what people said holds while they are the same.
    Column("row_print", Text),
    Column("person_print", Text),
    # Both records and the weights, a JSON document; NULL where there was no candidate.
    Column("details", Sealed),
    # Keyed hash of all of the above: a run that finds the same changes nothing.
    Column("content", Text, nullable=False),
    # Place in the sample for review; NULL outside it.
    Column("draw_place", Integer),
    Index("ix_match_rows_division_code_source_decision", "division_code", "source", "decision"),
    Index("ix_match_rows_decision_row_hash", "decision", "row_hash"),
    Index(
        "ix_match_rows_draw_place",
        "draw_place",
        sqlite_where=text("draw_place is not null"),
        postgresql_where=text("draw_place is not null"),
    ),
)

AT_ONCE: Final = 500
_OWN: Final = tuple(column.name for column in MATCH_ROWS.c if column.name not in ("row_hash", "draw_place"))


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A row as it stands; `details` is sealed."""

    row_hash: str
    run_id: int
    source: str
    kind: str
    division_code: str | None
    person_hash: str | None
    probability: float
    log_odds: float | None
    tied: bool
    found: Decision
    decision: Decision
    row_print: str | None
    person_print: str | None
    details: bytes | None
    content: str
    draw_place: int | None


def contents(connection: Connection, rows: Collection[str]) -> dict[str, str]:
    """The `content` of some rows that are on record, by row."""
    found: dict[str, str] = {}
    ordered = sorted(rows)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        asked = select(MATCH_ROWS.c.row_hash, MATCH_ROWS.c.content).where(MATCH_ROWS.c.row_hash.in_(some))
        found.update((str(row.row_hash), str(row.content)) for row in connection.execute(asked))
    return found


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows, each in the place of what was there; their places in the sample stay."""
    if not rows:
        return
    made = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(MATCH_ROWS)
    rest = {name: made.excluded[name] for name in _OWN}
    # In one order everywhere, so that two who put the same rows never wait for each other in a circle.
    ordered = sorted(rows, key=lambda row: str(row["row_hash"]))
    connection.execute(made.on_conflict_do_update(index_elements=["row_hash"], set_=rest), ordered)


def draw(connection: Connection, places: Mapping[str, int]) -> None:
    """Make some rows the sample for review, by their place; the sample before it is none any more."""
    connection.execute(update(MATCH_ROWS).where(MATCH_ROWS.c.draw_place.is_not(None)).values(draw_place=None))
    for row, place in sorted(places.items()):
        connection.execute(update(MATCH_ROWS).where(MATCH_ROWS.c.row_hash == row).values(draw_place=place))


def get(connection: Connection, row_hash: str, *conditions: ColumnElement[bool]) -> MatchRow | None:
    """A row under conditions; None where there is none."""
    row = connection.execute(select(MATCH_ROWS).where(MATCH_ROWS.c.row_hash == row_hash, *conditions)).first()
    return None if row is None else _row(row)


def lock(connection: Connection, row_hash: str, *conditions: ColumnElement[bool]) -> MatchRow | None:
    """The same, held against other changes until the caller's transaction ends."""
    asked = select(MATCH_ROWS).where(MATCH_ROWS.c.row_hash == row_hash, *conditions)
    row = connection.execute(asked.with_for_update()).first()
    return None if row is None else _row(row)


def decide(connection: Connection, row_hash: str, decision: Decision) -> None:
    """Say what stands of a row."""
    connection.execute(update(MATCH_ROWS).where(MATCH_ROWS.c.row_hash == row_hash).values(decision=decision))


def counts(connection: Connection, *conditions: ColumnElement[bool]) -> list[tuple[str | None, str, str, int]]:
    """How many rows of each division and list stand at each decision: (division, source, decision, rows)."""
    keys = (MATCH_ROWS.c.division_code, MATCH_ROWS.c.source, MATCH_ROWS.c.decision)
    asked = select(*keys, func.count()).where(*conditions).group_by(*keys)
    return [(row[0], str(row[1]), str(row[2]), int(row[3])) for row in connection.execute(asked)]


def probabilities(connection: Connection, *conditions: ColumnElement[bool]) -> list[tuple[float, bool]]:
    """Probability and tie of each row that has a candidate, in no order."""
    asked = select(MATCH_ROWS.c.probability, MATCH_ROWS.c.tied).where(MATCH_ROWS.c.person_hash.is_not(None))
    return [(float(row[0]), bool(row[1])) for row in connection.execute(asked.where(*conditions))]


def listed(connection: Connection, after: str, limit: int, *conditions: ColumnElement[bool]) -> list[MatchRow]:
    """Rows behind one, in order of their hashes."""
    asked = select(MATCH_ROWS).where(MATCH_ROWS.c.row_hash > after, *conditions).order_by(MATCH_ROWS.c.row_hash)
    return [_row(row) for row in connection.execute(asked.limit(limit))]


def drawn(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> list[MatchRow]:
    """Rows of the sample in their order."""
    asked = select(MATCH_ROWS).where(MATCH_ROWS.c.draw_place.is_not(None), *conditions)
    return [_row(row) for row in connection.execute(asked.order_by(MATCH_ROWS.c.draw_place).limit(limit))]


def count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """How many rows meet conditions."""
    return int(connection.execute(select(func.count()).select_from(MATCH_ROWS).where(*conditions)).scalar_one())


def _row(row: Row[Any]) -> MatchRow:
    return MatchRow(**{name: getattr(row, name) for name in MatchRow.__dataclass_fields__})
