"""What holds for every drawing: both languages, no style of its own, text stays text, numbers as a table."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from markupsafe import Markup

from service.console.drawings import distribution, graph, heat_map, intervals, lines, months, timeline
from service.console.drawings._timeline_layout import LANES
from service.console.drawings.draw import Draw
from service.console.rendering import environment
from service.console.static import HERE
from service.console.words import LANGUAGES, Language, Words
from service.work.portraits.shapes import EventKind, NodeKind, TieKind
from tests.console.test_every_page import hostile

ZONE = dt.timezone(dt.timedelta(hours=8))
CSS = (HERE / "drawing.css").read_text("utf-8")

DRAWINGS: dict[str, tuple[object, Callable[[Draw, object], Markup]]] = {
    "graph": (graph.EXAMPLE, lambda d, of: d.graph(of)),  # type: ignore[arg-type]
    "timeline": (timeline.EXAMPLE, lambda d, of: d.timeline(of)),  # type: ignore[arg-type]
    "distribution": (distribution.EXAMPLE, lambda d, of: d.distribution(of)),  # type: ignore[arg-type]
    "heat_map": (heat_map.EXAMPLE, lambda d, of: d.heat_map(of)),  # type: ignore[arg-type]
    "intervals": (intervals.EXAMPLE, lambda d, of: d.intervals(of, "查实比例", "组", 0.4, "全县")),  # type: ignore[arg-type]
    "lines": (lines.EXAMPLE, lambda d, of: d.lines(of)),  # type: ignore[arg-type]
    "months": (months.EXAMPLE, lambda d, of: d.months(of)),  # type: ignore[arg-type]
}


def drawn(name: str, language: Language = "zh", of: object = None) -> str:
    example, draw = DRAWINGS[name]
    return str(draw(Draw(language, ZONE), example if of is None else of))


def svgs(text: str) -> list[ElementTree.Element]:
    """Outermost drawings of a text, read strictly."""
    found, depth, begin = [], 0, 0
    for one in re.finditer(r"<svg\b|</svg>", text):
        if one.group() == "</svg>":
            depth -= 1
            if not depth:
                found.append(ElementTree.fromstring(text[begin : one.end()]))  # noqa: S314 - made by us
        else:
            begin = begin if depth else one.start()
            depth += 1
    assert depth == 0
    return found


def test_every_drawing_is_here() -> None:
    """Or has a test of its own: one that shows no numbers has no table."""
    folder = HERE.parent / "drawings"
    own = {p.stem.removeprefix("test_drawing_") for p in Path(__file__).parent.glob("test_drawing_*.py")}
    assert {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")} - own == {*DRAWINGS, "draw"}


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_complete_in_both_languages(name: str, language: Language) -> None:
    text = drawn(name, language)
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style|<script", text), "style and script stand in files"
    assert "<table" in text, "numbers stand in a table too"
    assert text == drawn(name, language), "the same again"
    for one in svgs(text):
        assert one.get("aria-hidden") == "true" or one.find("title") is not None, "says what it is"
    classes = {c for found in re.findall(r' class="([^"]*)"', text) for c in found.split()}
    unknown = {
        c for c in classes if not re.search(rf"\.{re.escape(c)}\b", CSS + (HERE / "mingbai.css").read_text("utf-8"))
    }
    assert not unknown - NO_STYLE, "classes nothing styles"


NO_STYLE = {"heads", "nodes", "listed", "w1", "stack", *get_args(NodeKind), *get_args(TieKind), *get_args(EventKind)}
"""Classes that tell things apart and look like the rest."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_text_stays_text(name: str) -> None:
    text = drawn(name, "zh", hostile(DRAWINGS[name][0]))
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    svgs(text)


def test_every_kind_has_words_a_sign_a_lane_and_a_look() -> None:
    for language in LANGUAGES:
        t = Words("_drawings", language)
        for kind in get_args(NodeKind):
            assert t(f"kind_{kind}")
            assert t(f"kinds_{kind}")
            assert "3" in t(f"stack_{kind}", n=3)
        for kind in get_args(TieKind):
            assert t(f"tie_{kind}")
        for kind in get_args(EventKind):
            assert t(f"event_{kind}")
        for name, _ in LANES:
            assert t(f"lane_{name}")
    assert set(graph.ICONS) == set(get_args(NodeKind))
    plain = {"belongs_to"}
    assert all(f".tie.{kind}" in CSS for kind in set(get_args(TieKind)) - plain)
    assert sorted(kind for _, kinds in LANES for kind in kinds) == sorted(get_args(EventKind))


def test_templates_draw() -> None:
    template = environment("zh", ZONE).from_string("{{ draw.months(page) }}")
    assert "<figure" in template.render(page=months.EXAMPLE, t=Words("", "zh"))
    head = environment("zh", ZONE).get_template("components/drawing_head.html").render()
    assert head.count("<script") == 3
    assert head.count("/static/") == 4


@pytest.mark.parametrize(
    ("rank", "value", "zh", "en"),
    [
        (0.99, 651.5, "高于同村同项目，近 12 个月的 98%", "higher than 98%"),
        (1.0, 900.0, "的 99%", "higher than 99%"),
        (0.04, 12.0, "低于同村同项目，近 12 个月的 96%", "lower than 96%"),
        (0.8, 243.0, "21% 更低，20% 更高", "21% are lower and 20% higher"),
    ],
)
def test_rank_in_words(rank: float, value: float, zh: str, en: str) -> None:
    of = replace(distribution.EXAMPLE, rank=rank, value=value)
    assert zh in distribution.in_words(of, Words("", "zh"))
    assert en in distribution.in_words(of, Words("", "en"))


def test_none_of_many_that_are_the_same_is_higher_than_the_others() -> None:
    same = replace(distribution.EXAMPLE, edges=(439.5, 440.5), counts=(96,), value=440.0, median=440.0, rank=1.0)
    assert "全部可比项相同" in distribution.in_words(same, Words("", "zh"))
    assert "<svg" not in drawn("distribution", of=same)
    most = replace(same, edges=(410.0, 425.0, 440.0), counts=(6, 90))
    assert "6% 更低，0% 更高" in distribution.in_words(most, Words("", "zh"))


def test_few_peers_say_nothing() -> None:
    of = replace(distribution.EXAMPLE, peers=3, counts=(0, 1, 1, 1, 0, 0, 0), rank=1.0)
    assert "无法比较" in distribution.in_words(of, Words("", "zh"))
    none = replace(distribution.EXAMPLE, peers=0, counts=(), edges=(0.0,))
    assert "<svg" not in drawn("distribution", of=none)


def test_a_value_outside_the_histogram_is_inside_the_drawing() -> None:
    for value in (-5_000.0, 80_000.0):
        (svg,) = svgs(drawn("distribution", of=replace(distribution.EXAMPLE, value=value)))
        for line in svg.iter("line"):
            assert 0 <= float(str(line.get("x1")).rstrip("%")) <= 100


def test_numbers_that_do_not_fit_are_refused() -> None:
    draw = Draw("zh", ZONE)
    with pytest.raises(ValueError, match="rising edges"):
        draw.distribution(replace(distribution.EXAMPLE, edges=(0.0, 1.0)))
    with pytest.raises(ValueError, match="2 rows of 3 cells"):
        draw.heat_map(replace(heat_map.EXAMPLE, cells=heat_map.EXAMPLE.cells[:1]))
    with pytest.raises(ValueError, match="no share"):
        draw.intervals([intervals.Interval("x", 1.2)], "x")
    with pytest.raises(ValueError, match="lies outside"):
        draw.intervals([intervals.Interval("x", 0.2, 0.3, 0.4)], "x")
    with pytest.raises(ValueError, match="values"):
        draw.lines(replace(lines.EXAMPLE, steps=("a",)))


def test_an_axis_holds_every_value_at_round_numbers() -> None:
    for values in ((3.0, 117.0), (0.0, 0.0), (-4.0, 2.0), (0.021, 0.033), (1_000_000.0, 2_345_678.0)):
        low, high, ticks = lines.scale_of(lines.Chart("x", ("a", "b"), (lines.Series("s", values),)))
        assert low <= min(values)
        assert high >= max(values)
        assert 2 <= len(ticks) <= 7
        assert 0.0 in ticks


def test_not_enough_data_is_not_nought() -> None:
    text = drawn("intervals")
    assert "数据不足" in text
    assert text.count('class="dot"') == 2
