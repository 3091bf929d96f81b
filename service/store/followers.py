"""How far somebody who follows the facts has come: the batch up to which all is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, Text, bindparam, insert, select, update

from service.store._columns import METADATA, Moment, Number
from service.store._new_rows import add_new

FOLLOWERS = Table(
    "followers",
    METADATA,
    Column("name", Text, primary_key=True),
    # Everything up to this batch is done.
    Column("seq", Number, nullable=False),
    # What is being done now: up to which batch, as of when. Begun again after a crash it is the same piece of work.
    Column("until_seq", Number),
    Column("as_of", Moment),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Batches behind `seq` up to `until_seq`, to be looked at as of one moment."""

    seq: int
    until_seq: int
    as_of: dt.datetime


def stretch(connection: Connection, name: str, last: int, now: dt.datetime) -> Stretch | None:
    """The stretch that was begun and not finished, else the one up to batch `last`, begun now; None where nothing is
    new."""
    row = connection.execute(select(FOLLOWERS).where(FOLLOWERS.c.name == name)).first()
    if row is None:
        connection.execute(insert(FOLLOWERS).values(name=name, seq=0))
    elif row.until_seq is not None:
        return Stretch(int(row.seq), int(row.until_seq), row.as_of)
    seq = int(row.seq) if row is not None else 0
    if seq >= last:
        return None
    connection.execute(update(FOLLOWERS).where(FOLLOWERS.c.name == name).values(until_seq=last, as_of=now))
    return Stretch(seq, last, now)


def done(connection: Connection, name: str, finished: Stretch) -> None:
    """Say that a stretch is done."""
    connection.execute(
        update(FOLLOWERS)
        .where(FOLLOWERS.c.name == name, FOLLOWERS.c.seq < finished.until_seq)
        .values(seq=finished.until_seq, until_seq=None, as_of=None)
    )


def seq_of(connection: Connection, name: str) -> int:
    """The batch up to which all is done, 0 at first."""
    return int(connection.execute(select(FOLLOWERS.c.seq).where(FOLLOWERS.c.name == name)).scalar() or 0)


def begin(connection: Connection, name: str, seq: int) -> bool:
    """Let somebody follow from behind a batch on. False where they follow already, from where they are."""
    return bool(add_new(connection, FOLLOWERS, [{"name": name, "seq": seq}]))


# Made once: it is asked many times a second.
_ADVANCE = (
    update(FOLLOWERS)
    .where(FOLLOWERS.c.name == bindparam("who"), FOLLOWERS.c.seq == bindparam("since"))
    .values(seq=bindparam("to"))
)


def advance(connection: Connection, name: str, seq: int, to: int) -> bool:
    """Move from one batch to another, in the transaction that does what lies between. False when somebody else did."""
    if seq == 0 and connection.execute(select(FOLLOWERS.c.seq).where(FOLLOWERS.c.name == name)).first() is None:
        connection.execute(insert(FOLLOWERS).values(name=name, seq=0))
    moved = connection.execute(_ADVANCE, {"who": name, "since": seq, "to": to})
    return moved.rowcount == 1
