"""The detectors: quality over sets with known answers, and speed: `python benchmarks/detectors.py [--rows N]`.

Quality: the sets that scikit-learn carries (one class made rare) and invented ones, untuned; AUROC and average
precision of each detector, of the ensemble, and of scikit-learn's isolation forest as it comes. `--sets FOLDER` writes
the sets as `.npz`, for `mingbai bench detectors FOLDER`.
Speed: seconds to fit, and to score N rows of 150 columns, of which a twentieth are missing, and the peak memory of the
whole process. Floor: summing the same matrix by numpy.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import filled, medians
from models.detectors._bench import Found, bench
from models.detectors._ensemble import Ensemble
from models.detectors.catalogue import all_detectors

Float = NDArray[np.float64]
COLUMNS = 150


def rare(x: Float, odd: NDArray[np.bool_], share: float, seed: int) -> tuple[Float, NDArray[np.int64]]:
    """The rows that are not odd, and as many of the odd as make up `share` of all."""
    rng = np.random.default_rng(seed)
    usual, strange = np.flatnonzero(~odd), np.flatnonzero(odd)
    take = min(len(strange), max(3, round(share * len(usual) / (1 - share))))
    rows = np.concatenate([usual, rng.choice(strange, take, replace=False)])
    rng.shuffle(rows)
    return x[rows], odd[rows].astype(np.int64)


def carried_sets() -> dict[str, tuple[Float, NDArray[np.int64]]]:
    """The sets scikit-learn carries, one class made rare (5 %; wine 8 %)."""
    from sklearn.datasets import load_breast_cancer, load_digits, load_wine

    cancer, digits, wine = load_breast_cancer(), load_digits(), load_wine()
    sets = {"breast_cancer": rare(cancer.data, cancer.target == 0, 0.05, 0)}
    sets |= {f"digits_{k}": rare(digits.data, digits.target == k, 0.05, k) for k in range(10)}
    sets |= {f"wine_{k}": rare(wine.data, wine.target == k, 0.08, k) for k in range(3)}
    return sets


def invented_sets() -> dict[str, tuple[Float, NDArray[np.int64]]]:
    """One set for each way of being odd: clustered, local, by dependence, global, in counts, in few columns of many."""
    sets: dict[str, tuple[Float, NDArray[np.int64]]] = {}
    for seed in range(2):
        rng = np.random.default_rng(seed)
        n, d, m = 2000, 12, 60
        y = np.r_[np.zeros(n, np.int64), np.ones(m, np.int64)]
        mixing = rng.normal(size=(d, d))
        centres = rng.normal(size=(4, d)) * 4
        home = rng.integers(0, 4, n + m)
        width = np.array([0.3, 0.6, 1.0, 2.0])[home][:, None]
        clusters = centres[home] + rng.normal(size=(n + m, d)) * width
        local = clusters.copy()
        local[n:] = centres[home[n:]] + rng.normal(size=(m, d)) * width[n:] * 3
        sets[f"local_{seed}"] = local, y
        grouped = clusters.copy()
        grouped[n:] = rng.normal(size=d) * 4 + rng.normal(size=(m, d)) * 0.5
        sets[f"clustered_{seed}"] = grouped, y
        spread = clusters.copy()
        spread[n:] = rng.uniform(clusters.min(axis=0), clusters.max(axis=0), (m, d))
        sets[f"global_{seed}"] = spread, y
        tied = rng.normal(size=(n + m, 4)) @ mixing[:4] + 0.4 * rng.normal(size=(n + m, d))
        for j in range(d):
            tied[n:, j] = rng.permutation(tied[n:, j])
        sets[f"dependence_{seed}"] = tied, y
        counts = rng.poisson(np.exp(rng.normal(size=d)), (n + m, d)).astype(np.float64)
        counts[n:, :3] += rng.poisson(4, (m, 3))
        counts[rng.random(counts.shape) < 0.1] = np.nan
        sets[f"counts_{seed}"] = counts, y
        noisy = rng.lognormal(size=(n + m, 60))
        noisy[n:, :5] *= 4
        sets[f"few_of_many_{seed}"] = noisy, y
    return sets


def peer(x: Float, y: NDArray[np.int64]) -> Found:
    """What scikit-learn's isolation forest finds, untuned, missing values as the median."""
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import average_precision_score, roc_auc_score

    full = filled(x, medians(x))
    odd = -IsolationForest(random_state=0).fit(full).score_samples(full)
    return Found(float(roc_auc_score(y, odd)), float(average_precision_score(y, odd)))


def quality(folder: Path) -> None:
    """Write the sets and print what the bench finds."""
    peers = {}
    for name, (x, y) in (carried_sets() | invented_sets()).items():
        np.savez_compressed(folder / f"{name}.npz", X=x, y=y)
        peers[name] = peer(x, y)
    report = bench(folder)
    for name, found in report.sets.items():
        found["scikit-learn's forest"] = peers[name]
    report.means["scikit-learn's forest"] = Found(
        float(np.mean([found.auroc for found in peers.values()])),
        float(np.mean([found.average_precision for found in peers.values()])),
    )
    for measure in ("auroc", "average_precision"):
        who = list(report.means)
        print(f"\n| {measure} | " + " | ".join(who) + " |\n|---|" + "---|" * len(who))
        for name, found in [*report.sets.items(), ("mean", report.means)]:
            print(f"| {name} | " + " | ".join(f"{getattr(found[one], measure):.3f}" for one in who) + " |")


def speed(rows: int) -> None:
    """Print seconds by detector."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, COLUMNS))
    x[:, ::3] = np.round(np.abs(x[:, ::3]) * 4)
    x[rng.random(x.shape, dtype=np.float32) < 0.05] = np.nan
    start = time.perf_counter()
    np.nansum(x)
    print(f"\n| detector | fit s | score s ({rows:,} x {COLUMNS}) |\n|---|---|---|")
    print(f"| floor: numpy.nansum | | {time.perf_counter() - start:.2f} |")
    for make in [*all_detectors(), Ensemble]:
        make().fit(x[:5000]).score(x[:5000])  # compiled once, not counted
        start = time.perf_counter()
        fitted = make().fit(x)
        between = time.perf_counter()
        fitted.score(x)
        end = time.perf_counter()
        print(f"| {make.__name__} | {between - start:.2f} | {end - between:.2f} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\nPeak memory {peak:.2f} GB, of which the matrix {x.nbytes / 2**30:.2f} GB.")


def main() -> None:
    """Run what was asked for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rows", type=int, default=1_000_000, help="rows to score; 0 leaves speed out")
    ask.add_argument("--sets", type=Path, help="keep the sets in this folder")
    args, _ = ask.parse_known_args()
    if args.sets:
        args.sets.mkdir(parents=True, exist_ok=True)
        quality(args.sets)
    else:
        with tempfile.TemporaryDirectory() as folder:
            quality(Path(folder))
    if args.rows:
        speed(args.rows)


if __name__ == "__main__":
    main()
