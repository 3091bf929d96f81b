"""What becomes of each row that arrives, given what is on record: new, the same again, a version, or in conflict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.store.fact_keys import Key, Standing
from service.work.facts.hashes import NO_CLOCK, Hashes

if TYPE_CHECKING:
    from features.contract import Table


@dataclass(slots=True)
class Settled:
    """Positions of rows by what becomes of them.

    `taken` are stored, each with its key in `fresh` or `replacing`; `versions` of the taken have an earlier row of the
    same key; `repeated` are on record as they are; `conflicts` carry a key that is taken, with other content.
    """

    taken: list[int] = field(default_factory=list)
    versions: int = 0
    repeated: list[int] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)
    fresh: list[Key] = field(default_factory=list)
    replacing: list[Key] = field(default_factory=list)


def settle(table: Table, rows: Hashes, on_record: dict[bytes, list[Standing]], seq: int, own_from: int) -> Settled:
    """Settle rows in their order; `on_record` is what stands by key hash and takes the rows that are taken here.

    `seq` is the batch they will lie in, `own_from` the first batch of the same delivery. In reference data without a
    clock (divisions, programs) a row replaces what an earlier delivery said of the same key: nothing else could ever
    correct it. Within one delivery two different rows of one key are a conflict there too.
    """
    found = Settled()
    for place, (key, content, clock) in enumerate(zip(rows.keys, rows.contents, rows.clocks, strict=True)):
        standing = on_record.setdefault(key, [])
        new = Key(key, clock, content)
        if any(row.content_hash == content for row in standing):
            found.repeated.append(place)
            continue
        if not standing:
            found.fresh.append(new)
        elif table.clock is None:
            if standing[-1].seq >= own_from:
                found.conflicts.append(place)
                continue
            standing.clear()
            found.replacing.append(new)
            found.versions += 1
        elif _is_version(table, clock, standing):
            found.fresh.append(new)
            found.versions += 1
        else:
            found.conflicts.append(place)
            continue
        found.taken.append(place)
        standing.append(Standing(clock, content, seq))
    return found


def _is_version(table: Table, clock: int, standing: list[Standing]) -> bool:
    """Whether a row of a key that is on record may stand beside what is there."""
    if not table.versioned:
        return False
    if table.in_file_order:
        # The clock is part of the thing itself: only a later one is a correction.
        return clock != NO_CLOCK and all(NO_CLOCK < row.clock < clock for row in standing)
    return all(row.clock != clock for row in standing)
