"""Months of days, for items that are due by the month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

EARLIEST, LATEST = -150 * 366, 300 * 366
"""Days since 1970 the table spans (years 1820 to 2270); anything outside takes the month of the nearer end."""

MONTHS = np.append(
    np.arange(EARLIEST, LATEST).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64).astype(np.float64),
    np.nan,
)
"""Month of each of those days, and NaN behind them."""


def month_of(days: NDArray[np.generic]) -> Float:
    """Months since January 1970 of local days; NaN where the day is NaN. Keeps the shape.

    >>> month_of(np.array([0.0, 31.5, np.nan]))
    array([ 0.,  1., nan])
    """
    values = np.asarray(days, dtype=np.float64)
    place = np.floor(np.clip(values, EARLIEST, LATEST - 1)) - EARLIEST
    place = np.where(np.isnan(values), len(MONTHS) - 1, place).astype(np.int64)
    months: Float = MONTHS[place]
    return months
