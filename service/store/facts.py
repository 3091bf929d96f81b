"""Facts handed over: batches of rows of one table, sealed, in the order they were committed.

The database is the one place where rows live. `seq` counts batches without a gap, in order of commit: a batch is only
added under `Database.alone(connection, "facts")`, so a reader that has seen batch n and asks for what came after it
misses nothing. Rows are never changed; a correction is another row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, Table, Text, func, insert, select

from service.store._columns import METADATA, Moment, Number, Sealed
from service.store._quick import quick_rows

FACT_BATCHES = Table(
    "fact_batches",
    METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("table_name", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    # Arrow IPC (zstd inside) of rows in canonical types.
    Column("content", Sealed, nullable=False),
    # The intake that brought it; NULL for payments that came one by one.
    Column("intake_id", Number),
    Column("source", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("ix_fact_batches_table_name_seq", "table_name", "seq"),
)

# Made once: they are asked many times a second.
_LAST = select(func.coalesce(func.max(FACT_BATCHES.c.seq), 0))
_ADD = insert(FACT_BATCHES)


def add_batch(
    connection: Connection,
    table: str,
    rows: int,
    content: bytes,
    source: str,
    received_at: dt.datetime,
    *,
    intake_id: int | None = None,
    seq: int | None = None,
) -> int:
    """Add a sealed batch and return its seq. The caller holds `alone(connection, "facts")`; where it has asked for
    `last_seq` since, it says which seq is next."""
    if seq is None:
        seq = last_seq(connection) + 1
    connection.execute(
        _ADD,
        {
            "seq": seq,
            "table_name": table,
            "rows": rows,
            "content": content,
            "intake_id": intake_id,
            "source": source,
            "received_at": received_at,
        },
    )
    return seq


def newest(connection: Connection) -> dt.datetime | None:
    """When the newest rows of any table came in; None where there are none."""
    asked = select(FACT_BATCHES.c.received_at).order_by(FACT_BATCHES.c.seq.desc()).limit(1)
    found: dt.datetime | None = connection.execute(asked).scalar_one_or_none()
    return found


def last_seq(connection: Connection) -> int:
    """The number of the newest batch, 0 where there is none."""
    quick = quick_rows(connection, "select max(seq) from fact_batches", ())
    return int(quick[0][0] or 0) if quick is not None else int(connection.execute(_LAST).scalar_one())


def last_of(connection: Connection, table: str) -> int:
    """The number of the newest batch of a table, 0 where there is none."""
    asked = select(func.coalesce(func.max(FACT_BATCHES.c.seq), 0)).where(FACT_BATCHES.c.table_name == table)
    return int(connection.execute(asked).scalar_one())


def last_seq_of(connection: Connection, tables: Sequence[str]) -> int:
    """The number of the newest batch of some tables, 0 where there is none: by it is told whether they grew."""
    asked = select(func.coalesce(func.max(FACT_BATCHES.c.seq), 0)).where(FACT_BATCHES.c.table_name.in_(list(tables)))
    return int(connection.execute(asked).scalar_one())


def batches_after(
    connection: Connection, seq: int, *, tables: Sequence[str] | None = None, until: int | None = None
) -> Iterator[RowMapping]:
    """`seq, table_name, rows, content` of every batch behind `seq` (to `until`), in order; of some tables if named."""
    asked = select(FACT_BATCHES.c.seq, FACT_BATCHES.c.table_name, FACT_BATCHES.c.rows, FACT_BATCHES.c.content)
    asked = asked.where(FACT_BATCHES.c.seq > seq).order_by(FACT_BATCHES.c.seq)
    if tables is not None:
        asked = asked.where(FACT_BATCHES.c.table_name.in_(list(tables)))
    if until is not None:
        asked = asked.where(FACT_BATCHES.c.seq <= until)
    # Said of the statement: said of the connection it would hold for every statement after this one.
    yield from connection.execute(asked.execution_options(yield_per=64)).mappings()


def batches_of(connection: Connection, seq: int, source: str, limit: int, rows: int) -> Sequence[RowMapping]:
    """`seq, table_name, rows, content` of the next batches behind `seq` whose source begins so, in order: at most
    `limit`, and none behind the one with which they have so many `rows`."""
    asked = select(FACT_BATCHES.c.seq, FACT_BATCHES.c.table_name, FACT_BATCHES.c.rows, FACT_BATCHES.c.content)
    asked = asked.where(FACT_BATCHES.c.seq > seq, FACT_BATCHES.c.source.startswith(source, autoescape=True))
    asked = asked.order_by(FACT_BATCHES.c.seq).limit(limit).execution_options(yield_per=64)
    found: list[RowMapping] = []
    with connection.execute(asked) as result:
        for row in result.mappings():
            found.append(row)
            rows -= int(row["rows"])
            if rows <= 0:
                break
    return found


def sent_between(connection: Connection, seq: int, until: int, source: str, limit: int) -> Sequence[RowMapping]:
    """`seq, source, received_at, content` of the next batches of payments behind `seq` up to `until` whose source
    begins so, in order."""
    asked = select(FACT_BATCHES.c.seq, FACT_BATCHES.c.source, FACT_BATCHES.c.received_at, FACT_BATCHES.c.content)
    within = (FACT_BATCHES.c.seq > seq, FACT_BATCHES.c.seq <= until, FACT_BATCHES.c.table_name == "disbursements")
    asked = asked.where(*within, FACT_BATCHES.c.source.startswith(source, autoescape=True))
    return connection.execute(asked.order_by(FACT_BATCHES.c.seq).limit(limit)).mappings().all()


def rows_by_table(connection: Connection) -> dict[str, int]:
    """How many rows each table holds, versions counted."""
    asked = select(FACT_BATCHES.c.table_name, func.sum(FACT_BATCHES.c.rows)).group_by(FACT_BATCHES.c.table_name)
    return {str(name): int(rows) for name, rows in connection.execute(asked)}


def newest_of(connection: Connection, tables: Sequence[str]) -> dict[str, dt.datetime]:
    """When the newest batch of each of some tables came in; those without one are not in it. A look at the end of the
    index each, however many batches there are."""
    found = {}
    for table in tables:
        asked = select(FACT_BATCHES.c.received_at).where(FACT_BATCHES.c.table_name == table)
        at = connection.execute(asked.order_by(FACT_BATCHES.c.seq.desc()).limit(1)).scalar()
        if at is not None:
            found[table] = at
    return found
