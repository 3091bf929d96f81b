"""The route table: nothing without a permission, nothing that would stop a payment, nothing from outside a scope."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import true

from service.access import Permission
from service.access.permissions import ROLES
from service.store import division_paths
from service.work.context import Context
from tests.serving.conftest import Signed
from tests.serving.routes_walk import Route, routes_of
from tests.serving.seeded import case_number, divided_tables, lenient, put, row_of

OPEN = {
    "POST /v1/sign-in": "is how one proves who one is",
    "GET /v1/sign-in/openid": "is how one proves who one is",
    "GET /v1/sign-in/openid/back": "is how one proves who one is",
    "POST /v1/own/codes": "is how a recipient proves who they are",
    "POST /v1/own/session": "is how a recipient proves who they are",
}
"""Routes for people who are nobody yet. What is under /v1 and not here asks who it is."""

ANYBODY_KNOWN = {
    "POST /v1/sign-out": "ends one's own session, whatever one may do",
    "GET /v1/me": "tells somebody who they are",
}
"""Routes that take no permission of whoever is known. Those of one's own account take somebody in person."""

NO_STOP = re.compile(
    r"stop|block|freeze|frozen|suspend|terminat|withhold|hold_?back|retain|reject|deny|seize|intercept|recover|clawback"
)
CANCEL = re.compile(r"cancel|abort|end\b")
CANCELS_SCORING = {"POST /v1/runs/{run}/cancel": "cancels the scoring of a run that is not finished; no payment"}


@pytest.mark.any_database
def test_every_route_asks_for_a_permission(app: FastAPI) -> None:
    """Each has one of the known permissions, or stands on one of the short lists above for the reason given."""
    routes = routes_of(app)
    assert len(routes) > 20
    bare, reached = [], set()
    for route in routes:
        known_as = f"{route.method} {route.path}"
        assert route.permissions <= set(get_args(Permission)), known_as
        if not route.path.startswith("/v1") or route.permissions or "in_person" in route.dependencies:
            continue
        if known_as in OPEN or (known_as in ANYBODY_KNOWN and "principal_of" in route.dependencies):
            reached.add(known_as)
            continue
        bare.append(known_as)
    assert not bare, f"no permission: {bare}"
    assert reached == {*OPEN, *ANYBODY_KNOWN}, "the lists name routes that are gone"


@pytest.mark.any_database
def test_nothing_outside_the_api_shows_more_than_health(app: FastAPI) -> None:
    """What is not under /v1 and has no permission says whether the service lives, and no more."""
    outside = {
        route.path
        for route in routes_of(app)
        if not route.path.startswith(("/v1", "/console", "/my")) and not route.permissions
    }
    assert outside <= {"/healthz", "/readyz", "/metrics"}


@pytest.mark.any_database
def test_nobody_signed_in_gets_nothing(app: FastAPI) -> None:
    """Every route of the list without a sign-in: 401 (or the request is refused before), never an answer."""
    client = TestClient(app, raise_server_exceptions=False)
    for route in routes_of(app):
        if not route.path.startswith("/v1") or f"{route.method} {route.path}" in OPEN:
            continue
        answer = client.request(route.method, re.sub(r"\{[^}]*\}", "1", route.path))
        assert answer.status_code == 401, f"{route.method} {route.path}: {answer.status_code}"


@pytest.mark.any_database
def test_no_route_stops_a_payment(app: FastAPI) -> None:
    """Neither path nor operation speaks of stopping, blocking, freezing, withholding; what cancels, cancels scoring."""
    for route in routes_of(app):
        said = f"{route.path} {route.operation}".casefold()
        assert not NO_STOP.search(said), said
        about_payments = re.search(r"payment|disbursement|run|verify|settlement|fund", said)
        if about_payments and CANCEL.search(said):
            assert f"{route.method} {route.path}" in CANCELS_SCORING, said
    assert NO_STOP.search("post /v1/disbursements/{id}/stop")
    assert CANCEL.search("/v1/payments/{id}/cancel cancel_payment")


INSIDE, OUTSIDE = "519901001001", "529901001001"


def test_no_route_answers_with_rows_from_outside(context: Context, app: FastAPI, signed_in: Signed) -> None:
    """Rows of two places in every table; somebody with every role in one of them; every GET route, lists and single
    things alike, and every search. Nothing of the other place comes back, by code or by content."""
    seed(context)
    client = signed_in(*ROLES, divisions=("5199",), person="inside-person-1")
    asked, answered = 0, 0
    for route, path, body in questions(app):
        answer = client.request(route.method, path, **body)
        asked += 1
        told = answer.text
        assert OUTSIDE not in told, f"{route.method} {path} tells of a division outside"
        assert "outside-" not in told, f"{route.method} {path} tells something from outside"
        assert answer.status_code != 500, f"{route.method} {path}: {answer.text}"
        for code in division_codes(answer.text):
            assert code in (None, "*") or str(code).startswith("5199"), f"{route.method} {path}: {code}"
        answered += answer.status_code == 200 and (INSIDE in told or "inside-" in told)
    assert asked > 30
    assert answered >= 8, "the walk sees rows from inside: otherwise it would prove nothing"


@pytest.mark.slow
def test_the_walk_notices_a_scope_that_lets_everything_through(
    context: Context, app: FastAPI, signed_in: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above can fail: without the condition, a dozen questions and more tell of rows from outside."""
    for name, module in list(sys.modules.items()):
        if name.startswith("service.") and hasattr(module, "within"):
            monkeypatch.setattr(module, "within", lambda *_: true())
    seed(context)
    client = signed_in(*ROLES, divisions=("5199",), person="inside-person-1")
    told = [client.request(route.method, path, **body).text for route, path, body in questions(app)]
    assert sum(OUTSIDE in text or "outside-" in text for text in told) >= 12


def seed(context: Context) -> None:
    """Rows of the two places in every table that has places."""
    database = context.database
    tree: list[dict[str, str | None]] = [
        {"division_code": code, "parent_code": above, "successor_code": None}
        for code, above in ((INSIDE, "5199"), (OUTSIDE, "5299"), ("5199", None), ("5299", None))
    ]
    with database.engine.connect() as connection:
        lenient(connection, database)
        if database.kind == "sqlite":
            connection.exec_driver_sql("BEGIN")
        division_paths.replace(connection, tree)
        for table in divided_tables():
            rows = [
                row_of(table, number, place, mark, context.seal)
                for number, place, mark in ((1, INSIDE, "inside"), (2, OUTSIDE, "outside"))
            ]
            put(connection, database, table, rows)
        connection.commit()


def questions(app: FastAPI) -> Iterator[tuple[Route, str, dict[str, Any]]]:
    """Every GET route and every search, names in paths filled with the keys of rows of both places."""
    schema = app.openapi()
    for route in routes_of(app):
        if not route.path.startswith("/v1") or f"{route.method} {route.path}" in OPEN:
            continue
        search = route.method == "POST" and route.path.rpartition("/")[2] in ("search", "exports", "lookups")
        if route.method != "GET" and not search:
            continue
        asked = operation(schema, route)
        body: dict[str, Any] = {"params": needed(asked)}
        if search:
            body["json"] = example(schema, asked)
        for number, mark in ((1, "inside"), (2, "outside")):
            yield route, filled(route, number, mark), body
            if not route.names:
                break


def filled(route: Route, number: int, mark: str) -> str:
    """A path with the key that the row of a place has: its number, or its text where the column is one."""
    numbers = {"account_id", "key_id", "request_id", "run", "attachment_id", "memory_id", "subscription_id"}
    known = {"desk": "discipline", "table": "disbursements", "case_id": case_number(number, mark)}
    path = route.path
    for name in route.names:
        value = known.get(name, str(number) if name in numbers else f"{mark}-{name}-{number}")
        path = re.sub(r"\{" + name + r"(:[a-z]+)?\}", value, path)
    return path


def operation(schema: dict[str, Any], route: Route) -> dict[str, Any]:
    """A route in the documentation; nothing where it is left out there."""
    paths = schema["paths"].get(re.sub(r":[a-z]+\}", "}", route.path), {})
    found: dict[str, Any] = paths.get(route.method.lower(), {})
    return found


def needed(asked: dict[str, Any]) -> dict[str, Any]:
    """The parameters a route does not answer without: the first word of those there are, or an example."""
    required = [one for one in asked.get("parameters", ()) if one["in"] == "query" and one.get("required")]
    return {
        one["name"]: [
            *one["schema"].get("enum", ()),
            *one["schema"].get("examples", ()),
            *one.get("examples", ()),
            "1",
        ][0]
        for one in required
    }


def example(schema: dict[str, Any], asked: dict[str, Any]) -> Any:
    """The example of a body, as the documentation gives it."""
    found = asked["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in found:
        found = schema["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found.get("examples", [{}])[0]


def division_codes(text: str) -> Iterator[Any]:
    """Every `division_code` in an answer, however deep."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "division_code" in one:
                yield one["division_code"]
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
