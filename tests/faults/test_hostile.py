"""Hostile text in every text field of every route: it stays text, nothing fails, nothing is lost or run."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import inspect

from features.contract import TABLES
from service.access.permissions import ROLES
from service.store import every_table
from service.work.context import Context
from service.work.export.csv_safe import csv_lines, restored
from tests.serving.conftest import Signed
from tests.serving.local_scorer import LocalScorer

HOSTILE = (
    "'; drop table runs; --",
    '" or 1=1 or "',
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{7*7}} ${7*7} %s %n {0}",
    "../../../../etc/passwd",
    "\u202etxt.exe\u202c\u200b\ufeff",
    "\x00",
    "a\r\nset-cookie: x=1",
    "\U0001f4a3" * 50,
    "9" * 400,
    "x" * 60_000,
)

EACH = 3


def whole(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed."""
    while "$ref" in schema:
        found: dict[str, Any] = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def example(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """A value of a schema: its example where it has one."""
    schema = whole(schema, document)
    if schema.get("examples"):
        return copy.deepcopy(schema["examples"][0])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], document, depth)
    kind = schema.get("type", "object")
    if kind == "object" and depth < 5:
        return {name: example(inner, document, depth + 1) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"], document, depth + 1)] if "items" in schema and depth < 5 else []
    plain: dict[str, Any] = {"string": "x" * max(1, schema.get("minLength", 1)), "integer": 1, "number": 1.0}
    return plain.get(kind, kind == "boolean")


def spoiled(value: Any, text: str) -> Iterator[Any]:
    """The value with one text in it replaced, for every text in it."""
    if isinstance(value, str):
        yield text
    elif isinstance(value, dict):
        for key, inner in value.items():
            for other in spoiled(inner, text):
                yield {**value, key: other}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for other in spoiled(inner, text):
                yield [*value[:place], other, *value[place + 1 :]]


def spoiled_all(value: Any) -> Iterator[Any]:
    """The value once for every text in it and every hostile text."""
    for text in HOSTILE:
        yield from spoiled(value, text)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Method, path with its parameters filled in, and an example body, of everything that takes JSON."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                filled = path
                for parameter in operation.get("parameters", []):
                    schema = whole(parameter.get("schema", {}), document)
                    value = "1" if schema.get("type") == "integer" else str(example(schema, document))
                    filled = filled.replace("{" + parameter["name"] + "}", value)
                yield method.upper(), filled, example(content["application/json"]["schema"], document)


@pytest.mark.slow
def test_hostile_text_in_every_field_of_every_route(app: FastAPI, context: Context, signed_in: Signed) -> None:
    """Answered without a failure, as JSON nobody takes for a page; every table of before is still there."""
    app.state.scorer = LocalScorer(context)
    document = app.openapi()
    client = signed_in(*(role for role in ROLES if role != "recipient"))
    asked = 0
    for method, path, body in operations(document):
        for place, other in enumerate(spoiled_all(body)):
            # Each field gets some of the texts, each text comes to every route.
            if place % EACH == asked % EACH:
                found = client.request(method, path, json=other)
                asked += 1
                told = (method, path, found.status_code, found.text[:300])
                assert found.status_code < 500 or found.status_code == 503, told
                assert "html" not in found.headers.get("content-type", ""), told
                assert found.headers["x-content-type-options"] == "nosniff"
                assert "x=1" not in found.headers.get("set-cookie", "")
    assert asked > 100
    there = set(inspect(context.database.engine).get_table_names())
    assert {table.name for table in every_table().sorted_tables} <= there


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_column_of_every_table(signed_in: Signed, text: str) -> None:
    """Rows are taken or set aside, as many as were sent, and what is shown of them again is the text itself."""
    client = signed_in("disbursement_system")
    for name, table in TABLES.items():
        columns = [column.name for column in table.columns]
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerow([text] * len(columns))
        found = client.post(
            f"/v1/tables/{name}", content=file.getvalue().encode(), headers={"content-type": "text/csv"}
        )
        assert found.status_code in (200, 422), (name, found.text)
        if found.status_code == 200:
            told = found.json()
            assert told["rows"] == told["accepted"] + told["quarantined"]
            shown = client.get(f"/v1/tables/{name}/quarantine", params={"intake": told["intake_id"]})
            assert shown.status_code == 200
            assert shown.headers["content-type"].startswith("application/json")


def test_no_cell_of_a_csv_begins_as_a_formula() -> None:
    """Spreadsheets run what begins with = + - @ or a tab; here it begins with an apostrophe, and is otherwise whole."""
    for text in (
        "=1+1",
        "+1+cmd",
        "-1+cmd",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '=HYPERLINK("http://x")',
        "＝1",
        *HOSTILE,
    ):
        lines = io.StringIO("".join(csv_lines(["name", "other"], [(text, "plain")], mark=False)), newline="")
        _, (cell, plain) = csv.reader(lines)
        assert cell.lstrip(" ")[:1] not in tuple("=+-@\t\r＝")
        assert (restored(cell), plain) == (text, "plain")
