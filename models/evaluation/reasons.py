"""Does every flagged row say why, in both languages, and point at rows that exist."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import Ledger
from models.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class Reasons:
    """Over rows that are not released. A row counts as explained when one of its reasons has a code, both texts and
    evidence that exists; `evidence_exists` is the share of all `table:key` references found in the data."""

    flagged: int
    with_reason: float | None
    with_reason_and_evidence: float | None
    evidence_exists: float | None
    unreadable: int
    released: int


def measure_reasons(judged: Judged, ledger: Ledger) -> Reasons:
    """Check the reasons of every row above the line against the tables."""
    line = judged.line
    said = [parse(text) for text in judged.reasons[line]]
    rows = [found for found, _ in said]
    keys = [key for found in rows for reason in found for key in evidence_of(reason)]
    real = existing(ledger, keys)
    flagged = len(rows)
    good = sum(any(_complete(reason, real) for reason in found) for found in rows)
    return Reasons(
        flagged=flagged,
        with_reason=sum(bool(found) for found in rows) / flagged if flagged else None,
        with_reason_and_evidence=good / flagged if flagged else None,
        evidence_exists=sum(key in real for key in keys) / len(keys) if keys else None,
        unreadable=sum(bad for _, bad in said),
        released=int((~line).sum()),
    )


def parse(text: str | None) -> tuple[list[dict[str, Any]], bool]:
    """The reasons of one row, and whether the text could not be read."""
    if not text:
        return [], False
    try:
        found = json.loads(text)
    except ValueError:
        return [], True
    return [reason for reason in found if isinstance(reason, dict)] if isinstance(found, list) else [], False


def evidence_of(reason: dict[str, Any]) -> list[str]:
    """The `table:key` references of a reason."""
    found = reason.get("evidence")
    return [str(key) for key in found] if isinstance(found, list) else []


def existing(ledger: Ledger, keys: Iterable[str]) -> frozenset[str]:
    """Which of the `table:key` references name a row of the ledger."""
    wanted: dict[str, set[str]] = {}
    for key in keys:
        wanted.setdefault(key.partition(":")[0], set()).add(key)
    found: set[str] = set()
    for name, references in wanted.items():
        if name in ledger.tables and ledger.tables[name].schema.evidence_key:
            found |= _existing_in(ledger, name, references)
    return frozenset(found)


def _existing_in(ledger: Ledger, name: str, references: set[str]) -> set[str]:
    """The last key column, an identifier, narrows the rows; their full references are then compared."""
    table = ledger.tables[name]
    shared = [column for column in table.schema.evidence_key if table.has(column)]
    if not shared:
        return set()
    last = pa.array(sorted({reference.partition(":")[2].rpartition("/")[2] for reference in references}), pa.string())
    near = pc.is_in(table.arrow(shared[-1]).cast(pa.string()), value_set=last)
    rows = np.nonzero(np.asarray(near.to_numpy()))[0]
    return references.intersection(table.evidence(rows))


def _complete(reason: dict[str, Any], real: frozenset[str]) -> bool:
    said = bool(reason.get("code")) and bool(reason.get("text_zh")) and bool(reason.get("text_en"))
    return said and any(key in real for key in evidence_of(reason))
