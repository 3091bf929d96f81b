"""Rows of an upload as rows of one run: all under its number, none from outside the sender's divisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import TABLES
from features.intake.report import QuarantinedRow
from features.intake.stream import CheckedRows
from service.access import EVERYWHERE
from service.sealing.masked import last_four
from service.store import runs
from service.work.facts.on_record import elsewhere
from service.work.facts.refused import as_sent

if TYPE_CHECKING:
    from service.work.context import Context

PAYMENTS = TABLES["disbursements"]


@dataclass(slots=True)
class Divisions:
    """Where rows may lie: the sender's divisions, and what lies above each division looked up so far."""

    context: Context
    sender: Sequence[str]
    above: dict[str, set[str]]

    def look_up(self, codes: set[str]) -> None:
        """Read what lies above these divisions."""
        if missing := sorted(codes - set(self.above)):
            with self.context.database.read() as connection:
                found = runs.known_divisions(connection, missing)
            self.above |= {code: found.get(code, set()) for code in missing}

    def outside(self, code: str) -> bool:
        """Whether a division is known to lie outside the sender's. One nobody knows is evidence, not an error."""
        return EVERYWHERE not in self.sender and bool(self.above[code]) and not self.above[code] & set(self.sender)

    def scope_of(self, code: str) -> str | None:
        """The division under which a row is seen: its own, None where nobody knows it."""
        return code if self.above[code] else None


def first_of(rows: CheckedRows, column: str) -> str | None:
    """The first text a column of the batch holds; None where it holds none."""
    if column not in rows.batch.schema.names:
        return None
    told = pc.drop_null(rows.batch.column(column))
    return str(told[0]) if len(told) else None


def not_in_future(rows: CheckedRows, latest_us: int) -> CheckedRows:
    """The rows without those submitted after a moment (microseconds UTC), which are refused."""
    at = rows.batch.column("submitted_at").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return _without(rows, {int(k): _in_future(int(rows.lines[k])) for k in np.flatnonzero(at > latest_us)})


def of_run(rows: CheckedRows, run_id: str, divisions: Divisions) -> CheckedRows:
    """The rows under `run_id`, which rows without one are given; those of another run, and those that lie outside the
    sender's divisions, are refused and join the refused ones."""
    batch = rows.batch
    place = batch.schema.get_field_index("run_id")
    told = batch.column(place) if place >= 0 else pa.nulls(batch.num_rows, pa.string())
    other = pc.fill_null(pc.not_equal(told, run_id), False).to_numpy(zero_copy_only=False)
    codes = batch.column("division_code").to_pylist()
    divisions.look_up(set(codes))
    outside = np.array([divisions.outside(code) for code in codes], np.bool_)
    filled = _with_run_id(batch, place, pc.fill_null(told, run_id))
    bad = {int(k): _outside(int(rows.lines[k])) for k in np.flatnonzero(outside)}
    bad |= {int(k): _other_run(int(rows.lines[k])) for k in np.flatnonzero(other)}
    return _without(CheckedRows(filled, rows.lines, rows.refused, rows.sent), bad)


def _without(rows: CheckedRows, bad: dict[int, QuarantinedRow]) -> CheckedRows:
    """The rows without those at some positions, which join the refused ones as they were sent."""
    if not bad:
        return rows
    sent = dict(rows.sent)
    for position, told in bad.items():
        sent[told.line] = as_sent(rows.batch.slice(position, 1).to_pylist()[0])
    keep = np.ones(rows.batch.num_rows, np.bool_)
    keep[list(bad)] = False
    refused = sorted([*rows.refused, *bad.values()], key=lambda row: row.line)
    return CheckedRows(rows.batch.filter(pa.array(keep)), rows.lines[keep], tuple(refused), sent)


def not_of_others(rows: CheckedRows, divisions: Divisions) -> CheckedRows:
    """The rows without those whose payment is on record in a division outside the sender's, which are refused: under a
    village of its own nobody takes over what is paid elsewhere."""
    if EVERYWHERE in divisions.sender or not rows.batch.num_rows:
        return rows
    with divisions.context.database.read() as connection:
        far = elsewhere(divisions.context, connection, divisions.sender, PAYMENTS.name, rows.batch)
    return _without(rows, {place: _outside(int(rows.lines[place])) for place in far})


def kept_rows(context: Context, rows: CheckedRows, divisions: Divisions) -> list[dict[str, Any]]:
    """What RUN_ROWS keeps of each row of the batch, but for run, place and piece; in the order of the batch."""
    divisions.look_up(set(rows.batch.column("division_code").to_pylist()))
    hashed = context.seal.hash
    return [
        {
            "line": line,
            "disbursement_id": row["disbursement_id"],
            "division_code": row["division_code"],
            "scope_code": divisions.scope_of(row["division_code"]),
            "household_id": row.get("household_id"),
            "person_hash": hashed("person", row["person_id"]),
            "card_hash": hashed("card", row["card_id"]),
            "card_last_four": last_four(row["card_id"]),
            "amount_fen": int(row["amount"] * 100),
        }
        for line, row in zip(rows.lines.tolist(), rows.batch.to_pylist(), strict=True)
    ]


def _with_run_id(batch: pa.RecordBatch, place: int, values: pa.Array) -> pa.RecordBatch:
    """The batch with the column filled, in its place in the contract."""
    if place >= 0:
        return batch.set_column(place, "run_id", values)
    before = [c.name for c in PAYMENTS.columns[: [c.name for c in PAYMENTS.columns].index("run_id")]]
    return batch.add_column(sum(name in batch.schema.names for name in before), "run_id", values)


def _other_run(line: int) -> QuarantinedRow:
    return QuarantinedRow(
        table=PAYMENTS.name,
        file="",
        line=line,
        column="run_id",
        reason="other_run: a row of another run",
        found="another run_id",
        expected="the run_id of the run it was sent with, or none",
        reason_zh="该行属于其他批次",
        expected_zh="与所提交批次一致的 run_id，或留空",
    )


def _outside(line: int) -> QuarantinedRow:
    return QuarantinedRow(
        table=PAYMENTS.name,
        file="",
        line=line,
        column="division_code",
        reason="outside_divisions: outside the divisions of whoever sent the run",
        found="a village of another division",
        expected="a village under the sender's divisions",
        reason_zh="不在提交人管辖区划内",
        expected_zh="提交人管辖区划内的村",
    )


def _in_future(line: int) -> QuarantinedRow:
    return QuarantinedRow(
        table=PAYMENTS.name,
        file="",
        line=line,
        column="submitted_at",
        reason="in_future: submitted more than a day from now",
        found="a moment that has not come",
        expected="a moment that has come",
        reason_zh="提交时间晚于当前时间一天以上",
        expected_zh="不晚于当前的提交时间",
    )
