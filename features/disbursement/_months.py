"""Months a line pays for, and months the person was entitled to by age, life and liberty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._calendar import month_of
from features.asof import View
from features.person._register import births
from features.person._status import deaths, prison
from features.program._item import item, item_is, months_of_period

Float = NDArray[np.float64]


def months_paid(view: View) -> Float:
    """Months the line pays for: its quantity where the item is counted in months, else the months of its period."""
    months = months_of_period(view)
    return np.where(item_is(view, "quantity_unit", "month"), view.own("quantity"), months)


def window(view: View) -> tuple[Float, Float]:
    """First and last month the line may pay for: its period, or, where it pays more months, up to its submission."""
    return view.memo(_window)


def _window(view: View) -> tuple[Float, Float]:
    first = month_of(view.period_from())
    length, paid = months_of_period(view), np.ceil(months_paid(view))
    until = np.fmax(first + paid - 1, month_of(view.day_at))
    return first, np.where(paid > length, until, first + length - 1)


def overlap(view: View, begun: Float, ended: Float) -> Float:
    """Months of the window from month `begun` to month `ended`, both included (NaN: open); shape (n,)."""
    first, last = window(view)
    months = np.maximum(np.fmin(last, ended) - np.fmax(first, begun) + 1, 0.0)
    return np.where(np.isnan(first), np.nan, months)


def beyond(view: View, entitled: Float) -> Float:
    """Months paid beyond those entitled; an item not counted in months is wholly beyond or not at all; shape (n,)."""
    counted = item_is(view, "quantity_unit", "month")
    excess = np.where(counted, months_paid(view) - entitled, np.where(entitled > 0, 0.0, months_of_period(view)))
    return np.where(np.isnan(entitled), np.nan, np.maximum(excess, 0.0))


def months_by_age(view: View) -> Float:
    """Months of the window in which the age was within the gates (the month of the birthday counts); NaN: no gate.

    Where register and identity number give different dates of birth, the one that entitles to more.
    """
    youngest, oldest = item(view, "min_age"), item(view, "max_age")
    gated = ~np.isnan(youngest) | ~np.isnan(oldest)
    best = np.full(view.n, np.nan)
    for born in births(view):
        begun = month_of(born) + 12 * youngest
        ended = month_of(born) + 12 * (oldest + 1) - 1
        best = np.fmax(best, np.where(np.isnan(born), np.nan, overlap(view, begun, ended)))
    return np.where(gated, best, np.nan)


def months_alive(view: View) -> Float:
    """Months of the window up to the month of the latest death on record; NaN where no death is."""
    found = deaths(view)
    died = month_of(found.max(found["effective_on"]))
    return np.where(np.isnan(died), np.nan, overlap(view, np.full(view.n, np.nan), died))


def months_free(view: View) -> Float:
    """Months of the window not wholly in prison (the month of arrest and the month of release count); NaN: never."""
    found = prison(view)
    first, last = window(view)
    inside = overlap(view, month_of(found.begun) + 1, month_of(found.to) - 1)
    return np.where(np.isnan(found.begun), np.nan, last - first + 1 - inside)
