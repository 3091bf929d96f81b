"""What each feature and shared pass costs: `python benchmarks/features_cost.py [--store DIR] [--rows N]`.

The store is a folder of canonical Parquet (by default invented by `_make_history.py`). The last N disbursements are
computed in one view with the index warm. Time is *exclusive*: a pass shared through `view.memo` or `view.match` is
charged to itself, not to the feature that happened to ask first. `alone` is what the feature costs by itself in a
fresh view, shared passes included. Figures are seconds for a million rows on one thread; `fixed` is the cost of a
view of one row in milliseconds, which is what a single call pays.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks._make_history import make
from features.asof import Ledger, View
from features.catalogue import all_features
from models.rules.catalogue import all_rules, default_settings


class Clock:
    """Exclusive time by name: what runs inside a named piece is charged to the innermost name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._stack: list[str] = []
        self._since = 0.0

    def enter(self, name: str) -> None:
        """From now on time belongs to `name`."""
        self._charge()
        self._stack.append(name)
        self.calls[name] += 1

    def leave(self) -> None:
        """Time belongs again to whoever was running before."""
        self._charge()
        self._stack.pop()

    def _charge(self) -> None:
        now = time.process_time()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now


def named(make: Callable[..., Any]) -> str:
    """`feature` for a feature's own computation, `module.function` for a shared pass."""
    owner = getattr(make, "__self__", None)
    if owner is not None and hasattr(owner, "name"):
        return str(owner.name)
    return f"{make.__module__.removeprefix('features.')}:{getattr(make, '__qualname__', make)}"


def watch(clock: Clock) -> None:
    """Put the clock around what views share."""
    memo, match = View.memo, View.match

    def timed_memo(self: View, make: Callable[[View], Any]) -> Any:
        clock.enter(named(make))
        try:
            return memo(self, make)
        finally:
            clock.leave()

    def timed_match(self: View, table: str, keys: Any, *, days: float | None = None) -> Any:
        clock.enter(f"match:{table}({keys if isinstance(keys, str) else ','.join(keys)})")
        try:
            return match(self, table, keys, days=days)
        finally:
            clock.leave()

    View.memo = timed_memo  # type: ignore[method-assign]
    View.match = timed_match  # type: ignore[method-assign]


def view_of(ledger: Ledger, rows: np.ndarray, *, after: bool) -> View:
    """Each row as of its submission, or 45 days later."""
    at = ledger.tables["disbursements"].known_at[rows]
    return View(ledger, at + 45 * 86_400_000_000 if after else at, rows)


def computed(view: View) -> float:
    """Seconds for every feature of the catalogue."""
    start = time.process_time()
    for feature in all_features():
        feature.of(view)
    return time.process_time() - start


def main() -> None:
    """Make a history where none is given; measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--store", type=Path, help="canonical Parquet; by default 20,000 payments a month are invented"
    )
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--top", type=int, default=60)
    options.add_argument("--after", action="store_true", help="as of 45 days after submission instead of at it")
    options.add_argument("--no-alone", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if given.store is None:
            make(Path(scratch), 200_000, 20_000, seed=1)
        measure(Ledger.open(given.store or Path(scratch)), given)


def measure(ledger: Ledger, given: argparse.Namespace) -> None:
    """Warm up, measure alone, then together with exclusive times; print the dearest first."""
    total = ledger.tables["disbursements"].rows
    rows = np.arange(max(0, total - given.rows), total)
    scale = 1_000_000 / len(rows)
    cold = computed(view_of(ledger, rows[:100], after=given.after))
    single = min(computed(view_of(ledger, rows[k : k + 1], after=given.after)) for k in range(3))
    alone: dict[str, float] = {}
    fixed: dict[str, float] = {}
    if not given.no_alone:
        for feature in all_features():
            start = time.process_time()
            feature.of(view_of(ledger, rows, after=given.after))
            middle = time.process_time()
            feature.of(view_of(ledger, rows[:1], after=given.after))
            alone[feature.name] = middle - start
            fixed[feature.name] = time.process_time() - middle
    whole = min(computed(view_of(ledger, rows, after=given.after)) for _ in range(2))
    view = view_of(ledger, rows, after=given.after)
    computed(view)
    settings, rules = default_settings(), all_rules()
    start = time.process_time()
    for rule in rules:
        rule.evaluate(view, settings)
    judged = time.process_time() - start
    clock = Clock()
    watch(clock)
    computed(view_of(ledger, rows, after=given.after))
    print(f"rows {len(rows):,} of {total:,}; features {len(all_features())}; rules {len(all_rules())}")
    print(f"first use, 100 rows {cold:.2f} s; one row {single * 1e3:.1f} ms; one thread:")
    print(f"all features {whole * scale:.2f} s per million rows; all rules {judged * scale:.2f} s per million rows\n")
    print(f"{'exclusive':>9} {'share':>6} {'alone':>7} {'fixed ms':>8}  name")
    spent = sum(clock.seconds.values())
    for name in sorted(clock.seconds, key=lambda k: -clock.seconds[k])[: given.top]:
        row = f"{clock.seconds[name] * scale:9.3f} {clock.seconds[name] / spent:6.1%}"
        print(f"{row} {alone.get(name, np.nan) * scale:7.2f} {fixed.get(name, np.nan) * 1e3:8.2f}  {name}")
    print("\ndearest for one row (ms):")
    for name in sorted(fixed, key=lambda k: -fixed[k])[:15]:
        print(f"{fixed[name] * 1e3:8.2f}  {name}")


if __name__ == "__main__":
    main()
