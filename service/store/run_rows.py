"""Rows of payment runs: what was sent, in order, and on which list each stands. Names and numbers of people are not
here: keyed hashes to compare runs by, four digits of the card to show; the whole row is among the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Moment, Number
from service.store.scores import SCORE_TEXTS, SCORES

List = Literal["release", "verify", "corrected"]
LISTS: Final[tuple[List, ...]] = ("release", "verify", "corrected")
"""`release`: to be paid. `verify`: asked about, until a deadline. `corrected`: a person sent it back to the department
for correction. A row that is not scored yet stands on none."""

RUN_ROWS = Table(
    "run_rows",
    METADATA,
    Column("run", Number, primary_key=True),
    # Place in the run, from 1, in the order of the upload.
    Column("place", Number, primary_key=True, autoincrement=False),
    # Which piece of the run it is scored with.
    Column("piece", Number, nullable=False),
    # Line of the upload; NULL for rows sent before.
    Column("line", Number),
    Column("disbursement_id", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    # Where scope looks: the village, or the whole run's division where nobody knows the village.
    Column("scope_code", Text),
    Column("household_id", Text),
    Column("person_hash", Text, nullable=False),
    Column("card_hash", Text, nullable=False),
    Column("card_last_four", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("recommendation", Text),
    Column("list", Text),
    Column("as_of", Moment),
    UniqueConstraint("run", "disbursement_id"),
    Index("ix_run_rows_run_list_place", "run", "list", "place"),
    Index("ix_run_rows_run_piece", "run", "piece"),
    Index("ix_run_rows_disbursement_id", "disbursement_id"),
    Index("ix_run_rows_run_person_hash", "run", "person_hash"),
)

RUN_PIECES = Table(
    "run_pieces",
    METADATA,
    # A piece that stands here is done and is not done again: `read` puts rows on record, `score` scores them.
    Column("run", Number, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("piece", Number, primary_key=True, autoincrement=False),
    Column("rows", BigInteger, nullable=False),
    # Facts known when it was scored, as the number of their newest batch.
    Column("fact_seq", Number),
    Column("at", Moment, nullable=False),
)


def pieces_done(connection: Connection, run: int, step: str) -> set[int]:
    """Pieces of a run whose step is done."""
    asked = select(RUN_PIECES.c.piece).where(RUN_PIECES.c.run == run, RUN_PIECES.c.step == step)
    return {int(piece) for piece in connection.execute(asked).scalars()}


def pieces_read(connection: Connection, run: int) -> dict[int, int]:
    """How many rows each piece holds that was read."""
    asked = select(RUN_PIECES.c.piece, RUN_PIECES.c.rows).where(RUN_PIECES.c.run == run, RUN_PIECES.c.step == "read")
    return {int(piece): int(rows) for piece, rows in connection.execute(asked.order_by(RUN_PIECES.c.piece))}


def is_done(connection: Connection, run: int, step: str, piece: int) -> bool:
    """Whether a step of a piece is done, as this transaction sees it."""
    asked = select(RUN_PIECES.c.piece).where(
        RUN_PIECES.c.run == run, RUN_PIECES.c.step == step, RUN_PIECES.c.piece == piece
    )
    return connection.execute(asked).first() is not None


def mark(connection: Connection, values: Mapping[str, Any]) -> None:
    """Mark a step of a piece done. Raises IntegrityError where it is already."""
    connection.execute(insert(RUN_PIECES).values(**values))


def last_place(connection: Connection, run: int) -> int:
    """The highest place taken in a run, 0 where there is none."""
    return int(
        connection.execute(
            select(func.coalesce(func.max(RUN_ROWS.c.place), 0)).where(RUN_ROWS.c.run == run)
        ).scalar_one()
    )


def places_of(connection: Connection, run: int, ids: Sequence[str]) -> dict[str, int]:
    """The places of those payments that are in the run already."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        asked = select(RUN_ROWS.c.disbursement_id, RUN_ROWS.c.place).where(
            RUN_ROWS.c.run == run, RUN_ROWS.c.disbursement_id.in_(ids[start : start + 500])
        )
        found |= {str(name): int(place) for name, place in connection.execute(asked)}
    return found


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of a run."""
    if rows:
        connection.execute(insert(RUN_ROWS), rows)


REPLACED: Final = (
    "line",
    "division_code",
    "scope_code",
    "household_id",
    "person_hash",
    "card_hash",
    "card_last_four",
    "amount_fen",
)
"""What a later version of a payment in the same upload changes; its place and piece stay."""


def replace(connection: Connection, run: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put later versions in the places of earlier ones; each row holds `place` and the columns of `REPLACED`."""
    if not rows:
        return
    changed = update(RUN_ROWS).where(RUN_ROWS.c.run == run, RUN_ROWS.c.place == bindparam("at_place"))
    changed = changed.values({name: bindparam(f"new_{name}") for name in REPLACED})
    connection.execute(
        changed, [{"at_place": row["place"], **{f"new_{name}": row[name] for name in REPLACED}} for row in rows]
    )


def ids_of_piece(connection: Connection, run: int, piece: int) -> list[Row[Any]]:
    """Place and payment of every row of a piece, in order."""
    asked = select(RUN_ROWS.c.place, RUN_ROWS.c.disbursement_id, RUN_ROWS.c.scope_code)
    return list(
        connection.execute(asked.where(RUN_ROWS.c.run == run, RUN_ROWS.c.piece == piece).order_by(RUN_ROWS.c.place))
    )


def put_off(connection: Connection, run: int, places: Sequence[int], at: dt.datetime) -> None:
    """Put rows into a new piece, after all there are: they are scored later than those they stood among."""
    last = select(func.max(RUN_PIECES.c.piece)).where(RUN_PIECES.c.run == run, RUN_PIECES.c.step == "read")
    piece = int(connection.execute(last).scalar_one()) + 1
    changed = update(RUN_ROWS).where(RUN_ROWS.c.run == run, RUN_ROWS.c.place == bindparam("at_place"))
    connection.execute(changed.values(piece=piece), [{"at_place": place} for place in places])
    mark(connection, {"run": run, "step": "read", "piece": piece, "rows": len(places), "at": at})


def keep_results(connection: Connection, run: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say of scored rows on which list they stand; each holds `place`, `recommendation`, `list`, `as_of`."""
    if not rows:
        return
    changed = update(RUN_ROWS).where(RUN_ROWS.c.run == run, RUN_ROWS.c.place == bindparam("at_place"))
    changed = changed.values(
        recommendation=bindparam("new_recommendation"), list=bindparam("new_list"), as_of=bindparam("new_as_of")
    )
    names = {"place": "at_place"} | {name: f"new_{name}" for name in ("recommendation", "list", "as_of")}
    connection.execute(changed, [{names[key]: value for key, value in row.items()} for row in rows])


def move(connection: Connection, run: int, place: int, to: List) -> None:
    """Put a row on another list."""
    connection.execute(update(RUN_ROWS).where(RUN_ROWS.c.run == run, RUN_ROWS.c.place == place).values(list=to))


@dataclass(frozen=True, slots=True)
class Tally:
    """Scored rows of a run: count and amount (fen) of each list, count of each recommendation; none is left out."""

    lists: dict[str, tuple[int, int]]
    recommended: dict[str, int]


def tally(connection: Connection, run: int) -> Tally:
    """The scored rows of a run, counted in one pass."""
    asked = select(RUN_ROWS.c.list, RUN_ROWS.c.recommendation, func.count(), func.sum(RUN_ROWS.c.amount_fen))
    asked = asked.where(RUN_ROWS.c.run == run, RUN_ROWS.c.list.is_not(None))
    lists: dict[str, tuple[int, int]] = {name: (0, 0) for name in LISTS}
    recommended = dict.fromkeys(("release", "verify", "review"), 0)
    for on, said, count, fen in connection.execute(asked.group_by(RUN_ROWS.c.list, RUN_ROWS.c.recommendation)):
        before = lists[on]
        lists[on] = (before[0] + int(count), before[1] + int(fen))
        recommended[said] += int(count)
    return Tally(lists, recommended)


def set_aside(connection: Connection, runs: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many rows of each run stand on the verify list and on the one of corrected rows; few among many."""
    found: dict[int, dict[str, int]] = {run: {"verify": 0, "corrected": 0} for run in runs}
    if runs:
        asked = select(RUN_ROWS.c.run, RUN_ROWS.c.list, func.count())
        asked = asked.where(RUN_ROWS.c.run.in_(list(runs)), RUN_ROWS.c.list.in_(("verify", "corrected")))
        for run, on, count in connection.execute(asked.group_by(RUN_ROWS.c.run, RUN_ROWS.c.list)):
            found[int(run)][str(on)] = int(count)
    return found


def divisions(connection: Connection, run: int) -> list[str]:
    """The divisions rows of a run name."""
    asked = select(RUN_ROWS.c.division_code).where(RUN_ROWS.c.run == run).distinct()
    return list(connection.execute(asked).scalars())


def place_scope(connection: Connection, run: int, code: str | None) -> None:
    """Give rows whose village nobody knows the run's own division to be seen under."""
    connection.execute(
        update(RUN_ROWS).where(RUN_ROWS.c.run == run, RUN_ROWS.c.scope_code.is_(None)).values(scope_code=code)
    )


def on_lists(connection: Connection, run: int) -> Iterator[tuple[int, str, str, int]]:
    """Place, payment, list and amount of every scored row, in order, without holding them all."""
    asked = select(RUN_ROWS.c.place, RUN_ROWS.c.disbursement_id, RUN_ROWS.c.list, RUN_ROWS.c.amount_fen).where(
        RUN_ROWS.c.run == run, RUN_ROWS.c.list.is_not(None)
    )
    for place, name, on, fen in connection.execute(
        asked.order_by(RUN_ROWS.c.place), execution_options={"yield_per": 5000}
    ):
        yield int(place), str(name), str(on), int(fen)


def page(connection: Connection, run: int, after: int, limit: int, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    """Scored rows of a run with their scores, behind a place, in order.

    The columns of SCORES, `place`, `list`, `scope_code`, `line` and `not_applicable_text`.
    """
    named = (RUN_ROWS.c.place, RUN_ROWS.c.list, RUN_ROWS.c.line, RUN_ROWS.c.scope_code)
    asked = (
        select(SCORES, *named, SCORE_TEXTS.c.text.label("not_applicable_text"))
        .select_from(RUN_ROWS)
        .join(
            SCORES,
            and_(
                SCORES.c.disbursement_id == RUN_ROWS.c.disbursement_id,
                SCORES.c.kind == "before",
                SCORES.c.as_of == RUN_ROWS.c.as_of,
                SCORES.c.made_by == made_by(run),
            ),
        )
        .join(SCORE_TEXTS, SCORE_TEXTS.c.text_id == SCORES.c.not_applicable)
        .where(RUN_ROWS.c.run == run, RUN_ROWS.c.place > after, *conditions)
        .order_by(RUN_ROWS.c.place)
        .limit(limit)
    )
    return list(connection.execute(asked))


def made_by(run: int) -> str:
    """How SCORES names a run as the one that asked."""
    return f"run:{run}"


def share_outside(connection: Connection, run: int, condition: ColumnElement[bool]) -> int:
    """How many rows of a run a condition leaves out."""
    counted = func.coalesce(func.sum(case((condition, 0), else_=1)), 0)
    return int(connection.execute(select(counted).where(RUN_ROWS.c.run == run)).scalar_one())
