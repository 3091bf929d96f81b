"""The supervised trainer on tables made elsewhere: `python benchmarks/trainer.py [--seeds N]`.

Invented claims (interactions, drift, rare positives, wrong labels, labels that come in late), the same without
interactions, a small table, scikit-learn's `make_classification`, and the sets it carries with rows in a random order
of time. Untuned; means over three rolling origins. What pairs gain is the difference of the first two models.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pyarrow as pa

from models.trainer.proof import prove
from models.trainer.table import Spec, from_arrow

Job = tuple[pa.Table, Spec]
SHORT = {
    "additive with pairs": "pairs",
    "additive": "single",
    "best column": "column",
    "logistic regression": "logistic",
    "gradient boosting": "trees",
}


def claims(seed: int, rows: int, *, interactions: bool = True) -> pa.Table:
    """Rows over two years; a tenth has no label, 5 % of positives (as many negatives) have the wrong one."""
    rng = np.random.default_rng(seed)
    day = np.sort(rng.uniform(0, 720, rows))
    x = rng.normal(size=(rows, 12))
    amount = rng.lognormal(3, 1, rows)
    shop = rng.zipf(1.6, rows) % 400
    kind = rng.choice(list("abcde"), rows, p=[0.4, 0.3, 0.2, 0.08, 0.02])
    shop_risk = rng.normal(size=400) * (rng.random(400) < 0.15) * 2.5
    log_odds = -4.2 + 0.8 * x[:, 0] + np.where(x[:, 1] > 1, 1.2, 0) + 0.6 * np.abs(x[:, 2]) + shop_risk[shop]
    log_odds += (kind == "e") * 1.5 + 0.4 * np.log(amount / 20) + (day / 720 - 0.5) * 1.2 * x[:, 7]
    if interactions:
        log_odds += 1.6 * x[:, 3] * x[:, 4] + np.where((x[:, 5] > 0.5) & (x[:, 6] < -0.3), 2.0, 0)
    answer = rng.random(rows) < 1 / (1 + np.exp(-log_odds))
    answer ^= rng.random(rows) < 0.05 * answer.mean()
    x[rng.random(x.shape) < 0.05] = np.nan
    known = rng.random(rows) >= 0.1
    columns: dict[str, object] = {f"x{k}": x[:, k] for k in range(12)}
    columns |= {
        "amount": amount,
        "shop": [f"shop {s}" for s in shop],
        "kind": kind,
        "day": day,
        "closed": day + rng.exponential(30, rows),
        "bad": [int(a) if k else None for a, k in zip(answer, known, strict=True)],
    }
    return pa.table(columns)


def carried() -> dict[str, Job]:
    """Scikit-learn's sets, rows in a random order, a row a day; labels come in after five days."""
    from sklearn.datasets import load_breast_cancer, load_digits, make_classification

    rng = np.random.default_rng(0)
    jobs = {}
    cancer, digits = load_breast_cancer(), load_digits()
    sets = {"breast_cancer": (cancer.data, cancer.target == 0)}
    sets |= {f"digits_{k}": (digits.data, digits.target == k) for k in (3, 8)}
    sets["make_classification"] = make_classification(
        8000, 30, n_informative=10, n_redundant=5, weights=[0.95], flip_y=0.01, n_clusters_per_class=4, random_state=1
    )
    for name, (x, y) in sets.items():
        order = rng.permutation(len(x))
        columns = {f"x{k}": x[order, k] for k in range(x.shape[1])}
        columns |= {"day": np.arange(len(x), dtype=np.float64), "bad": y[order].astype(np.int64)}
        jobs[name] = (pa.table(columns), Spec("day", "bad", delay_days=5))
    return jobs


def main() -> None:
    """Run and print one row a table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", type=int, default=1)
    args, _ = ask.parse_known_args()
    late = Spec("day", "bad", decided="closed")
    jobs: dict[str, Job] = {}
    for seed in range(args.seeds):
        jobs[f"claims_{seed}, 20,000"] = (claims(seed, 20_000), late)
        jobs[f"no_interactions_{seed}, 20,000"] = (claims(100 + seed, 20_000, interactions=False), late)
        jobs[f"claims_small_{seed}, 4,000"] = (claims(200 + seed, 4_000), late)
    jobs |= carried()
    head = " | ".join(SHORT.values())
    print(f"| table | average precision: {head} | AUROC: {head} | ECE: {head} | s |")
    print("|---" * (len(SHORT) * 3 + 2) + "|")
    for name, (table, spec) in jobs.items():
        start = time.perf_counter()
        means = prove(from_arrow(table, spec)).means
        cells = [f"{getattr(means[m], field):.3f}" for field in ("average_precision", "auroc", "ece") for m in SHORT]
        print(f"| {name} | {' | '.join(cells)} | {time.perf_counter() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
