"""Where a single payment's processor time goes: `python benchmarks/live_stages.py DIR [--sizes 1 8] [--times 200]`.

DIR is a deployment that `benchmarks/serving.py --keep DIR` left behind. The scorer runs inside this process, without
its socket: payments like the last ones of the history are put in, scored and kept, in batches of each size. Printed are
microseconds of this thread's processor time a batch, 20th percentile and median, by stage; a stage is part of the one
it stands under. On a machine that others use too the 20th percentile says more. The deployment keeps what is scored.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from features.asof.follow import Follow
from features.asof.live import LiveLedger
from features.recorded.makers import RecordedMakers
from features.recorded.program import Program
from models.scoring.few import _Few
from models.scoring.plan import Plan
from service.running.context import make_context
from service.settings import Settings
from service.work.facts.history import History
from service.work.scoring import kept, live
from service.work.scoring.asked import Asked, checked
from service.work.scoring.live import LiveScorer
from service.work.scoring.model import ModelInForce

STAGES: tuple[tuple[Any, str, int, str], ...] = (
    (History, "catch_up", 0, "facts of others"),
    (LiveScorer, "_sort_out", 0, "sorted out against what is on record"),
    (LiveScorer, "_put_in", 0, "put in"),
    (LiveLedger, "append", 1, "ledger"),
    (ModelInForce, "look", 0, "model in force"),
    (LiveScorer, "_score", 0, "scored"),
    (Plan, "facts", 1, "features and rules"),
    (Follow, "run", 2, "what arrived followed"),
    (RecordedMakers, "make", 3, "derived columns"),
    (Follow, "_insert", 3, "indexes"),
    (Follow, "_extend", 3, "totals and the like"),
    (Program, "run", 2, "programs (derived columns' too)"),
    (_Few, "lines", 1, "judged, lines made"),
    (kept, "rows_of", 1, "rows of the database"),
    (LiveScorer, "_keep", 0, "kept"),
    (kept, "keep", 1, "scores and events"),
    (LiveScorer, "_told", 0, "told"),
)
"""Whose, name, how deep, and what it is called in the table."""


class Stages:
    """Processor time by stage, batch by batch."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {title: [] for _, _, _, title in STAGES}
        self.whole: list[float] = []
        for owner, name, _, title in STAGES:
            setattr(owner, name, self._timed(getattr(owner, name), title))

    def _timed(self, work: Any, title: str) -> Any:
        spent = self.spent[title]

        @functools.wraps(work)
        def timed(*given: Any, **named: Any) -> Any:
            begun = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                if spent:
                    spent[-1] += time.thread_time() - begun

        return timed

    def batch(self, scorer: LiveScorer, asked: list[Asked]) -> None:
        """Score one batch."""
        for spent in self.spent.values():
            spent.append(0.0)
        begun = time.thread_time()
        scorer.answer(asked)
        self.whole.append(time.thread_time() - begun)

    def told(self, size: int) -> None:
        """Print the table, and begin another."""
        print(f"\n{size} together{'':<40}{'p20':>8}{'median':>8} microseconds")
        for depth, title, spent in [(0, "all", self.whole), *((d, t, self.spent[t]) for _, _, d, t in STAGES)]:
            low, middle = np.quantile(spent, [0.2, 0.5]) * 1e6
            print(f"{'  ' * depth + title:<50}{low:>8.0f}{middle:>8.0f}")
            spent.clear()


def main() -> None:
    """Open, warm up, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--sizes", type=int, nargs="+", default=[1, 8])
    options.add_argument("--times", type=int, default=200)
    given = options.parse_args()
    for name, part in (("HOME", "home"), ("MLRUNS", "mlruns"), ("KEY_FILE", "key")):
        os.environ[f"MINGBAI_{name}"] = str(given.folder / part)
    scorer = LiveScorer(make_context(Settings.read()))
    scorer.open()
    scorer.warm_up()
    gc.collect()
    gc.freeze()
    bodies = [json.loads(line)["disbursements"][0] for line in (given.folder / "bodies").read_bytes().splitlines()]
    mark, number = format(int(time.time()), "x"), 0

    def some(size: int) -> list[Asked]:
        nonlocal number
        rows = [{**bodies[(number + k) % len(bodies)], "disbursement_id": f"s{mark}{number + k}"} for k in range(size)]
        number += size
        return [checked([row], "benchmark")[0] for row in rows]

    for size in given.sizes:
        scorer.answer(some(size))
    stages = Stages()
    for size in given.sizes:
        for _ in range(given.times):
            stages.batch(scorer, some(size))
        stages.told(size)
    print(f"payments on record: {scorer.history.ledger.tables['disbursements'].rows:,}; module {live.__name__}")


if __name__ == "__main__":
    main()
