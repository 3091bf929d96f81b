"""Money on its way as people look at it: sums by item, period or place, what stands still, and where, as of any day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, or_, true

from service.access import Principal
from service.access.scope import within
from service.store.division_paths import all_under, places_under
from service.store.funds_flows import FUNDS_FLOWS, days_until, funds_came, until
from service.store.payment_sums import (
    FUNDS,
    FUNDS_DAYS,
    Atom,
    kept,
    kept_days,
    limits,
    received,
    runs_named,
)
from service.store.payments import RUN_FUNDS
from service.store.town_sums import TOWN_DAYS, TOWN_FLOWS, TOWN_FUNDS
from service.work.context import Context
from service.work.funds.sums import Sum, days_over, sum_of
from service.work.places import Place, Places, places_of

By = Literal["program", "period", "place"]

COLUMN: Final[dict[By, str]] = {"program": "program_id", "period": "period", "place": "division_code"}

MOST_LATE: Final = 20
"""Runs that are told one by one."""

Items = dict[str, tuple[str, str | None, int | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: an item, a period with all within it (`2019` holds `2019-07`), a division with everything
    below; None for all. `on`: at the end of that day, in the deployment's time zone; None for now."""

    program_id: str | None = None
    period: str | None = None
    division_code: str | None = None
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One line: its key (item, period or division), its sums, and the funds that came for it in fen: None by place, and
    for whoever sees no run's county, since funds come for a county. `days_over`: beyond the limit, of the worst run
    that still waits; 0 where none does (`sums` also tells of those that arrived late)."""

    key: str
    sums: Sum
    received_fen: int | None
    days_over: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A run beyond its item's limit whose money has not arrived in full. The department is the subject."""

    run_id: str | None
    program_id: str
    period: str
    waiting: int
    waiting_fen: int
    days_over: int
    limit_days: int
    department: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """An item in a place, with money on its way: days beyond the limit of its worst run, money, runs."""

    days_over: int
    waiting_fen: int
    runs: int


@dataclass(frozen=True, slots=True)
class Board:
    """What is to be seen.

    * `whole`: everything together, its key empty; None where there is nothing
    * `groups`: by what was asked, most money standing still the longest first
    * `standing`: runs that are late, the worst first, at most `MOST_LATE`; `late`: how many there are
    * `spots`: by item and place, only where money is on its way; `places`: the divisions next below the one looked at
    * `here`: the division looked at, None where somebody's scope holds several; `path`: it and those above in scope
    * `periods`: every period there is of what is looked at
    """

    whole: Group | None
    groups: tuple[Group, ...]
    standing: tuple[Standing, ...]
    late: int
    spots: dict[tuple[str, str], Spot]
    places: tuple[Place, ...]
    here: Place | None
    path: tuple[Place, ...]
    periods: tuple[str, ...]


def board(context: Context, who: Principal, by: By, asked: Asked) -> Board:
    """Money on its way within somebody's divisions."""
    places = places_of(context)
    here, path, columns = _where(places, who, asked.division_code)
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    at = None if asked.on is None else end_of(asked.on, zone)
    today = asked.on or context.clock.now().astimezone(zone).date()
    towns = _above_towns(places, who, asked.division_code)
    read = _Reading(who, asked, [one.code for one in columns], zone, towns=towns)
    with context.database.read() as connection:
        items = limits(connection)
        runs, spots, grouped = read.atoms(connection, by)
        days = read.days(connection, by)
        came = received(connection, condition(who, asked, RUN_FUNDS), at) if asked.division_code is None else None
    groups = _grouped(grouped, COLUMN[by], days, items, today, zone)
    standing = _standing(runs, items, today, zone)
    return Board(
        whole=_whole(runs, days, items, today, zone, sum(fen for _, _, fen in came) if came else None),
        groups=tuple(replace(one, received_fen=_came(came, by, one.key)) for one in groups),
        standing=tuple(standing[:MOST_LATE]),
        late=len(standing),
        spots=_spots(spots, items, today, zone),
        places=columns,
        here=here,
        path=path,
        periods=tuple(sorted({atom.period for atom in runs}, reverse=True)),
    )


class _Reading:
    """What is read for a board: the kept sums of now, or the flows up to the end of a day."""

    def __init__(self, who: Principal, asked: Asked, places: Sequence[str], zone: dt.timezone, *, towns: bool) -> None:
        """`towns`: what is looked at, and all that may be seen, lies above townships."""
        self._who, self._asked, self._places, self._zone = who, asked, places, zone
        self._now, self._days, self._then = (
            (TOWN_FUNDS, TOWN_DAYS, TOWN_FLOWS) if towns else (FUNDS, FUNDS_DAYS, FUNDS_FLOWS)
        )

    def atoms(self, connection: Connection, by: By) -> tuple[list[Atom], list[Atom], list[Atom]]:
        """Sums of each run; of each run and place with money on its way; of each run and group."""
        came = self._came(connection)
        runs = self._sums(connection, came, "period")
        if not self._places:
            return runs, [], [] if by == "place" else runs
        if by == "place":
            every = self._sums(connection, came, "division_code")
            return runs, [atom for atom in every if atom.waiting], every
        # Few of all runs wait at any time: only those are looked at place by place.
        waiting = {atom.run_key for atom in runs if atom.waiting}
        spots = self._sums(connection, came, "division_code", waiting) if waiting else []
        return runs, [atom for atom in spots if atom.waiting], runs

    def days(self, connection: Connection, by: By) -> dict[str, Counter[int]]:
        """Payments by days to pay, of each group."""
        column, on = [COLUMN[by]], self._asked.on
        if on is None:
            told = kept_days(connection, condition(self._who, self._asked, self._days), column, self._days)
        else:
            told = days_until(connection, condition(self._who, self._asked, self._then), on, column, self._then)
        above = places_under(connection, self._places) if by == "place" and self._places else None
        found: dict[str, Counter[int]] = {}
        for (key,), number, payments in told:
            named = key if above is None else above.get(key)
            if named is not None:
                found.setdefault(named, Counter())[number] += payments
        return found

    def _sums(
        self, connection: Connection, came: dict[str, dt.date], column: str, runs: Collection[str] | None = None
    ) -> list[Atom]:
        places, on = self._places if column == "division_code" else (), self._asked.on
        table = self._now if on is None else self._then
        where = condition(self._who, self._asked, table)
        if runs is not None:
            where = and_(where, runs_named(table.c.run_key, runs))
        if on is None:
            return kept(connection, where, [column], places=places, table=table)
        found = until(connection, where, on, [column], self._zone, places=places, table=table)
        for atom in found:
            atom.funds_received_on = came.get(atom.run_id or "")
        return found

    def _came(self, connection: Connection) -> dict[str, dt.date]:
        """When the funds of each run came, whoever may see its county: what is seen of a run is its villages."""
        if self._asked.on is None:
            return {}
        asked = Asked(self._asked.program_id, self._asked.period)
        return funds_came(connection, of_item(asked, RUN_FUNDS), end_of(self._asked.on, self._zone))


def _above_towns(places: Places, who: Principal, code: str | None) -> bool:
    """Whether sums by township are enough: neither what is looked at nor the scope is a township or lies in one."""
    named = [code] if code is not None else []
    named += [] if who.sees_everywhere else who.divisions
    found = [places.get(one) for one in named]
    return all(one is not None and one.level in ("province", "prefecture", "county") for one in found)


def end_of(day: dt.date, zone: dt.timezone) -> dt.datetime:
    """The last moment of a day."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone) - dt.timedelta(microseconds=1)


def condition(who: Principal, asked: Asked, table: Any) -> ColumnElement[bool]:
    """The condition on a table with item, period and division that a row is looked at, and for somebody to see."""
    return and_(
        within(who, table.c.division_code),
        of_item(asked, table),
        # As a list, which an index answers: `scope.under` asks again for every row.
        true() if asked.division_code is None else table.c.division_code.in_(all_under([asked.division_code])),
    )


def of_item(asked: Asked, table: Any) -> ColumnElement[bool]:
    """The same by item and period alone, wherever it lies."""
    period = table.c.period
    return and_(
        true() if asked.program_id is None else table.c.program_id == asked.program_id,
        true()
        if asked.period is None
        else or_(
            period == asked.period,
            period.startswith(f"{asked.period}-", autoescape=True),
            period.startswith(f"{asked.period}Q", autoescape=True),
        ),
    )


def _where(
    places: Places, who: Principal, code: str | None
) -> tuple[Place | None, tuple[Place, ...], tuple[Place, ...]]:
    """The division looked at, its path within the scope, and the divisions next below. Where nothing was named it is
    the lowest that still holds everything somebody sees."""
    tops = places.tops(who)
    if code is None:
        here = tops[0] if len(tops) == 1 else None
        while here is not None and len(below := places.below(here.code)) == 1:
            here = below[0]
        return here, (), places.below(here.code) if here else tops
    here = places.get(code)
    if here is None:
        return None, (), ()
    path = places.path(code)
    begin = next((n for n, one in enumerate(path) if one in tops), len(path))
    return here, path[begin:], places.below(code)


def _grouped(
    found: Iterable[Atom], column: str, days: dict[str, Counter[int]], items: Items, today: dt.date, zone: dt.timezone
) -> list[Group]:
    groups: dict[str, list[Atom]] = {}
    for atom in found:
        groups.setdefault(getattr(atom, column), []).append(atom)
    made = [
        Group(
            key,
            sum_of({column: key}, members, days.get(key, Counter()), items, today, zone),
            None,
            _worst(members, items, today, zone),
        )
        for key, members in groups.items()
    ]
    return sorted(made, key=lambda one: (-one.sums.standing_fen_days, one.key))


def _whole(
    runs: list[Atom],
    days: dict[str, Counter[int]],
    items: Items,
    today: dt.date,
    zone: dt.timezone,
    received_fen: int | None,
) -> Group | None:
    if not runs:
        return None
    together: Counter[int] = Counter()
    for one in days.values():
        together.update(one)
    sums = sum_of({}, runs, together, items, today, zone)
    return Group("", sums, received_fen, _worst(runs, items, today, zone))


def _worst(found: Iterable[Atom], items: Items, today: dt.date, zone: dt.timezone) -> int:
    """Days beyond the limit of the worst run that waits."""
    late = (days_over(a, items.get(a.program_id, ("", None, None))[2], today, zone) for a in found if a.waiting)
    return max(late, default=0)


def _standing(runs: Iterable[Atom], items: Items, today: dt.date, zone: dt.timezone) -> list[Standing]:
    found = []
    for atom in runs:
        _, department, limit = items.get(atom.program_id, ("", None, None))
        over = days_over(atom, limit, today, zone) if atom.waiting else 0
        if over > 0 and limit is not None:
            run = (atom.run_id, atom.program_id, atom.period, atom.waiting, atom.waiting_fen)
            found.append(Standing(*run, over, limit, department))
    return sorted(found, key=lambda one: (-one.waiting_fen * one.days_over, one.run_id or ""))


def _spots(found: Iterable[Atom], items: Items, today: dt.date, zone: dt.timezone) -> dict[tuple[str, str], Spot]:
    made: dict[tuple[str, str], Spot] = {}
    for atom in found:
        limit = items.get(atom.program_id, ("", None, None))[2]
        # Within its limit a run counts the days it has left, below nothing.
        came = atom.funds_received_on
        over = (today - came).days - limit if came is not None and limit is not None else 0
        key = (atom.program_id, atom.division_code)
        spot = made.get(key, Spot(over, 0, 0))
        made[key] = Spot(max(spot.days_over, over), spot.waiting_fen + atom.waiting_fen, spot.runs + 1)
    return made


def _came(came: list[tuple[str, str, int]] | None, by: By, key: str) -> int | None:
    if not came or by == "place":
        return None
    return sum(fen for item, period, fen in came if (item if by == "program" else period) == key)
