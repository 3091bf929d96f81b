"""Where events stand on an axis of days: lanes, ticks, marks that stand apart, labels where there is room. Everything
that draws a timeline draws this: the page's SVG, the dossier's shapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from service.console.drawings._svg import own_words
from service.console.drawings._text import shortened, width
from service.console.words import Words
from service.work.portraits.shapes import Event, EventKind

LANES: Final[tuple[tuple[str, tuple[EventKind, ...]], ...]] = (
    ("process", ("applied", "decided", "posted")),
    ("paying", ("submitted", "scored")),
    ("bank", ("paid", "returned")),
    ("drawn", ("withdrawn", "swept")),
    ("cards", ("card_opened", "card_changed", "card_closed", "phone_bound")),
    ("civil", ("died", "moved", "on_record")),
    ("posts", ("post_began", "post_ended")),
    ("voices", ("reported",)),
)
"""Lanes from top to bottom with the kinds of events in each; those without events are left out."""

ROUTINE: Final = frozenset(("submitted", "paid", "withdrawn", "scored"))
"""What happens every month: labelled last."""

WIDE: Final = 1000.0
LEFT: Final = 92.0
RIGHT: Final = 18.0
LANE: Final = 36.0
ROW: Final = 17.0
AXIS: Final = 26.0
TEXT: Final = 11.5
APART: Final = 15.0
"""Marks of a lane that would stand closer than this are one mark with a number."""
ONE: Final = 4.5
SEVERAL: Final = 7.5
TICKS: Final = (1, 3, 6, 12, 24, 60)
"""Months between ticks, the first that leaves room for their names."""
EARLIER: Final = 0.24
"""Share of the axis for what is long before the case."""
ROOM: Final = 150.0
"""A label is no longer than this."""

Where = Callable[[dt.datetime], float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One event, or several that stand too close: the middle (x, y) and radius. `label` stands at `label_x`, to the
    right of it or (`to_left`) ending there; empty where there is no room."""

    events: tuple[Event, ...]
    x: float
    y: float
    r: float
    label: str = ""
    label_x: float = 0.0
    to_left: bool = False

    @property
    def in_case(self) -> bool:
        """Whether one of them is of a payment of the case."""
        return any(one.in_case for one in self.events)


@dataclass(frozen=True, slots=True)
class Late:
    """Something that was on record later than it happened: from `x0` to `x1`, at `y`."""

    event: Event
    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class Death:
    """A death: a line through all lanes at `x`, its label at `label_x`, `label_y` (`to_left`: ending there)."""

    event: Event
    x: float
    label: str
    label_x: float
    label_y: float
    to_left: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """Events with places. `lanes`: its word and the y of its middle; `ticks`: x, month, whether a year begins;
    `turn`: where the scale changes, what is left of it is earlier and drawn smaller; None where it does not."""

    lanes: tuple[tuple[str, float], ...]
    ticks: tuple[tuple[float, str, bool], ...]
    marks: tuple[Mark, ...]
    late: tuple[Late, ...]
    deaths: tuple[Death, ...]
    top: float
    bottom: float
    width: float
    height: float
    turn: float | None = None


def lay_out(events: Sequence[Event], words: Words, zone: dt.tzinfo, names: Mapping[str, str] | None = None) -> Axis:
    """The events with places. `names`: what they are about, by key. Raises ValueError where there are none."""
    if not events:
        raise ValueError("a timeline needs an event")
    t = own_words(words)
    first, last = _span(events, zone)
    turn = _turn(events, first, last, zone)
    x_of = _scale(first, turn, last)

    deaths = _deaths([one for one in events if one.kind == "died"], t, zone, x_of, names or {})
    rows = max((round(one.label_y / ROW) for one in deaths), default=0)
    top = 8.0 + rows * ROW
    lanes: list[tuple[str, float]] = []
    marks: list[Mark] = []
    late: list[Late] = []
    y = top + LANE / 2
    for name, kinds in LANES:
        here = [one for one in events if one.kind in kinds]
        if not here:
            continue
        lanes.append((name, y))
        gaps = [Late(one, x_of(one.at), x_of(one.known_at), y) for one in here if one.known_at is not None]
        late += gaps
        marks += _labelled(_marks(here, y, x_of), gaps, t, zone)
        y += LANE
    bottom = y - LANE / 2
    ticks = _ticks(first, turn, x_of) if turn > first else ()
    ticks += _ticks(turn, last, x_of)
    return Axis(
        tuple(lanes), ticks, tuple(marks), tuple(late), tuple(deaths), top, bottom, WIDE, bottom + AXIS,
        x_of(turn) if turn > first else None,
    )  # fmt: skip


def _span(events: Sequence[Event], zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """From the beginning of the first month to the end of the last."""
    moments = [one.at for one in events] + [one.known_at for one in events if one.known_at is not None]
    low, high = min(moments).astimezone(zone), max(moments).astimezone(zone)
    first = low.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, _month_later(high.replace(day=1, hour=0, minute=0, second=0, microsecond=0), 1)


def _turn(events: Sequence[Event], first: dt.datetime, last: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Where the scale changes: two months before the payments of the case, where what is earlier would take most of the
    axis; else the beginning."""
    own = [one.at for one in events if one.in_case]
    if not own:
        return first
    begin = min(own).astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    turn = max(_month_later(begin, -2), first)
    return turn if (turn - first) > (last - first) * 0.55 else first


def _scale(first: dt.datetime, turn: dt.datetime, last: dt.datetime) -> Where:
    """Days on the axis: straight, or in two parts."""
    room = WIDE - LEFT - RIGHT
    small = EARLIER * room if turn > first else 0.0

    def x_of(at: dt.datetime) -> float:
        if at < turn:
            return LEFT + (at - first) / (turn - first) * small
        return LEFT + small + (at - turn) / (last - turn) * (room - small)

    return x_of


def _month_later(at: dt.datetime, months: int) -> dt.datetime:
    number = at.year * 12 + at.month - 1 + months
    return at.replace(year=number // 12, month=number % 12 + 1)


def _ticks(first: dt.datetime, last: dt.datetime, x_of: Where) -> tuple[tuple[float, str, bool], ...]:
    """Months with their names, at round months."""
    months = (last.year - first.year) * 12 + last.month - first.month
    room = (x_of(last) - x_of(first)) / max(months, 1)
    step = next((one for one in TICKS if one * room >= 58), TICKS[-1])
    found = []
    for n in range(months):
        at = _month_later(first, n)
        if (at.year * 12 + at.month - 1) % step == 0:
            found.append((x_of(at), f"{at.year}-{at.month:02d}", at.month == 1))
    return tuple(found)


def _marks(events: Sequence[Event], y: float, x_of: Where) -> list[Mark]:
    """Marks of one lane, the closest joined until all stand apart."""
    ordered = sorted(events, key=lambda one: (one.at, one.kind, one.text))
    groups = [[one] for one in ordered]
    where = [x_of(one.at) for one in ordered]
    while len(groups) > 1:
        apart, n = min((b - a, n) for n, (a, b) in enumerate(pairwise(where)))
        if apart >= APART:
            break
        many, more = len(groups[n]), len(groups[n + 1])
        where[n] = (where[n] * many + where[n + 1] * more) / (many + more)
        groups[n] += groups[n + 1]
        del groups[n + 1], where[n + 1]
    return [
        Mark(tuple(group), x, y, ONE if len(group) == 1 else SEVERAL) for group, x in zip(groups, where, strict=True)
    ]


def _labelled(marks: list[Mark], gaps: list[Late], t: Words, zone: dt.tzinfo) -> list[Mark]:
    """The marks with labels beside them where there is room: what is not routine and what is of the case first."""
    taken = [(one.x - one.r - 3, one.x + one.r + 3) for one in marks]
    taken += [(min(one.x0, one.x1) - 3, max(one.x0, one.x1) + ONE + 3) for one in gaps]
    made = {n: one for n, one in enumerate(marks)}

    def telling(n: int) -> tuple[bool, bool, int]:
        return (all(one.kind in ROUTINE for one in marks[n].events), not marks[n].in_case, n)

    said_once: set[str] = set()
    for n in sorted(made, key=telling):
        one = marks[n]
        said = label_of(one, t, zone)
        # What happens every month is named once in its lane.
        if not said or said in said_once:
            continue
        ends = max([one.x + one.r, *(gap.x1 + ONE for gap in gaps if gap.event in one.events)])
        for to_left in (False, True):
            edge = one.x - one.r - 4 if to_left else ends + 4
            text = shortened(said, TEXT, ROOM)
            wide = width(text, TEXT)
            low, high = (edge - wide, edge) if to_left else (edge, edge + wide)
            if low < LEFT or high > WIDE - 2 or any(a < high and low < b for a, b in taken if not a <= one.x <= b):
                continue
            made[n] = replace(one, label=text, label_x=edge, to_left=to_left)
            taken.append((low - 4, high + 4))
            if telling(n)[0]:
                said_once.add(said)
            break
    return [made[n] for n in range(len(marks))]


def label_of(one: Mark, t: Words, zone: dt.tzinfo) -> str:
    """A few words beside a mark: what it was, or what several of one kind were; of a death, which has its name above,
    when it was on record."""
    kinds = {event.kind for event in one.events}
    if len(one.events) > 1:
        return t("event_several", what=t(f"event_{kinds.pop()}"), n=len(one.events)) if len(kinds) == 1 else ""
    event = one.events[0]
    if event.kind == "died":
        return t("event_known_later", day=event.known_at.astimezone(zone).date()) if event.known_at else ""
    return t(f"event_{event.kind}") if event.kind in ROUTINE else t.of(event.text)


def _deaths(events: list[Event], t: Words, zone: dt.tzinfo, x_of: Where, names: Mapping[str, str]) -> list[Death]:
    """Each with its label above the lanes, in the first row with room."""
    rows: list[list[tuple[float, float]]] = []
    found = []
    for one in sorted(events, key=lambda one: (one.at, one.text)):
        x = x_of(one.at)
        what = " ".join(part for part in (names.get(one.about, ""), t.of(one.text)) if part)
        said = shortened(f"{what} {one.at.astimezone(zone).date()}", TEXT, 2 * ROOM)
        wide = width(said, TEXT)
        to_left = x + 5 + wide > WIDE - 2
        low, high = (x - 5 - wide, x - 5) if to_left else (x + 5, x + 5 + wide)
        row = next(
            (n for n, taken in enumerate(rows) if all(high + 8 <= a or b + 8 <= low for a, b in taken)), len(rows)
        )
        if row == len(rows):
            rows.append([])
        rows[row].append((low, high))
        found.append((one, x, said, high if to_left else low, row, to_left))
    return [Death(one, x, said, label_x, (row + 1) * ROW, to_left) for one, x, said, label_x, row, to_left in found]
