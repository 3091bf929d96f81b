"""Scores of payments: rows only ever added, so that what was said of a payment at any time can be read again.

One row is what one model said of one payment as of one moment, knowing the facts up to `fact_seq`. The newest row of a
payment (the highest `score_id`) is what stands. Late facts never change a row; they may make another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Executable,
    Index,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Moment, Number, Sealed
from service.store._quick import quick_add

SCORES = Table(
    "scores",
    METADATA,
    # Numbered as rows are written. On PostgreSQL two transactions may commit in another order than they were numbered:
    # who follows the table must not skip numbers that are not there yet.
    Column("score_id", Number, primary_key=True),
    Column("disbursement_id", Text, nullable=False),
    # before: as of the payment's own submission; after: as of a later moment, with what came back from the bank.
    Column("kind", Text, nullable=False),
    # Who asked: `live`, `run:<number>`, `rescore`. With payment, kind and moment it is there once, whatever crashed.
    Column("made_by", Text, nullable=False),
    Column("run_id", Text),
    Column("program_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("household_id", Text),
    Column("prepared_by", Text),
    Column("person_hash", Text, nullable=False),
    Column("card_hash", Text, nullable=False),
    Column("card_last_four", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("score", Double, nullable=False),
    Column("anomaly", Double, nullable=False),
    Column("recommendation", Text, nullable=False),
    # When a `verify` row releases itself unless a person decided; NULL for the others.
    Column("deadline", Moment),
    Column("desk", Text, nullable=False),
    Column("typology", Text, nullable=False),
    Column("suspect_role", Text, nullable=False),
    # The contract's JSON list: evidence names rows by keys that may be identity
    # numbers. NULL where there is none.
    Column("reasons", Sealed),
    Column("not_applicable", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    # Scored by rules alone because no model could be loaded.
    Column("degraded", Boolean, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("scored_at", Moment, nullable=False),
    Column("fact_seq", Number, nullable=False),
    UniqueConstraint("disbursement_id", "kind", "as_of", "made_by"),
    Index("ix_scores_run_id", "run_id"),
    Index("ix_scores_person_hash", "person_hash"),
    Index("ix_scores_card_hash", "card_hash"),
)
ALERT = SCORES.c.recommendation != literal_column("'release'")
"""The condition that a score asks for a look. Written out and no parameter: so both databases see that the index of
these few among many answers it."""
Index("ix_scores_alerts", SCORES.c.score_id, postgresql_where=ALERT, sqlite_where=ALERT)

SCORE_TEXTS = Table(
    "score_texts",
    METADATA,
    # The same long text stands beside thousands of scores: `scores.not_applicable` names it by its hash.
    Column("text_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

# Made once: they are used many times a second.
_ADD: Final[dict[tuple[str, str], Executable]] = {
    (dialect, name): insert(table).on_conflict_do_nothing()
    for dialect, insert in (("postgresql", postgresql_insert), ("sqlite", sqlite_insert))
    for name, table in (("scores", SCORES), ("texts", SCORE_TEXTS))
}


def text_id(text: str) -> str:
    """The name a text is kept under: 32 hexadecimal digits of its hash."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def add(connection: Connection, rows: Sequence[Mapping[str, Any]], texts: Iterable[str] = ()) -> None:
    """Add rows (every column but `score_id`; `not_applicable` as `text_id`) and the texts they name.

    A row of the same payment, kind, moment and asker stays as it is: work that is begun again adds nothing twice.
    """
    kept = [{"text_id": text_id(text), "text": text} for text in sorted(set(texts))]
    if kept:
        connection.execute(_ADD[connection.dialect.name, "texts"], kept)
    if rows and not quick_add(connection, SCORES, rows, again=True):
        connection.execute(_ADD[connection.dialect.name, "scores"], rows)


def made(connection: Connection, ids: Sequence[str], made_by: str) -> set[tuple[str, dt.datetime]]:
    """Payment and moment of the scores before payment that somebody made of some payments."""
    asked = select(SCORES.c.disbursement_id, SCORES.c.as_of).where(
        SCORES.c.disbursement_id.in_(list(ids)), SCORES.c.kind == "before", SCORES.c.made_by == made_by
    )
    return {(str(row.disbursement_id), row.as_of) for row in connection.execute(asked)}


def newest() -> ColumnElement[bool]:
    """The condition that a row of SCORES is the newest of its payment."""
    other = SCORES.alias()
    last = select(func.max(other.c.score_id)).where(other.c.disbursement_id == SCORES.c.disbursement_id)
    return SCORES.c.score_id == last.scalar_subquery()


def last(connection: Connection) -> Row[Any] | None:
    """`model_version`, `degraded`, `scored_at` of the score made last; None where there is none."""
    columns = [SCORES.c.model_version, SCORES.c.degraded, SCORES.c.scored_at]
    return connection.execute(select(*columns).order_by(SCORES.c.score_id.desc()).limit(1)).first()


def newest_of(
    connection: Connection, ids: Sequence[str], at: dt.datetime, *conditions: ColumnElement[bool]
) -> list[Row[Any]]:
    """The score that stood of each payment at a moment and meets the conditions; payments without one are left out."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), 500):
        few = SCORES.c.disbursement_id.in_(ids[start : start + 500])
        asked = select(SCORES).where(few, SCORES.c.scored_at <= at, *conditions)
        found.update((str(row.disbursement_id), row) for row in connection.execute(asked.order_by(SCORES.c.score_id)))
    return [found[one] for one in ids if one in found]


def of_run_in(connection: Connection, run_id: str, division_code: str, limit: int) -> dict[str, float]:
    """The newest score of each of up to `limit` payments of a run in one division."""
    asked = select(SCORES.c.disbursement_id, SCORES.c.score).where(
        SCORES.c.run_id == run_id, SCORES.c.division_code == division_code
    )
    found = connection.execute(asked.order_by(SCORES.c.score_id).limit(limit))
    return {str(row.disbursement_id): float(row.score) for row in found}


def near(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a payment is to a person or household, prepared by an official, or in a village of some keys,
    as `case_ties` writes them; false, never unknown, where a row does not say."""
    columns = {
        "person": SCORES.c.person_hash,
        "household": SCORES.c.household_id,
        "official": SCORES.c.prepared_by,
        "village": SCORES.c.division_code,
    }
    named: dict[str, list[str]] = {}
    for key in keys:
        kind, _, value = key.partition(":")
        if kind in columns:
            named.setdefault(kind, []).append(value)
    found = [and_(columns[kind].is_not(None), columns[kind].in_(values)) for kind, values in named.items()]
    return or_(false(), *found)


def some_of(disbursement_id: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that some score of the payment a column names meets a condition on SCORES."""
    return exists(select(literal(1)).where(SCORES.c.disbursement_id == disbursement_id, condition))


def of_payment(disbursement_id: str) -> Select[Any]:
    """Every score of a payment with its `not_applicable_text`, newest first."""
    return (
        select(SCORES, SCORE_TEXTS.c.text.label("not_applicable_text"))
        .join(SCORE_TEXTS, SCORE_TEXTS.c.text_id == SCORES.c.not_applicable)
        .where(SCORES.c.disbursement_id == disbursement_id)
        .order_by(SCORES.c.score_id.desc())
    )
