"""Single payments against a long history: `python benchmarks/live_scoring.py [--payments N] [--store DIR] [--rate R]`.

Open loop: payments are sent at the given rate whatever became of those before (moments of a Poisson process), each
checked, put through the scorer's socket, scored, kept with its facts, and answered, as one call of a web process does
it without HTTP. A history of N payments is invented (`_make_history.py`), or read from a store of canonical Parquet,
moved to end yesterday, and put on record in a SQLite file of its own, or in the empty PostgreSQL `--database` names.
Payments are those of the history sent again under new numbers, so that every index has work.

Printed: what checking a payment and opening the history cost alone, seconds until the scorer listens, its memory and
processor time, milliseconds from the moment a call was due to its answer (a call that could not start in time counts
from when it should have), and how many payments shared a transaction.
The floor is a transaction that keeps one row and nothing else, on the same disk.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks._make_history import make
from features.contract import TABLES
from features.intake.stream import CheckedFile
from models.scoring.policy import Policy
from service.clock import SystemClock
from service.running.scorer import ScorerWatch
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table, fact_keys, facts
from service.store.fact_keys import Key
from service.work.context import Context
from service.work.facts.batches import sealed
from service.work.facts.hashes import hashes_of
from service.work.facts.history import History
from service.work.scoring.asked import checked
from service.work.scoring.client import SocketScorer

BATCH = 20_000
COLUMNS = ("run_id", "program_id", "period", "person_id", "household_id", "card_id", "quantity", "division_code")


def moved(batch: pa.RecordBatch, days: int) -> pa.RecordBatch:
    """The rows with every date and moment so many days later: what lies in the last months must do so today."""
    columns = []
    for column in batch.columns:
        if pa.types.is_timestamp(column.type):
            column = pc.add(column.cast(pa.int64()), days * 86_400_000_000).cast(column.type)
        elif pa.types.is_date32(column.type):
            column = pc.add(column.cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def put_on_record(context: Context, store: Path) -> int:
    """Put every table of a store on record, as deliveries would, without what follows from them; rows in all."""
    total = 0
    last = pc.max(pq.read_table(store / "disbursements.parquet", columns=["submitted_at"]).column(0)).as_py()
    days = (context.clock.now() - last).days - 1
    for name, table in TABLES.items():
        path = store / f"{name}.parquet"
        if not path.exists():
            continue
        began = time.perf_counter()
        for stretch in CheckedFile(table, path, "parquet"):
            for start in range(0, stretch.batch.num_rows, BATCH):
                batch = moved(stretch.batch.slice(start, BATCH), days)
                hashes = hashes_of(context.seal, table, batch)
                keys = dict(zip(zip(hashes.keys, hashes.clocks, strict=True), hashes.contents, strict=True))
                with context.database.write() as connection:
                    context.database.alone(connection, "facts")
                    seq = facts.add_batch(
                        connection, name, batch.num_rows, sealed(context, batch), "benchmark", context.clock.now()
                    )
                    fact_keys.put(connection, name, [Key(k, clock, c) for (k, clock), c in keys.items()], seq)
                total += batch.num_rows
        print(f"{name}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return total


def samples(store: Path, count: int) -> list[dict[str, str]]:
    """Payments of the last part of a store's history, as a system sends them."""
    names = [n for n in COLUMNS if n in pq.read_schema(store / "disbursements.parquet").names]
    table = pq.read_table(store / "disbursements.parquet", columns=[*names, "amount"])
    rows = table.take(np.random.default_rng(1).integers(0, table.num_rows, count)).to_pylist()
    return [{name: str(value) for name, value in row.items() if value is not None} for row in rows]


async def send(path: Path, rows: list[dict[str, str]], rate: float, seconds: float) -> dict[str, Any]:
    """Send payments at a rate; milliseconds from due to answered, and what became of the calls."""
    scorer = SocketScorer(path, 100_000)
    rng, loop = random.Random(7), asyncio.get_running_loop()  # noqa: S311 - moments of a benchmark
    took: list[float] = []
    states: dict[str, int] = {}

    async def one(number: int, due: float) -> None:
        row = {**rows[number % len(rows)], "disbursement_id": f"NEW-{rate:g}-{number}"}
        try:
            answered = await scorer.score(checked([row], "benchmark")[0])
            state = str(answered.rows[0]["state"])
        except Exception as error:
            state = type(error).__name__
        states[state] = states.get(state, 0) + 1
        took.append((loop.time() - due) * 1000)

    process = int((await scorer.state())["process"])
    before = processor_ms(process)
    due, number, calls = loop.time() + 0.1, 0, set()
    end = due + seconds
    while due < end:
        await asyncio.sleep(max(0.0, due - loop.time()))
        call = asyncio.create_task(one(number, due))
        calls.add(call)
        call.add_done_callback(calls.discard)
        number += 1
        due += rng.expovariate(rate)
    await asyncio.gather(*calls)
    each = (processor_ms(process) - before) / max(number, 1)
    await scorer.close()
    return {"took": np.array(took), "states": states, "process": process, "each": each}


def memory_gb(process: int) -> float:
    """Resident memory of a process, GB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1e6
    return float("nan")


def processor_ms(process: int) -> float:
    """Milliseconds of processor time a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def shared(context: Context, seq: int) -> float:
    """Payments to a transaction, of those sent after a batch."""
    with context.database.read() as connection:
        rows = [int(row["rows"]) for row in facts.batches_after(connection, seq)]
    return sum(rows) / len(rows) if rows else float("nan")


def floor(folder: Path, count: int) -> float:
    """Milliseconds of one transaction that keeps one row, median, on the same disk."""
    import sqlite3

    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for statement in ("pragma journal_mode=wal", "pragma synchronous=full", "create table t (x)"):
        connection.execute(statement)
    took = []
    for number in range(count):
        began = time.perf_counter()
        connection.execute("insert into t values (?)", (number,))
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return float(np.median(took))


def alone(context: Context, some: list[dict[str, str]]) -> None:
    """What checking a payment and opening the history cost by themselves."""
    rows = [{**row, "disbursement_id": f"C-{number}"} for number, row in enumerate(some[:500])]
    began = time.process_time()
    for row in rows:
        checked([row], "benchmark")
    print(f"checked: {(time.process_time() - began) * 1000 / len(rows):.2f} ms of processor time a payment")
    began, wall = time.process_time(), time.perf_counter()
    history = History.open(context)
    print(
        f"history of {sum(table.rows for table in history.ledger.tables.values()):,} rows opened from the database in "
        f"{time.perf_counter() - wall:.1f} s, {time.process_time() - began:.1f} s of processor time"
    )
    if context.database.path is not None:
        print(f"database: {context.database.path.stat().st_size / 1e6:.0f} MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=None, help="the same, for `make bench`")
    parser.add_argument("--store", type=Path, default=None, help="a folder of canonical Parquet instead")
    parser.add_argument("--database", default="", help="an empty PostgreSQL instead of SQLite")
    parser.add_argument("--rate", type=float, nargs="+", default=[100.0, 300.0])
    parser.add_argument("--seconds", type=float, default=20.0)
    given, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = given.store
        if store is None:
            store = folder / "store"
            payments = given.rows or given.payments
            make(store, payments, max(1000, payments // 36), 1)
        key = Seal.new_key()
        settings = Settings(home=folder / "home", mlruns=folder / "mlruns", key=key, database=given.database)
        database = Database(settings.database_url)
        every_table().create_all(database.engine)
        context = Context(settings, database, SystemClock(), Seal.from_text(key), Policy.load())
        rows = put_on_record(context, store)
        some = samples(store, 2000)
        alone(context, some)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MINGBAI_")}
        environment |= {
            "MINGBAI_HOME": str(settings.home),
            "MINGBAI_MLRUNS": str(settings.mlruns),
            "MINGBAI_KEY": key,
            "MINGBAI_DATABASE": given.database,
        }
        began = time.perf_counter()
        watch = ScorerWatch([sys.executable, "-m", "service.running.scorer"], environment)
        thread = threading.Thread(target=watch.run)
        thread.start()
        try:
            while not settings.socket.exists():
                time.sleep(0.1)
            print(
                f"{rows:,} rows of history on {database.kind}; scorer listens after {time.perf_counter() - began:.1f} s"
            )
            print(f"floor: {floor(folder, 300):.2f} ms a transaction of one row (SQLite, the same disk)")
            asyncio.run(send(settings.socket, some, 50.0, 5.0))  # Thrown away.
            for rate in given.rate:
                with database.read() as connection:
                    seq = facts.last_seq(connection)
                found = asyncio.run(send(settings.socket, some, rate, given.seconds))
                p50, p90, p99, most = np.quantile(found["took"], [0.5, 0.9, 0.99, 1.0])
                print(
                    f"{rate:g}/s for {given.seconds:g} s: p50 {p50:.1f} p90 {p90:.1f} p99 {p99:.1f} max {most:.1f} ms, "
                    f"{found['each']:.1f} ms of the scorer's processor a payment, {found['states']}, "
                    f"{shared(context, seq):.1f} payments a transaction, "
                    f"{memory_gb(found['process']):.2f} GB, at {dt.datetime.now(dt.UTC):%H:%M}"
                )
        finally:
            watch.stop()
            thread.join(30)
            database.close()


if __name__ == "__main__":
    main()
