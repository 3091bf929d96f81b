"""What tests of the recipients' pages share: a village with two people, and somebody signed in by the pages."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx

from service.store import division_paths
from service.work.context import Context
from service.work.facts.take_rows import take_rows
from tests.console.conftest import Browser
from tests.serving.test_recipients import NO_PHONE, ONE, PROGRAM, TWO, code_in, payment, person, sent

VILLAGE = "519921100204"
RATE = {"program_id": "P02", "rate": "546.00", "valid_from": "2015-01-01"}


def take(context: Context, table: str, *rows: dict[str, Any]) -> None:
    """Hand rows of a table over."""
    with context.database.write() as connection:
        take_rows(context, connection, table, list(rows), source="test")


def a_village(context: Context) -> None:
    """Two people whose payments differ, one without a phone."""
    with context.database.write() as connection:
        division_paths.replace(connection, [{"division_code": VILLAGE}])
    take(context, "programs", PROGRAM)
    take(context, "program_rates", RATE)
    take(
        context,
        "persons",
        person(ONE, "刘学福", "13900000001"),
        person(TWO, "阿牛·木呷", "13900000002"),
        person(NO_PHONE, "王秀英", None),
    )
    take(context, "disbursements", payment("D1", ONE), payment("D2", TWO), payment("D3", NO_PHONE))


def ask_code(
    browser: Browser, last_six: str = "041232", name: str = "刘学福", path: str = "/my/sign-in"
) -> httpx.Response:
    """The first step; the answer is not followed."""
    return browser.send(path, "/my/sign-in/send", last_six=last_six, name=name)


def enter(context: Context, browser: Browser, last_six: str = "041232", name: str = "刘学福") -> Browser:
    """Sign somebody in by the pages."""
    assert ask_code(browser, last_six, name).headers["location"] == "/my/sign-in/code"
    answer = browser.send("/my/sign-in/code", "/my/sign-in/enter", code=code_in(sent(context)[0]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    return browser
