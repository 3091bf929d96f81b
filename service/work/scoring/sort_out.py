"""What each payment that comes in is: new, a correction, one that is on record, or none that can be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from service.store import fact_keys, scores
from service.work.facts.hashes import Hashes, hashes_of, keys_of
from service.work.scoring.answer import refused

if TYPE_CHECKING:
    import pyarrow as pa

    from service.store.fact_keys import Standing
    from service.work.context import Context

AHEAD_US: Final = 300_000_000
"""A payment may be submitted at most this much ahead of the clock here, microseconds."""


@dataclass(slots=True)
class Sorted:
    """Payments by position: `new` come on record, `known` are and have no score yet, `scored` have one (its row).

    `same` are those that stand in the batch already: the position of the first. `refused` have their answer. `rows` are
    all payments with moments put in, `hashes` theirs, `known_at` the moments, microseconds UTC.
    """

    rows: pa.Table
    hashes: Hashes
    known_at: list[int]
    new: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    scored: dict[int, Any] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    refused: dict[int, dict[str, Any]] = field(default_factory=dict)

    def taken(self) -> tuple[pa.RecordBatch, Hashes]:
        """The new payments and their hashes, as they come on record."""
        new, of = self.new, self.hashes
        hashes = Hashes([of.keys[i] for i in new], [of.contents[i] for i in new], [of.clocks[i] for i in new])
        return _as_batch(some(self.rows, new)), hashes


def sort_out(
    context: Context, connection: Connection, rows: pa.Table, stamp: Mapping[int, int], now_us: int, stamp_us: int
) -> Sorted:
    """Sort payments in canonical types. Those at the positions `stamp` are submitted now, at `stamp_us` and as many
    microseconds after it as `stamp` says (the same payment twice: at one moment).

    A payment without a moment of its own that is on record with everything else the same is the same payment again.
    """
    from features.contract import TABLES

    table = TABLES["disbursements"]
    batch = _as_batch(rows)
    keys = keys_of(context.seal, table, batch)
    on_record = fact_keys.standing(connection, table.name, keys)
    batch, hashes = _stamped(context, batch, keys, on_record, stamp, stamp_us)
    found = Sorted(_as_table(batch), hashes, hashes.clocks)
    ids = batch.column("disbursement_id").to_pylist()
    here: dict[bytes, list[tuple[bytes, int, int]]] = {}
    again: list[int] = []
    for i, (key, content, at) in enumerate(zip(hashes.keys, hashes.contents, hashes.clocks, strict=True)):
        standing = on_record.get(key, [])
        beside = here.setdefault(key, [])
        twin = next((place for other, _, place in beside if other == content), None)
        if twin is not None:
            found.same[i] = twin
        elif any(row.content_hash == content for row in standing):
            again.append(i)
            beside.append((content, at, i))
        elif at > now_us + AHEAD_US:
            found.refused[i] = refused(
                ids[i],
                "submitted_at",
                ("a moment that has not come", "时刻尚未到来"),
                ("a moment not later than now", "不晚于当前的时刻"),
            )
        elif any(row.clock >= at for row in standing) or any(clock >= at for _, clock, _ in beside):
            found.refused[i] = refused(
                ids[i],
                "disbursement_id",
                ("duplicate_key: on record with other content", "主键已有记录，内容不同"),
                ("another disbursement_id, or a later submitted_at", "其他编号，或更晚的submitted_at"),
            )
        else:
            found.new.append(i)
            beside.append((content, at, i))
    _look_up(connection, found, [(i, ids[i]) for i in again])
    return found


def _stamped(
    context: Context,
    batch: pa.RecordBatch,
    keys: list[bytes],
    on_record: dict[bytes, list[Standing]],
    stamp: Mapping[int, int],
    stamp_us: int,
) -> tuple[pa.RecordBatch, Hashes]:
    """Moments put in: that on record where the rest is the same, else now. The rows and their hashes."""
    from features.contract import TABLES

    table = TABLES["disbursements"]
    if not stamp:
        return batch, hashes_of(context.seal, table, batch, keys=keys)
    place = batch.schema.get_field_index("submitted_at")
    at = _micros(batch.column(place))
    first: dict[bytes, int] = {}
    for i, after in stamp.items():
        first.setdefault(keys[i], stamp_us + after)
    for i in stamp:
        standing = on_record.get(keys[i])
        at[i] = standing[-1].clock if standing else first[keys[i]]
    batch = _with_moments(batch, place, at)
    hashes = hashes_of(context.seal, table, batch, keys=keys)
    other = [i for i in stamp if (known := on_record.get(keys[i])) and known[-1].content_hash != hashes.contents[i]]
    if other:
        for i in other:
            at[i] = first[keys[i]]
        batch = _with_moments(batch, place, at)
        hashes = hashes_of(context.seal, table, batch, keys=keys)
    return batch, hashes


def _look_up(connection: Connection, found: Sorted, again: list[tuple[int, str]]) -> None:
    """Find the scores of payments that are on record: what was said before payment as of the same moment."""
    if not again:
        return
    table = scores.SCORES
    asked = (
        select(table, scores.SCORE_TEXTS.c.text.label("not_applicable_text"))
        .join(scores.SCORE_TEXTS, scores.SCORE_TEXTS.c.text_id == table.c.not_applicable)
        .where(table.c.disbursement_id.in_([one for _, one in again]), table.c.kind == "before")
        .order_by(table.c.score_id)
    )
    made = {(row["disbursement_id"], row["submitted_at"]): row for row in connection.execute(asked).mappings()}
    moments = found.rows.column("submitted_at").to_pylist()
    for i, one in again:
        row = made.get((one, moments[i]))
        if row is None:
            found.known.append(i)
        else:
            found.scored[i] = row


def some(rows: pa.Table, places: list[int]) -> pa.Table:
    """Rows at ascending places."""
    import pyarrow as pa

    return rows if len(places) == rows.num_rows else rows.take(pa.array(places, pa.int64()))


def _micros(moments: pa.Array) -> list[int]:
    import pyarrow as pa

    found: list[int] = moments.view(pa.int64()).to_pylist()
    return found


def _with_moments(batch: pa.RecordBatch, place: int, at: list[int]) -> pa.RecordBatch:
    import pyarrow as pa

    return batch.set_column(place, batch.schema.field(place), pa.array(at, pa.timestamp("us", tz="UTC")))


def _as_batch(rows: pa.Table) -> pa.RecordBatch:
    import pyarrow as pa

    combined = rows.combine_chunks().to_batches()
    return combined[0] if combined else pa.RecordBatch.from_pylist([], schema=rows.schema)


def _as_table(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches([batch])
