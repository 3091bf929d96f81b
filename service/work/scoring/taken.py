"""Payments that were answered together, as the journal keeps them and as they come back out of it."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.store.journal import Entry
from service.work.facts.batches import opened, sealed
from service.work.facts.hashes import Hashes, hashes_of

if TYPE_CHECKING:
    import pyarrow as pa

    from service.work.context import Context

_BYTES: Final = "bytes"
_MOMENT: Final = "moment"


@dataclass(frozen=True, slots=True)
class Taken:
    """New payments with their scores, answered and durable.

    `rows` in canonical types with their `hashes`, shape (n,); `scored` are rows of `store.scores.SCORES` from
    `kept.rows_of`, in which `not_applicable_text` may be missing where the text is on record; `source` says who sent
    them; `number` is that of the journal's entry.
    """

    rows: pa.RecordBatch
    hashes: Hashes
    scored: list[dict[str, Any]]
    source: str
    number: int = 0


def entry_of(context: Context, taken: Taken, texts_kept: Collection[str]) -> Entry:
    """What the journal keeps: rows sealed, scores as the database would hold them. Texts on record are left out."""
    scored = [
        {name: value for name, value in row.items() if name != "not_applicable_text" or _new(row, texts_kept)}
        for row in taken.scored
    ]
    text = json.dumps(scored, default=_told, ensure_ascii=False, separators=(",", ":"))
    return Entry(taken.source, sealed(context, taken.rows, compressed=False), text)


def taken_of(context: Context, entry: Entry) -> Taken:
    """The payments of an entry. Raises SealError when it was changed or its key is gone."""
    from features.contract import TABLES

    rows = opened(context, entry.facts).combine_chunks().to_batches()[0]
    scored: list[dict[str, Any]] = json.loads(entry.scores, object_hook=_read)
    return Taken(rows, hashes_of(context.seal, TABLES["disbursements"], rows), scored, entry.source, entry.number)


def _new(row: dict[str, Any], texts_kept: Collection[str]) -> bool:
    return row["not_applicable"] not in texts_kept


def _told(value: object) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"found {type(value).__name__}, expected what a row of scores holds")


def _read(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        if _MOMENT in found:
            return dt.datetime.fromisoformat(found[_MOMENT])
        if _BYTES in found:
            return base64.b64decode(found[_BYTES])
    return found
