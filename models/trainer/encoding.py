"""A table as a matrix of numbers, each row as it could have been known at its own time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.trainer.table import MICROSECONDS_A_DAY, Int64, Table

Single = NDArray[np.float32]
Float = NDArray[np.float64]
FEW_LEVELS = 12
AT_LEAST = 20
"""Rows before the origin a level needs to have a column of its own."""

WEIGHT = 10.0
"""How many findings the share among all weighs in the share of one value."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """`values` float32 (n, d), NaN missing, and the columns' `names`."""

    values: Single
    names: tuple[str, ...]


def encode(table: Table, origin: int) -> Encoded:
    """Every row as numbers, by what was known at its own time, and of labels only those decided by the origin.

    Numbers stay. Dates become days before the row's time. The time gives the hour and the day of the week. A text
    gives a column for each of its common values where it has few; else how often the value had been seen, how many
    days ago it last was, and the share of positives among findings on it that had been decided before the row's time,
    drawn towards the share of all. Levels are chosen from rows before the origin.
    """
    past = table.time < origin
    columns: list[Float] = []
    names: list[str] = []

    def add(name: str, values: Float) -> None:
        known = values[past & ~np.isnan(values)]
        if len(known) and (known.min() < known.max() or len(known) < past.sum()):
            columns.append(values)
            names.append(name)

    for name, values in table.numbers.items():
        add(name, values)
    days = table.time / MICROSECONDS_A_DAY
    for name, values in table.dates.items():
        add(f"days since {name}", days - values)
    add("hour", np.floor(days % 1 * 24))
    add("weekday", np.floor(days) % 7)
    for name, codes in table.texts.items():
        counts = np.bincount(codes[past & (codes >= 0)], minlength=int(codes.max(initial=-1)) + 1)
        if 0 < (counts > 0).sum() <= FEW_LEVELS:
            for level in np.nonzero(counts >= AT_LEAST)[0].tolist():
                add(f"{name} #{level}", np.where(codes < 0, np.nan, codes == level))
            continue
        seen, ago = _seen_before(codes, table.time)
        add(f"times seen: {name}", seen)
        add(f"days since seen: {name}", ago)
        add(f"share of findings: {name}", _share_before(codes, table, origin))
    values = np.column_stack(columns) if columns else np.empty((len(table.time), 0))
    return Encoded(values.astype(np.float32), tuple(names))


def _seen_before(codes: Int64, time: Int64) -> tuple[Float, Float]:
    """How many earlier rows (strictly, by time) hold the same code, and days since the last; NaN where none or null.

    Rows are in order of time.
    """
    order = np.lexsort((time, codes))
    sorted_codes, sorted_time = codes[order], time[order]
    new_code = np.r_[True, sorted_codes[1:] != sorted_codes[:-1]]
    new_time = new_code | np.r_[True, sorted_time[1:] != sorted_time[:-1]]
    places = np.arange(len(codes))
    start = np.maximum.accumulate(np.where(new_code, places, 0))
    tie = np.maximum.accumulate(np.where(new_time, places, 0))
    count = (tie - start).astype(np.float64)
    ago = np.where(tie > start, (sorted_time - sorted_time[np.maximum(tie - 1, 0)]) / MICROSECONDS_A_DAY, np.nan)
    seen, days = np.empty(len(codes)), np.empty(len(codes))
    seen[order], days[order] = count, ago
    return np.where(codes < 0, np.nan, seen), np.where(codes < 0, np.nan, days)


def _share_before(codes: Int64, table: Table, origin: int) -> Float:
    """Share of positives among findings on the same code decided before the row's time and by the origin."""
    known = (table.label >= 0) & (table.decided <= origin) & (codes >= 0)
    if not known.any():
        return np.full(len(codes), np.nan)
    moments = np.unique(table.decided[known])
    width = len(moments) + 1
    keys = codes[known] * width + np.searchsorted(moments, table.decided[known], side="left")
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    positives = np.concatenate(([0], np.cumsum(table.label[known][order] == 1)))
    # Decided strictly before the row's time: all moments left of it.
    asked = np.searchsorted(moments, table.time, side="left")
    high = np.searchsorted(keys, codes * width + asked, side="left")
    low = np.searchsorted(keys, codes * width, side="left")
    count, hits = high - low, positives[high] - positives[low]
    overall = positives[-1] / len(keys)
    share = (hits + WEIGHT * overall) / (count + WEIGHT)
    return np.where((count > 0) & (codes >= 0), share, np.nan)
