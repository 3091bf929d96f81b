"""Columns of the catalogue by item code: what a line's item says, for columns derived from lines."""

from __future__ import annotations

from functools import partial

import numpy as np

from features._feature import Float
from features.asof.ledger import LedgerTable


def of_item(lines: LedgerTable, column: str) -> Float:
    """A column of the catalogue as a number for each line, NaN where it is empty or the item is unknown (an enum: -1
    where it is empty); shape (rows,). Of an item that stands there several times the last row counts."""
    programs = lines.ledger.tables["programs"]
    by_code = programs.derived(f"{column}_of_code", partial(_by_code, column=column))
    return np.asarray(by_code[np.asarray(lines.column("program_id"), dtype=np.int64)], dtype=np.float64)


def _by_code(programs: LedgerTable, *, column: str) -> Float:
    """By program code; one more entry for code -1."""
    found = np.full(len(programs.ledger.vocabulary("program")) + 1, np.nan)
    found[np.asarray(programs.column("program_id"), dtype=np.int64)] = programs.column(column)
    found[-1] = np.nan
    return found
