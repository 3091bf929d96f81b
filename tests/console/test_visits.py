"""What holds for every page: sign-in first, forms once, from our own pages only, refusals as pages."""

from __future__ import annotations

import pytest

from tests.console.conftest import Browse

pytestmark = pytest.mark.any_database


def test_nobody_signed_in_is_led_to_the_sign_in_page_and_back(browse: Browse) -> None:
    browser = browse()
    answer = browser.client.get("/account?tab=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account%3Ftab%3D1")
    assert 'name="onward" value="/account?tab=1"' in browser.open("/sign-in?next=/account%3Ftab%3D1")
    assert 'name="onward" value="/overview"' in browser.open("/sign-in?next=//evil.example/")


def test_a_form_is_done_once(browse: Browse) -> None:
    browser = browse("investigator")
    page = browser.open("/account")
    first = browser.send(page, "/sign-out/now")
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"origin": "https://evil.example"}, {}),
        ({}, {"form_token": "wrong"}),
        ({}, {"form_token": ""}),
    ],
)
def test_a_form_of_another_page_is_refused(browse: Browse, headers: dict[str, str], fields: dict[str, str]) -> None:
    browser = browse("investigator")
    token = browser.open("/account").split('name="form_token" value="')[1].split('"')[0]
    given = {"form_token": token, "form_key": "k"} | fields
    answer = browser.client.post("/sign-out/now", data=given, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert browser.client.get("/account").status_code == 200


def test_a_refusal_is_a_page_for_people_and_a_problem_for_programs(browse: Browse) -> None:
    browser = browse("data_scientist")
    page = browser.open("/accounts", 403)
    assert "没有查看该页面的权限" in page
    assert browser.client.get("/nowhere").text.count("<h1") == 1
    assert browser.client.get("/nowhere", headers={"accept": "application/json"}).json()["status"] == 404


def test_the_language_is_one_click_away_and_stays(browse: Browse) -> None:
    browser = browse("investigator")
    assert '<html lang="zh-CN">' in browser.open("/account")
    answer = browser.client.get("/language/en?back=/account", follow_redirects=False)
    assert answer.headers["location"] == "/account"
    assert '<html lang="en">' in browser.open("/account")
    assert browser.client.get("/language/en?back=//evil.example", follow_redirects=False).headers["location"] == "/"


def test_files_keep_for_ever_and_pages_not_at_all(browse: Browse) -> None:
    browser = browse()
    page = browser.client.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = browser.client.get(style)
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["content-encoding"] == "gzip"
    assert browser.client.get(style.replace(style.split("/")[2], "000000000000")).status_code == 404


def test_what_nobody_expected_is_told_even_where_its_page_fails_too(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.console import rendering

    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("private words")

    monkeypatch.setattr(rendering, "render", broken)
    monkeypatch.setattr("service.console.refusal.render", broken)
    browser = browse()
    answer = browser.client.get("/sign-in")
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "private words" not in answer.text
