"""How the lists were matched, as far as somebody's divisions go: counts by list and by place, runs, answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.access.scope import within
from service.store import match_answers, match_rows, match_runs
from service.store.match_answers import MATCH_ANSWERS
from service.store.match_rows import MATCH_ROWS
from service.store.match_runs import MatchRun
from service.work.context import Context
from service.work.places import Place, Places, places_of

MOST_PLACES: Final = 200
ANSWERS: Final = ("same", "different", "unclear")


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a list, or of a place with everything below it, by what stands of them. `name`: of the list as its
    department writes it, or of the place; `code` of the place, empty for what lies in none that is known."""

    name: str
    code: str
    same: int
    unsure: int
    none: int

    @property
    def rows(self) -> int:
        """All of them."""
        return self.same + self.unsure + self.none

    @property
    def rate(self) -> float | None:
        """The share whose person was found; None of no rows."""
        return self.same / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class Summary:
    """* `run`: the newest that is done, whose rows these are; `waiting`: one that is under way; `failed`: the newest
      that failed since
    * `total`: all rows in the scope; `lists`, `places`: the same by list and by place (next below the scope's tops)
    * `answers`: how many say same, different, unclear; `sample`, `sample_answered`: pairs drawn for review in the scope
    """

    run: MatchRun | None
    waiting: MatchRun | None
    failed: MatchRun | None
    total: Counted
    lists: tuple[Counted, ...]
    places: tuple[Counted, ...]
    answers: dict[str, int]
    sample: int
    sample_answered: int


def summary(context: Context, who: Principal) -> Summary:
    """Counts and runs. Nobody's data are read."""
    places = places_of(context)
    scope = within(who, MATCH_ROWS.c.division_code)
    drawn = MATCH_ROWS.c.draw_place.is_not(None)
    with context.database.read() as connection:
        recent = match_runs.recent(connection, 20)
        run, waiting = match_runs.newest(connection), match_runs.waiting(connection)
        counts = match_rows.counts(connection, scope)
        answers = match_answers.tally(connection, within(who, MATCH_ANSWERS.c.division_code))
        sample = match_rows.count(connection, scope, drawn)
        answered = match_rows.count(connection, scope, drawn, match_answers.is_answered())
    last = recent[0] if recent else None
    return Summary(
        run,
        waiting,
        last if last is not None and last.state == "failed" else None,
        _counted("", "", [(decision, n) for _, _, decision, n in counts]),
        _by_list(counts),
        _by_place(places, who, counts),
        {name: answers.get(name, 0) for name in ANSWERS},
        sample,
        answered,
    )


Row = tuple[str | None, str, str, int]


def _by_list(counts: Iterable[Row]) -> tuple[Counted, ...]:
    lists: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for _, source, decision, rows in counts:
        lists[source].append((decision, rows))
    return tuple(_counted(name, "", lists[name]) for name in sorted(lists))


def _by_place(places: Places, who: Principal, counts: Iterable[Row]) -> tuple[Counted, ...]:
    shown = {one.code for one in _next_below(places, who)}
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for division, _, decision, rows in counts:
        on_the_way = [one.code for one in places.path(division or "") if one.code in shown]
        found[on_the_way[0] if on_the_way else ""].append((decision, rows))
    made = [_counted(places.name(code), code, rows) for code, rows in found.items()]
    return tuple(sorted(made, key=lambda one: (not one.code, -one.rows, one.code))[:MOST_PLACES])


def _next_below(places: Places, who: Principal) -> tuple[Place, ...]:
    """The places somebody's scope divides into first."""
    here = places.tops(who)
    while len(here) == 1 and (below := places.below(here[0].code)):
        here = below
    return here


def _counted(name: str, code: str, rows: Iterable[tuple[str, int]]) -> Counted:
    by: Counter[str] = Counter()
    for decision, count in rows:
        by[decision] += count
    return Counted(name, code, by["same"], by["unsure"], by["none"])
