"""Rows that were not taken, as the quarantine keeps them: why, where, and what was sent, sealed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.sealing.column import seal_document
from service.store.quarantine import QUARANTINE

if TYPE_CHECKING:
    from features.contract import Table
    from features.intake.report import QuarantinedRow
    from features.intake.stream import CheckedRows
    from service.work.context import Context

_DIVISION: Final = re.compile(r"[0-9]{2,12}")


def refused_rows(
    context: Context,
    refused: Iterable[QuarantinedRow],
    sent: Mapping[int, Mapping[str, str]],
    places: Mapping[int, str] | None = None,
) -> list[dict[str, Any]]:
    """Rows of `store.quarantine.QUARANTINE`, but for the columns that say which delivery they came with. `places`: the
    division of rows that name none, by line."""
    places = places or {}
    return [_row(context, row, sent.get(row.line, {}), places.get(row.line)) for row in refused]


def conflicting(context: Context, table: Table, part: CheckedRows, positions: list[int]) -> list[dict[str, Any]]:
    """The same for rows that carry a key that is on record with other content."""
    import pyarrow as pa

    from features.intake.report import QuarantinedRow

    if not positions:
        return []
    key = ", ".join(table.key)
    own = f", or a {table.clock} of its own" if table.versioned and not table.in_file_order else ""
    own = f", or a later {table.clock}" if table.in_file_order else own
    found = []
    rows = part.batch.take(pa.array(positions, pa.int64())).to_pylist()
    for position, row in zip(positions, rows, strict=True):
        told = QuarantinedRow(
            table=table.name,
            file="",
            line=int(part.lines[position]),
            column=table.evidence_key[-1],
            reason="duplicate_key: on record with other content",
            found="the same key with other content",
            expected=f"another {key}{own}",
            reason_zh="主键已有记录，内容不同",
            expected_zh=f"{key}不重复" + (f"，或{table.clock}更晚" if own else ""),
        )
        found.append(_row(context, told, as_sent(row)))
    return found


def as_sent(row: Mapping[str, Any]) -> dict[str, str]:
    """A row in canonical types as the texts the contract writes."""
    texts = {}
    for name, value in row.items():
        if value is None:
            continue
        if isinstance(value, bool):
            texts[name] = "true" if value else "false"
        elif isinstance(value, list):
            texts[name] = "|".join(value)
        else:
            texts[name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return texts


def _row(context: Context, told: QuarantinedRow, sent: Mapping[str, str], place: str | None = None) -> dict[str, Any]:
    division = place or sent.get("division_code", "")
    return {
        "line": told.line,
        "column_name": told.column,
        "reason": told.reason,
        "reason_zh": told.reason_zh,
        "found": told.found,
        "expected": told.expected,
        "expected_zh": told.expected_zh,
        "row_sent": seal_document(context.seal, QUARANTINE.c.row_sent, dict(sent)),
        "division_code": division if _DIVISION.fullmatch(division) else None,
    }
