"""Bring payments that were answered into the database: facts, scores, events and questions, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from service.clock import micros
from service.store import scores
from service.work.facts.accept import accept
from service.work.facts.hashes import Hashes
from service.work.runs.ask import ask
from service.work.scoring import kept

if TYPE_CHECKING:
    import pyarrow as pa

    from service.work.context import Context
    from service.work.scoring.taken import Taken

LIVE: Final = "live"
"""Who made scores of single payments."""


@dataclass(slots=True)
class Brought:
    """What came of it: numbers of entries that hold a payment which came on record with other content meanwhile, by
    another way. Of such a payment nothing is kept."""

    conflicts: list[int] = field(default_factory=list)


def bring(
    context: Context,
    connection: Connection,
    group: Sequence[Taken],
    added: Callable[[int], None] = lambda _: None,
    texts_kept: Collection[str] | None = None,
) -> Brought:
    """Bring a group in the caller's transaction. To bring it twice adds nothing.

    `added` is told of each batch before anybody can read it. `texts_kept` are the names of texts known to be on record.
    """
    from features.contract import TABLES

    found = Brought()
    table = TABLES["disbursements"]
    for source, own in _by_source(group).items():
        rows, hashes = _together(own)
        took = accept(context, connection, table, rows, hashes, source=source, follow=False)
        if took.seq is not None:
            added(took.seq)
        scored = [row for taken in own for row in taken.scored]
        if took.conflicts:
            there = [taken.number for taken in own for _ in range(taken.rows.num_rows)]
            found.conflicts += sorted({there[place] for place in took.conflicts})
            ids = rows.column("disbursement_id").to_pylist()
            lost = {(ids[place], hashes.clocks[place]) for place in took.conflicts}
            scored = [row for row in scored if (row["disbursement_id"], micros(row["submitted_at"])) not in lost]
        scored = _not_made(connection, scored)
        kept.keep(connection, scored, texts_kept=texts_kept if texts_kept is not None else _without_text(scored))
        ask(context, connection, scored)
    return found


def _by_source(group: Sequence[Taken]) -> dict[str, list[Taken]]:
    """What each sender's calls brought, in order: who sent a batch is said of the whole batch."""
    found: dict[str, list[Taken]] = defaultdict(list)
    for taken in group:
        found[taken.source].append(taken)
    return found


def _together(group: Sequence[Taken]) -> tuple[pa.RecordBatch, Hashes]:
    """The rows of several as one batch, with their hashes."""
    import pyarrow as pa

    if len(group) == 1:
        return group[0].rows, group[0].hashes
    batches = [taken.rows for taken in group]
    if all(one.schema.equals(batches[0].schema) for one in batches):
        table = pa.Table.from_batches(batches)
    else:
        table = pa.concat_tables([pa.Table.from_batches([one]) for one in batches], promote_options="default")
    rows = table.combine_chunks().to_batches()[0]
    hashes = Hashes(
        [key for taken in group for key in taken.hashes.keys],
        [content for taken in group for content in taken.hashes.contents],
        [clock for taken in group for clock in taken.hashes.clocks],
    )
    return rows, hashes


def _not_made(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that are not on record: what was brought before makes no second event."""
    there = scores.made(connection, [row["disbursement_id"] for row in rows], LIVE) if rows else set()
    return [row for row in rows if (row["disbursement_id"], row["as_of"]) not in there]


def _without_text(rows: list[dict[str, Any]]) -> set[str]:
    """Names of texts that are on record: an entry of the journal leaves them out."""
    return {row["not_applicable"] for row in rows if "not_applicable_text" not in row}
