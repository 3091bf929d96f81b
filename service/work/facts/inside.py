"""Which rows a sender may hand over: none of a division known to lie outside their own, none about a payment, card or
person on record elsewhere alone (`on_record`), and what lies in no division, as the tree of divisions itself, only from
somebody who sees all of it.

Scope rests on that tree: whoever could hang another county's village under their own division would see what is paid
there. Items, kinship, posts, deaths and decisions count in every village: nothing in such a row says whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from service.access import Principal
from service.store.kin_ties import places_of
from service.store.runs import known_divisions
from service.work.errors import WorkError
from service.work.facts.on_record import elsewhere
from service.work.facts.refused import as_sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from features.contract import Table
    from features.intake.report import QuarantinedRow
    from features.intake.stream import CheckedRows
    from service.work.context import Context


class NotYoursError(WorkError):
    """The table is not for this sender to hand over."""


OF_ALL: Final = frozenset(
    {"divisions", "dispositions", "programs", "program_rates", "kinship", "officials", "civil_events"}
)
"""Tables that are the whole deployment's, not a village's."""


def check_table(who: Principal, table: Table) -> None:
    """Raises NotYoursError for a table of `OF_ALL` from somebody who does not see everywhere."""
    if table.name in OF_ALL and not who.sees_everywhere:
        raise NotYoursError(
            f"{table.name} is handed over by whoever sees everywhere: its rows count in every division",
            f"{table.name} 表的数据适用于全部区划，仅可由管辖全域的账户报送",
        )


@dataclass(frozen=True, slots=True)
class Inside:
    """What a sender may hand over of some rows, and by line of those set aside that name no division the one they are
    about: whoever answers for it sees them there. The sender is not told."""

    rows: CheckedRows
    places: dict[int, str] = field(default_factory=dict)


def inside(context: Context, who: Principal, table: Table, part: CheckedRows) -> Inside:
    """The rows without those of divisions known to lie outside the sender's, and those about what is on record outside
    alone, which join the refused ones. A division nobody knows is evidence, not an error; but under it nobody changes a
    person who is on record elsewhere."""
    import numpy as np
    import pyarrow as pa

    if who.sees_everywhere or not part.batch.num_rows:
        return Inside(part)
    named = "division_code" in part.batch.schema.names
    codes = part.batch.column("division_code").to_pylist() if named else [None] * part.batch.num_rows
    with context.database.read() as connection:
        above = known_divisions(connection, sorted({code for code in codes if code is not None}))
        outside = {code for code, up in above.items() if not up & set(who.divisions)}
        bad = [place for place, code in enumerate(codes) if code in outside]
        if table.name == "persons":
            lost = [place for place, code in enumerate(codes) if code not in above]
            bad = sorted([*bad, *_of_others(context, connection, who, part, lost)])
        far = elsewhere(context, connection, who.divisions, table.name, part.batch)
    bad = sorted({*bad, *far})
    if not bad:
        return Inside(part)
    rows = part.batch.take(pa.array(bad, pa.int64())).to_pylist()
    lines = [int(part.lines[place]) for place in bad]
    sent = {**part.sent, **{line: as_sent(row) for line, row in zip(lines, rows, strict=True)}}
    refused = sorted([*part.refused, *(_refused(table, line) for line in lines)], key=lambda row: row.line)
    keep = np.ones(part.batch.num_rows, np.bool_)
    keep[bad] = False
    batch = part.batch.filter(pa.array(keep))
    kept = replace(part, batch=batch, lines=part.lines[keep], refused=tuple(refused), sent=sent)
    return Inside(kept, {int(part.lines[place]): code for place, code in far.items() if codes[place] is None})


def _of_others(
    context: Context, connection: Connection, who: Principal, part: CheckedRows, places: Sequence[int]
) -> list[int]:
    """Those of some places whose person is on record in a village known to lie outside the sender's: the row would
    change where codes and notices of that person go."""
    numbers = part.batch.column("person_id")
    hashes = {place: context.seal.hash("person", numbers[place].as_py()) for place in places}
    homes = places_of(connection, set(hashes.values()))
    above = known_divisions(connection, sorted({home.division_code for home in homes.values()}))
    found = []
    for place, person in hashes.items():
        up = above.get(homes[person].division_code) if person in homes else None
        if up is not None and not up & set(who.divisions):
            found.append(place)
    return found


def _refused(table: Table, line: int) -> QuarantinedRow:
    from features.intake.report import QuarantinedRow

    return QuarantinedRow(
        table=table.name,
        file="",
        line=line,
        column="division_code",
        reason="outside_divisions: outside the divisions of whoever sent it",
        found="a division that is not the sender's, or what is on record in one",
        expected="a division of the sender's, or under one, and what is on record there or nowhere",
        reason_zh="不在报送人管辖区划内",
        expected_zh="报送人管辖区划内的行政区划，且所涉发放、卡、人员登记在该区划内或尚无登记",
    )
