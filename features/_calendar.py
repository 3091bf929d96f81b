"""Months of days, for items that are due by the month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

_EARLIEST, _LATEST = -150 * 366, 300 * 366
"""Days since 1970 the table spans (years 1820 to 2270); anything outside takes the month of the nearer end."""

_MONTHS = np.append(
    np.arange(_EARLIEST, _LATEST).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64).astype(np.float64),
    np.nan,
)


def month_of(days: NDArray[np.generic]) -> Float:
    """Months since January 1970 of local days; NaN where the day is NaN. Keeps the shape.

    >>> month_of(np.array([0.0, 31.5, np.nan]))
    array([ 0.,  1., nan])
    """
    values = np.asarray(days, dtype=np.float64)
    place = np.floor(np.clip(values, _EARLIEST, _LATEST - 1)) - _EARLIEST
    place = np.where(np.isnan(values), len(_MONTHS) - 1, place).astype(np.int64)
    months: Float = _MONTHS[place]
    return months
