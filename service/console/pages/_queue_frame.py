"""What stands around the list of a desk: tabs, what it can be narrowed to, people to give cases to, kept filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from service.access import Principal
from service.console.pages._queue import Chosen
from service.work.context import Context
from service.work.places import Places
from service.work.queue.count_queues import DeskCounts
from service.work.queue.keep_filter import kept_filters
from service.work.queue.staff import staff_of


@dataclass(frozen=True, slots=True)
class Tab:
    """A desk with its counts: open cases, those past their deadline, new ones nobody has; the week's, of how many."""

    desk: str
    href: str
    open: int
    overdue: int
    unassigned: int
    taken_up: int
    week_capacity: int
    loss_fen: int
    current: bool

    @property
    def share(self) -> float:
        """How much of the week's capacity is taken up, 0 upwards."""
        return self.taken_up / self.week_capacity if self.week_capacity else 0.0


TAB: Final = Tab("discipline", "/queue/discipline", 64, 3, 41, 17, 40, 38_120_000, True)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works the desk: the account, and how many open cases of how many."""

    account_id: int
    name: str
    load: int
    most: int


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter somebody keeps, as an address; `current`: the list is narrowed to it."""

    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A case a form could do nothing about, and why, (Chinese, English)."""

    case_id: str
    why: tuple[str, str]


def tabs_of(desks: Sequence[DeskCounts], current: str) -> tuple[Tab, ...]:
    """Desks as tabs."""
    return tuple(
        Tab(
            one.desk, f"/queue/{one.desk}", one.open, one.overdue, one.unassigned, one.taken_up, one.week_capacity,
            one.loss_fen, one.desk == current,
        )
        for one in desks
    )  # fmt: skip


@cache
def typologies() -> tuple[str, ...]:
    """Codes of every typology there are rules for."""
    from models.rules.catalogue import all_rules

    return tuple(sorted({rule.code.partition(".")[0] for rule in all_rules()}))


def divisions_of(places: Places, who: Principal, chosen: str) -> tuple[tuple[str, str], ...]:
    """What a list can be narrowed to by place: where one's scope begins and what lies next below; of a division that
    is chosen, what it lies in within the scope and what lies next below it."""
    tops = places.tops(who)
    found = [*tops, *(one for top in tops for one in places.below(top.code))]
    here = places.path(chosen) if chosen else ()
    inside = [one for one in here if any(top in places.path(one.code) for top in tops)]
    found += [*inside, *(places.below(chosen) if inside else ())]
    names = {one.code: places.full_name(one.code) for one in found}
    if chosen and chosen not in names:
        names[chosen] = chosen
    return tuple(names.items())


def people_of(context: Context, who: Principal, desk: str) -> tuple[Person, ...]:
    """Whom cases of a desk can be given to."""
    return tuple(Person(one.account_id, one.name, one.load, one.most) for one in staff_of(context, who, desk))


def saved_of(context: Context, who: Principal, desk: str, chosen: Chosen) -> tuple[Saved, ...]:
    """The filters somebody keeps for a desk."""
    found = []
    for name, kept in kept_filters(context, who):
        if kept.get("desk") in (None, desk):
            one = Chosen.kept(kept, who)
            found.append(Saved(name, f"/queue/{desk}{one.query()}", one.query() == chosen.query(sort="")))
    return tuple(found)
