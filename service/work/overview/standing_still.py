"""Money on its way, by program and place: how far each is beyond its limit. The department is the subject."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.access.scope import within
from service.store.payment_sums import FUNDS, Atom, kept, limits
from service.work.context import Context
from service.work.funds.sums import days_over
from service.work.places import Place, Places, places_of
from service.work.queue.working_days import zone
from service.work.recent import recent


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """Money of one program in one place that was released and has not arrived.

    `days_over`: of the worst run, below nought within its limit, None where the item has none; `over_fen`: what of the
    money is beyond it; amounts in whole fen; `runs`: how many.
    """

    days_over: int | None
    waiting_fen: int
    over_fen: int
    runs: int


@dataclass(frozen=True, slots=True)
class StandingStill:
    """`cells[program][place]`, None where nothing is on its way; the worst programs and places first.

    * `programs`: (program_id, name); `places`: (code, name)
    * `over_fen`, `waiting_fen`: of all programs and places, shown or not; `more`: programs and places left out
    * `at`: of when the sums are
    """

    programs: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    cells: tuple[tuple[OnItsWay | None, ...], ...]
    over_fen: int
    waiting_fen: int
    more: int
    at: dt.datetime


MOST_PROGRAMS: Final = 8
MOST_PLACES: Final = 10

_Cells = dict[tuple[str, str], OnItsWay]


def standing_still(context: Context, who: Principal) -> StandingStill:
    """Money on its way in somebody's divisions, by program and the places next below where their scope begins."""
    found, at = recent(context, ("standing still", who.divisions), lambda: _cells(context, who))
    places = places_of(context)
    with context.database.read() as connection:
        names = {number: name for number, (name, _, _) in limits(connection).items()}
    rows, columns = _worst(found, 0), _worst(found, 1)
    shown = rows[:MOST_PROGRAMS], columns[:MOST_PLACES]
    return StandingStill(
        programs=tuple((one, names.get(one, one)) for one in shown[0]),
        places=tuple((one, places.name(one)) for one in shown[1]),
        cells=tuple(tuple(found.get((row, column)) for column in shown[1]) for row in shown[0]),
        over_fen=sum(one.over_fen for one in found.values()),
        waiting_fen=sum(one.waiting_fen for one in found.values()),
        more=len(rows) - len(shown[0]) + len(columns) - len(shown[1]),
        at=at,
    )


def _cells(context: Context, who: Principal) -> _Cells:
    places = places_of(context)
    today = context.clock.now().astimezone(zone(context)).date()
    offset = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    with context.database.read() as connection:
        waits = (FUNDS.c.waiting > 0) & within(who, FUNDS.c.division_code)
        atoms = kept(connection, waits, ("division_code",))
        limit_of = {number: limit for number, (_, _, limit) in limits(connection).items()}
    heads = _heads(places, who)
    grouped: dict[tuple[str, str], list[Atom]] = {}
    for atom in atoms:
        grouped.setdefault((atom.program_id, _head(places, heads, atom.division_code)), []).append(atom)
    return {key: _sum(few, limit_of.get(key[0]), today, offset) for key, few in grouped.items()}


def _sum(atoms: list[Atom], limit: int | None, today: dt.date, offset: dt.timezone) -> OnItsWay:
    days = [_days(atom, limit, today) for atom in atoms]
    return OnItsWay(
        days_over=max((one for one in days if one is not None), default=None),
        waiting_fen=sum(atom.waiting_fen for atom in atoms),
        over_fen=sum(atom.waiting_fen for atom in atoms if days_over(atom, limit, today, offset) > 0),
        runs=len({atom.run_key for atom in atoms}),
    )


def _days(atom: Atom, limit: int | None, today: dt.date) -> int | None:
    if limit is None or atom.funds_received_on is None:
        return None
    return (today - atom.funds_received_on).days - limit


def _heads(places: Places, who: Principal) -> set[str]:
    """The places sums are made for: several of somebody's own, or what lies next below a single one."""
    tops: tuple[Place, ...] = places.tops(who)
    while len(tops) == 1 and (below := places.below(tops[0].code)):
        tops = below
    return {one.code for one in tops}


def _head(places: Places, heads: set[str], code: str) -> str:
    """The place a village counts under; itself where it lies under none of them. Merged villages count where they
    went."""
    here = places.get(code)
    seen = {code}
    while here is not None and here.successor_code and here.successor_code not in seen:
        seen.add(here.successor_code)
        here = places.get(here.successor_code)
    path = places.path(here.code) if here else ()
    return next((one.code for one in path if one.code in heads), code)


def _worst(found: _Cells, axis: int) -> list[str]:
    """Programs (axis 0) or places (1), the most money beyond its limit first, then the most money."""
    sums: dict[str, tuple[int, int]] = {}
    for key, one in found.items():
        over, waiting = sums.get(key[axis], (0, 0))
        sums[key[axis]] = (over + one.over_fen, waiting + one.waiting_fen)
    return sorted(sums, key=lambda name: (-sums[name][0], -sums[name][1], name))
