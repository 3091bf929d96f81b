"""What scoring one payment costs: `python benchmarks/one_payment.py STORE [--rows N] [--live N] [--wall]`.

STORE is a folder of canonical Parquet. Payments of the last tenth of the history are scored, drawn anew each time, with
indexes warm: by a view, as a payment run does, and by recorded programs (`models.scoring.few`). Milliseconds a call,
median and 95th percentile, for calls of 1, 3, 10 and 100 payments: facts (features and rules), judge, anomaly, reasons
(contributions, leading signal and evidence, of payments above the line only), and all of it. Processor time of this
process; `--wall` for the clock on the wall.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.asof.live import LiveLedger
from models.scoring import anomaly
from models.scoring.bundle import Bundle, load_bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import facts_of
from models.scoring.few import score_few, warm_up
from models.scoring.leading import leading
from models.scoring.plan import MOST_ROWS, plan_of
from models.scoring.policy import Policy
from models.scoring.reasons import reasons_of, reasons_told
from models.scoring.score import score_chunk

SIZES = (1, 3, 10, 100)
Int64 = NDArray[np.int64]
Times = dict[str, list[float]]


class Bench:
    """One ledger, model and policy, and a clock."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float]) -> None:
        self.ledger, self.clock = ledger, clock
        self.policy, self.bundle = Policy.load(), load_bundle()
        self.known = ledger.tables["disbursements"].known_at

    def view(self, rows: Int64) -> View:
        """The payments as of their submission."""
        return View.before_payment(self.ledger, rows)

    def by_view(self, rows: Int64) -> dict[str, float]:
        """Seconds of each part, by a view."""
        begun = self.clock()
        facts = facts_of(self.view(rows), self.policy, self.bundle.resting)
        told = self.clock()
        probability = judge(facts, self.bundle).probability
        judged = self.clock()
        anomaly.score(facts, self.bundle)
        seen = self.clock()
        chosen = above(probability, self.bundle)
        if len(chosen):
            part = facts.part(chosen)
            added = contributions(part, self.bundle)
            leading(part, added)
            reasons_of(self.view(rows[chosen]), part, added, self.bundle)
        explained = self.clock()
        score_chunk(self.view(rows), self.bundle, self.policy)
        done = self.clock()
        return parts(begun, told, judged, seen, explained, done)

    def by_plan(self, rows: Int64) -> dict[str, float]:
        """Seconds of each part, by recorded programs."""
        plan = plan_of(self.ledger, self.policy, self.bundle.resting)
        begun = self.clock()
        few = plan.facts(rows)
        told = self.clock()
        if few is None:
            raise SystemExit("a program stopped: these payments would be scored by a view")
        probability = judge(few.facts, self.bundle).probability
        judged = self.clock()
        anomaly.score_few(few.facts, self.bundle)
        seen = self.clock()
        chosen = above(probability, self.bundle)
        if len(chosen):
            part = few.part(chosen)
            added = contributions(part.facts, self.bundle)
            leading(part.facts, added)
            reasons_told(part, part.facts, added, self.bundle)
        explained = self.clock()
        score_few(self.ledger, self.bundle, self.policy, rows, self.known[rows])
        done = self.clock()
        return parts(begun, told, judged, seen, explained, done)


def above(probability: NDArray[np.float64], bundle: Bundle) -> Int64:
    """Payments for which reasons are given."""
    return np.flatnonzero(probability >= min(bundle.line, bundle.verify_line)).astype(np.int64)


def parts(begun: float, told: float, judged: float, seen: float, explained: float, done: float) -> dict[str, float]:
    """The parts of a call, from the moments between them."""
    return {
        "facts": told - begun, "judge": judged - told, "anomaly": seen - judged, "reasons": explained - seen,
        "all": done - explained,
    }  # fmt: skip


def measured(work: Callable[[Int64], dict[str, float]], pools: dict[str, Int64], size: int, times: int) -> None:
    """Print one line for calls of a size: payments of all kinds, and of those above the line only."""
    for name, pool in pools.items():
        rng = np.random.default_rng(size)
        found = [work(np.sort(rng.choice(pool, size, replace=len(pool) < size))) for _ in range(times)]
        told = {key: np.array([f[key] for f in found]) * 1e3 for key in found[0]}
        cells = "  ".join(f"{key} {np.median(v):6.2f} {np.quantile(v, 0.95):6.2f}" for key, v in told.items())
        print(f"{size:4d} {name:<11} {cells}")


def live(store: Path, number: int, clock: Callable[[], float]) -> None:
    """Payments that arrive one by one: append each to a live ledger, and score it with everything that came before.

    They are copies of the last payments under new numbers, submitted a second after one another.
    """
    ledger = LiveLedger.open(store)
    if not isinstance(ledger, LiveLedger):
        raise SystemExit("the ledger opened takes no rows")
    bench = Bench(ledger, clock)
    warm_up(bench.ledger, bench.bundle, bench.policy)
    stored = pq.read_table(store / "disbursements.parquet")
    last = int(bench.known[-1])
    copied = stored.slice(max(0, stored.num_rows - number)).combine_chunks()
    moments = pa.array(last + 1_000_000 * np.arange(1, copied.num_rows + 1))
    ids = pa.array([f"{text}-{k}" for k, text in enumerate(copied.column("disbursement_id").to_pylist())])
    for name, values in (("submitted_at", moments), ("disbursement_id", ids)):
        place = copied.schema.get_field_index(name)
        copied = copied.set_column(place, name, values.cast(copied.schema.field(name).type))
    times: Times = {"append": [], "follow": [], "score": []}
    plan = plan_of(ledger, bench.policy, bench.bundle.resting)
    for k in range(copied.num_rows):
        begun = clock()
        rows = np.array([ledger.append({"disbursements": copied.slice(k, 1)}).rows["disbursements"][0]], dtype=np.int64)
        appended = clock()
        plan.follow()
        followed = clock()
        score_few(ledger, bench.bundle, bench.policy, rows, ledger.tables["disbursements"].known_at[rows])
        for name, spent in zip(times, (appended - begun, followed - appended, clock() - followed), strict=True):
            times[name].append(spent * 1e3)
    cells = "  ".join(f"{name} {np.median(v):.2f} {np.quantile(v, 0.95):.2f}" for name, v in times.items())
    print(f"\none by one as they arrive, {copied.num_rows} payments: {cells}; recorded anew {plan.made - 1} times")


def main() -> None:
    """Warm up, draw payments, measure both ways."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("store", type=Path)
    options.add_argument("--rows", type=int, default=200, help="calls of each kind and size")
    options.add_argument("--wall", action="store_true", help="time on the wall instead of processor time")
    options.add_argument("--live", type=int, default=0, metavar="N", help="also append N payments one by one")
    given = options.parse_args()
    clock = time.perf_counter if given.wall else time.process_time
    bench = Bench(Ledger.open(given.store), clock)
    begun = time.perf_counter()
    left = warm_up(bench.ledger, bench.bundle, bench.policy)
    payments = len(bench.known)
    late = np.arange(payments * 9 // 10, payments)
    line = judge(facts_of(bench.view(late[-20_000:]), bench.policy, bench.bundle.resting), bench.bundle).probability
    pools = {"all": late, "above line": late[-20_000:][above(line, bench.bundle)]}
    print(f"{payments:,} payments; warm after {time.perf_counter() - begun:.1f} s; left to numpy: {len(left)}")
    print(f"above the line: {len(pools['above line']) / len(line):.1%}; ms, median and 95th percentile")
    for title, work, most in (("by a view", bench.by_view, 100), ("by programs", bench.by_plan, MOST_ROWS)):
        print(f"\n{title}")
        for size in SIZES:
            if size <= most:
                measured(work, pools, size, given.rows if size < 100 else max(10, given.rows // 5))
    if given.live:
        live(given.store, given.live, clock)


if __name__ == "__main__":
    main()
