"""The rows of a run that were sent before through `/v1/tables/disbursements`, found among the facts by their run_id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from service.store import run_rows, runs
from service.work.runs.alive import alive
from service.work.runs.read_rows import PIECE, UnreadableError, place_run
from service.work.runs.rows_of_run import Divisions, kept_rows
from service.work.runs.score_rows import COLUMNS
from service.work.runs.scorer_here import scorer_here
from service.work.runs.steps import begin_step

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Row

    from service.work.context import Context
    from service.work.jobs import Hold

LEFT_OUT: Final = "rows-left-out"


def read_reference(context: Context, run: Row[Any], hold: Hold) -> None:
    """Put the rows of a run in their places, in one transaction. Raises UnreadableError where there is none,
    StoppedError, Lost.

    Rows that lie outside the sender's divisions, or in a village nobody knows, are left out and counted in a note: a
    number that was guessed shows nobody another county's payments.
    """
    number = int(run.run)
    with alive(hold):
        found = _rows(context, run.run_id)
        divisions = Divisions(context, tuple(run.sent_divisions), {})
        kept = kept_rows(context, _checked(found), divisions) if found.num_rows else []
    everywhere = "*" in divisions.sender
    seen = [row for row in kept if everywhere or (row["scope_code"] and not divisions.outside(row["division_code"]))]
    if not seen:
        raise UnreadableError(
            "No payment under this run_id is on record within the sender's divisions.",
            "在提交人管辖范围内没有该 run_id 的发放明细。",
        )
    notes = [_left_out(len(kept) - len(seen))] if len(seen) < len(kept) else []
    with context.database.write() as connection:
        begin_step(context, connection, number, "reading", hold)
        now = context.clock.now()
        placed = [
            {**row, "run": number, "line": None, "place": place, "piece": (place - 1) // PIECE}
            for place, row in enumerate(seen, start=1)
        ]
        run_rows.add(connection, placed)
        for piece in range((len(placed) - 1) // PIECE + 1):
            rows = len(placed[piece * PIECE : (piece + 1) * PIECE])
            run_rows.mark(connection, {"run": number, "step": "read", "piece": piece, "rows": rows, "at": now})
        first = found.slice(0, 1).to_pylist()[0]
        runs.change(
            connection,
            number,
            state="scoring",
            read_at=now,
            rows_read=len(seen),
            rows_taken=len(seen),
            program_id=first["program_id"],
            period=first["period"],
            notes=notes,
        )
        runs.change(connection, number, division_code=place_run(connection, run))


def _rows(context: Context, run_id: str) -> pa.Table:
    """The payments of a run as they stand, in order of submission."""
    import pyarrow as pa

    from models.scoring.select import rows_of_run

    table = (ledger := scorer_here(context).history.ledger).tables["disbursements"]
    try:
        rows, _ = rows_of_run(ledger, run_id)
    except KeyError:
        rows = np.empty(0, np.int64)
    places = pa.array(rows, pa.int64())
    return pa.table({name: table.arrow(name).take(places) for name in COLUMNS if table.has(name)})


def _checked(found: pa.Table) -> Any:
    from features.intake.stream import CheckedRows

    batch = found.combine_chunks().to_batches()[0]
    return CheckedRows(batch, np.zeros(batch.num_rows, np.int64), (), {})


def _left_out(rows: int) -> dict[str, Any]:
    return {
        "code": LEFT_OUT,
        "rows": rows,
        "en": f"{rows} rows under this run_id lie outside the sender's divisions, or in villages nobody knows.",
        "zh": f"该 run_id 下有 {rows} 行不在提交人管辖范围内或所属村未登记，未纳入。",
    }
