"""Which supervised model? Candidates on the same facts, trained on what was found by a date, tested on what came after.

`rules` are weights from firing rates and findings alone; `own terms` are an explainable boosting machine over this
county's findings; `shipped` adds what invented counties taught; `as trained` is what `mingbai train` makes.
`histogram gradient boosting` and `logistic regression` learn from findings over features and fired rules. Two figures
each: average precision among payments somebody looked at later (what one would see in life), and among all later
payments where the truth is known. Without --data an invented county is used.

    .venv/bin/python benchmarks/compare_models.py --data COUNTY --truth truth.parquet --as-of 2019-07-01
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger
from features.intake import load
from models.evaluation.over_time.precision import average_precision
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import UNLABELLED, Labels, labels_at
from models.training.train import reference_rows

Float = NDArray[np.float64]
Model = Callable[[Facts, Labels, Facts], Float]
FAR = np.iinfo(np.int64).max - 1


def rules_on_day_one(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """Rules weighed by their firing rate alone; nobody has found anything, and nothing is shipped but rates."""
    return judge(ahead, fit(past, _nobody(labels), policy, quick=True, taught=())).probability


def rules(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """Rules weighed by firing rate and findings, without any learned term."""
    return judge(ahead, fit(past, labels, policy, quick=True, taught=(), own=False)).probability


def own_terms(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """The same and terms learned from this county's findings alone."""
    return judge(ahead, fit(past, labels, policy, quick=True, taught=())).probability


def day_one(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """What is shipped, before anybody has found anything."""
    return judge(ahead, fit(past, _nobody(labels), policy, quick=True)).probability


def as_trained(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """What `mingbai train` makes: rules, shipped terms as far as findings believe them, own terms."""
    return judge(ahead, fit(past, labels, policy, quick=True)).probability


def _nobody(labels: Labels) -> Labels:
    """The same payments, none of them looked at."""
    return Labels(np.full_like(labels.outcome, UNLABELLED), np.zeros_like(labels.at_random), labels.decided_at)


def boosting(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """Histogram gradient boosting on features and fired rules."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, target, weight = _examples(labels, policy)
    seen, new = _wide(past), _wide(ahead)
    kept = [k for k in range(seen.shape[1]) if len(np.unique(seen[rows, k][~np.isnan(seen[rows, k])])) > 1]
    made = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, min_samples_leaf=10, l2_regularization=5.0, max_leaf_nodes=8, random_state=0
    ).fit(seen[rows][:, kept], target, sample_weight=weight)
    return np.asarray(made.predict_proba(new[:, kept])[:, 1])


def logistic(past: Facts, labels: Labels, ahead: Facts, policy: Policy) -> Float:
    """Logistic regression on fired rules."""
    from sklearn.linear_model import LogisticRegression

    rows, target, weight = _examples(labels, policy)
    made = LogisticRegression(C=0.5, max_iter=500).fit(past.fired()[rows].astype(float), target, sample_weight=weight)
    return np.asarray(made.predict_proba(ahead.fired().astype(float))[:, 1])


CANDIDATES = {
    "rules, day one": rules_on_day_one,
    "rules": rules,
    "rules + own terms": own_terms,
    "shipped, day one": day_one,
    "as trained": as_trained,
    "histogram gradient boosting": boosting,
    "logistic regression": logistic,
}


def _examples(labels: Labels, policy: Policy) -> tuple[NDArray[np.int64], Float, Float]:
    """Findings, and unlabelled payments as lightly weighted zeros: these two models need a base rate."""
    rng = np.random.default_rng(int(policy["learning.seed"]))
    known = np.nonzero(labels.usable)[0]
    others = np.nonzero(labels.outcome == UNLABELLED)[0]
    others = rng.choice(others, min(30_000, len(others)), replace=False)
    target = np.concatenate([(labels.outcome[known] == 1).astype(float), np.zeros(len(others))])
    return np.concatenate([known, others]), target, np.where(np.arange(len(target)) < len(known), 1.0, 0.3)


def _wide(facts: Facts) -> Float:
    return np.hstack([facts.values.astype(np.float64), facts.fired()])


def compare(data: Path, truth: Path, as_of: dt.date) -> None:
    """Print the table."""
    policy = Policy.load()
    with tempfile.TemporaryDirectory() as store:
        load(data, Path(store))
        ledger = Ledger.open(Path(store), utc_offset_hours=policy.utc_offset_hours)
        rows = reference_rows(ledger, FAR)
        facts = gather(ledger, rows, policy, lambda _share: None)
        zone = dt.timezone(dt.timedelta(hours=policy.utc_offset_hours))
        origin = int(dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=zone).timestamp() * 1_000_000)
        submitted = ledger.tables["disbursements"].known_at[rows]
        at_origin, at_end = labels_at(ledger, rows, origin), labels_at(ledger, rows, FAR)
        codes = ledger.tables["disbursements"].column("disbursement_id")[rows].astype(np.int64)
        ids = ledger.vocabulary("disbursement").decode(codes)
    known = pq.read_table(truth, columns=["disbursement_id", "irregular"]).to_pydict()
    irregular = dict(zip(known["disbursement_id"], known["irregular"], strict=True))
    wrong = np.array([irregular.get(i, 0) == 1 for i in ids])
    past, ahead = submitted < origin, submitted >= origin
    labels = Labels(at_origin.outcome[past], at_origin.at_random[past], at_origin.decided_at[past])
    looked_at = at_end.usable[ahead]
    print(f"{'model':30s} {'found later':>12s} {'in truth':>9s}")
    for name, make in CANDIDATES.items():
        score = make(facts.part(past), labels, facts.part(ahead), policy)
        later = average_precision(score[looked_at], at_end.outcome[ahead][looked_at] == 1)
        print(f"{name:30s} {later:12.3f} {average_precision(score, wrong[ahead]):9.3f}")
    print(f"{int(looked_at.sum())} later payments looked at, {int(wrong[ahead].sum())} of {int(ahead.sum())} irregular")


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2019, 7, 1))
    parser.add_argument("--households", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--profile", default="standard", help="habits of the invented county")
    given, _ = parser.parse_known_args()
    warnings.simplefilter("ignore", UserWarning)
    if given.data is not None and given.truth is not None:
        compare(given.data, given.truth, given.as_of)
        return
    from simulation import simulate

    with tempfile.TemporaryDirectory() as folder:
        made = simulate(Path(folder) / "county", households=given.households, seed=given.seed, profile=given.profile)
        compare(made.folder, made.truth, given.as_of)


if __name__ == "__main__":
    main()
