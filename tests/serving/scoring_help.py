"""A small invented county handed over to the service, and payments of it as a disbursement system sends them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from features.contract import TABLES
from service.access import Principal
from service.clock import SetClock
from service.work.context import Context
from service.work.facts.take import Delivery, Taken, take
from tests.county import County, invent
from tests.serving.local_scorer import LocalScorer
from tests.serving.put_once import put_once

NEWS = 30
"""So many payments of the county are submitted only in the tests."""

SYSTEM = Principal(1, "finance", frozenset({"disbursement_system"}), ("*",), "api_key")


def hand_over(context: Context, tables: Mapping[str, pa.Table], folder: Path) -> dict[str, Taken]:
    """Send tables to the service as Parquet, in the contract's order."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, table in TABLES.items():
        if name in tables:
            path = folder / f"{name}.parquet"
            pq.write_table(tables[name], path)
            found[name] = take(context, SYSTEM, Delivery(table, path, "parquet", name))
            assert found[name].quarantined == 0
    return found


def without(county: County, ids: Collection[str]) -> dict[str, pa.Table]:
    """The county's tables as if some payments had not been submitted yet."""
    kept = [row not in ids for row in county.tables["disbursements"].column("disbursement_id").to_pylist()]
    return {**county.tables, "disbursements": county.tables["disbursements"].filter(pa.array(kept))}


def sent(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Rows in canonical types as texts of the contract."""
    return [{name: _text(value) for name, value in row.items() if value is not None} for row in rows]


def _text(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


def payments(county: County) -> list[dict[str, Any]]:
    """The county's payments, in the order they were submitted."""
    rows: list[dict[str, Any]] = county.tables["disbursements"].to_pylist()
    return sorted(rows, key=lambda row: (row["submitted_at"], row["disbursement_id"]))


def small_county(factory: pytest.TempPathFactory) -> County:
    """A small county, made once a process and changed by nobody."""
    if not _MADE:
        _MADE.append(invent(factory.mktemp("live"), households=200, seed=9, months=12))
    return _MADE[0]


_MADE: list[County] = []


def put_but_the_news(context: Context, county: County, folder: Path) -> None:
    """The county on record but for the last payments, an hour after the last of them."""
    new = payments(county)[-NEWS:]
    assert isinstance(context.clock, SetClock)
    context.clock.at = new[-1]["submitted_at"] + dt.timedelta(hours=1)
    rest = without(county, {row["disbursement_id"] for row in new})
    put_once(context, ("but the news", id(county)), lambda: hand_over(context, rest, folder))


def readied(app: FastAPI, context: Context, county: County, folder: Path) -> FastAPI:
    """The application with the county on record but for the last payments, an hour after the last of them."""
    put_but_the_news(context, county, folder)
    app.state.scorer = LocalScorer(context)
    return app


def counted(context: Context, table: Any, *conditions: Any) -> int:
    """How many rows of a table meet conditions."""
    with context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def asks(client: Any, rows: list[dict[str, str]]) -> Any:
    """The answer to some payments."""
    return client.post("/v1/disbursements/score", json={"disbursements": rows})
