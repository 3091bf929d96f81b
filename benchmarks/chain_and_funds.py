"""What keeping the chain and the sums costs: `python benchmarks/chain_and_funds.py COUNTY_FOLDER`.

Keeps every row of a county's tables that the chain is made of (SQLite in a folder of its own), makes all sums, then
asks: one payment's way, one recipient's payments, sums by item and village, sums as of an earlier date, the running
state. Prints seconds and rows per second; milliseconds p50 and p95 of 50 askings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow.parquet as pq

from features.intake import load
from models.scoring.policy import Policy
from service.access import Principal
from service.clock import SetClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, division_paths, every_table
from service.work.chain.follow import follow
from service.work.chain.keep import TABLES, keep
from service.work.context import Context
from service.work.funds.late import late_runs
from service.work.funds.refresh import refresh_some
from service.work.funds.sums import sums
from service.work.recipients.own import own_payments

AUDITOR = Principal(1, "auditor", frozenset({"auditor"}), ("*",), "command")


def timed(name: str, ask: Callable[[], object], times: int = 50) -> None:
    """Ask several times; print milliseconds."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1e3)
    print(f"{name:44} p50 {np.percentile(took, 50):8.1f} ms   p95 {np.percentile(took, 95):8.1f} ms")


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("county", type=Path)
    county = parser.parse_args().county
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        load(county, home / "store")
        database = Database(f"sqlite:///{home / 'service.db'}")
        every_table().create_all(database.engine)
        clock = SetClock(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
        seal = Seal.from_text(Seal.new_key())
        context = Context(Settings(home=home), database, clock, seal, Policy.load())
        tables = {path.stem: pq.read_table(path) for path in (home / "store").glob("*.parquet")}
        kept, started = 0, time.perf_counter()
        for seq, name in enumerate(sorted(TABLES & tables.keys())):
            rows = tables[name]
            for start in range(0, rows.num_rows, 50_000):
                with database.write() as connection:
                    keep(context, connection, name, rows.slice(start, 50_000), seq)
            kept += rows.num_rows
        took = time.perf_counter() - started
        print(f"kept {kept:,} rows in {took:.1f} s, {kept / took:,.0f} rows/s")
        with database.write() as connection:
            division_paths.replace(connection, tables["divisions"].to_pylist())
        started = time.perf_counter()
        while refresh_some(context):
            pass
        payments = tables["disbursements"].num_rows
        took = time.perf_counter() - started
        print(f"sums of {payments:,} payments in {took:.1f} s, {payments / took:,.0f} payments/s")
        chance = random.Random(7)  # noqa: S311 - a draw of a benchmark
        ids = tables["disbursements"].column("disbursement_id").to_pylist()
        people = tables["disbursements"].column("person_id").to_pylist()
        earlier = clock.now() - dt.timedelta(days=400)
        timed("the way of one payment", lambda: follow(context, AUDITOR, chance.choice(ids)))

        def own() -> object:
            person = seal.hash("person", chance.choice(people))
            return own_payments(context, Principal(0, "r", frozenset({"recipient"}), (), "recipient", person=person))

        timed("one recipient's payments (and a log line)", own)
        timed("sums by item", lambda: sums(context, AUDITOR, by="program"))
        timed("sums by item and village", lambda: sums(context, AUDITOR, by="program_division"))
        timed("late runs", lambda: late_runs(context))
        timed("sums by item, as of 400 days ago", lambda: sums(context, AUDITOR, by="program", at=earlier), 3)
        database.close()


if __name__ == "__main__":
    main()
