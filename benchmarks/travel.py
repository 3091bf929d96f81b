"""Does what was learned travel: `python benchmarks/travel.py [--data D --truth F] [--counties N]`.

1. Whole townships held out: the county's townships are dealt into folds; for each fold a model is trained on the
   payments and findings of the other townships (findings in the held-out ones are taken out of the data altogether,
   so that no feature remembers them) and judged on the held-out townships' payments after --as-of. Beside it the
   model trained on everything, judged on the same payments.
2. Invented counties of different profiles: for each, a model of its own past (in sample), its own past without any
   finding (day one), and a model of all the other counties' facts and findings that has never seen this one.

Figures are average precision before payment; `kept` is held out over in sample (the project asks for 0.85 or better).

    python benchmarks/travel.py --data ../shared/data/county-a --truth ../shared/data/county-a-truth.parquet \
        --as-of 2019-07-01 --last 2019-12-31
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks._county import (
    Bool,
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
    pooled,
    told,
)
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.scoring.select import rows_between
from models.training.labels import Labels, labels_at

PROFILES = ("standard", "skilled", "busy", "other_country", "poor_data", "standard", "busy", "skilled")
KEPT = 0.85


def main() -> None:
    """Read the arguments, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="folder of the contract's tables")
    options.add_argument("--truth", type=Path, help="its truth file")
    options.add_argument("--as-of", type=dt.date.fromisoformat, help="train on what was known before this day")
    options.add_argument("--last", type=dt.date.fromisoformat, help="last day judged (default: the last on record)")
    options.add_argument("--folds", type=int, default=3, help="groups of townships")
    options.add_argument("--households", type=int, default=3000, help="size of the invented county")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--months", type=int, default=36)
    options.add_argument("--counties", type=int, default=4, help="invented counties of different profiles (0: none)")
    options.add_argument("--county-households", type=int, default=1500, help="size of each of them")
    asked = given(options)
    policy = Policy.load()
    source: AbstractContextManager[Known] = (
        opened(asked.data, asked.truth) if asked.data else invented(asked.households, asked.seed, asked.months)
    )
    with source as county:
        townships(county, asked.as_of or county.day_at(0.7), asked.last or county.day_at(1.0), asked.folds, policy)
    if asked.counties > 1:
        counties(asked.counties, asked.county_households, asked.months, asked.seed, policy)


def townships(county: Known, first: dt.date, last: dt.date, folds: int, policy: Policy) -> None:
    """Held-out townships against the same townships in sample."""
    moment = county.moment(first)
    reference, (rows, _) = past(county.ledger, moment), rows_between(county.ledger, first, last)
    fold = fold_of(county, folds)
    told("facts of the past and of the window")
    facts, ahead = (facts_of_rows(county.ledger, part, policy) for part in (reference, rows))
    whole = fitted(facts, labels_at(county.ledger, reference, moment), policy)
    seen, kept_out = chances(ahead, whole), np.full(len(rows), np.nan)
    print(f"\n1. townships of {county.name} held out, payments from {first} to {last}")
    print(f"  {'fold':8s} {'payments':>9s} {'irregular':>10s} {'in sample':>10s} {'held out':>10s} {'kept':>7s}")
    for k in range(folds):
        there = fold[rows] == k
        irregular = int(county.irregular(rows[there]).sum())
        told(f"fold {k + 1} of {folds}")
        ledger = county.with_findings(findings_outside(county, fold, k))
        mine = reference[fold[reference] != k]
        bundle = fitted(facts_of_rows(ledger, mine, policy), labels_at(ledger, mine, moment), policy)
        kept_out[there] = chances(facts_of_rows(ledger, rows[there], policy), bundle)
        judge = county.judge(rows[there])
        if irregular:
            line(str(k + 1), int(there.sum()), irregular, judge(seen[there]), judge(kept_out[there]))
    judge = county.judge(rows)
    line("all", len(rows), int(county.irregular(rows).sum()), judge(seen), judge(kept_out))


def line(name: str, payments: int, irregular: int, inside: float, outside: float) -> None:
    """One row of the table of folds."""
    figures = f"{number(inside):>10s} {number(outside):>10s} {kept(outside, inside)}"
    print(f"  {name:8s} {payments:9,d} {irregular:10,d} {figures}")


def kept(outside: float, inside: float) -> str:
    """Held out over in sample, and whether that is enough."""
    share = outside / inside if inside else float("nan")
    return f"{number(share, 2):>7s}{'' if share >= KEPT else '  below ' + str(KEPT)}"


def fold_of(county: Known, folds: int) -> Int64:
    """The fold of every payment's township, by row of the ledger; villages of one township are never parted."""
    payments, divisions = county.ledger.tables["disbursements"], county.ledger.tables["divisions"]
    parent = dict(
        zip(divisions.arrow("division_code").to_pylist(), divisions.arrow("parent_code").to_pylist(), strict=True)
    )
    towns = [parent.get(village) or str(village) for village in payments.arrow("division_code").to_pylist()]
    order = sorted(set(towns), key=lambda town: hashlib.sha256(town.encode()).hexdigest())
    place = {town: k % folds for k, town in enumerate(order)}
    return np.array([place[town] for town in towns], dtype=np.int64)


def findings_outside(county: Known, fold: Int64, k: int) -> pa.Table:
    """The findings on payments that are not in the fold."""
    every = np.arange(len(fold), dtype=np.int64)
    inside = pa.array(county.ids(every[fold == k]), pa.string())
    findings = county.findings()
    return findings.filter(pc.invert(pc.is_in(findings.column("disbursement_id").cast(pa.string()), value_set=inside)))


@dataclass(frozen=True)
class Part:
    """What one invented county gives to the comparison."""

    name: str
    learned: tuple[Facts, Labels]
    ahead: Facts
    irregular: Bool
    in_sample: float
    day_one: float
    rules: float


def counties(count: int, households: int, months: int, seed: int, policy: Policy) -> None:
    """Each invented county judged by a model that has never seen it."""
    parts: list[Part] = []
    judges = []
    for k in range(count):
        with invented(households, seed + 100 + k, months, PROFILES[k % len(PROFILES)]) as county:
            first, last = county.day_at(0.6), county.day_at(1.0)
            moment = county.moment(first)
            reference, (rows, _) = past(county.ledger, moment), rows_between(county.ledger, first, last)
            facts, ahead = (facts_of_rows(county.ledger, part, policy) for part in (reference, rows))
            labels = without_findings(reference)
            if "dispositions" in county.ledger.tables:
                labels = labels_at(county.ledger, reference, moment)
            judge, irregular = county.judge(rows), county.irregular(rows)
            if not irregular.any():
                told("nothing irregular after the moment: left out")
                continue
            own, bare = fitted(facts, labels, policy), fitted(facts, without_findings(reference), policy)
            count_fired = ahead.fired().sum(axis=1).astype(np.float64)
            name = f"{county.name} ({int((labels.outcome == 1).sum())} confirmed)"
            parts.append(
                Part(
                    name, (facts, labels), ahead, irregular,
                    judge(chances(ahead, own)), judge(chances(ahead, bare)), judge(count_fired),
                )
            )  # fmt: skip
            judges.append(judge)
    print(f"\n2. invented counties of {households:,} households, each by a model of the {len(parts) - 1} others")
    show("county", "irregular", "in sample", "day one", "others", "rules", "   kept")
    found = []
    for k, part in enumerate(parts):
        told(f"the others against {part.name}")
        bundle = fitted(*pooled([p.learned for p in parts if p is not part]), policy)
        away = judges[k](chances(part.ahead, bundle))
        found.append((part.in_sample, part.day_one, away, part.rules))
        figures = [number(value) for value in found[-1]]
        show(part.name, f"{int(part.irregular.sum()):,}", *figures, kept(away, part.in_sample))
    means = np.mean(found, axis=0).tolist()
    show("mean", "", *(number(value) for value in means), kept(means[2], means[0]))


def show(*cells: str) -> None:
    """One row of the table of counties."""
    print(f"  {cells[0]:36s}" + "".join(f" {cell:>10s}" for cell in cells[1:]))


def without_findings(rows: Int64) -> Labels:
    """Nobody looked at anything."""
    n = len(rows)
    return Labels(np.full(n, -1, np.int8), np.zeros(n, dtype=bool), np.full(n, np.iinfo(np.int64).max))


if __name__ == "__main__":
    main()
