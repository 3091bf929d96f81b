"""The page of a case in a browser, under the policy of the pages: what is drawn comes after it; it stands without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from service.console.pages import case_graph
from service.console.pages._case_view import PAGE
from service.console.rendering import HEADERS
from service.console.static import HERE
from tests.console.test_every_page import shown as rendered

pytestmark = pytest.mark.slow

SITE = "http://case.test/"
Shown = Callable[..., Page]


@pytest.fixture
def shown(chromium: Browser) -> Iterator[Shown]:
    """The page as the service sends it to somebody who may do everything; `drawn` is the status of what is fetched
    after it."""
    made: list[tuple[BrowserContext, list[str]]] = []
    contents = replace(PAGE.example, unmasked=None)
    text = rendered(PAGE, contents, "zh")
    drawings = rendered(case_graph.PAGE, case_graph.PAGE.example, "zh")

    def page_of(*, scripts: bool = True, drawn: int = 200, another: str = "") -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text)
                if m.type in ("error", "warning") and "Failed to load resource" not in m.text
                else None
            ),
        )
        made.append((context, complaints))

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(SITE)
            file = HERE / name.rpartition("/")[2]
            if name.startswith("static/") and file.is_file():
                kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[file.suffix[1:]]
                route.fulfill(body=file.read_text("utf-8"), content_type=kind)
            elif "/graph" in name:
                kind = "text/html; charset=utf-8"
                route.fulfill(status=drawn, body=another or drawings, content_type=kind, headers=HEADERS)
            else:
                route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=HEADERS)

        page.route("**/*", answer)
        page.goto(SITE)
        return page

    yield page_of
    for context, complaints in made:
        context.close()
        assert not complaints, complaints


def test_what_is_drawn_comes_after_the_page_and_moves(shown: Shown) -> None:
    page = shown()
    expect(page.locator("#graph svg").first).to_be_visible()
    # The scripts of the drawing ran on what was put in.
    expect(page.locator("#graph .controls button").first).to_be_visible()
    assert page.locator("[aria-busy]").count() == 0
    assert page.locator("h1").count() == 1
    expect(page.locator("#alikes")).to_contain_text("1 笔属于此情形")


@pytest.mark.parametrize(("status", "another"), [(503, ""), (200, "<html><body><h1>sign in</h1></body></html>")])
def test_where_nothing_can_be_drawn_the_page_says_so_and_leads_on(shown: Shown, status: int, another: str) -> None:
    page = shown(drawn=status, another=another)
    expect(page.locator("#graph")).to_contain_text("暂时无法绘制")
    assert page.locator("#graph a[href$='/graph']").count() == 1
    expect(page.locator("#alikes table")).to_be_visible()
    assert page.locator("[aria-busy]").count() == 0


def test_without_scripts_everything_is_there(shown: Shown) -> None:
    page = shown(scripts=False)
    assert page.locator("#graph a[href$='/graph']").count() == 1
    page.locator("details:has(form[action$='/move']) > summary").click()
    assert page.locator("form[action$='/move'] input[name=move_until]").is_visible()
    expect(page.locator("#alikes table")).to_be_visible()


def test_a_day_is_asked_for_where_a_case_is_held_alone(shown: Shown) -> None:
    page = shown()
    day = page.locator("input[name=move_until]")
    summary = page.locator("details:has(form[action$='/move']) > summary")
    if not page.locator("select[name=move_to]").is_visible():
        summary.click()
    assert not day.is_visible()
    page.select_option("select[name=move_to]", "held")
    assert day.is_visible()
    assert day.evaluate("one => one.required")
    page.select_option("select[name=move_to]", "with_department")
    assert not day.is_visible()
    assert not day.evaluate("one => one.required")


def test_too_large_a_file_is_told_before_it_is_sent(shown: Shown) -> None:
    page = shown()
    form = page.locator("form[action$='/attach']")
    form.evaluate("one => { one.dataset.most = 10 }")
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x" * 11})
    assert file.evaluate("one => one.validationMessage") == "文件超过 20 MB，请压缩或拆分后再上传。"
    file.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x" * 9})
    assert file.evaluate("one => one.checkValidity()")


def test_the_contents_say_where_one_reads(shown: Shown) -> None:
    page = shown()
    expect(page.locator("#graph svg").first).to_be_visible()
    page.locator(".contents a[href='#payments']").click()
    expect(page.locator(".contents a[aria-current]")).to_have_text("发放明细")
