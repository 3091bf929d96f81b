"""Every detector: range and sense, order of rows and columns, seed, saving, contributions, missing, bad input."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from models.detectors._base import Detector
from models.detectors.catalogue import all_detectors

Float = NDArray[np.float64]
DOCSTRING_LINES = ("Measures:", "Learns from:", "Blind to:", "Formula:", "Contributions:")


def mixed(n: int = 600, odd: int = 12, seed: int = 3) -> Float:
    """Normal, heavy-tailed, counted, yes-or-no, constant and partly missing columns; the first rows lie far out."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            rng.normal(size=(n, 4)),
            rng.lognormal(size=(n, 2)),
            rng.poisson(2, (n, 2)),
            rng.random((n, 1)) < 0.2,
            np.full((n, 1), 7.0),
            rng.normal(size=(n, 1)),
        ]
    )
    x[:odd, :4] += 8.0 * rng.choice([-1.0, 1.0], (odd, 4))
    x[rng.random(n) < 0.3, 10] = np.nan
    return x


def auroc(odd: NDArray[np.bool_], score: Float) -> float:
    """The share of pairs in the right order; ties count half."""
    above = (score[odd][:, None] > score[~odd]).mean()
    return float(above + 0.5 * (score[odd][:, None] == score[~odd]).mean())


def test_the_catalogue_finds_them() -> None:
    names = {make.__name__ for make in all_detectors()}
    assert names >= {"IsolationForest", "EmpiricalTails", "Histogram", "Covariance", "NearestNeighbours"}


@pytest.mark.parametrize("make", all_detectors(), ids=lambda make: make.__name__)
class TestDetector:
    def test_docstring_has_its_fixed_lines(self, make: type[Detector]) -> None:
        lines = [line.strip() for line in (make.__doc__ or "").splitlines()]
        at = [next((k for k, line in enumerate(lines) if line.startswith(word)), -1) for word in DOCSTRING_LINES]
        assert -1 not in at
        assert at == sorted(at)

    def test_range_and_sense(self, make: type[Detector]) -> None:
        x = mixed()
        score = make().fit(x).score(x)
        assert score.shape == (len(x),)
        assert score.min() >= 0
        assert score.max() <= 1
        assert auroc(np.arange(len(x)) < 12, score) > 0.9

    def test_beats_its_best_single_column(self, make: type[Detector]) -> None:
        rng = np.random.default_rng(4)
        x = rng.normal(size=(600, 4))
        odd = np.arange(600) < 15
        x[odd] += 3.0 * rng.choice([-1.0, 1.0], (15, 4))
        best = max(auroc(odd, sign * x[:, j]) for j in range(4) for sign in (1, -1))
        assert auroc(odd, make().fit(x).score(x)) > best

    def test_order_of_columns_and_rows_changes_nothing(self, make: type[Detector]) -> None:
        x = mixed()
        rng = np.random.default_rng(0)
        rows, columns = rng.permutation(len(x)), rng.permutation(x.shape[1])
        one, two = make().fit(x), make().fit(x[rows][:, columns])
        np.testing.assert_allclose(two.score(x[:, columns]), one.score(x), atol=1e-12)
        np.testing.assert_allclose(two.contributions(x[:, columns]), one.contributions(x)[:, columns], atol=1e-9)

    def test_a_row_alone_is_the_row_in_a_batch(self, make: type[Detector]) -> None:
        x = mixed()
        fitted = make().fit(x)
        alone = np.concatenate([fitted.score(x[k : k + 1]) for k in range(20)])
        np.testing.assert_allclose(alone, fitted.score(x)[:20], atol=1e-6)

    def test_seed(self, make: type[Detector]) -> None:
        x = mixed(1500)
        first, again, other = (make().fit(x, seed=s).score(x) for s in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert np.corrcoef(first, other)[0, 1] > 0.8

    def test_save_and_load(self, make: type[Detector]) -> None:
        x = mixed()
        fitted = make().fit(x)
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **fitted.to_arrays())
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            loaded = make.from_arrays(arrays)
            with pytest.raises(ValueError, match=r"array .* is missing"):
                make.from_arrays({})
        np.testing.assert_array_equal(loaded.score(x), fitted.score(x))
        np.testing.assert_array_equal(loaded.contributions(x), fitted.contributions(x))

    def test_contributions_add_up(self, make: type[Detector]) -> None:
        x = mixed()
        fitted = make().fit(x)
        adds = fitted.contributions(x)
        assert adds.shape == x.shape
        np.testing.assert_allclose(adds.sum(axis=1), fitted.raw(x), rtol=1e-9, atol=1e-9)

    def test_contributions_name_the_odd_columns(self, make: type[Detector]) -> None:
        x = mixed()
        adds = make().fit(x).contributions(x)[:12].mean(axis=0)
        assert adds[:4].min() > adds[4:].max()

    def test_missing_is_not_odd(self, make: type[Detector]) -> None:
        rng = np.random.default_rng(1)
        x = rng.normal(size=(2000, 8))
        x[:200, :3] = np.nan
        score = make().fit(x).score(x)
        assert score[:200].mean() < score[200:].mean() + 0.05
        everything = np.full((1, 8), np.nan)
        assert make().fit(x).score(everything)[0] < 0.9

    def test_little_and_strange_input(self, make: type[Detector]) -> None:
        rng = np.random.default_rng(2)
        tiny = rng.normal(size=(10, 3))
        huge = np.column_stack([rng.normal(size=50) * 1e300, rng.normal(size=50) * 1e-300, np.full(50, np.nan)])
        endless = rng.normal(size=(300, 4))
        endless[5, 2], endless[6, 1] = np.inf, -np.inf
        same = np.ones((20, 4))
        pair = np.array([[1.0], [2.0]])
        for x in (tiny, huge, endless, same, pair, same.astype(np.int64)):
            fitted = make().fit(x)  # type: ignore[arg-type]
            score = fitted.score(x)  # type: ignore[arg-type]
            assert np.isfinite(score).all()
            assert np.isfinite(fitted.contributions(x)).all()  # type: ignore[arg-type]
            assert ((score >= 0) & (score <= 1)).all()
        assert make().fit(tiny).score(np.zeros((0, 3))).shape == (0,)

    def test_bad_input_is_named(self, make: type[Detector]) -> None:
        with pytest.raises(ValueError, match="at least two rows"):
            make().fit(np.zeros((1, 3)))
        with pytest.raises(ValueError, match="one column"):
            make().fit(np.zeros((5, 0)))
        with pytest.raises(ValueError, match="a matrix"):
            make().fit(np.zeros(5))
        with pytest.raises(ValueError, match="numbers only"):
            make().fit(np.array([["a", "b"]]))
        with pytest.raises(ValueError, match="has not been fitted"):
            make().score(np.zeros((2, 2)))
        with pytest.raises(ValueError, match="learned from 3"):
            make().fit(np.eye(3)).score(np.zeros((2, 2)))
