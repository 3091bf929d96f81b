"""What selected findings cost, and what helps, in closed loops on invented counties whose truth is known.

Each county starts without a finding. Period after period the model is trained on what has been found so far, the
queue is opened, investigators look at its cases (with mistakes) and their findings flow back. Printed:

1. ways to spend the same places: the queue's head only, with a random sample, with places for what the model knows
   least about as well; how well each ranks the next period, and how much of what nobody has found yet it sees
2. estimates of a period's base rate, precision and recall at the line from findings, against the truth, for samples
   of several sizes drawn again and again
3. rules' expected precision against their true one, by how many findings tested them
4. ways to train on the same findings

    python benchmarks/selective_labels.py [--households 1600] [--counties 3] [--rounds 5] [--places 24]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Two processes work side by side: a library with threads of its own would only make them wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np

from benchmarks._closed_loop import WRONG, Loop, Places, Round, Truth
from benchmarks._county import Bool, Float, Int64, given, invented, number, told
from features.asof import View
from models.evaluation.calibration import expected_error
from models.evaluation.columns import one_of
from models.evaluation.doubly_robust import corrected
from models.evaluation.over_time.precision import average_precision
from models.scoring.combine import judge, strongest_by_typology
from models.scoring.policy import Policy
from models.scoring.sample import draw
from models.training import calibrate
from models.training.labels import CONFIRMED, Labels
from models.training.rule_weights import WRONG_FINDINGS
from models.training.selective import CORRECTIONS, Problem, base_rate, start_of, with_terms

HEAD_ONLY = Places("head only", 0.0, 0.0)
ALL_KINDS = Places("head, random, least known", 0.15, 0.15)
WAYS = (HEAD_ONLY, Places("head, random", 0.15, 0.0), ALL_KINDS)
PROFILES = ("standard", "skilled", "poor_data")
BUDGET = 0.02
"""Share of a period's payments that counts as alerts when ways are compared."""
SAMPLES = (4, 13, 40)
DRAWS = 60
BELIEVED = 0.5
"""Share of the learned terms that is believed, under every correction alike."""
LINE = 0.12
"""The line at which precision and recall are estimated: the shipped one."""
FAR = np.iinfo(np.int64).max - 1
Rows = dict[str, list[float]]


@dataclass
class Found:
    """Figures of one county, each a list of values to be averaged: by section, then by name."""

    ways: dict[str, Rows] = field(default_factory=dict)
    estimates: dict[str, Rows] = field(default_factory=dict)
    rules: list[tuple[str, float, float, int, int, int]] = field(default_factory=list)
    lessons: dict[str, Rows] = field(default_factory=dict)


def main() -> None:
    """Read the arguments, run the counties on two processes, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--households", type=int, default=1600)
    options.add_argument("--counties", type=int, default=3)
    options.add_argument("--months", type=int, default=36)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--places", type=int, default=24)
    options.add_argument("--seed", type=int, default=60)
    asked = given(options)
    jobs = [
        (asked.households, asked.seed + k, asked.months, PROFILES[k % len(PROFILES)], asked.rounds, asked.places)
        for k in range(asked.counties)
    ]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        every = list(pool.map(one_county, jobs))
    print(
        f"{asked.counties} counties of {asked.households} households, {asked.rounds} periods, "
        f"{asked.places} cases each; {WRONG:.0%} of looks at what seems irregular go wrong"
    )
    show_ways(every, asked.rounds)
    show_estimates(every)
    show_rules(every)
    show_lessons(every)


def one_county(job: tuple[int, int, int, str, int, int]) -> Found:
    """Every way and every correction in one county."""
    households, seed, months, profile, rounds, places = job
    warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
    found = Found()
    with invented(households, seed, months, profile) as county:
        truth = Truth.of(county, np.arange(county.ledger.tables["disbursements"].rows))
        for way in WAYS:
            loop = Loop.begin(county, truth, way.of(Policy.load(), places), seed)
            told(f"county {seed}: {way.name}")
            periods = list(loop.rounds(rounds))
            watch_way(found, way, periods, loop)
            watch_rules(found, way, periods, loop)
            if way is ALL_KINDS:
                watch_estimates(found, periods, loop)
                watch_lessons(found, periods, truth)
    return found


def watch_way(found: Found, way: Places, periods: Sequence[Round], loop: Loop) -> None:
    """How well each period was ranked by what had been found before it, and what its queue brought."""
    rows = found.ways.setdefault(way.name, defaultdict(list))
    seen: set[str] = set()
    for k, period in enumerate(periods):
        ahead = period.rows[period.ahead]
        bad = loop.truth.irregular[ahead]
        rows[f"ap {k}"].append(average_precision(period.score, bad))
        known = confirmed_typologies(period.labels)
        if k:
            for name, value in recalls(period.score, ahead, loop.truth, known).items():
                rows[name].append(value)
        offered = np.nonzero(one_of(np.array(loop.county.ids(ahead), dtype=object), ids_of(period)))[0]
        rows["looked"].append(len(offered))
        rows["irregular"].append(float(bad[offered].sum()))
        seen |= {t for row in ahead[offered[bad[offered]]] for t in loop.truth.typologies[row]}
        rows["ece"].append(expected_error(period.score, bad))
    rows["typologies seen"].append(len(seen))
    rows["typologies"].append(len({t for row in np.concatenate([p.rows[p.ahead] for p in periods])
                                   for t in loop.truth.typologies[row]}))  # fmt: skip


def ids_of(period: Round) -> frozenset[str]:
    """Payments the period's queue offered."""
    return frozenset(str(i) for i in period.offered.column("disbursement_id").to_pylist())


def confirmed_typologies(labels: Labels) -> frozenset[str]:
    """Typologies of which a payment had been confirmed."""
    return frozenset(labels.typology[labels.outcome == CONFIRMED].tolist()) - {""}


def recalls(score: Float, rows: Int64, truth: Truth, known: frozenset[str]) -> dict[str, float]:
    """Irregular payments of typologies found before and not, and how many of each are within the alert budget."""
    within = np.zeros(len(score), dtype=bool)
    within[np.argsort(-score, kind="stable")[: max(1, round(BUDGET * len(score)))]] = True
    bad = truth.irregular[rows]
    new = np.array([bool(t) and not (t & known) for t in truth.typologies[rows]])
    return {
        "known": float((bad & ~new).sum()), "known hit": float((bad & ~new & within).sum()),
        "new": float((bad & new).sum()), "new hit": float((bad & new & within).sum()),
    }  # fmt: skip


def watch_estimates(found: Found, periods: Sequence[Round], loop: Loop) -> None:
    """Each period's figures as its queue and samples drawn over and over would give them, minus the truth.

    Looks are taken to be right here: what is left is what selection does.
    """
    for number_of, period in enumerate(periods[1:]):
        ahead = period.rows[period.ahead]
        bad, above = loop.truth.irregular[ahead], period.score >= LINE
        sure = {str(r["disbursement_id"]) for r in period.offered.to_pylist() if r["offered_as"] != "random"}
        chosen = one_of(np.array(loop.county.ids(ahead), dtype=object), frozenset(sure))
        view = View(period.ledger, np.full(len(ahead), period.end, dtype=np.int64), ahead)
        frame = np.nonzero(~chosen)[0]
        for size in SAMPLES:
            for again in range(DRAWS):
                seed = f"{number_of}/{again}"
                taken = draw(view, frame, period.score, size, seed=seed, anomaly=period.anomaly)
                chance = np.ones(len(ahead))
                drawn = np.zeros(len(ahead), dtype=bool)
                for i, p in taken:
                    chance[i], drawn[i] = p, True
                put_estimates(found, f"sample of {size}", period.score, bad, above, chosen, drawn, chance)


def put_estimates(
    found: Found, what: str, score: Float, bad: Bool, above: Bool, chosen: Bool, drawn: Bool, chance: Float
) -> None:
    """Errors of every estimate from one queue and one sample."""
    looked, seen = chosen | drawn, drawn.any()
    robust = corrected(score, bad & looked, looked, chance)
    weight = drawn / chance
    sample = float((weight * bad).sum() / weight.sum()) if seen else float("nan")

    def put(figure: str, truth: float, guesses: dict[str, float]) -> None:
        rows = found.estimates.setdefault(f"{figure}, {what}", defaultdict(list))
        rows["truth"].append(truth)
        for name, value in guesses.items():
            if value == value:
                rows[name].append(value - truth)

    put(
        "base rate",
        float(bad.mean()),
        {
            "confirmed share of all looks": share(bad, looked),
            "random sample, all alike": share(bad, drawn),
            "random sample, by its chances": sample,
            "found, and the sample for the rest": (float((chosen & bad).sum()) + (~chosen).sum() * sample) / len(bad),
            "doubly robust": robust.share().value,
            "mean score": float(score.mean()),
        },
    )
    if above.any():
        put(
            "precision at the line",
            float(bad[above].mean()),
            {
                "confirmed share of alerts looked at": share(bad, chosen & above),
                "doubly robust": robust.share(above).value,
            },
        )
    if bad.any():
        put(
            "recall at the line",
            float((bad & above).sum() / bad.sum()),
            {"share of what was found": share(above, bad & looked), "doubly robust": robust.recall(above).value},
        )
    put(
        "calibration error",
        expected_error(score, bad, 5),
        {
            "of what was looked at": expected_error(score[looked], bad[looked], 5),
            "doubly robust": robust.calibration_error(score),
        },
    )


def share(part: Bool, of: Bool) -> float:
    """Share of one group that is also in another; NaN of none."""
    return float((part & of).sum() / of.sum()) if of.any() else float("nan")


def watch_rules(found: Found, way: Places, periods: Sequence[Round], loop: Loop) -> None:
    """Expected and true precision of each rule on the past of the last period, and the county's base rate."""
    last = periods[-1]
    past = last.rows[last.past]
    fired, bad = last.facts.part(last.past).fired(), loop.truth.irregular[past]
    looked, confirmed = last.labels.usable, last.labels.outcome == CONFIRMED
    for k in range(fired.shape[1]):
        hits = fired[:, k]
        if hits.sum() >= 5:
            found.rules.append(
                (way.name, float(last.bundle.rule_precision[k]), float(bad[hits].mean()), int(hits.sum()),
                 int((hits & looked).sum()), int((hits & confirmed).sum()))
            )  # fmt: skip
    labels, expected = last.labels, last.policy["learning.base_rate"]
    plain = calibrate.base_rate(
        float((labels.at_random & (labels.outcome == CONFIRMED)).sum()),
        float((labels.at_random & labels.usable).sum()),
        expected,
        WRONG_FINDINGS,
    )
    rows = found.estimates.setdefault(f"base rate of all the past, {way.name}", defaultdict(list))
    rows["truth"].append(float(bad.mean()))
    rows["random sample and what is expected"].append(plain - float(bad.mean()))
    rows["found as well (selective.base_rate)"].append(base_rate(labels, expected, WRONG_FINDINGS) - float(bad.mean()))


def watch_lessons(found: Found, periods: Sequence[Round], truth: Truth) -> None:
    """Every correction on what had been found before the last two periods, judged on those by the truth."""
    early, late = periods[-2], periods[-1]
    past = early.facts.part(early.past)
    rate = float(judge(past, early.bundle).probability.mean())
    weights = early.bundle.rule_weights
    start = start_of(past, weights, rate)
    constant = float(start[0] - strongest_by_typology(past.part(np.arange(1)), weights)[0])
    problem = Problem(past, early.labels, start, seed=1, unlabelled=6000)
    tests = [(period.facts.part(period.ahead), period.rows[period.ahead]) for period in (early, late)]
    known = confirmed_typologies(early.labels)
    for name, correct in [("rules, no learned terms", None), *CORRECTIONS.items()]:
        intercept, terms = problem.terms(correct(problem)) if correct else (0.0, ())
        scaled, shift = calibrated(problem, with_terms(past, start, intercept, terms, BELIEVED), rate)
        rows = found.lessons.setdefault(name, defaultdict(list))
        for facts, payments in tests:
            alone = strongest_by_typology(facts, weights) + constant
            raw = with_terms(facts, alone, intercept, terms, BELIEVED)
            chance = 1 / (1 + np.exp(-(scaled * raw + shift)))
            bad = truth.irregular[payments]
            rows["ap"].append(average_precision(chance, bad))
            rows["ece"].append(expected_error(chance, bad))
            rows["mean"].append(float(chance.mean() / bad.mean()))
            for key, value in recalls(chance, payments, truth, known).items():
                rows[key].append(value)


def calibrated(problem: Problem, raw: Float, rate: float) -> tuple[float, float]:
    """Scale and shift as training sets them."""
    known = problem.known
    scale = calibrate.fit_scale(raw[known], problem.found(known), np.ones(len(known)))
    return scale, calibrate.fit_shift(scale * raw, rate)


def averaged(every: Sequence[Found], pick: Callable[[Found], dict[str, Rows]]) -> dict[str, Rows]:
    """The values of all counties together."""
    out: dict[str, Rows] = {}
    for found in every:
        for name, rows in pick(found).items():
            mine = out.setdefault(name, defaultdict(list))
            for key, values in rows.items():
                mine[key] += values
    return out


def ratio(rows: Rows, part: str, whole: str) -> float:
    """Sum over sum; NaN of nothing."""
    return sum(rows[part]) / sum(rows[whole]) if sum(rows.get(whole, [])) else float("nan")


def show_ways(every: Sequence[Found], rounds: int) -> None:
    """Ways to spend places."""
    print(
        f"\n1. the same places, spent in different ways (average precision of each next period, at {BUDGET:.0%} alerts)"
    )
    heads = "".join(f"{k + 1:>7d}" for k in range(rounds))
    print(f"{'':28s}{heads}   looked irregular  recall: known  never found   typologies seen")
    for name, rows in averaged(every, lambda f: f.ways).items():
        line = "".join(f"{number(float(np.mean(rows[f'ap {k}']))):>7s}" for k in range(rounds))
        print(
            f"{name:28s}{line} {sum(rows['looked']):8.0f} {sum(rows['irregular']):9.0f}  "
            f"{number(ratio(rows, 'known hit', 'known')):>13s} {number(ratio(rows, 'new hit', 'new')):>7s} "
            f"({sum(rows['new']):.0f})  {sum(rows['typologies seen']):8.0f} of {sum(rows['typologies']):.0f}"
        )


def show_estimates(every: Sequence[Found]) -> None:
    """Estimates against the truth."""
    print("\n2. estimated from findings, minus the truth (mean error, root mean square error, samples)")
    for what, rows in averaged(every, lambda f: f.estimates).items():
        print(f"  {what} (truth {number(float(np.mean(rows['truth'])), 4)})")
        for name, errors in rows.items():
            if name != "truth":
                gap = np.array(errors)
                print(f"    {name:40s} {gap.mean():+.4f}  {np.sqrt((gap**2).mean()):.4f}  {len(gap):5d}")


def show_rules(every: Sequence[Found]) -> None:
    """Expected precision of rules against the true one."""
    print("\n3. rules with 5 hits or more: expected precision, share confirmed, truth (means over rules)")
    bands = ((0, 1, "no finding"), (1, 4, "1-3 findings"), (4, 12, "4-11 findings"), (12, FAR, "12 or more"))
    for way in WAYS:
        for low, high, words in bands:
            part = [r for f in every for r in f.rules if r[0] == way.name and low <= r[4] < high]
            if part:
                expected, true = np.array([r[1] for r in part]), np.array([r[2] for r in part])
                plain = np.mean([r[5] / r[4] for r in part]) if low else float("nan")
                print(
                    f"  {way.name:28s}{words:14s} {len(part):4d} rules  expected {expected.mean():.3f}  "
                    f"confirmed {number(float(plain)):>5s}  truth {true.mean():.3f}  "
                    f"mean absolute gap {np.abs(expected - true).mean():.3f}"
                )


def show_lessons(every: Sequence[Found]) -> None:
    """Corrections."""
    print(
        f"\n4. trained on the same findings in different ways (last two periods, truth; recall at {BUDGET:.0%} alerts)"
    )
    print(f"{'':34s}     AP    ECE  mean/true  recall: known  never found")
    for name, rows in averaged(every, lambda f: f.lessons).items():
        print(
            f"  {name:32s}{number(float(np.mean(rows['ap']))):>7s}{number(float(np.mean(rows['ece']))):>7s}"
            f"{number(float(np.mean(rows['mean'])), 2):>11s}{number(ratio(rows, 'known hit', 'known')):>15s}"
            f"{number(ratio(rows, 'new hit', 'new')):>13s} ({sum(rows['new']):.0f})"
        )


if __name__ == "__main__":
    main()
