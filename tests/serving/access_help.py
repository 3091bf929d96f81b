"""What tests of access share: people with accounts, and browsers."""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.access import Principal, Role, passwords
from service.store import accounts, division_paths
from service.store.accounts import Account
from service.work.access.grants import Access
from service.work.access.manage_accounts import NewAccount, make_account
from service.work.context import Context

PASSWORD = "correct horse stapler"  # noqa: S105 - of nobody
WRONG = "wrong"
COMMAND = Principal(0, "command", frozenset({"administrator"}), ("*",), "command")
DIVISIONS: list[dict[str, str | None]] = [
    {"division_code": code, "parent_code": parent, "successor_code": None}
    for code, parent in (("51", None), ("5199", "51"), ("519901", "5199"), ("519902", "5199"), ("5101", "51"))
]


def quick_hashes(monkeypatch: Any) -> None:
    """Hashes that cost nothing: what they are worth has a test of its own."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))


def keep_divisions(context: Context) -> None:
    """A province with two prefectures, one of which has two counties."""
    with context.database.write() as connection:
        division_paths.replace(connection, DIVISIONS)


def person(
    context: Context,
    name: str,
    *roles: Role,
    divisions: tuple[str, ...] = ("*",),
    by: Principal = COMMAND,
    password: str | None = PASSWORD,
    **more: Any,
) -> Account:
    """An account with a password of its own."""
    new = NewAccount(name, Access(tuple(roles), divisions), password=password is not None, **more)
    made = make_account(context, by, new).account
    with context.database.write() as connection:
        if password is not None:
            accounts.change(connection, made.account_id, password=passwords.hashed(password), must_change=False)
        found = accounts.by_number(connection, made.account_id)
    assert found is not None
    return found


def principal(account: Account) -> Principal:
    """Somebody signed in to an account."""
    from service.work.access.sessions import principal_of_account

    return principal_of_account(account, "session")


def browser(app: FastAPI, **headers: str) -> TestClient:
    """A browser on our own pages: it keeps cookies and says where requests come from."""
    said = {"origin": "http://testserver", "sec-fetch-site": "same-origin", **headers}
    return TestClient(app, headers=said, raise_server_exceptions=False)


def signed_in_browser(app: FastAPI, name: str, password: str = PASSWORD, **more: str) -> TestClient:
    """A browser of somebody who signed in."""
    made = browser(app)
    answer = made.post("/v1/sign-in", json={"name": name, "password": password, **more})
    assert answer.status_code == 200, answer.text
    return made
