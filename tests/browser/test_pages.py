"""Every page in a browser: axe finds nothing, nothing is complained about, nothing runs over the side, sizes hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from tests.browser.conftest import SCREENS, Person, Place

pytestmark = pytest.mark.slow

Somebody = Callable[..., Person]

STARTS: Final = {
    "investigator": ("/overview", "/queue", "/reports", "/look-up", "/funds", "/runs", "/rules", "/models", "/account"),
    "department_verifier": ("/questions", "/runs/new", "/queue"),
    "supervisor": ("/overview", "/runs", "/questions"),
    "auditor": ("/overview", "/supervision", "/log", "/fairness"),
    "data_scientist": ("/overview", "/models", "/rules"),
    "administrator": ("/overview", "/accounts", "/accounts/new"),
}
"""Where a walk begins, by role."""

OFTEN: Final = 1
"""So many pages of one kind are opened by a role at a width."""

LOOKED: Final[set[tuple[str, str, str]]] = set()
"""Database, width and kind of the pages that were looked at."""

SEEN: Final[dict[tuple[str, str], set[str]]] = {}
"""The elements of the pages that were looked at, as `ELEMENTS` tells them, by database and width."""

ELEMENTS: Final = """() => {
  const told = (one) => one.tagName + [...one.attributes].map((at) =>
    /^(class|role|type|scope|tabindex|aria-.*)$/.test(at.name) && !/^aria-(label|described|controls)/.test(at.name)
      ? `[${at.name}=${at.value}]` : `[${at.name}${at.value ? "" : "="}]`
  ).sort().join("") + (one.textContent.trim() ? "" : "-");
  return [...new Set([...document.querySelectorAll("*")].map((one) =>
    (one.parentElement ? told(one.parentElement) + ">" : "") + told(one)))];
}"""
"""The page's elements without what they say: each once, with the one it lies in, its attributes, and whether it is
empty."""

MOST_KB: Final = 150
MOST_PHONE_KB: Final = 50
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def shape(path: str) -> str:
    """The kind of page behind a path: numbers and codes left out."""
    return re.sub(r"/(?=[^/]*\d)[^/]+|/[CTH][0-9A-Z.][^/]*", "/…", path.partition("?")[0])


def walk(one: Person, starts: tuple[str, ...], broken: list[str], *, on: bool = True) -> Iterator[tuple[str, int]]:
    """Open pages from the starts on and, if it goes on, follow links to kinds not seen often; gives each path while it
    is open, and the bytes that were sent for it.

    What cannot be opened although a page leads there goes to `broken`.
    """
    seen: dict[str, int] = {}
    left = list(starts)
    while left:
        path = left.pop(0)
        kind = shape(path)
        if seen.get(kind, 0) >= OFTEN:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        answer = one.page.goto(one.place.url + path)
        if answer is None or answer.status >= 400:
            broken.append(f"{path}: {answer.status if answer else 'nothing'}")
            one.complaints.clear()
            continue
        yield path, len(answer.body())
        if on:
            links = one.page.eval_on_selector_all(
                "main a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))"
            )
            left += [link for link in (str(href).partition("#")[0] for href in links) if is_page(link)]


def is_page(link: str) -> bool:
    """Whether a link leads to a page of ours, and not to a file."""
    return (
        link.startswith("/") and not re.match(r"/(v1|static|language)/", link) and not re.search(r"\.[a-z]{3,7}$", link)
    )


def violations(one: Person) -> list[str]:
    """What axe-core finds on the page that is open."""
    one.page.evaluate(AXE)
    found = json.loads(
        one.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))")
    )
    return [f"{v['id']} ({v['impact']}): {n['target']} {n['html'][:160]}" for v in found for n in v["nodes"][:3]]


@pytest.mark.parametrize("role", STARTS)
def test_pages_of_staff(person: Somebody, place: Place, role: str) -> None:
    """All pages a role reaches by links, in Chinese; on the other database on a tablet, in English. What a role is
    shown that no role before it was is looked at. On a phone each kind of page is opened once, whoever may."""
    wrong: dict[str, list[str]] = {}
    broken: list[str] = []
    if place.kind == "postgresql":
        one = person("tablet", role, language="en")
        look_at(one, role, walk(one, STARTS[role], broken), wrong)
    else:
        one = person("wide", role)
        opened = look_at(one, role, walk(one, STARTS[role], broken), wrong)
        if new := tuple(path for path in opened if (place.kind, "phone", shape(path)) not in LOOKED):
            one = person("phone", role)
            look_at(one, role, walk(one, new, broken, on=False), wrong)
    assert not broken, broken
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def look_at(one: Person, role: str, pages: Iterator[tuple[str, int]], wrong: dict[str, list[str]]) -> list[str]:
    """Look at pages one after the other, and give their paths; what is wrong goes to the list.

    axe takes longer than all the rest: it is asked about the first page of a kind, and about each that has an element
    no page before it had.
    """
    paths = []
    for path, sent in pages:
        paths.append(path)
        looked = (one.place.kind, one.width, shape(path))
        if one.width != "wide" and looked in LOOKED:
            continue
        before, elements = SEEN.setdefault(looked[:2], set()), set(one.page.evaluate(ELEMENTS))
        new = looked not in LOOKED or not elements <= before
        found = violations(one) if new else []
        over = one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 1:
            found.append(f"runs over the side by {over} px")
        size = sent / 1000
        if size >= MOST_KB:
            found.append(f"{size:.0f} kB")
        if found:
            wrong[f"{one.width} {path}"] = found
        if new:
            name = re.sub(r"\W+", "-", shape(path)).strip("-") or "front"
            folder = SCREENS / one.place.kind / one.width
            folder.mkdir(parents=True, exist_ok=True)
            one.page.screenshot(path=folder / f"page-{role}-{name}.png", full_page=True)
        LOOKED.add(looked)
        before |= elements
    return paths


def test_recipients_pages_are_small_and_need_no_script(person: Somebody, place: Place) -> None:
    """Under 50 kB with everything they load, on a phone."""
    recipient = place.trial.recipient
    assert recipient is not None
    loaded: list[int] = []
    one = person("phone")
    one.page.on("response", lambda answer: loaded.append(len(answer.body())))
    one.go("/my/sign-in")
    one.page.fill("input[name=last_six]", recipient.last_six)
    one.page.fill("input[name=name]", recipient.name)
    outbox = place.trial.outbox
    sent = outbox.read_text("utf-8").count("验证码") if outbox.exists() else 0
    one.page.click("form[action='/my/sign-in/send'] button")
    while not outbox.exists() or outbox.read_text("utf-8").count("验证码") == sent:
        one.page.wait_for_timeout(100)
    one.page.fill("input[name=code]", place.code())
    one.page.click("form[action='/my/sign-in/enter'] button")
    one.page.wait_for_url("**/my")
    wrong: dict[str, list[str]] = {}
    broken: list[str] = []
    for path, _ in walk(one, ("/my", "/my/help", "/my/report", "/my/reports"), broken):
        # Loaded as the first page of a visit: nothing kept.
        loaded.clear()
        one.page.reload()
        found = violations(one)
        assert one.page.locator("script").count() == 0
        if sum(loaded) / 1000 >= MOST_PHONE_KB:
            found.append(f"{sum(loaded) / 1000:.0f} kB")
        if found:
            wrong[path] = found
    assert not broken, broken
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def test_screens_are_kept(place: Place) -> None:
    """CI keeps what was seen."""
    assert len(list((Path(SCREENS) / place.kind).rglob("*.png"))) > 20
