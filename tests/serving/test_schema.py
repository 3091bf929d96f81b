"""What OpenAPI says and what is answered, compared over every route by generated requests: no 5xx, no surprise.

A caller with every role asks; the database is SQLite, since shapes of answers do not depend on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, CheckContext, Response
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.scoring.policy import Policy
from service.access import Principal
from service.access.permissions import ROLES
from service.api.app import create_app
from service.api.asking import principal_of
from service.clock import SetClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database
from service.work.context import Context
from tests.conftest import LONG
from tests.serving.conftest import KEY, START
from tests.serving.local_scorer import LocalScorer

EXAMPLES = int(os.environ.get("MINGBAI_TEST_SCHEMA_EXAMPLES", "50" if LONG else "4"))
"""Requests a route gets; more by the variable, or where there is time."""
EVERYBODY = Principal(
    1, "everybody", frozenset(role for role in ROLES if role != "recipient"), ("*",), "api_key", person="0" * 32
)


@pytest.fixture(scope="module")
def everything(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The application, asked by somebody with every role."""
    import shutil

    folder = tmp_path_factory.mktemp("schema")
    shutil.copy(sqlite_template, folder / "service.db")
    given_settings = Settings(
        home=folder / "home", mlruns=folder / "mlruns", database=f"sqlite:///{folder / 'service.db'}", key=KEY
    )
    database = Database(given_settings.database)
    context = Context(given_settings, database, SetClock(START), Seal.from_text(KEY), Policy.load())
    app = create_app(context)
    app.state.scorer = LocalScorer(context)
    app.dependency_overrides[principal_of] = lambda: replace(EVERYBODY)
    yield app
    database.close()


def no_failure(_context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """No 5xx but a 503 that says when to come back."""
    if response.status_code >= 500:
        assert response.status_code == 503, (case.method, case.path, response.text[:500])
        assert "retry-after" in {name.lower() for name in response.headers}, response.text[:500]
    return None


CHECKS: list[Any] = [
    no_failure,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def wrong_answers(app: FastAPI, examples: int) -> tuple[set[str], list[str]]:
    """The operations asked, and what was wrong with their answers."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    wrong: list[str] = []
    asked: set[str] = set()
    for found in schema.get_all_operations():
        assert not isinstance(found, Err), found.err()
        operation = found.ok()
        asked.add(operation.label)

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:
            wrong += [f"{operation.label}: {str(one)[:1500]}" for one in getattr(error, "exceptions", [error])]
    return asked, wrong


@pytest.mark.slow
def test_every_route_answers_as_it_says(everything: FastAPI) -> None:
    """Every operation with generated requests, good and bad; all that is wrong is told at once."""
    asked, wrong = wrong_answers(everything, EXAMPLES)
    assert len(asked) > 60
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n\n".join(wrong)


def test_what_is_wrong_would_be_seen() -> None:
    """A failure, a status nobody documented, another shape, and a 503 without a time: each is told."""
    app = FastAPI()

    @app.get("/fails", status_code=500)
    def fails() -> None: ...

    @app.get("/teapot")
    def teapot() -> JSONResponse:
        return JSONResponse({}, 418)

    @app.get("/shape", response_model=list[int])
    def shape() -> JSONResponse:
        return JSONResponse({"not": "a list"})

    @app.get("/away", responses={503: {}})
    def away() -> JSONResponse:
        return JSONResponse({}, 503)

    @app.get("/fine")
    def fine() -> dict[str, int]:
        return {"n": 1}

    _, wrong = wrong_answers(app, 1)
    assert {one.split(":")[0] for one in wrong} == {"GET /fails", "GET /teapot", "GET /shape", "GET /away"}


def test_every_operation_is_documented(everything: FastAPI) -> None:
    """Summary or description, a tag, an example of what is sent and of what comes back, and problems for errors."""
    document = everything.openapi()
    lacking: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            if not operation.get("tags"):
                lacking.append(f"{name}: no tag")
            if not operation.get("description"):
                lacking.append(f"{name}: no description")
            for content in [operation.get("requestBody", {}).get("content", {})]:
                if "application/json" in content and not has_example(content["application/json"], document):
                    lacking.append(f"{name}: no example of a body")
            for status, answer in operation["responses"].items():
                kinds = answer.get("content", {})
                if status.startswith(("4", "5")) and "application/problem+json" not in kinds:
                    lacking.append(f"{name}: {status} is no problem")
                good = kinds.get("application/json") if status.startswith("2") else None
                if good is not None and not has_example(good, document):
                    lacking.append(f"{name}: no example of {status}")
    assert not lacking, f"{len(lacking)} lacking:\n" + "\n".join(lacking)


def has_example(part: dict[str, Any], document: dict[str, Any], seen: tuple[str, ...] = ()) -> bool:
    """Whether a body has an example: its own, its schema's, or of every property of its schema."""
    if "example" in part or "examples" in part:
        return True
    schema = part.get("schema", part)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name in seen or has_example({"schema": document["components"]["schemas"][name]}, document, (*seen, name))
    if "example" in schema or "examples" in schema or "enum" in schema or "const" in schema or "default" in schema:
        return True
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return any(has_example({"schema": one}, document, seen) for one in schema[several])
    if schema.get("type") == "array":
        return has_example({"schema": schema.get("items", {})}, document, seen)
    if "properties" in schema:
        return all(has_example({"schema": one}, document, seen) for one in schema["properties"].values())
    # Plain numbers, truths and moments speak for themselves; texts do not.
    return schema.get("type") in ("integer", "number", "boolean", "null") or "format" in schema or schema == {}
