"""One-time codes: a second factor that works once, and recovery codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.clock import SetClock
from service.store.accounts import ACCOUNTS
from service.store.recovery_codes import RECOVERY_CODES
from service.work.access.refused import RefusedError
from service.work.access.sign_in import sign_in
from service.work.context import Context
from tests.serving.access_help import PASSWORD, WRONG, browser, person, quick_hashes, signed_in_browser


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


def switched_on(context: Context, app: FastAPI, clock: SetClock) -> tuple[pyotp.TOTP, list[str]]:
    """The authenticator and the recovery codes of `wang.fang`, whose codes are on; the clock has gone on a step."""
    client = signed_in_browser(app, "wang.fang")
    assert client.post("/v1/me/codes", json={"password": WRONG}).status_code == 401
    made = client.post("/v1/me/codes", json={"password": PASSWORD}).json()
    device = pyotp.TOTP(made["secret"])
    assert made["uri"].startswith("otpauth://totp/Mingbai:wang.fang?")
    assert client.post("/v1/me/codes/confirm", json={"code": "000000"}).status_code == 401
    answer = client.post("/v1/me/codes/confirm", json={"code": device.at(clock.now())})
    assert answer.status_code == 200
    clock.move(seconds=60)
    return device, answer.json()["recovery_codes"]


def test_with_codes_a_password_alone_opens_nothing(context: Context, app: FastAPI, clock: SetClock) -> None:
    """Without a code the answer says that one is needed; with a wrong one only that it is wrong; a code of a step
    before or after is taken, one of two steps before is not. The secret is sealed, recovery codes are hashes."""
    person(context, "wang.fang", "investigator")
    device, recovery = switched_on(context, app, clock)
    client = browser(app)

    def answer(code: str | None) -> tuple[int, str]:
        body = {"name": "wang.fang", "password": PASSWORD} | ({"code": code} if code is not None else {})
        found = client.post("/v1/sign-in", json=body)
        return found.status_code, found.json().get("type", "").rpartition("/")[2]

    assert answer(None) == (401, "code-needed")
    for late in (-3, -2, 2):
        assert answer(device.at(clock.now(), counter_offset=late)) == (401, "wrong-sign-in")
    assert answer(device.at(clock.now(), counter_offset=-1))[0] == 200
    assert answer(device.at(clock.now(), counter_offset=1))[0] == 200
    with context.database.read() as connection:
        row = connection.execute(select(ACCOUNTS)).one()
        kept = connection.execute(select(RECOVERY_CODES)).all()
    assert device.secret.encode() not in row.totp_secret
    assert not {one.code_hash for one in kept} & set(recovery)


def test_a_code_works_once_also_for_two_at_once(context: Context, app: FastAPI, clock: SetClock) -> None:
    """Eight sign-ins with one code, at once: one gets in. So with a recovery code."""
    person(context, "wang.fang", "investigator")
    device, recovery = switched_on(context, app, clock)

    def attempt(code: str) -> bool:
        try:
            sign_in(context, name="wang.fang", password=PASSWORD, code=code)
        except RefusedError:
            return False
        return True

    for code in (device.at(clock.now()), recovery[0]):
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(attempt, [code] * 4)) == 1
        assert not attempt(code)
        clock.move(hours=3)
    assert attempt(f" {recovery[1].upper().replace('-', '')} ")


def test_codes_cannot_be_guessed_by_taking_turns(context: Context, app: FastAPI, clock: SetClock) -> None:
    """Asking with the right password and no code takes no failure back: whoever knows the password gets five codes."""
    person(context, "wang.fang", "investigator")
    switched_on(context, app, clock)
    kinds = []
    for n in range(12):
        for code in (f"{n:06d}", None):
            try:
                sign_in(context, name="wang.fang", password=PASSWORD, code=code)
            except RefusedError as refused:
                kinds.append(refused.kind)
    assert kinds.count("wrong-sign-in") == 5
    assert kinds[-1] == "wait"


def test_codes_are_taken_off_with_password_and_code_only(context: Context, app: FastAPI, clock: SetClock) -> None:
    """A session left open is not enough to take the second factor off."""
    person(context, "wang.fang", "investigator")
    _, recovery = switched_on(context, app, clock)
    client = signed_in_browser(app, "wang.fang", code=recovery[0])
    for password, code in ((WRONG, recovery[1]), (PASSWORD, "000000"), (PASSWORD, recovery[0])):
        assert client.post("/v1/me/codes/remove", json={"password": password, "code": code}).status_code == 401
    assert client.post("/v1/me/codes", json={"password": PASSWORD}).status_code == 409
    done = client.post("/v1/me/codes/remove", json={"password": PASSWORD, "code": recovery[2]})
    assert done.status_code == 204
    assert signed_in_browser(app, "wang.fang").get("/v1/me").status_code == 200
