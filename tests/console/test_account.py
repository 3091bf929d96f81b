"""One's own account: password, one-time codes, sessions, keys."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest

from service.clock import SetClock
from service.work.context import Context
from tests.console.conftest import Browse, Browser
from tests.serving.access_help import PASSWORD, WRONG, person, quick_hashes

pytestmark = pytest.mark.any_database

NEW = "another horse stapler"


@pytest.fixture(autouse=True)
def quick(monkeypatch: Any) -> None:
    """Hashes that cost nothing."""
    quick_hashes(monkeypatch)


@pytest.fixture
def wang(context: Context, browse: Browse) -> Browser:
    """Somebody who signed in by the page."""
    person(context, "wang.fang", "investigator", "data_scientist", divisions=("5199",))
    return sign_in(browse())


def sign_in(browser: Browser, password: str = PASSWORD, **more: str) -> Browser:
    """Sign in by the page."""
    answer = browser.send("/sign-in", "/sign-in/now", name="wang.fang", password=password, **more)
    assert answer.status_code == 303, answer.text[:2000]
    return browser


def test_what_the_account_may_do_in_words(wang: Browser) -> None:
    """Roles, divisions, desks, and that recusal does not know whose it is."""
    page = wang.open("/account")
    for part in ("wang.fang", "核查人员", "数据分析人员", "5199", "按角色", "未登记本人信息"):
        assert part in page
    wang.client.cookies.set("mingbai_language", "en")
    assert "Data scientist" in wang.open("/account")


def test_a_temporary_password_is_changed_before_anything_else(context: Context, browse: Browse) -> None:
    """Every page leads to the change, which leads on; a reload does nothing again."""
    browser = browse("investigator", must_change=True, password="x", name="li.na")  # noqa: S106 - of nobody
    answer = browser.client.get("/reports", follow_redirects=False)
    assert answer.headers["location"] == "/account?first=1"
    page = browser.open("/account?first=1")
    assert "您使用的是临时密码" in page
    assert page.count("<form") == 2  # the change, and signing out
    assert "/account/key" not in page


def test_the_password_changes_and_other_browsers_are_out(wang: Browser, browse: Browse) -> None:
    """The new one signs in, the old one does not; the browser that changed it stays."""
    other = sign_in(browse())
    page = wang.open("/account")
    fields = {"old": PASSWORD, "new": NEW, "again": NEW}
    done = wang.send(page, "/account/password", **fields)
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert "密码已修改" in wang.open("/account")
    assert other.client.get("/account", follow_redirects=False).status_code == 303
    assert browse().send("/sign-in", "/sign-in/now", name="wang.fang", password=PASSWORD).status_code == 422
    sign_in(browse(), NEW)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"old": PASSWORD, "new": NEW, "again": "something else"}, "两次输入的新密码不一致"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "至少 12 个字符"),
        ({"old": "wrong", "new": NEW, "again": NEW}, "不正确"),
    ],
)
def test_a_change_that_is_refused_says_why_and_writes_nothing_back(
    wang: Browser, fields: dict[str, str], says: str
) -> None:
    """No password stands in the answer."""
    answer = wang.send("/account", "/account/password", **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert NEW not in answer.text
    assert PASSWORD not in answer.text
    assert wang.client.get("/account", follow_redirects=False).status_code == 200


def test_one_time_codes_are_set_up_used_and_taken_off(wang: Browser, browse: Browse, clock: SetClock) -> None:
    """The secret and the recovery codes are shown once; signing in takes a code; a recovery code works once."""
    page = wang.open("/account")
    assert wang.send(page, "/account/codes", password=WRONG).status_code == 422
    shown = wang.send(page, "/account/codes", password=PASSWORD)
    assert shown.status_code == 200
    found = re.search(r'<p class="code secret">([A-Z2-7 ]+)</p>', shown.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert f"secret={secret}" in shown.text
    again = wang.send(page, "/account/codes", password=PASSWORD)
    assert (again.status_code, again.headers["location"]) == (303, "/account")
    assert secret not in wang.open("/account")
    wrong = wang.send(shown.text, "/account/codes-confirm", code="000000")
    assert wrong.status_code == 422
    assert "请再输入验证器应用当前显示的六位数字" in wrong.text
    code = pyotp.TOTP(secret).at(clock.now())
    on = wang.send(wrong.text, "/account/codes-confirm", code=code)
    recovery = re.findall(r'<li class="code">([a-z0-9-]+)</li>', on.text)
    assert len(recovery) == 10
    assert recovery[0] not in wang.open("/account")
    assert "剩余恢复码：10 个" in wang.open("/account")
    other = browse()
    asked = other.send("/sign-in", "/sign-in/now", name="wang.fang", password=PASSWORD)
    assert asked.status_code == 422
    assert 'name="code"' in asked.text
    assert 'value="wang.fang"' in asked.text
    sign_in(other, code=recovery[0])
    assert other.send("/account", "/account/codes-remove", password=PASSWORD, code=recovery[0]).status_code == 422
    assert other.send("/account", "/account/codes-remove", password=PASSWORD, code=recovery[1]).status_code == 303
    assert "未启用" in other.open("/account")


def test_signing_out_everywhere(wang: Browser, browse: Browse) -> None:
    """Both browsers are out; the list showed both."""
    other = sign_in(browse())
    page = wang.open("/account")
    assert page.count('data-label="登录时间"') == 2
    assert page.count("当前</span>") == 1
    assert wang.send(page, "/account/end-sessions").headers["location"] == "/sign-in"
    for one in (wang, other):
        assert one.client.get("/account", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_own_keys_are_shown_once_and_revoked(wang: Browser) -> None:
    """What may not go into a key is refused with what was entered."""
    page = wang.open("/account")
    assert "cases.read" in page
    assert "persons.unmask" not in page
    bad = wang.send(
        page, "/account/key", name="export", permissions="persons.unmask", days="30", addresses="10.1.0.0/16"
    )
    assert bad.status_code == 422
    assert 'value="export"' in bad.text
    assert 'value="10.1.0.0/16"' in bad.text
    made = wang.send(bad.text, "/account/key", name="export", permissions="cases.read", days="30")
    found = re.search(r"mb_[0-9a-f]{12}_[\w-]{43}", made.text)
    assert found is not None
    answer = wang.client.get("/v1/me", headers={"authorization": f"Bearer {found[0]}", "cookie": ""})
    assert answer.json()["name"] == "wang.fang/export"
    listed = wang.open("/account")
    assert found[0] not in listed
    number = re.search(r'name="key" value="(\d+)"', listed)
    assert number is not None
    assert wang.send(listed, "/account/key-revoke", key=number[1]).status_code == 303
    assert "已撤销" in wang.open("/account")
    assert wang.client.get("/v1/me", headers={"authorization": f"Bearer {found[0]}", "cookie": ""}).status_code == 401


def test_nobody_revokes_another_ones_key_here(wang: Browser, browse: Browse) -> None:
    """Not even an administrator, who has a page for that."""
    made = wang.send("/account", "/account/key", name="export", permissions="cases.read", days="30")
    number = re.search(r'name="key" value="(\d+)"', made.text)
    assert number is not None
    admin = browse("administrator")
    own = admin.send("/account", "/account/key", name="mine", permissions="audit.read", days="30")
    assert admin.send(own.text, "/account/key-revoke", key=number[1]).status_code == 422
    assert "撤销密钥 export" in wang.open("/account")


def test_somebody_who_signs_in_elsewhere_has_no_password_here(browse: Browse) -> None:
    """No form for what the account does not have."""
    page = browse("auditor").open("/account")
    assert "/account/password" not in page
    assert "/account/codes" not in page


def test_guessing_passwords_waits(wang: Browser, browse: Browse) -> None:
    """The page says how long; the name stays, the password does not."""
    other = browse(language="en")
    statuses, page = [], other.open("/sign-in")
    for _ in range(6):
        answer = other.send(page, "/sign-in/now", name="wang.fang", password=WRONG + "-password")
        statuses.append(answer.status_code)
        page = answer.text
    assert statuses == [422] * 5 + [429]
    assert "Too many tries; wait 30 seconds." in page
    assert WRONG + "-password" not in page
