"""What keeping the chain and the sums costs: `python benchmarks/chain_and_funds.py COUNTY_FOLDER`.

Keeps every row of a county's tables that the chain is made of (SQLite in a folder of its own), makes all sums, then
asks: one payment's way, one recipient's payments, sums by item and village, sums as of an earlier date, what the page
of funds shows, days between stages, late runs. Prints seconds and rows per second; milliseconds p50 and p95 of 50
askings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow.parquet as pq

from features.contract import EVERY_TABLE
from features.intake import load
from models.scoring.policy import Policy
from service.access import Principal
from service.clock import SetClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table
from service.work.chain.follow import follow
from service.work.chain.keep import TABLES, keep
from service.work.context import Context
from service.work.facts.accept import accept
from service.work.facts.hashes import hashes_of
from service.work.funds.board import Asked, By, board
from service.work.funds.late import late_runs
from service.work.funds.refresh import refresh_some
from service.work.funds.stages import days_in_stages
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
        (divisions,) = tables["divisions"].combine_chunks().to_batches()
        tree = EVERY_TABLE["divisions"]
        with database.write() as connection:
            accept(context, connection, tree, divisions, hashes_of(seal, tree, divisions), source="benchmark")
        for seq, name in enumerate(sorted(TABLES & tables.keys() - {"divisions"})):
            rows = tables[name]
            for start in range(0, rows.num_rows, 50_000):
                with database.write() as connection:
                    keep(context, connection, name, rows.slice(start, 50_000), seq)
            kept += rows.num_rows
        took = time.perf_counter() - started
        print(f"kept {kept:,} rows in {took:.1f} s, {kept / took:,.0f} rows/s")
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
        towns = [one for one in tables["divisions"].to_pylist() if one["level"] == "township"]
        town, item = towns[0]["division_code"], tables["disbursements"].column("program_id")[0].as_py()
        zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
        for asked, named in (
            (Asked(), "the page of funds"),
            (Asked(division_code=town), "the same of one township"),
            (Asked(on=earlier.astimezone(zone).date()), "the same as of 400 days ago"),
        ):
            for by in get_args(By):
                timed(f"{named}, by {by}", partial(board, context, AUDITOR, by, asked), 20)
        timed("days between stages of an item", lambda: days_in_stages(context, AUDITOR, Asked(program_id=item)), 20)
        timed("sums by item, as of 400 days ago", lambda: sums(context, AUDITOR, by="program", at=earlier), 3)
        database.close()


if __name__ == "__main__":
    main()
