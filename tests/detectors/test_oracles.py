"""Detectors against plain implementations and scikit-learn, and each on the kind of oddness it is for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf
from sklearn.ensemble import IsolationForest as SklearnForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from models.detectors import nearest_neighbours
from models.detectors._base import Detector
from models.detectors._near import Sample
from models.detectors.covariance import Covariance
from models.detectors.empirical_tails import EmpiricalTails
from models.detectors.histogram import Histogram
from models.detectors.isolation_forest import IsolationForest
from models.detectors.local_density import LocalDensity
from models.detectors.nearest_neighbours import NearestNeighbours

Float = NDArray[np.float64]
ODD = 40


def shaped(seed: int = 0, n: int = 1000) -> Float:
    """Skewed, tied and dependent columns, (n, 6)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)) @ rng.normal(size=(6, 6))
    x[:, 0] = np.exp(x[:, 0] / 2)
    x[:, 1] = -np.exp(x[:, 1] / 2)
    x[:, 2] = np.round(x[:, 2])
    return x


def ranks(values: Float) -> Float:
    return np.argsort(np.argsort(values)).astype(np.float64)


def test_isolation_forest_agrees_with_scikit_learn() -> None:
    x = shaped()
    peer = -SklearnForest(n_estimators=300, max_samples=256, random_state=0).fit(x).score_samples(x)
    ours = IsolationForest().fit(x).raw(x)
    assert np.corrcoef(ranks(peer), ranks(ours))[0, 1] > 0.95


def test_tails_are_those_of_the_paper() -> None:
    x = shaped()
    n = len(x)
    left = -np.log(np.array([(x <= row).sum(axis=0) / n for row in x]).T)
    right = -np.log(np.array([(x >= row).sum(axis=0) / n for row in x]).T)
    skewness = ((x - x.mean(axis=0)) ** 3).mean(axis=0)
    skewed = np.where((skewness < 0)[:, None], left, right)
    paper = np.max([left.sum(axis=0), right.sum(axis=0), skewed.sum(axis=0)], axis=0)
    np.testing.assert_allclose(EmpiricalTails().fit(x).raw(x), paper, rtol=1e-9)


def test_tails_of_many_rows_stay_close_to_the_paper() -> None:
    """Beyond 1536 rows the distribution is kept as knots: close, and closest where it matters, far out."""
    x = np.random.default_rng(1).standard_t(3, size=(20_000, 1))
    fitted = EmpiricalTails().fit(x)
    order = np.sort(x[:, 0])
    right = -np.log((len(x) - np.searchsorted(order, x[:, 0], side="left")) / len(x))
    left = -np.log(np.searchsorted(order, x[:, 0], side="right") / len(x))
    np.testing.assert_allclose(fitted.raw(x), np.maximum(left, right), atol=0.1)
    outermost = np.argsort(x[:, 0])[-20:]
    np.testing.assert_allclose(fitted.raw(x)[outermost], right[outermost], atol=1e-9)


def test_neighbours_are_those_of_scikit_learn() -> None:
    x = shaped()
    sample = Sample.of(x, nearest_neighbours.SAMPLE)
    z = sample.scaled(x).astype(np.float64)
    k = nearest_neighbours.NEIGHBOURS
    far = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(z).kneighbors(z)[0][:, 1:]
    np.testing.assert_allclose(NearestNeighbours().fit(x).raw(x), (far**2).mean(axis=1), rtol=1e-4)


def test_covariance_is_shrunk_as_scikit_learn_does() -> None:
    x = shaped(n=60)
    fitted = Covariance().fit(x)
    arrays = fitted.to_arrays()
    z = (fitted._shaped(x[:, arrays["columns"]]) - arrays["shift"]) / arrays["scale"]
    expected, shrinkage = ledoit_wolf(z)
    assert shrinkage > 0.01
    np.testing.assert_allclose(np.linalg.inv(arrays["precision"]), expected, rtol=1e-6, atol=1e-8)


def test_histogram_counts_values_one_by_one() -> None:
    x = np.repeat([0.0, 1.0, 5.0], [80, 19, 1])[:, None]
    raw = Histogram().fit(x).raw(np.array([[0.0], [1.0], [5.0], [3.0], [-9.0], [np.nan]]))
    unseen = np.log(160)
    mean = (19 * np.log(80 / 19) + np.log(80)) / 100
    np.testing.assert_allclose(raw, [0.0, np.log(80 / 19), np.log(80), unseen, unseen, mean])


def extreme(rng: np.random.Generator) -> Float:
    """The odd rows lie far out in five columns of ten."""
    x = rng.lognormal(size=(1000, 10))
    x[:ODD, :5] *= 10
    return x


def apart(rng: np.random.Generator) -> Float:
    """The odd rows are scattered between four clusters."""
    centres = rng.choice([-4.0, 4.0], (4, 8))
    x = centres[rng.integers(0, 4, 1000)] + rng.normal(size=(1000, 8)) * 0.6
    x[:ODD] = rng.uniform(-4, 4, (ODD, 8))
    return x


def locally(rng: np.random.Generator) -> Float:
    """The odd rows are near a dense cluster, closer than rows of a thin one are to each other."""
    x = np.where(rng.random((1000, 1)) < 0.5, 0.1, 3.0) * rng.normal(size=(1000, 5))
    x[x.std(axis=1) > 0.6] += 20
    x[:ODD] = rng.normal(size=(ODD, 5)) * 0.6
    return x


def dependent(rng: np.random.Generator) -> Float:
    """Each column is ordinary; the odd rows break what ties them."""
    x = rng.normal(size=(1000, 2)) @ rng.normal(size=(2, 8)) + 0.2 * rng.normal(size=(1000, 8))
    for j in range(8):
        x[:ODD, j] = rng.permutation(x[:ODD, j])
    return x


@pytest.mark.parametrize(
    ("make", "world"),
    [
        (IsolationForest, extreme),
        (EmpiricalTails, extreme),
        (Histogram, extreme),
        (Histogram, apart),
        (NearestNeighbours, apart),
        (LocalDensity, locally),
        (Covariance, dependent),
        (NearestNeighbours, dependent),
    ],
)
def test_finds_its_kind_of_oddness(make: type[Detector], world: Callable[[np.random.Generator], Float]) -> None:
    x = world(np.random.default_rng(5))
    assert roc_auc_score(np.arange(len(x)) < ODD, make().fit(x).score(x)) > 0.9
