"""What it costs to take rows into a live ledger: `python benchmarks/live_append.py --store DIR [--payments N]`.

Without a store a history of N payments is invented (`_make_history.py`). Payments of the store are sent again under
new numbers, one moment after the other, in parts of 1, 10 and 1,000. Milliseconds of processor time, by part:

* `append`: `LiveLedger.append` alone
* `caught up`: `LiveLedger.catch_up`, which brings every index and derived column up to date; else the first view does

Then one settlement, card event and card each, and what had to be made again as a whole for them, by name. Memory is
what the ledger holds beside the pages mapped from disk.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._make_history import make
from features.asof import View
from features.asof.live import LiveLedger
from features.catalogue import all_features
from features.contract import TABLES

SECOND = 1_000_000
LAST = 20_000
"""Rows of each table that are sent again."""


def features(ledger: LiveLedger, rows: np.ndarray) -> float:
    """Milliseconds of processor time for all features of some rows."""
    began = time.process_time()
    view = View.before_payment(ledger, rows)
    for feature in all_features():
        feature.of(view)
    return (time.process_time() - began) * 1000


class Sender:
    """Rows of a store sent again, later and under new numbers."""

    def __init__(self, store: Path, ledger: LiveLedger) -> None:
        self._store = store
        self._ledger = ledger
        self._sent = 0
        self._tables: dict[str, pa.Table] = {}

    def _last(self, name: str) -> pa.Table:
        """The last rows of a table, read once."""
        if name not in self._tables:
            path = self._store / f"{name}.parquet"
            names = [c.name for c in TABLES[name].columns if c.name in pq.read_schema(path).names]
            table = pq.read_table(path, columns=names)
            # Copied, so that the rest of the table is let go.
            last = np.arange(max(0, table.num_rows - LAST), table.num_rows)
            self._tables[name] = table.take(pa.array(last)).combine_chunks()
        return self._tables[name]

    def rows(self, name: str, count: int) -> pa.Table:
        """Rows from the end of a table, each a second later than the one before, under numbers not used yet."""
        table = self._last(name)
        names = table.column_names
        self._sent += count
        table = table.take(pa.array((np.arange(count) + self._sent) % table.num_rows))
        clock, key = TABLES[name].clock, TABLES[name].key
        last = max(int(t.known_at[-1]) for t in self._ledger.tables.values() if t.rows)
        moments = last + SECOND * np.arange(1, count + 1)
        kind = table.schema.field(clock).type
        if pa.types.is_date(kind):
            days = (moments + self._ledger.utc_offset) // 86_400_000_000 + 1
            when = pa.array(days.astype(np.int32), pa.int32()).cast(kind)
        else:
            when = pa.array(moments, pa.int64()).cast(kind)
        table = table.set_column(names.index(clock), clock, when)
        if name != "settlements" and key and key[0] in names:
            new = pa.array([f"new{self._sent + k}" for k in range(count)]).cast(table.schema.field(key[0]).type)
            table = table.set_column(names.index(key[0]), key[0], new)
        return table


def part(ledger: LiveLedger, sender: Sender, count: int, times: int) -> None:
    """Payments in parts of `count`."""
    appended, first = [], []
    for _ in range(times):
        rows = sender.rows("disbursements", count)
        began = time.process_time()
        ledger.append({"disbursements": rows})
        appended.append((time.process_time() - began) * 1000)
        began = time.process_time()
        ledger.catch_up()
        first.append((time.process_time() - began) * 1000)
    print(
        f"{count:>6,} payments: append {np.median(appended):8.2f} ms (p95 {np.quantile(appended, 0.95):8.2f}), "
        f"caught up {np.median(first):8.2f} ms (p95 {np.quantile(first, 0.95):8.2f})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        if asked.store:
            shutil.copytree(asked.store, store)
        else:
            make(store, asked.payments, asked.payments // 36, seed=1)
        measure(store, asked.times)


def measure(store: Path, times: int) -> None:
    """Everything for one store."""
    ledger = LiveLedger.open(store)
    lines = ledger.tables["disbursements"]
    began = time.process_time()
    features(ledger, np.arange(max(0, lines.rows - 1000), lines.rows))
    print(f"{lines.rows:,} payments; opened and warm in {time.process_time() - began:.1f} s")
    sender = Sender(store, ledger)
    began = time.process_time()
    done = ledger.append({"disbursements": sender.rows("disbursements", 1)})
    features(ledger, np.array(done.rows["disbursements"]))
    print(f"the first append of all, which makes room: {(time.process_time() - began) * 1000:,.0f} ms")
    ledger.remade.clear()
    for count, often in ((1, times), (10, times // 4), (1000, max(3, times // 40))):
        part(ledger, sender, count, often)
        print(f"        made again as a whole: {dict(ledger.remade) or 'nothing'}")
        ledger.remade.clear()
    for name in ("settlements", "card_events", "cards", "applications", "approvals", "persons", "card_transactions"):
        if name not in ledger.tables or not ledger.tables[name].rows:
            continue
        for _ in range(4):  # The first makes room.
            rows = sender.rows(name, 1)
            began = time.process_time()
            ledger.append({name: rows})
            took = (time.process_time() - began) * 1000
            ledger.catch_up()
        ledger.append({name: sender.rows(name, 1)})
        began = time.process_time()
        ledger.catch_up()
        then = (time.process_time() - began) * 1000
        print(f"{name:>18}: append {took:8.2f} ms, caught up {then:8.2f} ms, made again {dict(ledger.remade)}")
        ledger.remade.clear()
    held = ledger.nbytes()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"memory: {resident:,.0f} MB resident at most; set aside {sum(held.values()) / 1e6:,.0f} MB: "
        + ", ".join(f"{name} {size / 1e6:,.0f}" for name, size in sorted(held.items(), key=lambda kv: -kv[1])[:6])
    )


if __name__ == "__main__":
    main()
