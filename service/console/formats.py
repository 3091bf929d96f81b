"""How values look on a page: money, counts, shares, days, moments. All take what the work layer gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

NOTHING = "—"
"""What stands where there is no value."""


def yuan(fen: int | None) -> str:
    """Whole fen as yuan with separators.

    >>> yuan(123456789), yuan(-5), yuan(None)
    ('1,234,567.89', '-0.05', '—')
    """
    if fen is None:
        return NOTHING
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def yuan_short(fen: int | None, language: str = "zh") -> str:
    """Money at a glance: 万元 from ten thousand yuan on in Chinese, k and M in English.

    >>> yuan_short(1234567800), yuan_short(1234567800, "en"), yuan_short(39685)
    ('1,234.6 万', '12.3M', '397')
    """
    if fen is None:
        return NOTHING
    value = Decimal(fen) / 100
    if language == "zh":
        return f"{value / 10_000:,.1f} 万" if abs(value) >= 10_000 else f"{value:,.0f}"
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:,.1f}{unit}"
    return f"{value:,.0f}"


def number(value: int | float | None) -> str:
    """A count with separators.

    >>> number(1234567), number(None)
    ('1,234,567', '—')
    """
    return NOTHING if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(share: float | None, places: int = 0) -> str:
    """A share of one.

    >>> percent(0.1234), percent(0.1234, 1), percent(None)
    ('12%', '12.3%', '—')
    """
    return NOTHING if share is None else f"{share * 100:.{places}f}%"


def day(value: dt.date | dt.datetime | None, zone: dt.tzinfo | None = None) -> str:
    """A day as 2019-07-01; of a moment, the day in `zone`."""
    if value is None:
        return NOTHING
    if isinstance(value, dt.datetime):
        return (value.astimezone(zone) if zone and value.tzinfo else value).date().isoformat()
    return value.isoformat()


def moment(value: dt.datetime | None, zone: dt.tzinfo | None = None) -> str:
    """A moment to the minute, in `zone`."""
    if value is None:
        return NOTHING
    here = value.astimezone(zone) if zone and value.tzinfo else value
    return here.strftime("%Y-%m-%d %H:%M")


def score(value: float | None) -> str:
    """A score with two decimals, as people compare it; 1.00 only where it is.

    >>> score(0.8349), score(0.999), score(1.0)
    ('0.83', '0.99', '1.00')
    """
    if value is None:
        return NOTHING
    return "0.99" if 0.99 <= value < 1 else f"{value:.2f}"
