"""How good the score is where the truth is known, beside the bars: `python benchmarks/quality.py [--data D --truth F]`.

Trains as of --as-of, scores every later payment before payment (each as of its own submission) and once more after
payment (all as of the end), groups cases, and prints the measured figures beside the bars the project set itself.
Then: day one (the findings taken away), what remembers who was caught (features that count earlier findings on the
same card, household, official) against what knows the scheme (the same findings teach weights, nothing is
remembered), and rankings any score must beat: chance, the number of fired rules, the best single feature, each
detector, and the best column the detectors read. Without --data a county is invented, with the simulator's truth.

    python benchmarks/quality.py --data ../shared/data/county-a --truth ../shared/data/county-a-truth.parquet \
        --as-of 2019-07-01 --last 2019-12-31
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray

from benchmarks._county import (
    Float,
    Int64,
    Known,
    chances,
    facts_of_rows,
    fitted,
    given,
    invented,
    number,
    opened,
    past,
    scores_of,
    told,
)
from models.detectors._ensemble import Ensemble
from models.detectors._peers import PeerGroups
from models.detectors.catalogue import all_detectors
from models.evaluation.look_alikes import ALL
from models.evaluation.report import Report, evaluate
from models.scoring.anomaly import surprisals
from models.scoring.bundle import Bundle
from models.scoring.cases import build_cases
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.scoring.select import rows_between, rows_window
from models.training.labels import labels_at

Values = NDArray[np.floating[Any]]
TYPOLOGY_ROWS = 3
HEAD = 50


def main() -> None:
    """Read the arguments, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="folder of the contract's tables")
    options.add_argument("--truth", type=Path, help="its truth file")
    options.add_argument("--as-of", type=dt.date.fromisoformat, help="train on what was known before this day")
    options.add_argument("--last", type=dt.date.fromisoformat, help="last day scored (default: the last on record)")
    options.add_argument("--households", type=int, default=3000, help="size of the invented county")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--months", type=int, default=36)
    asked = given(options)
    source: AbstractContextManager[Known] = (
        opened(asked.data, asked.truth) if asked.data else invented(asked.households, asked.seed, asked.months)
    )
    with source as county:
        first = asked.as_of or county.day_at(0.7)
        last = asked.last or county.day_at(1.0)
        measure(county, first, last, Policy.load())


def measure(county: Known, first: dt.date, last: dt.date, policy: Policy) -> None:
    """Everything about one county."""
    moment = county.moment(first)
    reference = past(county.ledger, moment)
    rows, at = rows_between(county.ledger, first, last)
    told("facts of the past and of the window")
    facts, ahead = (facts_of_rows(county.ledger, part, policy) for part in (reference, rows))
    told("training")
    labels = labels_at(county.ledger, reference, moment)
    bundle = fitted(facts, labels, policy)
    told("scoring and judging")
    before = judged(county, bundle, policy, rows, at, first, last)
    show_bars("before payment", before)
    end = county.moment(last + dt.timedelta(days=1))
    late, late_at = rows_window(county.ledger, end, (last - first).days + 1)
    show_bars("after payment", judged(county, bundle, policy, late, late_at, first, last))
    show_parts(county, policy, reference, (rows, ahead), moment, bundle)
    show_rivals(county, policy, facts, ahead, rows, before)


def judged(
    county: Known, bundle: Bundle, policy: Policy, rows: Int64, at: Int64, first: dt.date, last: dt.date
) -> Report:
    """The quality report of one way of scoring the window."""
    scores = scores_of(county.ledger, bundle, policy, rows, at)
    cases = build_cases(county.ledger, scores, int(at.max()), policy)
    return evaluate(county.ledger, county.truth, scores, cases=cases, first=first, last=last, draws=200)


def show_bars(title: str, report: Report) -> None:
    """Measured figures beside the bars."""
    print(f"\n{title}: {report.rows:,} payments, {report.irregular:,} irregular, {report.first} to {report.last}")
    top = next((t for t in report.score.top if t.share == 0.01), None)
    common = {code: t.recall_line for code, t in report.typologies.items() if t.rows >= TYPOLOGY_ROWS}
    below = sorted(code for code, recall in common.items() if recall < 0.5)
    alike = report.look_alikes.get(ALL)
    head = report.cases.heads.get(HEAD) if report.cases else None
    figures: list[tuple[str, float | None, float, bool]] = [
        ("average precision", report.score.average_precision, 0.75, True),
        ("precision at 1 %", top.precision if top else None, 0.72, True),
        ("recall at 1 %", top.recall if top else None, 0.68, True),
        ("recall at the line", report.line.recall, 0.78, True),
        (f"share of {len(common)} typologies with recall 0.5", _share(common), 1.0, True),
        ("look-alikes above the line", alike.rate if alike else None, 0.03, False),
        ("average precision of anomaly alone", report.anomaly.average_precision, 0.25, True),
        ("expected calibration error", report.calibration.ece, 0.02, False),
        ("suspect role right", report.roles.accuracy, 0.85, True),
        ("reasons with evidence that exists", report.reasons.with_reason_and_evidence, 1.0, True),
        (f"true among the first {HEAD} cases", head.true_share if head else None, 0.8, True),
    ]
    for name, value, bar, high in figures:
        met = "-" if value is None else "met" if (value >= bar if high else value <= bar) else "missed"
        print(f"  {name:46s} {number(value):>7s}   bar {'>=' if high else '<='} {bar:<5g} {met}")
    if report.score.interval:
        low, high_end = report.score.interval
        print(f"  {'95 % of average precision (rings drawn again)':46s} {low:.3f}-{high_end:.3f}")
    if below:
        print(f"  typologies below 0.5: {', '.join(f'{code} {common[code]:.2f}' for code in below)}")
    for error in report.errors:
        print(f"  ERROR {error}")


def _share(recalls: dict[str, float]) -> float | None:
    return sum(r >= 0.5 for r in recalls.values()) / len(recalls) if recalls else None


def show_parts(
    county: Known,
    policy: Policy,
    learned: Int64,
    window: tuple[Int64, Facts],
    moment: int,
    bundle: Bundle,
) -> None:
    """What findings are worth, and which part of it is memory."""
    told("without findings")
    reference, (rows, ahead), judge = learned, window, county.judge(window[0])
    print("\nwhat findings are worth (average precision before payment)")
    row("findings teach, and are remembered", judge(chances(ahead, bundle)))
    bare = county.with_findings(None)
    bare_past, bare_ahead = (facts_of_rows(bare, part, policy) for part in (reference, rows))
    taught = fitted(bare_past, labels_at(county.ledger, reference, moment), policy)
    row("findings teach, nobody is remembered", judge(chances(bare_ahead, taught)))
    day_one = judge(chances(bare_ahead, fitted(bare_past, labels_at(bare, reference, moment), policy)))
    row(f"day one: no findings at all (bar 0.55 {'met' if day_one >= 0.55 else 'missed'})", day_one)
    row("rules and findings, no learned terms", judge(chances(ahead, replace(bundle, terms=()))))


def row(name: str, value: float | None) -> None:
    """One line of a list of figures."""
    print(f"  {name:56s} {number(value):>7s}")


def show_rivals(county: Known, policy: Policy, facts: Facts, ahead: Facts, rows: Int64, report: Report) -> None:
    """What any score must beat."""
    told("rankings to beat")
    print("\nrankings any score must beat (average precision before payment)")
    judge = county.judge(rows)
    row("the score", report.score.average_precision)
    row("the anomaly", report.anomaly.average_precision)
    row("chance", judge(np.random.default_rng(1).random(len(rows))))
    row("number of fired rules", judge(ahead.fired().sum(axis=1).astype(np.float64)))
    name, found = best_column(judge, ahead.values, tuple(f.name for f in ahead.features))
    row(f"best feature: {name}", found)
    rarity = -np.log((facts.fired().sum(axis=0) + 0.5) / (len(facts.values) + 1.0))
    typologies = tuple(dict.fromkeys(rule.typology for rule in facts.rules))
    learned, seen = surprisals(facts, rarity, typologies), surprisals(ahead, rarity, typologies)
    name, found = best_column(judge, seen, typologies)
    row(f"best column of the detectors: rules of {name}", found)
    for detector in all_detectors():
        oddness = one_detector(detector.__name__, learned, facts.peers, seen, ahead.peers, int(policy["learning.seed"]))
        row(f"detector alone: {detector.__name__}", judge(oddness))


def best_column(judge: Callable[[Float], float], values: Values, names: tuple[str, ...]) -> tuple[str, float]:
    """The column that ranks best alone, either way round, nulls last; chosen on the truth, which flatters it."""
    best = ("", -1.0)
    for k, name in enumerate(names):
        for sign in (1.0, -1.0):
            found = judge(np.nan_to_num(sign * values[:, k].astype(np.float64), nan=-np.inf))
            if found > best[1]:
                best = (name if sign > 0 else f"{name} (lowest first)", found)
    return best


def one_detector(
    name: str, learned: Float, peers: NDArray[np.str_], seen: Float, groups: NDArray[np.str_], seed: int
) -> Float:
    """One detector over the typologies' surprisals, per group of peers; higher is odder."""

    class Alone(Ensemble):
        """One member."""

        def __init__(self) -> None:
            super().__init__((name,))

    return PeerGroups(Alone).fit(learned, peers, seed=seed).surprisal(seen, groups)


if __name__ == "__main__":
    main()
