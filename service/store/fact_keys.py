"""What is on record of each row: keyed hashes of its key and its content, and when it was known.

They make the same row again a repeat, the same key at the same time with other content a conflict, and the same key at
another time a version, without opening a single batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, and_, bindparam, insert, select, update

from service.store._columns import METADATA, Number
from service.store._quick import quick_add, quick_rows

FACT_KEYS = Table(
    "fact_keys",
    METADATA,
    Column("table_name", Text, primary_key=True),
    # Keyed hash of the key (of the whole row where the table has no key), 16 bytes.
    Column("key_hash", LargeBinary, primary_key=True),
    # Microseconds since 1970, UTC; the least number there is where the row has no clock.
    Column("clock", Number, primary_key=True, autoincrement=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("seq", Number, nullable=False),
    sqlite_with_rowid=False,
)

AT_ONCE = 2_000
"""Keys looked up by one statement."""

# Made once: they are asked many times a second.
_STANDING = (
    select(FACT_KEYS.c.key_hash, FACT_KEYS.c.clock, FACT_KEYS.c.content_hash, FACT_KEYS.c.seq)
    .where(FACT_KEYS.c.table_name == bindparam("table"), FACT_KEYS.c.key_hash.in_(bindparam("hashes", expanding=True)))
    .order_by(FACT_KEYS.c.clock)
)
_QUICK = """
select key_hash, clock, content_hash, seq from fact_keys where table_name = ? and key_hash in ({}) order by clock
"""
_PUT = insert(FACT_KEYS)


@dataclass(frozen=True, slots=True)
class Standing:
    """One row on record: when it was known, the hash of its content, the batch it lies in."""

    clock: int
    content_hash: bytes
    seq: int


@dataclass(frozen=True, slots=True)
class Key:
    """A row to be put on record."""

    key_hash: bytes
    clock: int
    content_hash: bytes


def standing(connection: Connection, table: str, hashes: Iterable[bytes]) -> dict[bytes, list[Standing]]:
    """Every row on record of these keys, by key hash, earliest first. Keys nobody knows are not in it."""
    found: dict[bytes, list[Standing]] = defaultdict(list)
    asked = sorted(set(hashes))
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        quick = quick_rows(connection, _QUICK.format(",".join("?" * len(part))), [table, *part])
        there = connection.execute(_STANDING, {"table": table, "hashes": part}) if quick is None else quick
        for key, clock, content, seq in there:
            found[bytes(key)].append(Standing(int(clock), bytes(content), int(seq)))
    return dict(found)


def put(connection: Connection, table: str, keys: Sequence[Key], seq: int) -> None:
    """Put rows of one batch on record."""
    if keys:
        put = [
            {"table_name": table, "key_hash": k.key_hash, "clock": k.clock, "content_hash": k.content_hash, "seq": seq}
            for k in keys
        ]
        if not quick_add(connection, FACT_KEYS, put):
            connection.execute(_PUT, put)


def replace(connection: Connection, table: str, keys: Sequence[Key], seq: int) -> None:
    """Put rows of a table without a clock in the place of those with the same key."""
    for key in keys:
        connection.execute(
            update(FACT_KEYS)
            .where(and_(FACT_KEYS.c.table_name == table, FACT_KEYS.c.key_hash == key.key_hash))
            .values(content_hash=key.content_hash, seq=seq)
        )
