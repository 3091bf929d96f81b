"""API keys: what they may do, from where, until when, and how soon a revoked one is noticed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from service.access import Permission, Principal
from service.clock import SetClock
from service.store import accounts
from service.store.accounts import Account
from service.store.api_keys import API_KEYS
from service.work.access.api_keys import NewKey, make_key, revoke_key
from service.work.access.authenticate import REMEMBERED, authenticate, known_key
from service.work.access.grants import Access, grant
from service.work.access.manage_accounts import close_account, reset_password
from service.work.access.refused import RefusedError
from service.work.context import Context
from tests.serving.access_help import COMMAND, keep_divisions, person, principal, quick_hashes, signed_in_browser


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


def system(context: Context, *divisions: str) -> Account:
    """The account of a disbursement system."""
    keep_divisions(context)
    return person(context, "system", "disbursement_system", divisions=divisions or ("5199",), password=None)


def key_of(
    context: Context,
    account: Account,
    *permissions: Permission,
    by: Principal = COMMAND,
    days: float = 30,
    divisions: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
) -> tuple[int, str]:
    """Number and text of a new key."""
    new = NewKey(
        account.account_id,
        "payments",
        permissions or ("runs.send", "runs.read"),
        context.clock.now() + dt.timedelta(days=days),
        divisions=divisions,
        addresses=addresses,
    )
    row, key = make_key(context, by, new)
    return int(row.key_id), key


def ask(context: Context, key: str, address: str | None = None) -> Principal | None:
    """Who a key is."""
    return authenticate(context, authorization=f"Bearer {key}", session=None, address=address)


def test_a_key_does_what_it_was_made_for_and_no_more(context: Context) -> None:
    """Some of its account's permissions; a hash is kept; every changed character makes it worth nothing."""
    account = system(context)
    _, key = key_of(context, account)
    who = ask(context, key)
    assert who is not None
    assert (who.name, who.credential, who.divisions) == ("system/payments", "api_key", ("5199",))
    assert who.may("runs.send")
    assert not who.may("payments.score"), "the account may, the key not"
    assert not who.may("cases.read")
    with context.database.read() as connection:
        row = connection.execute(select(API_KEYS)).one()
    assert key.rpartition("_")[2] not in str(row)
    for place in range(len(key)):
        assert ask(context, key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :]) is None
    for wrong in ("", "Bearer", "Basic x", f"bearer {key}x", f"Token {key}", "Bearer mb__", "Bearer mb_\x00_\x00"):
        assert authenticate(context, authorization=wrong, session=None) is None


def test_a_bad_key_is_not_made_up_for_by_a_session(context: Context, app: FastAPI) -> None:
    """Whoever sends a key is judged by the key."""
    person(context, "wang.fang", "investigator")
    client = signed_in_browser(app, "wang.fang")
    assert client.get("/v1/me").status_code == 200
    assert client.get("/v1/me", headers={"authorization": "Bearer mb_0_0"}).status_code == 401


def test_a_key_ends_and_is_revoked_within_seconds_everywhere(context: Context, clock: SetClock) -> None:
    """What one process remembers of a key lasts five seconds; an end counts to the microsecond, and a clock that
    jumps back makes nothing last longer."""
    account = system(context)
    number, key = key_of(context, account)
    assert ask(context, key)
    revoke_key(context, COMMAND, number)
    clock.move(seconds=REMEMBERED.total_seconds() - 1)
    assert ask(context, key), "remembered: this is the price of asking the database rarely"
    clock.move(seconds=1)
    assert ask(context, key) is None
    _, short = key_of(context, account, days=1)
    assert ask(context, short)
    clock.move(days=1, seconds=-1)
    assert ask(context, short)
    clock.move(seconds=1)
    assert ask(context, short) is None
    _, other = key_of(context, account)
    assert ask(context, other)
    close_account(context, COMMAND, account.account_id, "replaced")
    clock.move(hours=-1)
    assert ask(context, other) is None


def test_three_hundred_requests_a_second_ask_the_database_once(context: Context, clock: SetClock) -> None:
    """Between two looks nothing is read or written; the use of a key is noted every few minutes."""
    _, key = key_of(context, system(context))
    asked: list[str] = []
    event.listen(context.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(300):
        assert ask(context, key)
    first = len(asked)
    assert known_key(context, f"Bearer {key}")
    assert first == len(asked)
    assert first < 15
    clock.move(seconds=6)
    assert known_key(context, f"Bearer {key}") is None
    assert ask(context, key)
    assert not [text for text in asked[first:] if text.casefold().startswith("update")]
    clock.move(minutes=5)
    assert ask(context, key)
    with context.database.read() as connection:
        assert connection.execute(select(API_KEYS.c.used_at)).scalar_one() == clock.now()


def test_a_key_works_from_its_networks_only(context: Context) -> None:
    """Also when it is remembered, and not where the address is unknown."""
    _, key = key_of(context, system(context), addresses=("10.1.0.0/16", "2001:db8::/32"))
    for address in ("10.1.2.3", "2001:db8::5", "::ffff:10.1.2.3"):
        assert ask(context, key, address), address
    for bad in ("10.2.0.1", "192.0.2.1", "testclient", None, ""):
        assert ask(context, key, bad) is None, bad
    assert ask(context, key, "10.1.2.3")


def test_a_key_never_sees_more_than_its_account_does_now(context: Context, clock: SetClock) -> None:
    """Made for a prefecture; the account is cut to one county, then loses the role."""
    account = system(context, "5199")
    _, key = key_of(context, account)
    _, narrow = key_of(context, account, divisions=("519902",))
    grant(context, COMMAND, account.account_id, Access(("disbursement_system",), ("519901",)), "cut")
    clock.move(seconds=6)
    wide, other = ask(context, key), ask(context, narrow)
    assert wide is not None
    assert other is not None
    assert (wide.divisions, other.divisions) == (("519901",), ())
    grant(context, COMMAND, account.account_id, Access(("data_scientist",), ("519901",)), "other work")
    clock.move(seconds=6)
    who = ask(context, key)
    assert who is not None
    assert not who.may("runs.send")


IMPOSSIBLE: list[dict[str, object]] = [
    {"permissions": ()},
    {"permissions": ("cases.read",)},
    {"permissions": ("accounts.manage",)},
    {"name": "1380000111122"},
    {"expires_at": "past"},
    {"expires_at": "far"},
    {"divisions": ("5101",)},
    {"divisions": ("*",)},
    {"addresses": ("10.0.0.0/99",)},
    {"addresses": ("here",)},
]


def test_keys_that_cannot_be(context: Context) -> None:
    """No end, too far an end, more than the account has, networks that are none."""
    now = context.clock.now()
    good = NewKey(system(context).account_id, "payments", ("runs.read",), now + dt.timedelta(days=1))
    moments = {"past": now, "far": now + dt.timedelta(days=367)}
    for change in IMPOSSIBLE:
        given = {name: moments.get(str(value), value) for name, value in change.items()}
        with pytest.raises(RefusedError) as told:
            make_key(context, COMMAND, replace(good, **given))  # type: ignore[arg-type]
        assert told.value.kind == "not-as-expected", change
    assert make_key(context, COMMAND, good)


def test_nobody_makes_a_key_to_cases_for_somebody_else(context: Context, app: FastAPI) -> None:
    """The administrator would have seen the key. The auditor makes one; it works nothing that takes a hand."""
    person(context, "li.na", "administrator")
    auditor = person(context, "auditor", "auditor", "investigator")
    admin, own = signed_in_browser(app, "li.na"), signed_in_browser(app, "auditor")
    until = (context.clock.now() + dt.timedelta(days=30)).isoformat()
    body = {"name": "ports", "permissions": ["supervision.read"], "expires_at": until}
    assert admin.post("/v1/api-keys", json={**body, "account_id": auditor.account_id}).status_code == 422
    made = own.post("/v1/me/api-keys", json=body)
    assert made.status_code == 201, made.text
    assert own.post("/v1/me/api-keys", json={**body, "permissions": ["persons.unmask"]}).status_code == 422
    key = {"authorization": f"Bearer {made.json()['key']}"}
    client = TestClient(app, headers=key)
    assert client.get("/v1/me").json()["permissions"] == ["supervision.read"]
    # A key makes no keys and changes no password: it would outlive its own end.
    assert client.post("/v1/me/api-keys", json=body).status_code == 403
    assert client.post("/v1/me/password", json={"password": "x", "new_password": "y" * 12}).status_code == 403
    listed = admin.get(f"/v1/api-keys?account_id={auditor.account_id}").json()["items"]
    assert [one["name"] for one in listed] == ["ports"]
    assert made.json()["key"] not in str(listed)
    assert own.post(f"/v1/me/api-keys/{listed[0]['key_id'] + 1}/revoke").status_code == 404
    assert admin.post(f"/v1/api-keys/{listed[0]['key_id']}/revoke").status_code == 200
    assert client.get("/v1/me").status_code == 401, "at once in the process that revoked it"
    assert own.post(f"/v1/me/api-keys/{listed[0]['key_id']}/revoke").status_code == 409


def test_keys_of_others_are_not_there_for_a_county(context: Context, app: FastAPI) -> None:
    """An administrator sees and revokes keys of accounts in his divisions; staff their own."""
    outside = system(context, "519902")
    number, key = key_of(context, outside)
    person(context, "county", "administrator", divisions=("519901",))
    client = signed_in_browser(app, "county")
    assert client.get("/v1/api-keys").json()["items"] == []
    assert client.get(f"/v1/api-keys?account_id={outside.account_id}").json()["items"] == []
    assert client.post(f"/v1/api-keys/{number}/revoke").status_code == 404
    assert client.post(f"/v1/me/api-keys/{number}/revoke").status_code == 404
    until = (context.clock.now() + dt.timedelta(days=30)).isoformat()
    body = {"account_id": outside.account_id, "name": "x1", "permissions": ["runs.read"], "expires_at": until}
    assert client.post("/v1/api-keys", json=body).status_code == 404
    assert ask(context, key)


def test_a_key_needs_no_origin(context: Context, app: FastAPI) -> None:
    """No browser sends a key by itself, so nothing about other sites concerns it."""
    _, key = key_of(context, system(context))
    client = TestClient(app, headers={"authorization": f"Bearer {key}"})
    assert client.post("/v1/sign-out").status_code == 204


def test_a_temporary_password_makes_no_key(context: Context, app: FastAPI) -> None:
    """Whoever else knows it, the administrator, would have a key that outlives its change."""
    account = person(context, "auditor", "auditor")
    temporary = reset_password(context, COMMAND, account.account_id, "x")
    client = signed_in_browser(app, "auditor", temporary)
    until = (context.clock.now() + dt.timedelta(days=30)).isoformat()
    body = {"name": "mine", "permissions": ["audit.read"], "expires_at": until}
    assert client.post("/v1/me/api-keys", json=body).status_code == 403


def test_the_holder_of_an_account_that_is_closed_makes_no_key(context: Context) -> None:
    """Also with a principal from before."""
    account = person(context, "auditor", "auditor")
    with context.database.write() as connection:
        accounts.change(connection, account.account_id, open=False)
    with pytest.raises(RefusedError):
        key_of(context, account, "audit.read", by=principal(account))
