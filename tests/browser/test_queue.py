"""The queue in a browser, under the policy of the pages: keys, several cases at once, numbers kept out of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from service.console.pages._queue import LINE
from service.console.pages.queue import PAGE, Contents
from service.console.rendering import HEADERS
from service.console.static import HERE
from tests.console.test_every_page import shown as rendered

pytestmark = pytest.mark.slow

SITE = "http://queue.test/"
NUMBERS = [f"C000000000{n}" for n in range(5)]
Shown = Callable[..., Page]


@pytest.fixture
def shown(chromium: Browser) -> Iterator[Shown]:
    """The page with five cases, as the service sends it to somebody who may do everything. Forms go nowhere."""
    made: list[tuple[BrowserContext, list[str]]] = []
    example = PAGE.example
    assert isinstance(example, Contents)
    lines = tuple(replace(LINE, case_id=number) for number in NUMBERS)
    text = rendered(PAGE, replace(example, lines=lines, ticked=(), failed=(), next="/next", first="/first"), "zh")

    def page_of(*, scripts: bool = True) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        made.append((context, complaints))

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(SITE)
            file = HERE / name.rpartition("/")[2]
            if name.startswith("static/") and file.is_file():
                kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[file.suffix[1:]]
                route.fulfill(body=file.read_text("utf-8"), content_type=kind)
            else:
                route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=HEADERS)

        page.route("**/*", answer)
        page.goto(SITE)
        return page

    yield page_of
    for context, complaints in made:
        context.close()
        assert not complaints, complaints


def chosen(page: Page) -> list[str]:
    """Numbers of the cases that are chosen."""
    boxes = page.locator("input[name=case]")
    return [NUMBERS[n] for n in range(boxes.count()) if boxes.nth(n).is_checked()]


def test_keys_move_choose_and_open(shown: Shown) -> None:
    page = shown()
    for key in ("j", "j", "x", "j", "x", "k"):
        page.keyboard.press(key)
    assert chosen(page) == NUMBERS[1:3]
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-href", f"/cases/{NUMBERS[1]}")
    page.keyboard.press("?")
    expect(page.locator("#keyboard")).to_have_attribute("open", "")
    page.keyboard.press("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    # Letters typed into a field are letters.
    page.keyboard.type("jx?")
    expect(page.locator("input[name=q]")).to_have_value("jx?取现")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{NUMBERS[1]}")


def test_pages_are_turned_by_keys(shown: Shown) -> None:
    page = shown()
    page.keyboard.press("n")
    page.wait_for_url("**/next")
    page.keyboard.press("p")
    page.wait_for_url("**/first")


def test_the_form_of_several_shows_when_some_are_chosen(shown: Shown) -> None:
    page = shown()
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    page.locator("input[name=case]").nth(0).check()
    expect(bar).to_be_visible()
    expect(bar.locator("[data-count]")).to_have_text("1")
    page.locator("input[name=case]").nth(3).click(modifiers=["Shift"])
    assert chosen(page) == NUMBERS[:4]
    everything = page.locator("[data-all]")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    assert chosen(page) == NUMBERS
    expect(bar.locator("[data-count]")).to_have_text("5")
    everything.uncheck()
    expect(bar).to_be_hidden()


def test_a_day_is_asked_for_where_a_case_is_held(shown: Shown) -> None:
    page = shown()
    page.locator("input[name=case]").nth(0).check()
    expect(page.locator("input[name=until]")).to_be_hidden()
    page.locator(".bulk select[name=state]").select_option("held")
    expect(page.locator("input[name=until]")).to_be_visible()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("519921199001011234", "person"),
        ("51992119900101123X", "person"),
        ("6217000000001232", "card"),
        ("13800138000", "phone"),
    ],
)
def test_a_number_of_a_person_goes_into_no_address(shown: Shown, number: str, kind: str) -> None:
    page = shown()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.fill("input[name=q]", number)
    page.keyboard.press("Enter")
    form = page.locator("form[data-numbers]")
    expect(form.locator("input[name=value]")).to_have_value(number)
    expect(form.locator("select[name=kind]")).to_have_value(kind)
    expect(form.locator("input[name=value]")).to_be_focused()
    expect(page.locator("input[name=q]")).to_have_value("")
    assert page.url == SITE
    assert not [url for url in asked if number in url]
    page.fill("input[name=q]", "取现 12,480.00")
    page.locator("input[name=q]").press("Enter")
    # What is chosen stands in the address, and nothing else.
    page.wait_for_url(re.compile(r"/queue/discipline\?q=[^&]+&state=new$"))


def test_without_scripts_everything_is_there(shown: Shown) -> None:
    page = shown(scripts=False)
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator("input[name=until]")).to_be_visible()
    expect(page.locator("[data-all]")).to_be_hidden()
    page.locator("input[name=case]").nth(2).check()
    assert chosen(page) == [NUMBERS[2]]
