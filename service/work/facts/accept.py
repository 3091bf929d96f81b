"""Take one batch of checked rows: in one transaction it is on record, with all that follows from it, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from service.store import fact_keys, facts
from service.store.fact_keys import Key
from service.work.facts.batches import sealed
from service.work.facts.follow_ups import follow_up
from service.work.facts.hashes import Hashes
from service.work.facts.settle import Settled, settle

if TYPE_CHECKING:
    import pyarrow as pa

    from features.contract import Table
    from service.work.context import Context


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of the rows of one batch; `seq` is None where nothing was new.

    `rows` are those that were stored, `repeated` and `conflicts` positions among those handed in.
    """

    seq: int | None
    rows: pa.RecordBatch
    versions: int
    repeated: list[int]
    conflicts: list[int]


def accept(
    context: Context,
    connection: Connection,
    table: Table,
    rows: pa.RecordBatch,
    hashes: Hashes,
    *,
    source: str,
    intake_id: int | None = None,
    own_from: int | None = None,
    new_after: int | None = None,
    follow: bool = True,
) -> Accepted:
    """Take rows in canonical types in the caller's transaction, which becomes the only one that takes facts.

    `hashes` are those of the rows (`hashes_of`), made before the transaction began. `source` says who sent them.
    `own_from` is the first batch of the same delivery. `new_after` says that all rows were new, and different from each
    other, when the newest batch was this one: while it still is, nothing is looked up again. Without `follow` what
    follows from the rows is left to a job.
    """
    import pyarrow as pa

    context.database.alone(connection, "facts")
    last = facts.last_seq(connection)
    seq = last + 1
    if last == new_after:
        keys = [Key(*row) for row in zip(hashes.keys, hashes.clocks, hashes.contents, strict=True)]
        found = Settled(taken=list(range(rows.num_rows)), fresh=keys)
    else:
        on_record = fact_keys.standing(connection, table.name, hashes.keys)
        found = settle(table, hashes, on_record, seq, own_from or seq)
    taken = rows if len(found.taken) == rows.num_rows else rows.take(pa.array(found.taken, pa.int64()))
    if not found.taken:
        return Accepted(None, taken, 0, found.repeated, found.conflicts)
    facts.add_batch(
        connection,
        table.name,
        taken.num_rows,
        sealed(context, taken),
        source,
        context.clock.now(),
        intake_id=intake_id,
        seq=seq,
    )
    fact_keys.put(connection, table.name, found.fresh, seq)
    fact_keys.replace(connection, table.name, found.replacing, seq)
    if follow:
        follow_up(context, connection, table.name, taken, seq)
    return Accepted(seq, taken, found.versions, found.repeated, found.conflicts)
