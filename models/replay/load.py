"""Work for each desk, month by month and county by county, against what it can open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.asof.ledger import MICROSECONDS_A_DAY
from models.scoring.grouping import group_alerts
from models.scoring.hubs import KINDS, hubs_of
from models.scoring.policy import Policy

Bool = NDArray[np.bool_]
Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
DESKS = ("discipline", "department", "owed")
COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Grouped:
    """Payments by name: `names` (k,) in order, `code` (n,) the place of each payment's name among them."""

    names: tuple[str, ...]
    code: Int64

    @classmethod
    def of(cls, names: list[str], code: Int64) -> Grouped:
        """Names that may repeat, numbered anew, each once and in order."""
        found, place = np.unique(np.array(names or [""]), return_inverse=True)
        return cls(tuple(str(name) for name in found), place[code].astype(np.int64))


@dataclass(frozen=True, slots=True)
class Places:
    """Month (`2019-07`, local) and county (six digits, `unknown` where none) of each payment."""

    month: Grouped
    county: Grouped


@dataclass(frozen=True, slots=True)
class Both:
    """A count before and after the change."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DeskMonth:
    """Alerts and the cases they make for one desk in one month; `capacity` is what it can open in one queue.

    Queues are taken to be monthly. Cases are counted as the queue groups alerts, without the random sample.
    """

    desk: str
    month: str
    alerts: Both
    cases: Both
    capacity: Both


def places_of_payments(ledger: Ledger, rows: Int64, at: Int64) -> Places:
    """Month and county of disbursement rows (n,)."""
    days = (at + ledger.utc_offset) // MICROSECONDS_A_DAY
    months, month = np.unique(days.astype("datetime64[D]").astype("datetime64[M]"), return_inverse=True)
    codes, place = np.unique(ledger.tables["disbursements"].column("division_code")[rows], return_inverse=True)
    names = ledger.vocabulary("division").decode(codes.astype(np.int64))
    counties = [(name or "")[:COUNTY_DIGITS] or "unknown" for name in names]
    return Places(Grouped.of([str(m)[:7] for m in months], month), Grouped.of(counties, place))


def by_place(before: Bool, after: Bool, place: Grouped) -> dict[str, Both]:
    """Payments of two masks (n,) by month or county, in order; places without any are left out."""
    counts = [np.bincount(place.code[mask], minlength=len(place.names)) for mask in (before, after)]
    return {name: Both(int(old), int(new)) for name, old, new in zip(place.names, *counts, strict=True) if old + new}


def desk_months(
    ledger: Ledger,
    rows: Int64,
    at: Int64,
    probability: Float,
    alerts: pa.Table,
    places: Places,
    before: Policy,
    after: Policy,
) -> tuple[DeskMonth, ...]:
    """Alerts and cases of every desk and month with any; `alerts` as `queue.ALERTS`, probability (n, 2)."""
    place, side = alerts.column("place").to_numpy(), alerts.column("side").to_numpy()
    desks = np.array(alerts.column("desk").to_pylist(), dtype=np.str_)
    found = []
    for month in np.unique(places.month.code[place]).tolist():
        members = np.nonzero(places.month.code == month)[0]
        inside = places.month.code[place] == month
        cases = _cases(ledger, rows[members], at[members], members, probability, alerts.filter(pa.array(inside)))
        for desk in DESKS:
            seen = [int((inside & (side == s) & (desks == desk)).sum()) for s in (0, 1)]
            if any(seen):
                capacity = Both(*(int(policy[f"desks.{desk}_capacity"]) for policy in (before, after)))
                made = Both(cases[0].get(desk, 0), cases[1].get(desk, 0))
                found.append(DeskMonth(desk, places.month.names[month], Both(seen[0], seen[1]), made, capacity))
    return tuple(found)


def _cases(
    ledger: Ledger, rows: Int64, at: Int64, members: Int64, probability: Float, alerts: pa.Table
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Cases by desk of one month's payments, before and after."""
    view = View(ledger, at, rows)
    hubs = hubs_of(view)
    position = {int(m): i for i, m in enumerate(members)}
    told = alerts.to_pylist()
    counts: list[dict[str, int]] = []
    for side in (0, 1):
        mine = {position[a["place"]]: a for a in told if a["side"] == side}
        groups = group_alerts(
            hubs,
            probability[members, side],
            np.array(sorted(mine), dtype=np.int64),
            {i: frozenset(f"{a['desk']}/{t}" for t in a["signals"]) for i, a in mine.items()},
            own={i: _own_hub(view, i, a["desk"]) for i, a in mine.items()},
            led=(list(KINDS).index("official"), frozenset(i for i, a in mine.items() if a["role"] == "official")),
        )
        count: dict[str, int] = {}
        for group in groups:
            desk = group.signal.partition("/")[0]
            count[desk] = count.get(desk, 0) + 1
        counts.append(count)
    return counts[0], counts[1]


def _own_hub(view: View, i: int, desk: str) -> tuple[int, int]:
    """Where an alert alone goes: its run on the desk for benefits owed, else its household, else its card."""
    kinds = list(KINDS)
    if desk == "owed" and view.own("run_id")[i] >= 0:
        return kinds.index("run"), int(view.own("run_id")[i])
    if view.own("household_id")[i] >= 0:
        return kinds.index("household"), int(view.own("household_id")[i])
    return kinds.index("card"), int(view.own("card_id")[i])


def day_of(at_us: int, utc_offset_us: int) -> str:
    """The local day of a moment, ISO."""
    days = (at_us + utc_offset_us) // MICROSECONDS_A_DAY
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(days))).isoformat()
