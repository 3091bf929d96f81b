"""A small invented county handed over to the service, and payments of it as a disbursement system sends them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.contract import TABLES
from service.access import Principal
from service.work.context import Context
from service.work.facts.take import Delivery, Taken, take
from tests.county import County

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
