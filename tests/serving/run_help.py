"""An invented county on record but for some payments, which are then sent as runs; and a worker's turn."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from features.contract import EVERY_TABLE, TABLES
from models.scoring.policy import Policy
from models.scoring.score import score
from models.scoring.select import rows_of_run
from service.store import match_runs
from service.work.choose_model import bundle_with_states
from service.work.context import Context
from service.work.facts.accept import accept
from service.work.facts.hashes import hashes_of
from service.work.jobs import Handler, Hold, work_once
from service.work.runs.jobs import JOBS
from tests.county import County, invent
from tests.serving.put_once import put_once

BEFORE, LAST = "PC2100046", "PC2100058"
"""Two runs of one program, one after the other; in each one payment is asked about."""

LATER = dt.datetime(2018, 3, 1, 1, 0, tzinfo=dt.UTC)
"""A moment at which every payment of the county has been submitted."""


@dataclass(frozen=True)
class Runs:
    """A county of which some runs are not on record yet."""

    county: County

    @cached_property
    def payments(self) -> pa.Table:
        """All payments, as the county has them, with the contract's columns."""
        return self.county.tables["disbursements"]

    @cached_property
    def county_code(self) -> str:
        """The county's own division."""
        tree = self.county.tables["divisions"].to_pylist()
        return next(str(row["division_code"]) for row in tree if row["level"] == "county")

    def of(self, run_id: str) -> pa.Table:
        """The payments of a run."""
        return self.payments.filter(pc.equal(self.payments.column("run_id"), run_id))

    def put_on_record(self, context: Context, *, but: list[str]) -> None:
        """Everything but the payments of some runs."""
        put_once(context, ("runs", id(self), tuple(but)), lambda: self._put(context, but))

    def _put(self, context: Context, but: list[str]) -> None:
        with context.database.write() as connection:
            for name, table in self.county.tables.items():
                if name == "disbursements":
                    table = table.filter(pc.invert(pc.is_in(table.column("run_id"), pa.array(but, pa.string()))))
                batch = table.combine_chunks().to_batches()
                if not batch or name not in EVERY_TABLE:
                    continue
                hashes = hashes_of(context.seal, EVERY_TABLE[name], batch[0])
                accept(context, connection, EVERY_TABLE[name], batch[0], hashes, source="test")
            # A match that waits for ever: one that is done beside a run brings rules over matched lists into it midway.
            match_runs.add(connection, "test", context.clock.now(), "asked")

    def expected(self, run_id: str) -> list[dict[str, Any]]:
        """What `mingbai score --run` says of a run, in order of payment."""
        rows, at = rows_of_run(self.county.ledger, run_id)
        found = pa.concat_tables(score(self.county.ledger, bundle_with_states(None), Policy.load(), rows, at))
        rows_found: list[dict[str, Any]] = found.sort_by("disbursement_id").to_pylist()
        return rows_found


_MADE: list[Runs] = []


def invented(factory: pytest.TempPathFactory) -> Runs:
    """A county of a few hundred people, made once a process and changed by nobody."""
    if not _MADE:
        _MADE.append(Runs(invent(factory.mktemp("runs"), households=200, seed=5, months=14)))
    return _MADE[0]


def as_csv(table: pa.Table) -> bytes:
    """A table as departments write it: contract's types as text."""
    columns = {}
    for column in TABLES["disbursements"].columns:
        if column.name not in table.column_names:
            continue
        values = table.column(column.name)
        if column.type == "ts":
            values = pc.strftime(values, format="%Y-%m-%dT%H:%M:%SZ")
        columns[column.name] = values
    sink = io.BytesIO()
    pcsv.write_csv(pa.table(columns), sink)
    return sink.getvalue()


def as_parquet(table: pa.Table) -> bytes:
    """The same as Parquet."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


class Handlers(dict[str, Handler]):
    """Handlers of runs; what they raise is kept, and jobs of others are done with at once, since others test them."""

    def __init__(self) -> None:
        super().__init__({kind: self._watched(handler) for kind, handler in JOBS.items()})
        self.raised: list[Exception] = []

    def __missing__(self, kind: str) -> Handler:
        return lambda _context, _arguments, _hold: None

    def _watched(self, handler: Handler) -> Handler:
        def watched(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
            try:
                handler(context, arguments, hold)
            except Exception as error:
                self.raised.append(error)
                raise

        return watched


def work(context: Context, *, turns: int = 50, worker: str = "one") -> int:
    """Do what is due; returns how many jobs. Raises what a job raised."""
    done, handlers = 0, Handlers()
    while done < turns and work_once(context, handlers, worker):
        done += 1
    if handlers.raised:
        raise handlers.raised[0]
    return done


def send(
    client: TestClient, body: bytes, kind: str = "text/csv", headers: Mapping[str, str] | None = None, **told: str
) -> dict[str, Any]:
    """Send a run, fields told beside it, and give the answer's body."""
    answer = client.post("/v1/runs", content=body, headers={"content-type": kind, **(headers or {})}, params=told)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def scores_by_id(client: TestClient, run: int) -> list[dict[str, Any]]:
    """All scores of a run by its pages, in order of payment."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = client.get(f"/v1/runs/{run}/scores", params={"after": after, "limit": 37}).json()
        found += page["items"]
        after = page["next"]
    return sorted(found, key=lambda row: str(row["disbursement_id"]))


def lists_of(client: TestClient, run: int) -> dict[str, Any]:
    """The lists as they stand."""
    found: dict[str, Any] = client.get(f"/v1/runs/{run}").json()["lists"]
    return found


def scored_run(context: Context, system: TestClient, runs: Runs) -> tuple[TestClient, int, str]:
    """The sender, a run that is scored, and the payment in it that is asked about."""
    runs.put_on_record(context, but=[LAST])
    run = send(system, as_csv(runs.of(LAST)))["run"]
    work(context)
    asked = system.get(f"/v1/runs/{run}/lists/verify").json()["items"]
    assert len(asked) == 1
    return system, run, asked[0]["disbursement_id"]
