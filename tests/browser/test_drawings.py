"""Drawings of ties in a browser, under the policy of the pages: they move as they should, and stand where they were
put."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from service.console.drawings._example import ZONE, example_graph
from service.console.drawings.draw import Draw
from service.console.rendering import HEADERS
from service.console.static import HERE
from service.console.words import Language
from service.work.portraits.shapes import Graph
from tests.console.test_drawings_graph import made_up

pytestmark = pytest.mark.slow

SITE = "http://drawing.test/"
FILES = ("mingbai.css", "drawing.css", "drawing_places.js", "drawing_export.js", "drawing.js")
Shown = Callable[..., Page]


@pytest.fixture
def shown(chromium: Browser) -> Iterator[Shown]:
    """A page with a drawing of a graph, as the service sends it."""
    made: list[tuple[BrowserContext, list[str]]] = []

    def page_of(of: Graph, *, scripts: bool = True, language: Language = "zh", width: int = 1280) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, accept_downloads=True
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        made.append((context, complaints))
        links = "".join(
            f'<link rel="stylesheet" href="/{one}">' if one.endswith("css") else f'<script src="/{one}" defer></script>'
            for one in FILES
        )
        body = (
            f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>x</title>{links}<main><div class="sheet">'
        )
        body += f"{Draw(language, ZONE).graph(of)}</div></main>"

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(SITE)
            if name in FILES:
                kind = "text/css" if name.endswith("css") else "text/javascript"
                route.fulfill(body=(HERE / name).read_text("utf-8"), content_type=kind)
            elif name:
                route.fulfill(status=204)
            else:
                route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=HEADERS)

        page.route("**/*", answer)
        page.goto(SITE)
        return page

    yield page_of
    for context, complaints in made:
        context.close()
        assert not complaints, complaints


def boxes(page: Page) -> dict[str, list[float]]:
    """Left and top of each box that is seen, in units of the drawing."""
    found: dict[str, list[float]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".node:not(.gone)")].map((one) => {
          const at = one.transform.baseVal.getItem(0).matrix;
          return [one.dataset.k, [at.e, at.f]];
        }))"""
    )
    return found


@pytest.mark.parametrize("of", [example_graph(), example_graph(66), made_up(3, 60), made_up(7, 200)], ids=range(4))
def test_browser_and_server_place_alike(shown: Shown, of: Graph) -> None:
    still, moving = shown(of, scripts=False), shown(of)
    expect(moving.locator(".controls")).to_be_visible()
    assert still.locator(".controls").is_hidden()
    before, after = boxes_without_scripts(still), boxes(moving)
    assert before.keys() == after.keys()
    for key, (x, y) in before.items():
        assert after[key] == pytest.approx([x, y], abs=0.2)
    assert moving.locator(".ties path").count() == still.locator(".ties path").count()


def boxes_without_scripts(page: Page) -> dict[str, list[float]]:
    """The same, read from the page's text."""
    found = re.findall(r'data-k="(\w+)" transform="translate\(([\d.]+) ([\d.]+)\)"', page.content())
    return {key: [float(x), float(y)] for key, x, y in found}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_is_wider_than_its_box(shown: Shown, language: Language) -> None:
    """By the fonts there are, not by our estimate."""
    for of in (example_graph(12), made_up(7, 120)):
        page = shown(of, language=language)
        page.click("[data-do=expand]") if page.locator("[data-do=expand]").count() else None
        wide: list[str] = page.evaluate(
            """() => [...document.querySelectorAll(".node:not(.gone)")].filter((one) => {
              const face = one.querySelector(".face").getBBox();
              return [...one.querySelectorAll("text")].some((text) => {
                const box = text.getBBox();
                return box.x + box.width > face.x + face.width + 0.5;
              });
            }).map((one) => one.textContent)"""
        )
        assert wide == []


def test_a_stack_opens_with_those_tied_one_to_one_and_closes_again(shown: Shown) -> None:
    page = shown(example_graph(40))
    first = boxes(page)
    stack = page.locator(".node.person.stack")
    stack.focus()
    page.keyboard.press("Enter")
    opened = boxes(page)
    # 34 people and their 34 cards stand in place of two stacks; the households stay together.
    assert len(opened) == len(first) + 34 * 2 - 2
    assert page.locator(".node.household.stack:not(.gone)").count() == 1
    assert page.evaluate("document.activeElement.closest('.bracket') !== null"), "the keyboard goes on from there"
    page.keyboard.press("Enter")
    for key, place in boxes(page).items():
        assert place == pytest.approx(first[key], abs=0.2)
    page.click("[data-do=expand]")
    assert not page.locator(".node.stack:not(.gone)").count()
    page.click("[data-do=expand]")
    assert boxes(page).keys() == first.keys()


def test_time_and_kinds_hide_ties(shown: Shown) -> None:
    page = shown(example_graph(8))
    whole = page.locator(".ties path:not(.gone)").count()
    assert "全部时间" in page.locator(".until output").inner_text()
    page.locator(".until input").evaluate("one => { one.value = 0; one.dispatchEvent(new Event('input')); }")
    assert page.locator(".until output").inner_text() == "2016-03"
    early = page.locator(".ties path:not(.gone)").count()
    assert 0 < early < whole
    assert page.locator(".node.card.absent").count() == 8, "cards nobody had yet step back"
    page.locator(".until input").evaluate("one => { one.value = one.max; one.dispatchEvent(new Event('input')); }")
    assert page.locator(".ties path:not(.gone)").count() == whole
    button = page.locator(".legend [data-kind=prepared] button")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator(".ties path:not(.gone)").count() == whole - 8
    button.click()
    assert page.locator(".ties path:not(.gone)").count() == whole


def test_time_plays_to_the_end(shown: Shown) -> None:
    page = shown(example_graph(4, more=False))
    page.click("[data-do=play]")
    expect(page.locator(".until output")).not_to_have_text("全部时间")
    expect(page.locator(".until output")).to_have_text("全部时间", timeout=30_000)
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-label", "按时间播放")


def test_pointing_shows_what_is_tied(shown: Shown) -> None:
    page = shown(example_graph(8))
    page.hover(".node.outlet")
    assert page.locator(".node.card.lit").count() == 8
    assert page.locator(".node.person.lit").count() == 0
    page.mouse.move(2, 2)
    assert page.locator(".lit").count() == 0
    page.focus(".node.official.hub a")
    assert page.locator(".node.person.lit").count() == 8


def test_it_grows_and_is_dragged_inside_its_frame(shown: Shown) -> None:
    page = shown(example_graph(12))

    def wide() -> float:
        return float(page.evaluate("document.querySelector('.canvas svg').getBoundingClientRect().width"))

    before = wide()
    page.focus(".canvas")
    for _ in range(3):
        page.keyboard.press("+")
    assert wide() == pytest.approx(before * 1.25**3, rel=0.02)
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    left = page.evaluate("document.querySelector('.canvas').scrollLeft")
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 250, steps=4)
    page.mouse.up()
    assert page.evaluate("document.querySelector('.canvas').scrollLeft") == pytest.approx(left + 100, abs=2)
    assert page.url == SITE, "dragging follows no link"
    page.keyboard.press("0")
    assert wide() == pytest.approx(before, rel=0.02)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_is_saved_as_it_looks(shown: Shown, tmp_path: Path) -> None:
    page = shown(example_graph(40))
    page.locator(".legend [data-kind=decided] button").click()
    for kind in ("svg", "png"):
        with page.expect_download() as found:
            page.click(f"[data-do={kind}]")
        assert found.value.suggested_filename == f"关系图.{kind}"
        found.value.save_as(tmp_path / f"x.{kind}")
    text = (tmp_path / "x.svg").read_text("utf-8")
    root: Any = ElementTree.fromstring(text)  # noqa: S314 - made by us
    assert not re.search(r"\s(class|style|data-\w+|href)=", text), "it needs nothing of ours"
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "34 人" in texts
    assert "截至 全部时间" in texts
    assert "造册" in texts
    assert "审核" not in texts, "what is hidden is not in the legend either"
    head = (tmp_path / "x.png").read_bytes()
    assert head.startswith(b"\x89PNG")
    wide, tall = struct.unpack(">II", head[16:24])
    assert (wide, tall) == pytest.approx((float(root.get("width")) * 2, float(root.get("height")) * 2), abs=2)


def test_without_scripts_it_is_complete(shown: Shown) -> None:
    page = shown(example_graph(8), scripts=False)
    assert page.locator(".node").count() == len(example_graph(8).nodes)
    assert page.locator(".controls").is_hidden()
    assert page.locator(".legend li").count() > 5
    page.locator("summary").click()
    assert page.locator("table.ties tbody tr").count() == len(example_graph(8).ties)
