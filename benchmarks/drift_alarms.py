"""How often the watch over drift alarms where nothing was changed: invented counties, period by period.

    python benchmarks/drift_alarms.py [--households 1500] [--seeds 4] [--days 30]

Each county is trained as of the first 60 % of its payments and watched at every later month. Counted are alarms that no
known break explains, by kind, over all comparisons. What invented counties do by themselves (schemes that begin, lists
that change) is no false alarm to a person and is one here: the figure is an upper bound.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from features.asof import Ledger
from features.intake import load
from models.drift.watch import watch
from models.scoring.policy import Policy
from models.training.train import train
from simulation import simulate

DAY = 86_400_000_000
KINDS = ("spread", "missing", "rule hits", "flag rate")


def county(folder: Path, households: int, seed: int, days: int) -> tuple[Counter[str], int, int]:
    """Unexplained alarms by kind, periods and comparisons of one county."""
    simulate(folder / "county", households=households, seed=seed, months=36)
    load(folder / "county", folder / "store")
    ledger, policy = Ledger.open(folder / "store"), Policy.load()
    known_at = ledger.tables["disbursements"].known_at
    as_of = int(known_at[int(0.6 * len(known_at))])
    bundle = train(ledger, as_of_us=as_of, policy=policy).in_force
    found: Counter[str] = Counter()
    periods = compared = 0
    at = as_of + days * DAY
    while at <= int(known_at.max()):
        seen = watch(ledger, bundle, policy, at, days)
        if seen.columns:
            periods += 1
            compared += 2 * len(seen.columns) + len(seen.rules) + len(seen.programs)
            found.update(one.kind for one in seen.alarms if one.severity != "info" and one.kind in KINDS)
        at += days * DAY
    return found, periods, compared


def main() -> None:
    """Print one line a county and the sum."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--households", type=int, default=1500)
    asked.add_argument("--seeds", type=int, default=4)
    asked.add_argument("--days", type=int, default=30)
    given = asked.parse_args()
    total: Counter[str] = Counter()
    periods = compared = 0
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            found, n, m = county(Path(folder), given.households, seed, given.days)
        total, periods, compared = total + found, periods + n, compared + m
        print(f"seed {seed}: {n} periods, {m:,} comparisons, {found.total()} alarms {dict(found)}", flush=True)
    print(
        f"all: {periods} periods, {compared:,} comparisons, {total.total()} alarms, {total.total() / periods:.2f} a "
        f"period, {total.total() / compared:.4%} of comparisons {dict(total)}"
    )


if __name__ == "__main__":
    main()
