"""Does the score hold over time where the truth is known: fold by fold beside the bars of the project.

At rolling origins the model is trained again on what had been submitted and decided by then and judged, with the truth,
on the payments of the following period, those already found left out (`models/evaluation/over_time`). Printed for
every fold: average precision of the score and of every baseline with the interval of the difference, the calibration
error over all payments and on the random sample, recall of typologies nobody had confirmed over that of the others, and
true cases within the desks' capacity. Then the bars, and by how much each was missed. Without --data a county is
invented.

    python benchmarks/over_time.py --data ../shared/data/county-a --truth ../shared/data/county-a-truth.parquet \
        --as-of 2020-01-01
    python benchmarks/over_time.py --households 6000 --seed 7
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._county import Int64, Known, facts_of_rows, fitted, given, invented, number, opened, told
from models.evaluation.columns import Texts, objects, texts
from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.estimates import Estimate
from models.evaluation.over_time.fold import Fold
from models.evaluation.over_time.proof import Proof
from models.evaluation.over_time.prove import prove
from models.evaluation.over_time.report.write import write_report
from models.scoring._workers import usable_workers
from models.scoring.bundle import load_bundle
from models.scoring.policy import Policy
from models.training.train import reference_rows

ECE_BAR, UNSEEN_BAR = 0.02, 0.5


def main() -> None:
    """Read the arguments, prove, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="folder of the contract's tables")
    options.add_argument("--truth", type=Path, help="its truth file")
    options.add_argument("--as-of", type=dt.date.fromisoformat, help="where the last fold ends (default: the end)")
    options.add_argument("--folds", type=int, default=4)
    options.add_argument("--days", type=float, default=182.0, help="length of a fold")
    options.add_argument("--report", type=Path, help="also write the report to this folder")
    options.add_argument("--findings", action="store_true", help="judge by findings, as a deployment must")
    options.add_argument("--households", type=int, default=3000, help="size of the invented county")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--months", type=int, default=36)
    asked = given(options)
    source: AbstractContextManager[Known] = (
        opened(asked.data, asked.truth) if asked.data else invented(asked.households, asked.seed, asked.months)
    )
    with source as county:
        as_of = asked.as_of or county.day_at(1.0) + dt.timedelta(days=1)
        found = proved(county, as_of, asked.folds, asked.days, by_findings=asked.findings)
    show(found)
    if asked.report:
        write_report(found, asked.report)
        told(f"report written to {asked.report}")


def proved(county: Known, as_of: dt.date, folds: int, days: float, *, by_findings: bool) -> Proof:
    """The proof of the county up to a day, each fold fitted as training fits."""
    policy = Policy.load()
    moment = county.moment(as_of)
    rows = reference_rows(county.ledger, moment)
    told("facts")
    facts = facts_of_rows(county.ledger, rows, policy)
    typologies, rings = named(county, rows)
    told("folds")
    known: dict[str, Any] = (
        {} if by_findings else {"truth": county.irregular(rows), "typologies": typologies, "rings": rings}
    )
    return prove(
        county.ledger, rows, facts, policy, moment, lambda f, labels: fitted(f, labels, policy),
        champion=replace(load_bundle(), version="shipped"), folds=folds, days=days, workers=usable_workers(),
        **known,
    )  # fmt: skip


def named(county: Known, rows: Int64) -> tuple[Texts, Texts]:
    """Typologies and rings of payments by truth."""
    place = {i: k for k, i in enumerate(texts(county.truth, "disbursement_id"))}
    at = [place.get(i, -1) for i in county.ids(rows)]
    kinds, rings = texts(county.truth, "typologies"), texts(county.truth, "ring_id")
    return (
        objects([kinds[k] or "" if k >= 0 else "" for k in at]),
        objects([rings[k] if k >= 0 else None for k in at]),
    )


def show(proof: Proof) -> None:
    """Every fold, then the bars."""
    print(f"proof over time up to {proof.as_of}, {len(proof.folds)} folds of {proof.days:g} days, by {proof.source}")
    for note in proof.notes:
        print(f"  {note}")
    for fold in proof.folds:
        show_fold(fold)
    if proof.pooled is not None:
        show_bars(proof)


def show_fold(fold: Fold) -> None:
    """One fold."""
    kept, top = fold.kept, fold.kept.top(CAPACITY)
    print(
        f"\nfrom {fold.origin}: learned from {fold.learned_payments:,} payments, {fold.learned_findings:,} findings "
        f"({fold.learned_confirmed} confirmed); judged {kept.judged:,}, {kept.confirmed} irregular; left the test "
        f"{fold.left.payments:,}, {fold.left.confirmed} irregular"
    )
    print(f"  average precision {between(kept.average_precision)}; with those already found "
          f"{between(fold.everything.average_precision)}")  # fmt: skip
    print(
        f"  at capacity ({top.looked_at}): precision {between(top.precision)}, recall {between(top.recall)}, "
        f"money {between(top.money_recall)}"
    )
    for rival in fold.rivals:
        told_ = f"{rival.name} ({rival.told})" if rival.told else rival.name
        if rival.average_precision is None:
            print(f"  {told_:64s} {rival.why_not}")
        else:
            said = "beaten" if rival.surely else "beaten, not surely" if rival.beaten else "NOT BEATEN"
            print(f"  {told_:64s} {rival.average_precision:.3f}  ahead by {between(rival.difference)}  {said}")
    print(
        f"  calibration error: all payments {number(fold.calibration.error, 4)}, random sample "
        f"{number(fold.random_sample.error, 4)} of {fold.random_sample.rows} (chance alone "
        f"{number(fold.random_sample.error_by_chance, 4)})"
    )
    for unseen in fold.unseen:
        if unseen.budget in (CAPACITY, "1%"):
            print(
                f"  at {unseen.budget}: recall of {unseen.unseen_rows} payments of typologies nobody had confirmed "
                f"{between(unseen.unseen_recall)}, of {unseen.seen_rows} others {between(unseen.seen_recall)}; "
                f"ratio {number(unseen.ratio, 2)}"
            )
    cases = "; ".join(f"{c.desk} {between(c.precision, 2)} of {c.judged}" for c in fold.cases)
    print(f"  true cases: {cases}")
    for held in fold.stability:
        if held.budget in (CAPACITY, "1%"):
            print(
                f"  top {held.budget} of the model before on the same payments: overlap {held.same_payments:.2f}; "
                f"households again {number(held.households_again, 2)}"
            )


def show_bars(proof: Proof) -> None:
    """The bars of the project, met or missed and by how much."""
    pooled = proof.pooled
    if pooled is None:
        return
    print("\nbars")
    beaten = [(fold.origin, r) for fold in proof.folds for r in fold.rivals if r.beaten is False]
    print(f"  every baseline beaten in every fold: {'met' if proof.all_beaten else 'missed'}")
    for origin, rival in beaten:
        print(f"    {origin}: behind {rival.name} by {-(rival.difference.value or 0.0):.3f}")
    errors = [(f"from {fold.origin}", fold.random_sample.error) for fold in proof.folds]
    errors += [("all folds", pooled.random_sample.error), ("all folds, all payments", pooled.calibration.error)]
    for name, error in errors:
        print(f"  calibration error under {ECE_BAR:g}, {name}: {number(error, 4)} {met(error, ECE_BAR, below=True)}")
    for unseen in pooled.unseen:
        print(
            f"  recall of new over known typologies above {UNSEEN_BAR:g} at {unseen.budget}: "
            f"{number(unseen.ratio, 2)} {met(unseen.ratio, UNSEEN_BAR, below=False)}"
        )


def met(value: float | None, bar: float, *, below: bool) -> str:
    """Whether a bar was met, else by how much it was missed."""
    if value is None:
        return "cannot be told"
    off = value - bar if below else bar - value
    return "met" if off <= 0 else f"missed by {off:.4f}"


def between(found: Estimate, digits: int = 3) -> str:
    """A figure with its interval."""
    if found.low is None or found.high is None:
        return number(found.value, digits)
    return f"{number(found.value, digits)} ({found.low:.{digits}f} to {found.high:.{digits}f})"


if __name__ == "__main__":
    main()
