"""Where the boxes of a graph stand and how its ties run. Everything that draws a graph draws this: the page's SVG, the
dossier's shapes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, get_args

from service.console.drawings import _layers
from service.console.drawings._stacks import COLUMNS, Thing, things_of
from service.console.drawings._svg import own_words
from service.console.drawings._text import shortened, width
from service.console.words import Words
from service.work.portraits.shapes import Graph, Node, NodeKind, Tie, TieKind

LABEL: Final = 12.5
NOTE: Final = 11.0
ICON: Final = 24.0
PAD: Final = 8.0
WIDEST: Final = 146.0
GAP: Final = 9.0
BETWEEN: Final = (74.0, 104.0)
"""Room between columns: where few and where many lines run."""
MARGIN: Final = 14.0
HEAD: Final = 26.0
TALL: Final = 38.0
FLAT: Final = 27.0
BEND: Final = 3.0
ASIDE: Final = 4.0
"""Between lines of different kinds that run from the same box to the same."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node or a stack: its place (left, top, width, height), its two lines of text as they fit."""

    thing: Thing
    nodes: tuple[Node, ...]
    column: int
    x: float
    y: float
    w: float
    h: float
    label: str
    note: str
    is_hub: bool
    is_member: bool
    matters: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The ties of one kind between two boxes.

    * `via`: keys of the boxes and bends it runs through, left to right
    * `points`: x, y of where it leaves and enters each, in pairs: every pair but those within one bend is a curve
    * `loop`: both boxes stand in one column; how far it bulges to the left, else 0
    """

    kind: TieKind
    ties: tuple[Tie, ...]
    via: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    loop: float
    matters: bool
    count: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A graph with places. `heads`: kinds of each column with the middle of its x; `bends`: key to column and order;
    `order`: of every node in its column, stacked or not; `columns`: left and width of each."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    heads: tuple[tuple[tuple[NodeKind, ...], float], ...]
    bends: tuple[tuple[str, int, int], ...]
    order: tuple[int, ...]
    columns: tuple[tuple[float, float], ...]
    width: float
    height: float


def lay_out(graph: Graph, words: Words, *, stacked: bool = True) -> Placed:
    """The graph with places. `stacked` False: every node by itself."""
    t = own_words(words)
    things = things_of(graph, stacked=stacked)
    used = sorted({COLUMNS[one.kind] for one in things})
    column = {one.key: used.index(COLUMNS[one.kind]) for one in things}
    runs = _runs(graph, things)
    vias, bends = _vias(runs, column)
    columns: list[list[str]] = [[] for _ in used]
    for one in things:
        columns[column[one.key]].append(one.key)
    for key, at in bends.items():
        columns[at].append(key)
    edges = _edges(runs, vias, column | bends, bends)
    columns = _layers.ordered(columns, edges)
    texts = {one.key: texts_of(one, graph, t) for one in things}
    heights = {one.key: _height(one, graph, texts[one.key]) for one in things} | dict.fromkeys(bends, BEND)
    middle = _layers.placed(columns, edges, heights, GAP)
    rank = {key: n for keys in columns for n, key in enumerate(keys)}
    loops: dict[Run, float] = {
        run: _loop(abs(rank[via[0]] - rank[via[-1]])) for run, via in vias.items() if column[via[0]] == column[via[-1]]
    }
    widest: dict[int, float] = defaultdict(float)
    for run, loop in loops.items():
        widest[column[run[0]]] = max(widest[column[run[0]]], loop)
    places, wide = _across(columns, texts, edges, widest)
    boxes = _boxes(graph, things, column, texts, heights, middle, places)
    beside = Counter(vias.values())
    drawn: Counter[tuple[str, ...]] = Counter()
    lines = []
    for run, ties in sorted(runs.items(), key=lambda one: KINDS.index(one[0][2])):
        via = vias[run]
        aside = (drawn[via] - (beside[via] - 1) / 2) * ASIDE
        drawn[via] += 1
        points = _points(via, aside, loops.get(run, 0.0), boxes, bends, middle, places)
        matters = any(tie.matters for tie in ties)
        lines.append(
            Line(run[2], tuple(ties), via, points, loops.get(run, 0.0), matters, sum(tie.count for tie in ties))
        )
    heads = tuple(
        (tuple(dict.fromkeys(one.kind for one in things if column[one.key] == n)), x + w / 2)
        for n, (x, w) in enumerate(places)
    )
    order, bent = _order(columns, things, graph, bends)
    tall = max((middle[key] + heights[key] / 2 for key in middle), default=0.0)
    return Placed(
        tuple(boxes.values()), tuple(lines), heads, bent, order, tuple(places), wide, HEAD + MARGIN + tall + MARGIN
    )


def texts_of(thing: Thing, graph: Graph, t: Words) -> tuple[str, str]:
    """Both lines of a box, as long as they are: name and note, or how many a stack holds and who comes first."""
    nodes = [graph.nodes[n] for n in thing.nodes]
    if not thing.is_stack:
        return t.of(nodes[0].shown), t.of(nodes[0].note)
    label = t(f"stack_{thing.kind}", n=len(nodes))
    if thing.mixed:
        return t("stack_mixed", what=label), t("stack_mixed_note")
    names = dict.fromkeys(t.of(one.shown) for one in nodes)
    return label, t("and_so_on").join(list(names)[:2]) + ("…" if len(names) > 2 else "")


Run = tuple[str, str, TieKind]
KINDS: Final[tuple[TieKind, ...]] = get_args(TieKind)


def _runs(graph: Graph, things: tuple[Thing, ...]) -> dict[Run, list[Tie]]:
    """Ties by the two boxes and their kind; ties within one stack are in the table alone."""
    home = {graph.nodes[n].key: one.key for one in things for n in one.nodes}
    found: dict[Run, list[Tie]] = defaultdict(list)
    for tie in graph.ties:
        one, other = home.get(tie.one), home.get(tie.other)
        if one is not None and other is not None and one != other:
            found[min(one, other), max(one, other), tie.kind].append(tie)
    return dict(found)


def _vias(runs: dict[Run, list[Tie]], column: dict[str, int]) -> tuple[dict[Run, tuple[str, ...]], dict[str, int]]:
    """What each run passes, left to right. Those that skip columns bend there, all of one box on the right together."""
    vias: dict[Run, tuple[str, ...]] = {}
    bends: dict[str, int] = {}
    for run in runs:
        one, other = sorted(run[:2], key=lambda key: (column[key], key))
        between = range(column[one] + 1, column[other])
        passed = [f"{other}-{n}" for n in between]
        bends |= dict(zip(passed, between, strict=True))
        vias[run] = (one, *passed, other)
    return vias, bends


def _edges(
    runs: dict[Run, list[Tie]], vias: dict[Run, tuple[str, ...]], column: dict[str, int], bends: dict[str, int]
) -> list[_layers.Edge]:
    """Lines between neighbouring columns. Those the case is about pull more; a long line runs straight between
    its bends and pulls its ends little."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for run, ties in runs.items():
        pull = 3.0 if any(tie.matters for tie in ties) else 1.0
        for one, other in pairwise(vias[run]):
            if column[one] != column[other]:
                bent = (one in bends) + (other in bends)
                weights[one, other] += pull * (1.0, 0.25, 4.0)[bent]
    return [(one, other, weight) for (one, other), weight in weights.items()]


def _height(thing: Thing, graph: Graph, texts: tuple[str, str]) -> float:
    tall = TALL if texts[1] or thing.is_stack else FLAT
    return tall + 8.0 if any(graph.nodes[n].is_hub for n in thing.nodes) else tall


def _across(
    columns: list[list[str]], texts: dict[str, tuple[str, str]], edges: list[_layers.Edge], loops: dict[int, float]
) -> tuple[list[tuple[float, float]], float]:
    """Left and width of each column, and the width of all: as wide as the widest text, within limits."""
    at = {key: n for n, keys in enumerate(columns) for key in keys}
    lines: dict[int, int] = defaultdict(int)
    for one, _, _ in edges:
        lines[at[one]] += 1
    places, x = [], MARGIN
    for n, keys in enumerate(columns):
        x += loops.get(n, 0.0) if n == 0 else 0.0
        wide = max(
            (max(width(texts[key][0], LABEL) * 1.04, width(texts[key][1], NOTE)) for key in keys if key in texts),
            default=0.0,
        )
        w = min(max(ICON + wide + PAD, 64.0), WIDEST)
        places.append((x, w))
        x += w + (min(BETWEEN[0] + 1.2 * lines[n], BETWEEN[1]) + loops.get(n + 1, 0.0) if n < len(columns) - 1 else 0.0)
    return places, x + MARGIN


def _loop(distance: int) -> float:
    """How far a tie within one column bulges: the further apart, the further out."""
    return min(14.0 + 5.0 * distance, 44.0)


def _boxes(
    graph: Graph,
    things: tuple[Thing, ...],
    column: dict[str, int],
    texts: dict[str, tuple[str, str]],
    heights: dict[str, float],
    middle: dict[str, float],
    places: list[tuple[float, float]],
) -> dict[str, Box]:
    touched = {key for tie in graph.ties if tie.matters for key in (tie.one, tie.other)}
    made = {}
    for one in things:
        nodes = tuple(graph.nodes[n] for n in one.nodes)
        x, w = places[column[one.key]]
        room = w - ICON - PAD
        label, note = texts[one.key]
        made[one.key] = Box(
            one, nodes, column[one.key], x, HEAD + MARGIN + middle[one.key] - heights[one.key] / 2, w, heights[one.key],
            shortened(label, LABEL * 1.04, room), shortened(note, NOTE, room),
            any(node.is_hub for node in nodes), any(node.is_member for node in nodes),
            any(node.key in touched for node in nodes),
        )  # fmt: skip
    return made


def _points(
    via: tuple[str, ...],
    aside: float,
    loop: float,
    boxes: dict[str, Box],
    bends: dict[str, int],
    middle: dict[str, float],
    places: list[tuple[float, float]],
) -> tuple[tuple[float, float], ...]:
    first, last = boxes[via[0]], boxes[via[-1]]
    y0, y1 = first.y + first.h / 2 + aside, last.y + last.h / 2 + aside
    if loop:
        return ((first.x, y0), (last.x, y1))
    points = [(first.x + first.w, y0)]
    for key in via[1:-1]:
        x, w = places[bends[key]]
        y = HEAD + MARGIN + middle[key] + aside
        points += [(x, y), (x + w, y)]
    return (*points, (last.x, y1))


def _order(
    columns: list[list[str]], things: tuple[Thing, ...], graph: Graph, bends: dict[str, int]
) -> tuple[tuple[int, ...], tuple[tuple[str, int, int], ...]]:
    """Of every node in its column, a stack's members beside what they are tied to; and of the bends among them."""
    by_key = {one.key: one for one in things}
    number = {one.key: n for n, one in enumerate(graph.nodes)}
    beside: dict[int, list[int]] = defaultdict(list)
    for tie in graph.ties:
        one, other = number.get(tie.one), number.get(tie.other)
        if one is not None and other is not None:
            beside[one].append(other)
            beside[other].append(one)
    order: dict[int, int] = {}
    bent = []
    for at, keys in enumerate(columns):
        place = 0
        for key in keys:
            if key in bends:
                bent.append((key, at, place))
                place += 1
                continue
            members = by_key[key].nodes
            near = {n: min((order[m] for m in beside[n] if m in order), default=0) for n in members}
            for n in sorted(near, key=lambda n: (near[n], n)):
                order[n] = place
                place += 1
    return tuple(order[n] for n in range(len(graph.nodes))), tuple(bent)
