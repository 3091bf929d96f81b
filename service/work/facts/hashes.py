"""Keyed hashes of rows: of what identifies a row and of all it says. Without the key they tell nothing of either."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

    from features.contract import Table
    from service.sealing import Seal

NO_CLOCK = -(2**63)
"""Stands for the clock of a row that has none."""

FEW: Final = 64
"""Fewer rows than this are hashed row by row."""

_BYTES = 16
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Hashes:
    """By row: hash of the key (the whole row where the table has none), hash of the content, clock; shape (n,) each.

    Clocks are microseconds for moments and days for dates: they are compared within one table only.
    """

    keys: list[bytes]
    contents: list[bytes]
    clocks: list[int]


def keys_of(seal: Seal, table: Table, rows: pa.RecordBatch) -> list[bytes]:
    """Hashes of the keys of rows in canonical types. Raises ValueError for a table without a key."""
    if not table.key:
        raise ValueError(f"{table.name} has no key")
    return _hashed(seal, table, b"key", _texts(rows, list(table.key)))


def hashes_of(seal: Seal, table: Table, rows: pa.RecordBatch, *, keys: list[bytes] | None = None) -> Hashes:
    """Hashes of rows in canonical types. A column that is null and one that was not handed over are the same.

    `keys` are the hashes of the keys, where they are known already.
    """
    import pyarrow as pa

    names = frozenset(rows.schema.names)
    present = [c.name for c in table.columns if c.name in names]
    contents = _hashed(seal, table, b"content", _texts(rows, present))
    keys = keys or (keys_of(seal, table, rows) if table.key else contents)
    clocks = [NO_CLOCK] * rows.num_rows
    if table.clock is not None and table.clock in present:
        values = rows.column(table.clock)
        whole = pa.int32() if pa.types.is_date32(values.type) else pa.int64()
        clocks = [NO_CLOCK if value is None else value for value in values.view(whole).to_pylist()]
    return Hashes(keys, contents, clocks)


def _texts(rows: pa.RecordBatch, names: Sequence[str]) -> list[str]:
    """The named columns of each row as one text: `name=value` of those that are not null."""
    return few_texts(rows, names) if rows.num_rows < FEW else many_texts(rows, names)


def few_texts(rows: pa.RecordBatch, names: Sequence[str]) -> list[str]:
    """The same row by row: for a few of them that takes less time than to ask Arrow for each column."""
    import pyarrow as pa

    told: list[list[str]] = [[] for _ in range(rows.num_rows)]
    for name in names:
        values = rows.column(name)
        if pa.types.is_timestamp(values.type):
            values = values.view(pa.int64())
        for row, value in zip(told, values.to_pylist(), strict=True):
            if value is not None:
                row.append(f"{name}={_text(value)}")
    return [_BETWEEN.join(row) for row in told]


def _text(value: object) -> str:
    """A value as `many_texts` writes it."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace(_BETWEEN, "\\-") if _BETWEEN in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int.from_bytes(struct.pack("<d", value), "little", signed=True))
    return "|".join(value) if isinstance(value, list) else str(value)


def many_texts(rows: pa.RecordBatch, names: Sequence[str]) -> list[str]:
    """The same column by column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = []
    for name in names:
        values = rows.column(name)
        kind = values.type
        if pa.types.is_list(kind):
            values = pc.binary_join(values, "|")
        elif pa.types.is_timestamp(kind):
            values = values.cast(pa.int64()).cast(pa.string())
        elif pa.types.is_floating(kind):
            # The bits: how a float is written may change from release to release.
            values = values.view(pa.int64()).cast(pa.string())
        elif not pa.types.is_string(kind):
            values = values.cast(pa.string())
        if pa.types.is_string(kind) and pc.any(pc.match_substring(values, _BETWEEN)).as_py():
            escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), _BETWEEN, "\\-")
            values = pc.if_else(pc.match_substring(values, _BETWEEN), escaped, values)
        parts.append(pc.binary_join_element_wise(pa.scalar(f"{name}="), values, ""))
    joined = pc.binary_join_element_wise(*parts, _BETWEEN, null_handling="skip")
    found: list[str] = joined.to_pylist()
    return found


def _hashed(seal: Seal, table: Table, what: bytes, texts: list[str]) -> list[bytes]:
    # A key of its own, derived from the seal's, so that these hashes meet no others.
    key = bytes.fromhex(seal.hash("key", "rows of facts"))
    start = hashlib.blake2b(table.name.encode() + b"\0", key=key, digest_size=_BYTES, person=what)
    found = []
    for text in texts:
        digest = start.copy()
        digest.update(text.encode())
        found.append(digest.digest())
    return found
