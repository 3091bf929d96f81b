"""A large run in a home of its own, and worker processes that are started, stopped and killed."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import update

from features.asof import Ledger
from features.asof._cache import Cache
from models.scoring.policy import Policy
from models.scoring.score import score
from models.scoring.select import rows_of_run
from service.access import Principal
from service.clock import SystemClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table
from service.store.jobs import JOBS
from service.store.runs import RUNS, one
from service.work.choose_model import bundle_with_states
from service.work.context import Context
from service.work.runs.send import send_upload
from service.work.runs.spool import Upload
from tests.serving.conftest import KEY
from tests.serving.run_help import Runs, as_csv

ROOT = Path(__file__).resolve().parent.parent.parent

ROWS = int(os.environ.get("MINGBAI_TEST_RUN_ROWS", "20000"))
"""Rows of the run. As many as two busy processors score in the time a test may take; 100,000 by the variable."""

BIG = "BIG"
AT = dt.datetime(2018, 2, 27, tzinfo=dt.UTC)


def big_run(runs: Runs, rows: int = ROWS) -> pa.Table:
    """A run to the people of the county, over and over, one line after the other."""
    base = runs.payments
    table = pa.concat_tables([base] * (-(-rows // base.num_rows))).slice(0, rows)
    numbers = np.arange(rows)
    for name, values in (
        ("disbursement_id", [f"BIG-{k:06}" for k in numbers]),
        ("run_id", [BIG] * rows),
        ("submitted_at", [AT] * rows),
        ("line_no", numbers),
    ):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pa.array(values, table.schema.field(place).type))
    return table


@dataclass(frozen=True)
class Home:
    """A deployment's home on SQLite, with a context over it in this process."""

    context: Context
    folder: Path

    def environment(self) -> dict[str, str]:
        """What a process of the service reads."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")}
        return {
            **kept,
            "MINGBAI_HOME": str(self.folder),
            "MINGBAI_MLRUNS": str(self.folder / "mlruns"),
            "MINGBAI_KEY": KEY,
            "PYTHONPATH": str(ROOT),
        }

    def run(self, number: int) -> Any:
        """The run's row."""
        with self.context.database.read() as connection:
            return one(connection, number)

    def send(self, table: pa.Table) -> int:
        """Take a run in, as the web does; its number."""
        upload = Upload(self.context, 10**9)
        upload.write(as_csv(table))
        upload.finish()
        who = Principal(1, "sender", frozenset({"disbursement_system"}), ("*",), "session")
        return int(send_upload(self.context, who, upload, "csv", {}, None).run.run)

    def let_go(self) -> None:
        """As if the time a dead worker holds its jobs for were over: nobody waits half a minute in a test."""
        with self.context.database.write() as connection:
            connection.execute(update(JOBS).where(JOBS.c.state == "working").values(held_until=AT))

    def hold_again(self, number: int) -> None:
        """A run as it was received: for a test that scores one twice."""
        with self.context.database.write() as connection:
            connection.execute(update(RUNS).where(RUNS.c.run == number).values(state="received"))


def made_home(folder: Path) -> Home:
    """An empty home."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=folder, mlruns=folder / "mlruns", key=KEY)
    database = Database(settings.database_url)
    every_table().create_all(database.engine)
    return Home(Context(settings, database, SystemClock(), Seal.from_text(KEY), Policy.load()), folder)


@contextmanager
def worker(home: Home, before: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed at the end of the block if it is still there. `before` runs in it first."""
    with (home.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.running.worker"],
            env=home.environment(),
            cwd=home.folder,
            stdout=log,
            stderr=log,
            preexec_fn=before,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def until(condition: Callable[[], bool], seconds: float, why: str) -> None:
    """Wait for something. Raises AssertionError saying what did not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.02)


def expected(runs: Runs, run: pa.Table) -> list[dict[str, Any]]:
    """What scoring all facts at once says of the run, in order of payment: no service, no database."""
    tables = dict(runs.county.tables)
    tables["disbursements"] = pa.concat_tables(
        [tables["disbursements"], run.select(tables["disbursements"].column_names)]
    )
    ledger = Ledger({name: table.combine_chunks() for name, table in tables.items()}, cache=Cache(None))
    rows, at = rows_of_run(ledger, BIG)
    found: list[dict[str, Any]] = (
        pa.concat_tables(score(ledger, bundle_with_states(None), Policy.load(), rows, at))
        .sort_by("disbursement_id")
        .to_pylist()
    )
    return found
