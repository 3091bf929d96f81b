"""Explanations: do named facts move the score, and how long do they take: `python benchmarks/explanations.py [DATA]`.

Trains as of `--as-of`, explains every alert of the days after it, each as of its own submission, and prints what
removing the named facts does to the score, beside removing as many other facts that count; then milliseconds a payment,
one by one and together. Without DATA a county is invented.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from features.asof import Ledger
from features.intake import load
from models.explanation.explain import Explainer
from models.explanation.fidelity import measure
from models.scoring.combine import judge
from models.scoring.facts import gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import labels_at
from models.training.train import reference_rows
from service.work.moments import moment_of
from simulation import simulate

DAY = 86_400_000_000


def run(data: Path, as_of: str, days: int) -> None:
    """Train, explain, measure, print."""
    policy = Policy.load()
    with tempfile.TemporaryDirectory() as folder:
        load(data, Path(folder))
        ledger = Ledger.open(Path(folder), utc_offset_hours=policy.utc_offset_hours)
        at = moment_of(as_of, policy.utc_offset_hours)
        past = reference_rows(ledger, at)
        bundle = fit(gather(ledger, past, policy), labels_at(ledger, past, at), policy)
        known = ledger.tables["disbursements"].known_at
        rows = np.nonzero((known >= at) & (known < at + days * DAY))[0]
        facts = gather(ledger, rows, policy)
        alert = judge(facts, bundle).probability >= bundle.line
        rows, facts = rows[alert], facts.part(alert)
        explainer = Explainer(ledger, bundle, policy)
        start = time.perf_counter()
        explainer.one(int(rows[0]), int(known[rows[0]]))
        first = time.perf_counter() - start
        took = []
        for row in rows[1:60].tolist():
            start = time.perf_counter()
            explainer.one(row, int(known[row]))
            took.append(time.perf_counter() - start)
        start = time.perf_counter()
        told = explainer.many(rows, known[rows])
        together = time.perf_counter() - start
        found = measure(ledger, bundle, facts, rows, known[rows], told)
    print("| measure | value |\n|---|---|")
    print(f"| alerts explained, {days} days from {as_of} | {found.payments} |")
    print(f"| named facts | {found.facts} |")
    print(f"| facts whose removal raised the score | {found.opposite} |")
    print(f"| largest gap between promised and actual fall of the log-odds | {found.worst_gap:.1e} |")
    print(f"| mean fall, all named facts removed | {found.named_drop:.2f} |")
    print(f"| mean fall, as many other facts that count removed | {found.random_drop:.4f} |")
    print(f"| fewest facts removed: under the line | {found.counterfactuals} of {found.promised} |")
    print(f"| first explanation (reads all findings), s | {first:.2f} |")
    middle, high = np.quantile(took, (0.5, 0.9)) * 1e3
    print(f"| one payment, warm, median and 90 %, ms | {middle:.0f}, {high:.0f} |")
    print(f"| together, ms a payment | {together / len(rows) * 1e3:.1f} |")


def main() -> None:
    """Read the arguments and run."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("data", type=Path, nargs="?", help="a folder of tables; none: a county is invented")
    ask.add_argument("--as-of", default="2019-07-01")
    ask.add_argument("--days", type=int, default=184)
    args, _ = ask.parse_known_args()
    if args.data:
        run(args.data, args.as_of, args.days)
        return
    with tempfile.TemporaryDirectory() as folder:
        county = Path(folder) / "county"
        simulate(county, households=3000, seed=5, months=36)
        run(county, args.as_of, args.days)


if __name__ == "__main__":
    main()
