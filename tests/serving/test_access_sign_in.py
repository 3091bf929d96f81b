"""Signing in with a password: what is told, what is slowed down, what ends a session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.access import passwords
from service.clock import SetClock
from service.store import accounts
from service.store.audit_lines import AUDIT_LINES
from service.store.sessions import SESSIONS
from service.store.sign_in_attempts import SIGN_IN_ATTEMPTS
from service.work.access import attempts
from service.work.access.manage_accounts import close_account, reset_password
from service.work.access.sessions import open_session, principal_of_session
from service.work.access.sign_in import sign_in
from service.work.context import Context
from tests.serving.access_help import COMMAND, PASSWORD, WRONG, browser, person, quick_hashes, signed_in_browser


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


def test_a_session_is_a_cookie_no_script_reads_and_the_database_cannot_give_away(
    context: Context, app: FastAPI
) -> None:
    """The cookie is HttpOnly, Lax, for the whole site; the database has a hash; no answer holds the password."""
    person(context, "Wang.Fang", "investigator", divisions=("5199",))
    client = browser(app)
    answer = client.post("/v1/sign-in", json={"name": " wang.FANG ", "password": PASSWORD})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    token = client.cookies["mingbai_session"]
    with context.database.read() as connection:
        row = connection.execute(select(SESSIONS)).one()
    assert token not in str(row)
    assert client.get("/v1/me").json()["roles"] == ["investigator"]
    assert PASSWORD not in answer.text


def test_the_cookie_is_secure_where_people_come_by_tls(context: Context) -> None:
    """With a public address of https the cookie goes no other way."""
    from service.api.app import create_app

    person(context, "wang.fang", "investigator")
    settings = replace(context.settings, public_url="https://mingbai.example")
    app = create_app(replace(context, settings=settings))
    client = TestClient(app, base_url="https://mingbai.example", headers={"origin": "https://mingbai.example"})
    answer = client.post("/v1/sign-in", json={"name": "wang.fang", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]


def test_nobody_learns_which_names_there_are(context: Context, app: FastAPI) -> None:
    """Unknown, wrong and closed answer with the same words and the same headers."""
    person(context, "wang.fang", "investigator")
    close_account(context, COMMAND, person(context, "closed", "auditor").account_id, "left")
    for name, password in (("nobody", PASSWORD), ("wang.fang", WRONG), ("closed", PASSWORD)):
        answer = browser(app).post("/v1/sign-in", json={"name": name, "password": password})
        assert answer.status_code == 401
        body = {key: value for key, value in answer.json().items() if key != "request_id"}
        assert body == {
            "type": "/problems/wrong-sign-in",
            "title": "Not signed in",
            "status": 401,
            "detail": "Name, password or code is not right.",
            "detail_zh": "账户名、密码或验证码不正确。",
            "flaws": [],
        }
        assert "set-cookie" not in answer.headers


def test_unknown_names_cost_a_hash_too(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is verified with the same parameters whether the account is there or not, and as often."""
    checked: list[str] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, kept: str, given: str) -> bool:
            checked.append(kept.rsplit("$", 2)[0])
            return real.verify(kept, given)

    person(context, "wang.fang", "investigator")
    person(context, "system", "disbursement_system", password=None)
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for name in ("wang.fang", "nobody", "system"):
        with pytest.raises(Exception, match="not right"):
            sign_in(context, name=name, password=WRONG, address="10.0.0.1")
    assert len(checked) == 3
    assert len(set(checked)) == 1


@pytest.mark.parametrize("name", ["wang.fang", "nobody"])
def test_failures_make_each_try_wait_longer(context: Context, app: FastAPI, clock: SetClock, name: str) -> None:
    """Five failures are free, then waits double up to a quarter of an hour; the right password does not shorten one.
    Names without an account answer alike."""
    person(context, "wang.fang", "investigator")
    client = browser(app)
    waits = []
    for _ in range(12):
        answer = client.post("/v1/sign-in", json={"name": name, "password": "wrong"})
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            right = client.post("/v1/sign-in", json={"name": name, "password": PASSWORD})
            assert right.status_code == 429
            clock.move(seconds=waits[-1])
            assert client.post("/v1/sign-in", json={"name": name, "password": "wrong"}).status_code == 401
    assert waits == [30, 60, 120, 240, 480, 900, 900][: len(waits)]
    assert len(waits) >= 6
    clock.move(seconds=900)
    last = client.post("/v1/sign-in", json={"name": name, "password": PASSWORD})
    assert last.status_code == (200 if name == "wang.fang" else 401)


def test_a_hundred_tries_at_once_count_as_a_hundred(context: Context) -> None:
    """Tries are counted before the hash is worked out: a burst gets as many as one after the other would."""
    from service.work.access.refused import RefusedError

    person(context, "wang.fang", "investigator")

    def attempt(_: int) -> str:
        try:
            sign_in(context, name="wang.fang", password=WRONG, address="10.0.0.1")
        except RefusedError as refused:
            return refused.kind
        return "in"

    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(attempt, range(40)))
    assert kinds.count("wrong-sign-in") == attempts.BY_NAME.free
    assert kinds.count("wait") == 40 - attempts.BY_NAME.free


def test_an_address_that_tries_many_names_waits_too(context: Context, clock: SetClock) -> None:
    """Fifty names from one address, one try each; another address goes on. Typed names are kept as hashes only."""
    from service.work.access.refused import RefusedError

    person(context, "wang.fang", "investigator")
    for n in range(attempts.BY_ADDRESS.free):
        with pytest.raises(RefusedError, match="not right"):
            sign_in(context, name=f"name{n}", password=WRONG, address="2001:db8::1")
    with pytest.raises(RefusedError, match="Too many tries"):
        sign_in(context, name="wang.fang", password=PASSWORD, address="2001:db8::ffff")
    assert sign_in(context, name="wang.fang", password=PASSWORD, address="2001:db8:0:1::1").token
    clock.move(days=1)
    assert sign_in(context, name="wang.fang", password=PASSWORD, address="2001:db8::1").token
    with context.database.read() as connection:
        kept = " ".join(row.subject for row in connection.execute(select(SIGN_IN_ATTEMPTS)))
    assert "name1" not in kept


def test_a_sign_in_forgets_the_names_failures(context: Context) -> None:
    """Four failures, a success, and again four."""
    from service.work.access.refused import RefusedError

    person(context, "wang.fang", "investigator")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(RefusedError, match="not right"):
                sign_in(context, name="wang.fang", password=WRONG, address="10.0.0.1")
        assert sign_in(context, name="wang.fang", password=PASSWORD, address="10.0.0.1").token


def test_sessions_end_by_time_by_idling_and_by_hand(context: Context, app: FastAPI, clock: SetClock) -> None:
    """An hour without a request, ten hours in all, signing out here, signing out everywhere."""
    person(context, "wang.fang", "investigator")
    idle = signed_in_browser(app, "wang.fang")
    clock.move(minutes=61)
    assert idle.get("/v1/me").status_code == 401
    busy = signed_in_browser(app, "wang.fang")
    for _ in range(19):
        clock.move(minutes=30)
        assert busy.get("/v1/me").status_code == 200
    clock.move(minutes=31)
    assert busy.get("/v1/me").status_code == 401
    here, there = signed_in_browser(app, "wang.fang"), signed_in_browser(app, "wang.fang")
    assert len(here.get("/v1/me/sessions").json()["items"]) == 2
    stolen = here.cookies["mingbai_session"]
    assert here.post("/v1/sign-out").status_code == 204
    assert "mingbai_session" not in here.cookies
    assert principal_of_session(context, stolen) is None
    other = signed_in_browser(app, "wang.fang")
    assert there.post("/v1/me/sessions/end").json() == {"ended": 2}
    assert other.get("/v1/me").status_code == 401


def test_signing_in_again_rotates_the_session(context: Context, app: FastAPI) -> None:
    """A token that was in the browser before (put there by somebody else, say) opens nothing afterwards."""
    person(context, "wang.fang", "investigator")
    client = signed_in_browser(app, "wang.fang")
    before = client.cookies["mingbai_session"]
    client.post("/v1/sign-in", json={"name": "wang.fang", "password": PASSWORD})
    assert client.cookies["mingbai_session"] != before
    assert principal_of_session(context, before) is None


def test_changing_the_password_ends_every_other_session(context: Context, app: FastAPI) -> None:
    """The old password and the old sessions are gone; this browser goes on; rules hold."""
    person(context, "wang.fang", "investigator")
    here, there = signed_in_browser(app, "wang.fang"), signed_in_browser(app, "wang.fang")
    for bad in ("short", "password1234", "wang.fang-2019-07", PASSWORD):
        answer = here.post("/v1/me/password", json={"password": PASSWORD, "new_password": bad})
        assert answer.status_code == 422, bad
        assert bad not in answer.text.replace("password", "")
    wrong = here.post("/v1/me/password", json={"password": "wrong", "new_password": "long enough to be taken"})
    assert wrong.status_code == 401
    body = {"password": PASSWORD, "new_password": "long enough to be taken"}
    assert here.post("/v1/me/password", json=body).status_code == 200
    assert here.get("/v1/me").status_code == 200
    assert there.get("/v1/me").status_code == 401
    again = browser(app).post("/v1/sign-in", json={"name": "wang.fang", "password": PASSWORD})
    assert again.status_code == 401


def test_a_temporary_password_opens_nothing_but_its_change_and_not_for_long(
    context: Context, app: FastAPI, clock: SetClock
) -> None:
    """Before it was changed every route says what to do; after three days it is worth nothing."""
    account = person(context, "li.na", "auditor", "data_scientist")
    temporary = reset_password(context, COMMAND, account.account_id, "forgotten")
    client = signed_in_browser(app, "li.na", temporary)
    assert client.get("/v1/me").json()["permissions"] == []
    refused = client.get("/v1/accounts")
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/password-must-change"
    body = {"password": temporary, "new_password": "a password of my own"}
    assert client.post("/v1/me/password", json=body).status_code == 200
    assert "models.read" in client.get("/v1/me").json()["permissions"]
    late = reset_password(context, COMMAND, account.account_id, "forgotten again")
    clock.move(hours=73)
    assert browser(app).post("/v1/sign-in", json={"name": "li.na", "password": late}).status_code == 401


def test_hashes_are_made_again_with_todays_parameters(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account whose hash is older than the parameters gets a new one at its next sign-in, and still signs in."""
    from argon2 import PasswordHasher

    account = person(context, "wang.fang", "investigator")
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    assert sign_in(context, name="wang.fang", password=PASSWORD).token
    with context.database.read() as connection:
        after = accounts.by_number(connection, account.account_id)
    assert after is not None
    assert after.password is not None
    assert after.password != account.password
    assert "m=128,t=2" in after.password
    assert sign_in(context, name="wang.fang", password=PASSWORD).token


SITES: list[tuple[dict[str, str], bool]] = [
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
    ({"sec-fetch-site": "same-site"}, False),
    ({"origin": "http://testserver"}, True),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "http://testserver.evil.example"}, False),
    ({"origin": "null"}, False),
    ({}, False),
    ({"x-form-token": "guess"}, False),
    ({"x-form-token": "right"}, True),
    ({"x-form-token": "right", "origin": "https://evil.example"}, False),
]


def test_another_site_changes_nothing_in_my_name(context: Context, app: FastAPI) -> None:
    """A change with a session's cookie must come from our own pages, or carry the session's form token."""
    person(context, "wang.fang", "investigator")
    for said, allowed in SITES:
        client = TestClient(app, raise_server_exceptions=False)
        answer = client.post("/v1/sign-in", json={"name": "wang.fang", "password": PASSWORD})
        token = answer.json()["form_token"]
        headers = {name: token if value == "right" else value for name, value in said.items()}
        ended = client.post("/v1/me/sessions/end", headers=headers)
        assert ended.status_code == (200 if allowed else 403), (said, ended.text)
        # Reading stays possible from everywhere: what is read does not reach the other site.
        if not allowed:
            assert client.get("/v1/me", headers=headers).status_code == 200


def test_another_site_does_not_sign_me_in(context: Context, app: FastAPI) -> None:
    """Nobody is made to work in somebody else's account by a form on another page."""
    person(context, "wang.fang", "investigator")
    client = TestClient(app, headers={"sec-fetch-site": "cross-site"})
    answer = client.post("/v1/sign-in", json={"name": "wang.fang", "password": PASSWORD})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_recipient_has_a_session_without_an_account(context: Context) -> None:
    """What the recipients' sign-in opens: a role, the keyed hash and nothing else."""
    with context.database.write() as connection:
        opened = open_session(
            context, connection, method="recipient", person="f" * 32, name="recipient-1", divisions=("519901",), hours=1
        )
        with pytest.raises(ValueError, match="expected an account"):
            open_session(context, connection, method="recipient", account_id=1)
        with pytest.raises(ValueError, match="expected an account"):
            open_session(context, connection, method="password", person="f" * 32, name="x")
    who = principal_of_session(context, opened.token)
    assert who is not None
    assert (who.roles, who.person, who.credential) == (frozenset({"recipient"}), "f" * 32, "recipient")
    assert not who.may("cases.read")


def test_the_log_tells_of_sign_ins_and_names_nobody_unknown(context: Context, app: FastAPI) -> None:
    """Sessions opened and ended, and names slowed down as hashes: what was typed may have been a password."""
    person(context, "wang.fang", "investigator")
    client = signed_in_browser(app, "wang.fang")
    client.post("/v1/sign-out")
    for _ in range(6):
        browser(app).post("/v1/sign-in", json={"name": "hunter2-hunter2", "password": "wrong"})
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line)).all()
    assert [line.action for line in lines] == ["account.make", "session.open", "session.end", "sign_in.slow"]
    assert "hunter2" not in str(lines)


def test_hostile_names_are_only_unknown(app: FastAPI) -> None:
    """Nothing typed into the form is more than a wrong sign-in."""
    import json

    for hostile in ("' or 1=1 --", "<script>", "\u0000", "\ud800", "a" * 64, "；drop table", "a" * 10_000):
        body = json.dumps({"name": hostile, "password": hostile})
        answer = browser(app).post("/v1/sign-in", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (401, 422), hostile
