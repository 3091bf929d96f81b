"""Known breaks: mergers, new cards, new rates, and what a deployment wrote down. They explain an alarm, not hide it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features._feature import Feature
from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY

KINDS = ("merger", "card migration", "new rates", "noted")
LOOK_BACK = 60
"""Days before a period in which a break still shows in it."""
MANY_CARDS = 5.0
"""Times the usual number of cards opened in a month that make a migration."""
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Break:
    """A day from which data look different, of one of `KINDS`, and in a few words what it was (no personal data)."""

    on: str
    kind: str
    what: str


def breaks(ledger: Ledger, first_us: int, until_us: int, noted: Sequence[Break] = ()) -> tuple[Break, ...]:
    """Breaks from `LOOK_BACK` days before `first_us` to `until_us`, earliest first; `noted` are the deployment's."""
    first = np.floor((first_us + ledger.utc_offset) / MICROSECONDS_A_DAY) - LOOK_BACK
    last = np.floor((until_us + ledger.utc_offset) / MICROSECONDS_A_DAY)
    found = [*_mergers(ledger, first, last), *_rates(ledger, first, last), *_cards(ledger, first, last)]
    found += [one for one in noted if first <= (dt.date.fromisoformat(one.on) - _EPOCH).days <= last]
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.what)))


def explains(one: Break, feature: Feature | None) -> bool:
    """Whether a break may be why a feature moved; without a feature (scores, flag rates) any may."""
    if one.kind == "noted" or feature is None:
        return True
    needs = {need.partition(".")[0] for need in feature.all_needs()}
    words = {"merger": ("village", "list", "division", "lines"), "card migration": ("card",), "new rates": ("rate",)}
    tables = {"merger": {"divisions"}, "card migration": {"cards", "card_events"}, "new rates": {"program_rates"}}
    return bool(needs & tables[one.kind]) or any(word in feature.name for word in words[one.kind])


def _mergers(ledger: Ledger, first: float, last: float) -> list[Break]:
    table = ledger.tables.get("divisions")
    if table is None or table.rows == 0 or not table.has("valid_to"):
        return []
    # The day after the last day of validity; a division that begins in the window counts too.
    days = np.concatenate([table.numbers("valid_to") + 1, table.numbers("valid_from")])
    return [
        Break(_day(day), "merger", f"{count} divisions ended or began") for day, count in _by_day(days, first, last)
    ]


def _rates(ledger: Ledger, first: float, last: float) -> list[Break]:
    table = ledger.tables.get("program_rates")
    if table is None or table.rows == 0:
        return []
    days = table.numbers("valid_from")
    names = ledger.vocabulary("program").decode(table.codes("program_id"))
    return [
        Break(_day(day), "new rates", ", ".join(sorted({str(names[k]) for k in np.nonzero(days == day)[0].tolist()})))
        for day, _ in _by_day(days, first, last)
    ]


def _cards(ledger: Ledger, first: float, last: float) -> list[Break]:
    """Months in which far more cards were opened than usual among those known by then."""
    table = ledger.tables.get("cards")
    if table is None or table.rows == 0:
        return []
    days = table.numbers("opened_on")
    days = days[~np.isnan(days) & (days <= last)]
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    names, counts = np.unique(months, return_counts=True)
    recent = names >= np.datetime64(int(last) - 3 * 365, "D").astype("datetime64[M]")
    usual = float(np.median(counts[recent])) if recent.any() else 0.0
    start = np.datetime64(int(first), "D").astype("datetime64[M]")
    return [
        Break(f"{name}-01", "card migration", f"{count:,} cards opened in the month, usually {usual:,.0f}")
        for name, count in zip(names.tolist(), counts.tolist(), strict=True)
        if name is not None and np.datetime64(name, "M") >= start and count > MANY_CARDS * max(usual, 10.0)
    ]


def _by_day(days: np.ndarray[tuple[int], np.dtype[np.float64]], first: float, last: float) -> list[tuple[float, int]]:
    inside = days[(days >= first) & (days <= last)]
    found, counts = np.unique(inside, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


def _day(day: float) -> str:
    return (_EPOCH + dt.timedelta(days=int(day))).isoformat()
