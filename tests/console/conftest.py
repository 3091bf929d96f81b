"""Pages are tested over the fixtures of the service, with browsers that have signed in for real."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.access import Role
from service.api.asking import COOKIE
from service.application import make_application
from service.store import accounts
from service.work.access.sessions import open_session
from service.work.context import Context
from tests.serving.conftest import *  # noqa: F403
from tests.serving.ready_routes import with_ready_routes

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(slots=True)
class Browser:
    """A person at a browser: opens pages, fills in the forms on them, follows where they lead."""

    client: TestClient
    account_id: int

    def open(self, path: str, status: int = 200) -> str:
        """The page at a path as text."""
        answer = self.client.get(path)
        assert answer.status_code == status, (
            path,
            answer.status_code,
            answer.headers.get("location"),
            answer.text[:400],
        )
        return answer.text

    def send(self, page: str, action: str, **fields: object) -> httpx.Response:
        """Send the form of `page` (its path, or its text) that goes to `action`. The answer is not followed."""
        text = self.open(page) if page.startswith("/") else page
        form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.S)
        assert form is not None, f"no form to {action}"
        keys = {name: html.unescape(value) for name, value in _FIELD.findall(form.group(1))}
        return self.again(action, **(keys | fields))

    def again(self, action: str, **fields: object) -> httpx.Response:
        """Send fields as they are."""
        return self.client.post(action, data=fields, follow_redirects=False)


Browse = Callable[..., Browser]


@pytest.fixture  # type: ignore[no-redef]
def app(context: Context) -> FastAPI:
    """Routes and pages over the context."""
    return with_ready_routes(make_application, context)


@pytest.fixture
def browse(app: FastAPI, context: Context) -> Iterator[Browse]:
    """A browser of somebody with a role: `browse("investigator", divisions=("5199",), language="en")`."""
    made: list[TestClient] = []

    def browser(
        *roles: Role,
        divisions: tuple[str, ...] = ("*",),
        desks: tuple[str, ...] = (),
        language: str = "zh",
        name: str = "",
        **more: object,
    ) -> Browser:
        client = TestClient(app, headers={"accept": "text/html"}, base_url="http://testserver")
        client.cookies.set("mingbai_language", language)
        made.append(client)
        account_id = 0
        if roles:
            known_as = name or f"{roles[0].replace('_', '-')}-{len(made)}"
            with context.database.write() as connection:
                values = {"name": known_as, "made_by": "test", "made_at": context.clock.now(), "open": True, **more}
                account_id = accounts.add(connection, values, roles, divisions, desks)
                token = open_session(context, connection, method="password", account_id=account_id).token
            client.cookies.set(COOKIE, token)
        return Browser(client, account_id)

    yield browser
    for one in made:
        one.close()
