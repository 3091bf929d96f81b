"""Signing in as a recipient by the pages: two steps, and nothing told of who is there."""

from __future__ import annotations

import re

import pytest

from service.clock import SetClock
from service.store.form_keys import FORM_KEYS
from service.work.context import Context
from tests.console.conftest import Browse
from tests.console.recipients_help import a_village, ask_code, enter, take
from tests.serving.test_recipients import code_in, person, sent

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def village(context: Context) -> None:
    """The same village for every test."""
    a_village(context)


def plain(page: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="form_(key|token)" value="[^"]*"', "", page)


def test_nobody_signed_in_is_led_here_and_back(context: Context, browse: Browse) -> None:
    """The page somebody wanted is opened afterwards; another site's never."""
    browser = browse()
    answer = browser.client.get("/my/reports", follow_redirects=False)
    assert answer.headers["location"] == "/my/sign-in?next=/my/reports"
    ask_code(browser, path=answer.headers["location"])
    done = browser.send("/my/sign-in/code", "/my/sign-in/enter", code=code_in(sent(context)[0]))
    assert done.headers["location"] == "/my/reports"
    elsewhere = ("//evil.example/my", "https://evil.example", "/overview", "/my/sign-in/code", "/mystery", "/my/../log")
    for other in elsewhere:
        assert 'name="onward" value="/my"' in browser.open(f"/my/sign-in?next={other}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_public_report_is_a_click_away(context: Context, browse: Browse, language: str) -> None:
    """From both sign-ins, from the help and from one's own payments, in plain words; it opens without signing in."""
    words = {"zh": "是否一视同仁", "en": "Are checks fair to everybody?"}[language]
    for path in ("/sign-in", "/my/sign-in", "/my/help"):
        page = browse(language=language).open(path)
        assert '<a href="/fairness">' in page
        assert words in page
    own = enter(context, browse())
    assert '<a href="/fairness">' in own.open("/my")
    browse(language=language).open("/fairness")


def test_the_answer_never_tells_who_is_there(context: Context, browse: Browse) -> None:
    """Known digits, unknown ones, a wrong name, no phone, shared digits: the same pages, and the same after a code."""
    take(context, "persons", person("519922195303041232", "李四", "13900000009"))
    seen = set()
    for last_six, name in (("041232", "刘学福"), ("041232", ""), ("041232", "王五"), ("999999", ""), ("010017", "")):
        browser = browse()
        answer = ask_code(browser, last_six, name)
        assert last_six not in answer.headers["location"]
        second = browser.open("/my/sign-in/code")
        wrong = browser.send(second, "/my/sign-in/enter", code="00000000")
        seen.add((answer.status_code, answer.headers["location"], plain(second), wrong.status_code, plain(wrong.text)))
    assert len(seen) == 1
    assert len(sent(context)) == 1


def test_digits_as_phones_write_them(context: Context, browse: Browse) -> None:
    """Full width, spaces, a small x; the code with spaces."""
    take(context, "persons", person("51992119700101123X", "周五", "13900000008"))
    browser = browse()
    ask_code(browser, "\uff10\uff11 123x", "周 五")
    code = code_in(sent(context)[0])
    done = browser.send("/my/sign-in/code", "/my/sign-in/enter", code=f"{code[:4]} {code[4:]}")
    assert done.headers["location"] == "/my"


def test_what_is_no_end_of_a_number_is_said(browse: Browse) -> None:
    """The name stays, the digits are asked for again."""
    answer = ask_code(browse(language="en"), "12345", "Liu")
    assert answer.status_code == 422
    assert "Give the last six characters" in answer.text
    assert 'value="Liu"' in answer.text
    assert "12345" not in answer.text


def test_the_second_step_outlives_a_reload_and_not_its_time(context: Context, browse: Browse, clock: SetClock) -> None:
    """A phone that threw the page away finds it again; a cookie somebody changed leads to the first step."""
    browser = browse()
    ask_code(browser)
    assert browser.open("/my/sign-in/code").count("/my/sign-in/enter") == 1
    assert browser.open("/my/sign-in/code").count("/my/sign-in/enter") == 1
    page = browser.open("/my/sign-in/code")
    code = code_in(sent(context)[0])
    clock.move(minutes=11)
    late = browser.send(page, "/my/sign-in/enter", code=code)
    assert late.status_code == 422
    browser.client.cookies.set("mingbai_digits", "QUJD", domain="testserver.local", path="/my/sign-in")
    other = browse()
    other.client.cookies.set("mingbai_digits", "QUJDREVG")
    assert other.client.get("/my/sign-in/code", follow_redirects=False).headers["location"] == "/my/sign-in"
    assert other.client.get("/my/sign-in/code").status_code == 200


def test_a_code_works_once(context: Context, browse: Browse) -> None:
    """Somebody who saw the message gets nothing by it afterwards."""
    enter(context, browse())
    code = code_in(sent(context)[0])
    other = browse()
    ask_code(other)
    assert other.send("/my/sign-in/code", "/my/sign-in/enter", code=code).status_code == 422


def test_guessing_waits(context: Context, browse: Browse) -> None:
    """Codes and askings alike; the page says how long, and stays where it was."""
    browser = browse(language="en")
    ask_code(browser)
    statuses, page = [], browser.open("/my/sign-in/code")
    for _ in range(7):
        answer = browser.send(page, "/my/sign-in/enter", code="00000000")
        statuses.append(answer.status_code)
        page = answer.text
    assert statuses == [422] * 5 + [429] * 2
    assert "Too many tries; wait" in page
    asked = [ask_code(browser).status_code for _ in range(7)]
    assert 429 in asked


def test_a_second_tap_signs_in_all_the_same(context: Context, browse: Browse, clock: SetClock) -> None:
    """The browser threw the first answer away, with its cookies: the second one has them, for a minute and once only
    does anybody sign in."""
    browser = browse()
    first = browser.open("/my/sign-in")
    ask_code(browser, path=first)
    browser.client.cookies.delete("mingbai_digits")
    assert ask_code(browser, path=first).headers["location"] == "/my/sign-in/code"
    assert len(sent(context)) == 1
    page = browser.open("/my/sign-in/code")
    code = code_in(sent(context)[0])
    assert browser.send(page, "/my/sign-in/enter", code=code).status_code == 303
    token = browser.client.cookies["mingbai_session"]
    browser.client.cookies.delete("mingbai_session")
    assert browser.send(page, "/my/sign-in/enter", code=code).headers["location"] == "/my"
    assert browser.client.cookies["mingbai_session"] == token
    browser.open("/my")
    browser.client.cookies.delete("mingbai_session")
    clock.move(minutes=2)
    assert browser.send(page, "/my/sign-in/enter", code=code).headers["location"] == "/my"
    assert "mingbai_session" not in browser.client.cookies
    with context.database.read() as connection:
        kept = connection.execute(FORM_KEYS.select()).all()
    assert not any(token in repr(row) for row in kept)
