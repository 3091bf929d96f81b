"""Drawings of ties and events: nothing lies on anything else, nothing is lost, the same input the same picture."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.console.drawings import _graph_layout, _layers, _timeline_layout
from service.console.drawings._example import example_events, example_graph
from service.console.drawings._graph_layout import ICON, LABEL, NOTE, PAD, Placed
from service.console.drawings._stacks import COLUMNS, MOST, things_of
from service.console.drawings._text import width
from service.console.drawings.draw import Draw
from service.console.words import Words
from service.work.portraits.shapes import Event, Graph, Node, NodeKind, Tie, TieKind
from tests.console.test_drawings import ZONE, svgs

ZH = Words("", "zh")
KINDS: tuple[NodeKind, ...] = tuple(COLUMNS)
TIES: tuple[TieKind, ...] = ("holds", "paid_to", "bound_to", "drawn_at", "prepared", "decided", "kin_of", "acts_for")


def made_up(seed: int, many: int) -> Graph:
    """Any nodes with any ties."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    nodes = []
    for n in range(many):
        shown, note = (f"名{n}" * dice.randint(1, 6), f"name {n}"), ("注" * dice.randint(0, 12), "note")
        nodes.append(Node(f"k{n}", dice.choice(KINDS), shown, note, n == 0, dice.random() < 0.3))
    ties = []
    for _ in range(many * 2 if many > 1 else 0):
        one, other = dice.sample(range(many), 2)
        day, count = dt.date(2019, dice.randint(1, 12), 1), dice.randint(1, 60)
        ties.append(Tie(f"k{one}", f"k{other}", dice.choice(TIES), day, None, count, None, dice.random() < 0.2))
    return Graph(tuple(nodes), tuple(ties))


def check(placed: Placed) -> None:
    for box in placed.boxes:
        assert box.x >= 0
        assert box.x + box.w <= placed.width
        assert box.y >= 0
        assert box.y + box.h <= placed.height
        room = box.w - ICON - PAD + 0.01
        assert width(box.label, LABEL) <= room
        assert width(box.note, NOTE) <= room
    for a, b in combinations(placed.boxes, 2):
        apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y + 0.01 or b.y + b.h <= a.y + 0.01
        assert apart, "boxes lie on each other"
    for line in placed.lines:
        assert all(-1 <= x <= placed.width + 1 and 0 <= y <= placed.height for x, y in line.points)
        assert min(x for x, _ in line.points) - line.loop >= 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 70))
def test_any_graph_is_drawn_without_overlap(seed: int, many: int) -> None:
    graph = made_up(seed, many)
    placed = _graph_layout.lay_out(graph, ZH)
    check(placed)
    assert placed == _graph_layout.lay_out(graph, ZH), "the same again"
    held = Counter(n for box in placed.boxes for n in box.thing.nodes)
    assert held == Counter(range(many)), "every node stands once"
    column = {n: box.column for box in placed.boxes for n in box.thing.nodes}
    assert len({(column[n], place) for n, place in enumerate(placed.order)}) == many, "each has its place"
    svgs(str(Draw("zh", ZONE).graph(graph)))


def test_two_hundred_nodes_stay_readable() -> None:
    graph = made_up(7, 200)
    placed = _graph_layout.lay_out(graph, ZH)
    check(placed)
    assert max(Counter(box.column for box in placed.boxes).values()) <= MOST + 4
    assert placed.height < 2_000
    text = str(Draw("zh", ZONE).graph(replace(graph, left_out=(("card", 12),), elsewhere=3)))
    assert len(text.encode()) < 155_000
    assert text.count("data-n=") == 200
    assert text.count("data-t=") == len(graph.ties)
    assert "另有12 张卡" in text
    assert "3 个对象不在您的辖区" in text


def test_cards_of_a_ring_become_one_stack_and_what_differs_stands_alone() -> None:
    graph = example_graph(40)
    stacks = [one for one in things_of(graph) if one.is_stack]
    assert {one.kind for one in stacks} == {"household", "person", "card"}
    assert {len(one.nodes) for one in stacks} == {34, 17}
    alone = {graph.nodes[one.nodes[0]].key for one in things_of(graph) if not one.is_stack}
    assert {"o1", "o2", "out1", "c1", "c2", "c4", "p0", "p2", "p5"} <= alone


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_nodes_of_a_stack_are_tied_alike(seed: int) -> None:
    graph = made_up(seed, 60)
    things = things_of(graph)
    home = {graph.nodes[n].key: one.key for one in things for n in one.nodes}
    ties: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for tie in graph.ties:
        ties[tie.one][tie.kind, home[tie.other]] += 1
        ties[tie.other][tie.kind, home[tie.one]] += 1
    for one in things:
        assert not one.is_stack or not any(graph.nodes[n].is_hub for n in one.nodes)
        if one.is_stack and not one.mixed:
            assert len({frozenset(ties[graph.nodes[n].key].items()) for n in one.nodes}) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_sweeping_never_adds_crossings(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    columns = [[f"{c}{n}" for n in range(dice.randint(1, 9))] for c in "abcd"]
    edges = []
    for one, other in pairwise(columns):
        edges += [(dice.choice(one), dice.choice(other), 1.0) for _ in range(dice.randint(1, 15))]
    found = _layers.ordered(columns, edges)
    assert [sorted(one) for one in found] == [sorted(one) for one in columns]
    assert _layers.crossings(found, edges) <= _layers.crossings(columns, edges)
    place = {key: n for one in columns for n, key in enumerate(one)}
    pairs = [(one, other) for one, other in combinations(edges, 2) if one[0][0] == other[0][0]]
    counted = sum((place[a] - place[c]) * (place[b] - place[d]) < 0 for (a, b, _), (c, d, _) in pairs)
    assert _layers.crossings(columns, edges) == counted, "against counting pair by pair"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-500, 500), st.floats(0.1, 9)), min_size=1, max_size=9), st.floats(1, 60), st.randoms()
)
def test_places_are_the_best_there_are(wanted: list[tuple[float, float]], apart: float, dice: random.Random) -> None:
    """Against moves of every box and every run of boxes: none is better and still keeps apart."""
    at, weights = [y for y, _ in wanted], [w for _, w in wanted]
    found = _layers.spaced(at, weights, [apart] * (len(at) - 1))
    assert all(b - a >= apart - 1e-6 for a, b in pairwise(found))

    def cost(places: list[float]) -> float:
        return sum(w * (y - to) ** 2 for y, to, w in zip(places, at, weights, strict=True))

    for first in range(len(found)):
        for last in range(first + 1, len(found) + 1):
            for step in (-0.5, 0.5):
                moved = [y + step if first <= n < last else y for n, y in enumerate(found)]
                if all(b - a >= apart for a, b in pairwise(moved)):
                    assert cost(moved) >= cost(found) - 1e-6


def test_an_untangled_example_has_few_crossings() -> None:
    """Eight cards emptied at one outlet: what the case is about crosses nothing."""
    placed = _graph_layout.lay_out(example_graph(8, more=False), ZH)
    rows = {box.thing.key: box.y for box in placed.boxes}
    paid = [(rows[one.via[0]], rows[one.via[1]]) for one in placed.lines if one.kind == "paid_to"]
    assert not sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(paid, 2))


def test_lines_of_two_kinds_between_the_same_boxes_run_apart() -> None:
    nodes = (Node("p", "person", ("王*", "W")), Node("c", "card", ("尾号 1", "ending 1")))
    graph = Graph(nodes, (Tie("p", "c", "holds"), Tie("p", "c", "paid_to")))
    starts = {one.points[0][1] for one in _graph_layout.lay_out(graph, ZH).lines}
    assert len(starts) == 2


def test_nodes_lead_to_their_pages_and_nowhere_else() -> None:
    evil = Node("a", "person", ("甲", "A"), look_up="javascript:alert(1)")
    graph = Graph((evil, Node("b", "card", ("乙", "B"), look_up="/look-up/card/b")), ())
    text = str(Draw("zh", ZONE).graph(graph))
    assert "javascript" not in text
    assert text.count('href="/look-up/card/b"') == 2


def test_nothing_to_draw_is_said() -> None:
    assert "没有可画的关系" in str(Draw("zh", ZONE).graph(Graph((), ())))
    assert "没有可画的事项" in str(Draw("zh", ZONE).timeline(()))


def some_events(seed: int, many: int) -> tuple[Event, ...]:
    dice = random.Random(seed)  # noqa: S311 - no secret
    kinds = [kind for _, all_of in _timeline_layout.LANES for kind in all_of]
    days = dice.choice((1, 40, 400, 4_000))
    found = []
    for n in range(many):
        at = dt.datetime(2017, 1, 1, tzinfo=ZONE) + dt.timedelta(days=dice.random() * days)
        later = at + dt.timedelta(days=dice.randint(2, 200)) if dice.random() < 0.1 else None
        text = (f"事项{n}" * dice.randint(1, 9), "x")
        found.append(Event(at, dice.choice(kinds), text, None, later, in_case=dice.random() < 0.2))
    return tuple(found)


def span_of(one: _timeline_layout.Death | _timeline_layout.Mark) -> tuple[float, float]:
    wide = width(one.label, _timeline_layout.TEXT)
    return (one.label_x - wide, one.label_x) if one.to_left else (one.label_x, one.label_x + wide)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 200))
def test_marks_and_labels_of_a_timeline_stand_apart(seed: int, many: int) -> None:
    events = some_events(seed, many)
    axis = _timeline_layout.lay_out(events, ZH, ZONE)
    assert axis == _timeline_layout.lay_out(events, ZH, ZONE)
    assert sum(len(one.events) for one in axis.marks) == many, "every event stands once"
    lanes = defaultdict(list)
    for mark in axis.marks:
        assert _timeline_layout.LEFT - 1 <= mark.x <= axis.width
        lanes[mark.y].append(mark)
    assert set(lanes) == {y for _, y in axis.lanes}
    for marks in lanes.values():
        for before, after in pairwise(sorted(marks, key=lambda m: m.x)):
            assert after.x - before.x >= _timeline_layout.APART
        spans = []
        for mark in marks:
            spans.append((mark.x - mark.r, mark.x + mark.r))
            if mark.label:
                spans.append(span_of(mark))
                assert spans[-1][0] >= 0
                assert spans[-1][1] <= axis.width
        for (_, b), (c, _) in pairwise(sorted(spans)):
            assert c >= b - 0.01, "labels and marks lie on each other"
    for one, other in combinations(axis.deaths, 2):
        if one.label_y == other.label_y:
            low, high = sorted((span_of(one), span_of(other)))
            assert low[1] <= high[0], "names lie on each other"
    assert 0 < len(axis.ticks) <= 16 or axis.ticks == ()
    svgs(str(Draw("zh", ZONE).timeline(events)))


def test_what_was_known_late_is_shown_so_and_the_case_is_marked() -> None:
    text = str(Draw("zh", ZONE).timeline(example_events(), example_graph()))
    assert len(re.findall(r'class="late"', text)) == 2, "on the axis and in the legend"
    assert "人员 王* 登记死亡 2019-02-11" in text
    assert "2019-04-18 登记" in text
    assert 'class="mark-of paid in-case"' in text


def test_what_was_long_before_the_case_takes_little_room() -> None:
    own = [one for one in example_events() if one.in_case]
    axis = _timeline_layout.lay_out(
        (Event(dt.datetime(2009, 3, 1, tzinfo=ZONE), "post_began", ("任职", "x")), *own), ZH, ZONE
    )
    assert axis.turn is not None
    before = [one.x for one in axis.marks if one.x < axis.turn]
    assert len(before) == 1
    assert axis.turn < _timeline_layout.WIDE * 0.35
    assert all(b > a for (a, *_), (b, *_) in pairwise(axis.ticks))
    assert _timeline_layout.lay_out(own, ZH, ZONE).turn is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_says_all_the_drawing_says(language: str) -> None:
    text = str(Draw(language, ZONE).graph(example_graph(8)))  # type: ignore[arg-type]
    rows = text.split("<tbody>")
    assert rows[1].count("<tr data-n") == len(example_graph(8).nodes)
    assert rows[2].count("<tr data-t") == len(example_graph(8).ties)
    assert "2018-01-10 – 2019-06-20" in rows[2]
