"""Accounts by the pages of administrators: made, changed, closed, decided by a second one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from service.store import accounts
from service.store.accounts import Account
from service.work.context import Context
from tests.console.conftest import Browse, Browser
from tests.console.recipients_help import take
from tests.serving.access_help import keep_divisions, person, quick_hashes

pytestmark = pytest.mark.any_database

SECRET = re.compile(r'<p class="(?:sheet )?code secret">([^<]+)</p>')


@pytest.fixture(autouse=True)
def quick(monkeypatch: Any, context: Context) -> None:
    """Hashes that cost nothing, and a tree of divisions."""
    quick_hashes(monkeypatch)
    keep_divisions(context)


@pytest.fixture
def admin(browse: Browse) -> Browser:
    """An administrator of everywhere."""
    return browse("administrator", name="li.na")


def by_name(context: Context, name: str) -> Account:
    """The account of a name, which is there."""
    with context.database.read() as connection:
        found = accounts.by_name(connection, name)
    assert found is not None
    return found


def test_an_account_is_made_and_its_password_shown_once(context: Context, admin: Browser, browse: Browse) -> None:
    """It signs in with it, and has to change it; the same form again leads to the account without it."""
    page = admin.open("/accounts/new")
    fields = {
        "name": "wang.fang", "way": "password", "roles": ["investigator", "auditor"], "divisions": "5199",
        "others": "5101 5102", "desks": "owed", "id_number": "519921195303041232", "official_id": "O1",
    }  # fmt: skip
    made = admin.send(page, "/accounts/new/make", **fields)
    assert made.status_code == 200
    found = SECRET.search(made.text)
    assert found is not None
    again = admin.send(page, "/accounts/new/make", **fields)
    account = by_name(context, "wang.fang")
    assert again.headers["location"] == f"/accounts/{account.account_id}"
    assert account.roles == ("auditor", "investigator")
    assert account.divisions == ("5101", "5102", "5199")
    assert (account.desks, account.official_id) == (("owed",), "O1")
    assert account.person == context.seal.hash("person", "519921195303041232")
    assert found[1] not in admin.open(f"/accounts/{account.account_id}")
    signed = browse().send("/sign-in", "/sign-in/now", name="wang.fang", password=found[1])
    assert signed.headers["location"] == "/account?first=1"


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"name": "1", "roles": "auditor", "divisions": "5199"}, 422, "账户名为 2 至 64 个字母"),
        ({"name": "wang", "divisions": "5199"}, 422, "账户须有一个或以上角色"),
        ({"name": "wang", "roles": "recipient", "divisions": "5199"}, 422, "账户须有一个或以上角色"),
        ({"name": "wang", "roles": "auditor"}, 422, "账户须有行政区划"),
        ({"name": "wang", "roles": "auditor", "others": "<b>51"}, 422, "应为代码"),
        ({"name": "li.na", "roles": "auditor", "divisions": "5199"}, 409, "已被使用"),
        ({"name": "wang", "roles": ["auditor", "administrator"], "divisions": "5199"}, 403, "不得直接新建"),
        ({"name": "wang", "roles": "auditor", "divisions": "5199", "id_number": "12345"}, 422, "身份证号码长度不对"),
    ],
)
def test_what_no_account_can_be_is_said_and_nothing_lost(
    admin: Browser, fields: dict[str, Any], status: int, says: str
) -> None:
    """What was entered stands there again, but for the holder's number."""
    answer = admin.send("/accounts/new", "/accounts/new/make", way="password", **fields)
    assert answer.status_code == status
    assert says in answer.text
    assert f'value="{fields["name"]}"' in answer.text
    assert "12345" not in answer.text
    for role in [fields.get("roles", [])] if isinstance(fields.get("roles"), str) else fields.get("roles", []):
        if role != "recipient":
            assert f'name="roles" value="{role}" checked' in answer.text


def test_the_list_is_searched_and_paged(context: Context, admin: Browser) -> None:
    """By name, role and state; hostile text stays text; only what lies in one's divisions."""
    for n in range(55):
        person(context, f"person-{n:02d}", "auditor" if n % 2 else "investigator", divisions=("519901",), password=None)
    first = admin.open("/accounts")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert "person-54" not in first
    assert "person-54" in admin.open(following[1].replace("&amp;", "&"))
    found = admin.open("/accounts?name=PERSON-1&role=auditor&state=open")
    assert set(re.findall(r"<b>(person-\d\d)</b>", found)) == {f"person-{n}" for n in (11, 13, 15, 17, 19)}
    assert "没有符合条件的账户" in admin.open("/accounts?state=closed")
    assert "<script>" not in admin.open("/accounts?name=<script>")
    assert "没有符合条件的账户" in admin.open("/accounts?name=%25")


def test_an_administrator_of_a_place_sees_it_alone(context: Context, browse: Browse) -> None:
    """Accounts of elsewhere are not there, and places of elsewhere cannot be given."""
    here = person(context, "here", "investigator", divisions=("519901",))
    there = person(context, "there", "investigator", divisions=("5101",))
    local = browse("administrator", divisions=("5199",), name="zhao")
    page = local.open("/accounts")
    assert "<b>here</b>" in page
    assert "<b>there</b>" not in page
    local.open(f"/accounts/{there.account_id}", 404)
    path = f"/accounts/{here.account_id}"
    answer = local.send(path, f"{path}/access", roles="auditor", others="5101", why="x")
    assert answer.status_code == 403
    assert "只能授予自己管辖范围内" in answer.text


def test_access_is_changed_with_a_reason(context: Context, admin: Browser) -> None:
    """Without one it is refused, with what was chosen; places are offered by name, down to the townships."""
    take(
        context,
        "divisions",
        {"division_code": "51", "name": "四川省", "level": "province"},
        {"division_code": "5199", "name": "明水市", "level": "prefecture", "parent_code": "51"},
        {"division_code": "519901", "name": "青川县", "level": "county", "parent_code": "5199"},
        {"division_code": "519901100", "name": "桥楼镇", "level": "township", "parent_code": "519901"},
        {"division_code": "519901100201", "name": "苏阳村", "level": "village", "parent_code": "519901100"},
    )
    one = person(context, "wang.fang", "investigator", divisions=("519901",))
    path = f"/accounts/{one.account_id}"
    page = admin.open(path)
    assert "青川县" in page
    assert 'deep-3"><input type="checkbox" name="divisions" value="519901100">' in page
    assert "苏阳村" not in page
    refused = admin.send(page, f"{path}/access", roles="auditor", divisions="5199", why="  ")
    assert refused.status_code == 422
    assert 'value="auditor" checked' in refused.text
    assert 'value="5199" checked' in refused.text
    done = admin.send(refused.text, f"{path}/access", roles="auditor", divisions="5199", why="换岗")
    assert done.headers["location"] == path
    changed = by_name(context, "wang.fang")
    assert (changed.roles, changed.divisions) == (("auditor",), ("5199",))
    assert "权限已调整" in admin.open(path)


def test_what_takes_two_waits_for_a_second_administrator(context: Context, admin: Browser, browse: Browse) -> None:
    """Nobody approves for themselves; the second one does, once; another request is taken back."""
    own = f"/accounts/{admin.account_id}"
    asked = admin.send(own, f"{own}/access", roles=["administrator", "auditor"], divisions="*", why="<b>七月代班</b>")
    assert asked.headers["location"] == "/accounts"
    page = admin.open("/accounts")
    assert "须由另一名管理员批准" in page
    assert "&lt;b&gt;七月代班&lt;/b&gt;" in page
    assert "/accounts/approve" not in page
    number = re.search(r'name="request" value="(\d+)"', page)
    assert number is not None
    forced = admin.again("/accounts/approve", **_keys(page), request=number[1])
    assert forced.status_code == 403
    second = browse("administrator", name="zhao.min")
    waiting = second.open("/accounts")
    done = second.send(waiting, "/accounts/approve")
    assert done.headers["location"] == "/accounts"
    assert second.send(waiting, "/accounts/approve").headers["location"] == "/accounts"
    assert by_name(context, "li.na").roles == ("administrator", "auditor")
    assert "等待第二名管理员批准" not in second.open("/accounts")
    late = second.again("/accounts/refuse", **_keys(second.open("/accounts")), request=number[1])
    assert late.status_code == 409
    assert "该申请已处理或已过期" in late.text


def _keys(page: str) -> dict[str, str]:
    """The keys of a page's first form, for a form it does not hold."""
    return dict(re.findall(r'name="(form_token|form_key)" value="([^"]*)"', page)[:2])


def test_a_request_is_taken_back(admin: Browser, context: Context) -> None:
    """By whoever asked."""
    own = f"/accounts/{admin.account_id}"
    admin.send(own, f"{own}/access", roles=["administrator", "auditor"], divisions="*", why="七月代班")
    assert "撤回" in admin.open("/accounts")
    assert admin.send("/accounts", "/accounts/refuse").status_code == 303
    assert by_name(context, "li.na").roles == ("administrator",)


def test_with_two_for_every_grant_a_new_account_waits(context: Context, admin: Browser) -> None:
    """The page of the new account says so."""
    object.__setattr__(context, "settings", replace(context.settings, grants_by_two=True))
    made = admin.send(
        "/accounts/new", "/accounts/new/make", name="wang", way="password", roles="auditor", divisions="5199"
    )
    assert "须由另一名管理员批准后生效" in made.text
    assert by_name(context, "wang").roles == ()


def test_closing_opening_and_a_new_password(context: Context, admin: Browser, browse: Browse) -> None:
    """Each with a reason, each once; one's own account is for others."""
    one = person(context, "wang.fang", "investigator")
    path = f"/accounts/{one.account_id}"
    page = admin.open(path)
    assert admin.send(page, f"{path}/close", why="").status_code == 422
    assert admin.send(page, f"{path}/close", why="离岗").headers["location"] == path
    assert not by_name(context, "wang.fang").open
    page = admin.open(path)
    assert f"{path}/password" not in page
    assert admin.send(page, f"{path}/reopen", why="回岗").status_code == 303
    page = admin.open(path)
    shown = admin.send(page, f"{path}/password", why="忘记密码")
    found = SECRET.search(shown.text)
    assert found is not None
    assert admin.send(page, f"{path}/password", why="忘记密码").status_code == 303
    assert browse().send("/sign-in", "/sign-in/now", name="wang.fang", password=found[1]).status_code == 303
    own = admin.open(f"/accounts/{admin.account_id}")
    assert "这是您自己的账户" in own
    assert f"/accounts/{admin.account_id}/close" not in own


def test_whose_an_account_is_is_told_once(context: Context, admin: Browser) -> None:
    """Only the keyed hash is kept; what was told stays; one's own is told by others."""
    one = person(context, "wang.fang", "investigator")
    path = f"/accounts/{one.account_id}"
    fields = {"id_number": "51992119530304123x", "official_id": "", "why": "入职登记"}
    assert admin.send(path, f"{path}/holder", **(fields | {"id_number": "123"})).status_code == 422
    page = admin.open(path)
    assert admin.send(page, f"{path}/holder", **fields).headers["location"] == path
    assert by_name(context, "wang.fang").person == context.seal.hash("person", "51992119530304123X")
    assert "已登记本人" in admin.open(path)
    changed = admin.again(f"{path}/holder", **_keys(admin.open(path)), **fields)
    assert changed.status_code == 409
    assert "不得更改" in changed.text
    assert admin.send(path, f"{path}/holder", official_id="O7", why="任职").status_code == 303
    assert by_name(context, "wang.fang").official_id == "O7"
    assert "/holder" not in admin.open(path)
    assert "/holder" not in admin.open(f"/accounts/{admin.account_id}")


def test_keys_of_a_system(context: Context, admin: Browser) -> None:
    """Shown once, without what shows cases; revoked."""
    fields = {"name": "bank", "way": "none", "roles": "disbursement_system", "divisions": "*"}
    made = admin.send("/accounts/new", "/accounts/new/make", **fields)
    path = f"/accounts/{by_name(context, 'bank').account_id}"
    assert made.headers["location"] == path
    shown = admin.send(path, f"{path}/key", name="payments", permissions=["runs.send", "runs.read"], days="365")
    found = SECRET.search(shown.text)
    assert found is not None
    assert found[1].startswith("mb_")
    assert found[1] not in admin.open(path)
    other = person(context, "wang.fang", "investigator")
    page = admin.open(f"/accounts/{other.account_id}")
    assert 'value="cases.read"' not in page
    bad = admin.send(page, f"/accounts/{other.account_id}/key", name="x1", permissions="cases.read", days="30")
    assert bad.status_code == 422
    assert admin.send(path, f"{path}/key-revoke").status_code == 303
    assert "已撤销" in admin.open(path)


def test_only_administrators(browse: Browse) -> None:
    """Neither pages nor forms."""
    other = browse("supervisor")
    for path in ("/accounts", "/accounts/new", "/accounts/1"):
        other.open(path, 403)
    keys = _keys(other.open("/account"))
    assert other.again("/accounts/new/make", **keys, name="wang", roles="auditor").status_code == 403
