"""How often does a rule suspend itself, by its true precision: `python benchmarks/suspension.py [--looks 300]`.

Independent looks at one rule's hits, each confirmed with the rule's true precision. After every look the shipped
bounds are asked (`learning.suspend_after`, `learning.suspend_below`), as a review after each finding would: rarer
reviews suspend less often. It says what the bounds cost in good rules, and how many looks a bad one takes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from models.evaluation.intervals import wilson
from models.replay.overturned import ONE_SIDED
from models.scoring.policy import Policy

PRECISIONS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


def most_confirmed(looks: int, below: float) -> int:
    """The most confirmed findings among so many looks at which the upper bound is still below; -1 for none."""
    found = -1
    while (interval := wilson(found + 1, looks, ONE_SIDED)) is not None and interval[1] < below:
        found += 1
    return found


def main() -> None:
    """Simulate and print one line a precision."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--looks", type=int, default=300, help="looks at a rule's hits, in all")
    options.add_argument("--rules", type=int, default=20_000, help="rules simulated for each precision")
    given = options.parse_args()
    policy = Policy.load()
    after, below = int(policy["learning.suspend_after"]), policy["learning.suspend_below"]
    looks = np.arange(1, given.looks + 1)
    most = np.array([most_confirmed(int(n), below) if n >= after else -1 for n in looks])
    rng = np.random.default_rng(1)
    print(f"suspended after {after} looks or more where the bound is below {below:g}; {given.looks} looks, seed 1")
    print(f"{'precision':>9} {'suspended':>10} {'looks, median':>14}")
    for precision in PRECISIONS:
        confirmed = (rng.random((given.rules, given.looks)) < precision).cumsum(axis=1)
        gone = confirmed <= most
        ever = gone.any(axis=1)
        first = f"{np.median(gone[ever].argmax(axis=1) + 1):.0f}" if ever.any() else "-"
        print(f"{precision:>9.2f} {ever.mean():>10.4f} {first:>14}")


if __name__ == "__main__":
    main()
