"""Periods (`2019`, `2019Q1`, `2019-07`) as first and last day."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
from numpy.typing import NDArray

_EPOCH = dt.date(1970, 1, 1)
_FORM = re.compile(r"(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")


def period_days(text: str) -> tuple[float, float]:
    """First and last day of a period as days since 1970-01-01; NaN where the text is no period.

    >>> period_days("1970Q1")
    (0.0, 89.0)
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return float("nan"), float("nan")
    year, quarter, month = int(match[1]), match[2], match[3]
    first_month, months = (
        (1, 12) if not quarter and not month else (int(month), 1) if month else (int(quarter) * 3 - 2, 3)
    )
    first = dt.date(year, first_month, 1)
    after = dt.date(year + (first_month + months > 12), (first_month + months - 1) % 12 + 1, 1)
    return float((first - _EPOCH).days), float((after - _EPOCH).days - 1)


def periods_days(values: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last days of many periods, shape (n,) each."""
    both = np.array([period_days(v) for v in values], dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
