"""Accounts: who may give what to whom, and what takes two."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.access import Role
from service.clock import SetClock
from service.store import accounts
from service.store.audit_lines import AUDIT_LINES
from service.work.access.grants import Access, grant
from service.work.access.manage_accounts import NewAccount, close_account, make_account, reset_password
from service.work.access.refused import RefusedError
from service.work.access.second_person import approve, list_requests, refuse
from service.work.context import Context
from tests.serving.access_help import (
    COMMAND,
    browser,
    keep_divisions,
    person,
    principal,
    quick_hashes,
    signed_in_browser,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


def roles_of(context: Context, account_id: int) -> tuple[str, ...]:
    """The roles an account has now."""
    with context.database.read() as connection:
        found = accounts.by_number(connection, account_id)
    assert found is not None
    return found.roles


def refused(kind: str, call: object, *given: object) -> bool:
    """Whether a call is refused for one reason."""
    with pytest.raises(RefusedError) as told:
        call(*given)  # type: ignore[operator]
    return told.value.kind == kind


def test_an_administrator_makes_an_account_that_begins_with_a_temporary_password(
    context: Context, app: FastAPI
) -> None:
    """The whole way over HTTP: made, signed in, password changed, works in its divisions; nothing personal is kept in
    clear or answered."""
    keep_divisions(context)
    person(context, "li.na", "administrator")
    admin = signed_in_browser(app, "li.na")
    number = "519901195003071234"
    body = {
        "name": "Wang.Fang",
        "roles": ["investigator"],
        "divisions": ["519901"],
        "desks": ["discipline"],
        "id_number": number,
        "official_id": "O0007",
        "email": "Wang.Fang@example.org",
    }
    made = admin.post("/v1/accounts", json=body)
    assert made.status_code == 201, made.text
    assert admin.post("/v1/accounts", json=body).status_code == 409
    password = made.json()["temporary_password"]
    client = signed_in_browser(app, "wang.fang", password)
    own = {"password": password, "new_password": "my own words of choice"}
    assert client.post("/v1/me/password", json=own).status_code == 200
    assert client.get("/v1/me").json()["divisions"] == ["519901"]
    assert client.get("/v1/accounts").status_code == 403
    with context.database.read() as connection:
        rows = str(connection.execute(select(accounts.ACCOUNTS)).all())
        lines = str(connection.execute(select(AUDIT_LINES)).all())
    for secret in (number, "example.org", password, "my own words"):
        assert secret not in rows
        assert secret not in lines
        assert secret not in made.text.replace(password, "") or secret == password
    with context.database.read() as connection:
        kept = accounts.by_name(connection, "wang.fang")
    assert kept is not None
    assert kept.person == context.seal.hash("person", number)


@pytest.mark.parametrize("role", ["investigator", "auditor"])
def test_an_administrator_reads_no_cases_without_a_second_one(context: Context, role: Role) -> None:
    """Asked for oneself, it waits; the second administrator gives it; both stand in the log."""
    first = person(context, "first", "administrator")
    second = person(context, "second", "administrator")
    me, other = principal(first), principal(second)
    both: Access = Access(("administrator", role), ("*",))
    for access in (both, Access((role,), ("*",))):
        asked = grant(context, me, first.account_id, access, "stands in")
        assert asked.request_id is not None
        assert roles_of(context, first.account_id) == ("administrator",)
    waiting = [row for row in list_requests(context, other, after=0, limit=10) if row["state"] == "waiting"]
    assert len(waiting) == 1, "the later request replaces the earlier"
    assert waiting[0]["reason"] == "stands in"
    asked = grant(context, me, first.account_id, both, "stands in")
    assert asked.request_id is not None
    assert refused("not-allowed", approve, context, me, asked.request_id)
    approve(context, other, asked.request_id)
    assert set(roles_of(context, first.account_id)) == {"administrator", role}
    assert refused("conflict", approve, context, other, asked.request_id)
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line.desc())).all()
    assert (lines[0].action, lines[0].who, lines[0].details["asked_by"]) == ("account.grant", "second", "first")
    assert [line.action for line in lines].count("account.ask_grant") == 3


def test_a_hand_of_the_asker_is_no_second_administrator(context: Context, clock: SetClock) -> None:
    """Neither somebody the asker made, nor somebody whose password the asker has just reset; nor does it help to give
    cases to an administrator of one's own making."""
    first = person(context, "first", "administrator")
    me = principal(first)
    puppet = person(context, "puppet", "administrator", by=me)
    second = person(context, "second", "administrator")
    wanted = Access(("administrator", "investigator"), ("*",))
    asked = grant(context, me, first.account_id, wanted, "x").request_id
    assert asked is not None
    assert refused("not-allowed", approve, context, principal(puppet), asked)
    reset_password(context, me, second.account_id, "forgotten")
    assert refused("not-allowed", approve, context, principal(second), asked)
    for_puppet = grant(context, me, puppet.account_id, wanted, "x")
    assert for_puppet.request_id is not None
    assert refused("not-allowed", approve, context, principal(puppet), for_puppet.request_id)
    clock.move(days=31)
    asked = grant(context, me, first.account_id, wanted, "x").request_id
    assert asked is not None
    approve(context, principal(second), asked)
    with pytest.raises(RefusedError, match="Nobody begins"):
        person(context, "both", "administrator", "auditor")


def test_with_grants_by_two_nobody_sees_cases_by_one_hand(context: Context) -> None:
    """The way round the rule above, a second account of one's own, takes two as well: so does a role for anybody, and
    no administrator resets the password of somebody who sees cases. Less access, and roles without cases, take one."""
    first, second = person(context, "first", "administrator"), person(context, "second", "administrator")
    careful = replace(context, settings=replace(context.settings, grants_by_two=1))
    made = make_account(careful, principal(first), NewAccount("other-me", Access(("investigator",), ("*",))))
    number = made.account.account_id
    assert made.request_id is not None
    assert roles_of(context, number) == ()
    assert refused("not-allowed", approve, careful, principal(first), made.request_id)
    approve(careful, principal(second), made.request_id)
    assert roles_of(context, number) == ("investigator",)
    assert refused("not-allowed", reset_password, careful, principal(first), number, "x")
    wider = grant(careful, principal(first), number, Access(("investigator", "auditor"), ("*",)), "x")
    assert wider.request_id is not None
    less = grant(careful, principal(first), number, Access(("investigator",), ("5199",)), "x")
    assert less.request_id is None
    plain = make_account(careful, principal(first), NewAccount("science", Access(("data_scientist",), ("*",))))
    assert plain.request_id is None
    assert roles_of(context, plain.account.account_id) == ("data_scientist",)


def test_a_request_runs_out_and_can_be_taken_back(context: Context, clock: SetClock) -> None:
    """After a week nobody can grant it any more; refused is refused; an asker who is no administrator asks nothing."""
    first, second = person(context, "first", "administrator"), person(context, "second", "administrator")
    wanted = Access(("administrator", "auditor"), ("*",))

    def ask() -> int:
        number = grant(context, principal(first), first.account_id, wanted, "x").request_id
        assert number is not None
        return number

    late = ask()
    clock.move(days=8)
    assert refused("conflict", approve, context, principal(second), late)
    taken_back = ask()
    refuse(context, principal(first), taken_back)
    assert refused("conflict", approve, context, principal(second), taken_back)
    orphan = ask()
    close_account(context, principal(second), first.account_id, "left")
    assert refused("conflict", approve, context, principal(second), orphan)


def test_access_changes_end_sessions_and_count_at_once(context: Context, app: FastAPI) -> None:
    """Whoever loses a role is signed out; a closed account as well."""
    person(context, "li.na", "administrator")
    account = person(context, "wang.fang", "investigator", "auditor")
    admin, client = signed_in_browser(app, "li.na"), signed_in_browser(app, "wang.fang")
    path = f"/v1/accounts/{account.account_id}"
    body = {"roles": ["auditor"], "divisions": ["5199"], "reason": "moved"}
    answer = admin.put(f"{path}/access", json=body)
    assert answer.status_code == 200
    assert answer.json()["request_id"] is None
    assert client.get("/v1/me").status_code == 401
    client = signed_in_browser(app, "wang.fang")
    assert client.get("/v1/me").json()["roles"] == ["auditor"]
    assert admin.post(f"{path}/close", json={"reason": "left"}).json()["open"] is False
    assert client.get("/v1/me").status_code == 401
    assert admin.post(f"{path}/reopen", json={"reason": "back"}).json()["open"] is True
    assert admin.post(f"{path}/reopen", json={"reason": "back"}).status_code == 409
    own = admin.get("/v1/me").json()["account_id"]
    waits = admin.put(
        f"/v1/accounts/{own}/access",
        json={"roles": ["administrator", "investigator"], "divisions": ["*"], "reason": "stands in"},
    )
    assert waits.status_code == 202
    request = waits.json()["request_id"]
    assert admin.get("/v1/access-requests").json()["items"][0]["state"] == "waiting"
    assert admin.post(f"/v1/access-requests/{request}/approve").status_code == 403
    assert admin.post(f"/v1/access-requests/{request}/refuse").status_code == 204
    assert admin.post(f"/v1/access-requests/{request + 1}/refuse").status_code == 404


def test_there_is_always_an_administrator(context: Context) -> None:
    """Two who take each other's role away at the same moment do not both succeed; nobody closes the last or himself."""
    pair = [person(context, name, "administrator") for name in ("first", "second")]

    def demote(n: int) -> bool:
        try:
            grant(context, principal(pair[n]), pair[1 - n].account_id, Access(("data_scientist",), ("*",)), "x")
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, (0, 1))) == [False, True]
    left = next(one for one in pair if "administrator" in roles_of(context, one.account_id))
    assert refused("not-allowed", close_account, context, principal(left), left.account_id, "x")
    assert refused("conflict", close_account, context, COMMAND, left.account_id, "x")
    assert refused(
        "conflict", grant, context, principal(left), left.account_id, Access(("data_scientist",), ("*",)), "x"
    )


def test_an_administrator_of_a_county_gives_nothing_beyond_it(context: Context, app: FastAPI) -> None:
    """Accounts that have one division outside are not there; divisions outside cannot be given; `*` neither."""
    keep_divisions(context)
    person(context, "county", "administrator", divisions=("519901",))
    inside = person(context, "inside", "investigator", divisions=("519901",))
    astride = person(context, "astride", "investigator", divisions=("519901", "519902"))
    above = person(context, "above", "supervisor", divisions=("5199",))
    everywhere = person(context, "everywhere", "auditor")
    client = signed_in_browser(app, "county")
    names = [one["name"] for one in client.get("/v1/accounts").json()["items"]]
    assert names == ["county", "inside"]
    for other in (astride, above, everywhere):
        path = f"/v1/accounts/{other.account_id}"
        assert client.get(path).status_code == 404
        assert client.post(f"{path}/password", json={"reason": "x"}).status_code == 404
        assert client.post(f"{path}/close", json={"reason": "x"}).status_code == 404
        body = {"roles": ["auditor"], "divisions": ["519901"], "reason": "x"}
        assert client.put(f"{path}/access", json=body).status_code == 404
    for division in ("5199", "519902", "*", "5101"):
        body = {"roles": ["auditor"], "divisions": [division], "reason": "x"}
        assert client.put(f"/v1/accounts/{inside.account_id}/access", json=body).status_code == 403
        new = {"name": "more", "roles": ["auditor"], "divisions": [division]}
        assert client.post("/v1/accounts", json=new).status_code == 403
    assert client.post("/v1/accounts", json={**new, "divisions": ["519901"]}).status_code == 201


def test_names_that_must_not_stand_in_the_log_are_refused(context: Context, app: FastAPI) -> None:
    """No identity number, no phone, no markup, no blanks."""
    person(context, "li.na", "administrator")
    client = signed_in_browser(app, "li.na")
    for name in ("", "x", "519901195003071234", "13800001111", "a b", "a/b", "<b>", "-x", "a" * 65, "a\u0000b"):
        body = {"name": name, "roles": ["auditor"], "divisions": ["*"]}
        assert client.post("/v1/accounts", json=body).status_code == 422, name


def test_pages_of_accounts_hold_each_once(context: Context, app: FastAPI) -> None:
    """Walking by `next` gives every account in order."""
    person(context, "li.na", "administrator")
    for n in range(6):
        person(context, f"name{n}", "auditor")
    client, seen = signed_in_browser(app, "li.na"), list[int]()
    after: int | None = 0
    while after is not None:
        page = client.get(f"/v1/accounts?after={after}&limit=3").json()
        seen += [one["account_id"] for one in page["items"]]
        after = page["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == 7
    assert client.get("/v1/accounts?limit=1001").status_code == 422
    assert browser(app).get("/v1/accounts").status_code == 401
