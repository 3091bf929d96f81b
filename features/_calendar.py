"""Months of days, for items that are due by the month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def month_of(days: NDArray[np.generic]) -> Float:
    """Months since January 1970 of local days; NaN where the day is NaN. Keeps the shape.

    >>> month_of(np.array([0.0, 31.5, np.nan]))
    array([ 0.,  1., nan])
    """
    values = np.asarray(days, dtype=np.float64)
    whole = np.floor(np.nan_to_num(values)).astype(np.int64)
    months = whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64).astype(np.float64)
    return np.where(np.isnan(values), np.nan, months)
