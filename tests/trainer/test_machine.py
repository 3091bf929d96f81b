"""The machine adds up, finds pairs where they matter, holds probabilities, and forgets nothing rare."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from models.evaluation.ranking import auc
from models.trainer import machine as machines
from models.trainer.machine import train
from models.trainer.pairs import fit_pairs

Rows = tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.int64]]


def rows(seed: int, n: int, *, pairs: bool) -> Rows:
    """Matrix, label and time; what matters is a product of two columns or one column."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    log_odds = -2 + (2.0 * x[:, 0] * x[:, 1] if pairs else 1.5 * x[:, 0])
    label = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    x[rng.random(x.shape) < 0.05] = np.nan
    return x.astype(np.float32), label, np.arange(n, dtype=np.int64)


NAMES = ("a", "b", "c", "d")


def test_pairs_are_found_where_they_matter() -> None:
    x, label, time = rows(0, 3000, pairs=True)
    ahead, truth, _ = rows(1, 2000, pairs=True)
    found = train(x, NAMES, label, time, time)
    assert ("a", "b") in {pair.names for pair in found.pairs}
    assert found.pairs_gain > 0.02
    together, alone = found.probability(ahead), found.without_pairs().probability(ahead)
    assert auc(truth == 1, together) > auc(truth == 1, alone) + 0.1


def test_probabilities_hold() -> None:
    x, label, time = rows(2, 3000, pairs=False)
    ahead, truth, _ = rows(3, 4000, pairs=False)
    found = train(x, NAMES, label, time, time)
    said = found.probability(ahead)
    assert abs(said.mean() - truth.mean()) < 0.03
    high = said > 0.4
    assert abs(said[high].mean() - truth[high].mean()) < 0.08


def test_a_change_of_rate_is_noticed_at_the_end_of_the_past() -> None:
    """Where positives doubled lately, the last fifth says so, and the machine follows."""
    x, label, time = rows(4, 4000, pairs=False)
    rng = np.random.default_rng(0)
    late = time > 3200
    label = np.where(late & (rng.random(4000) < 0.3), 1, label).astype(np.int8)
    found = train(x, NAMES, label, time, time, pairs=False)
    plain = 1 / (1 + np.exp(-found.raw(x[late])))
    wanted = label[late].mean()
    assert abs(found.probability(x[late]).mean() - wanted) < abs(plain.mean() - wanted)


def test_pairs_say_what_their_library_says() -> None:
    """Our reading of the fitted tables, missing values and the ends included, gives the library's own log-odds."""
    import interpret.glassbox as glassbox

    x, label, _ = rows(5, 1500, pairs=True)
    kept: list[glassbox.ExplainableBoostingClassifier] = []
    original = glassbox.ExplainableBoostingClassifier.fit

    def fit(self: glassbox.ExplainableBoostingClassifier, *words: object, **named: object) -> object:
        kept.append(self)
        return original(self, *words, **named)

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(glassbox.ExplainableBoostingClassifier, "fit", fit)
        start, pairs = fit_pairs(x, NAMES, label, np.ones(1500), np.zeros(1500), seed=0, bags=2)
        own = start + sum(pair.values(x) for pair in pairs)
        wild = x.copy()
        wild[0], wild[1], wild[2] = 1e6, -1e6, np.nan
        ours = start + sum(pair.values(wild) for pair in pairs)
        theirs = kept[0].decision_function(x.astype(np.float64))
        their_wild = kept[0].decision_function(wild.astype(np.float64))
    np.testing.assert_allclose(own, theirs, atol=0.01)
    np.testing.assert_allclose(ours, their_wild, atol=0.01)


def test_the_rarer_answer_is_kept_when_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "MOST_ROWS", 400)
    label = (np.arange(2000) % 50 == 0).astype(np.int8)
    chosen, weight = machines._thinned(label, 0)
    assert len(chosen) == 400
    assert (label[chosen] == 1).sum() == 40
    assert np.isclose(np.average(label[chosen], weights=weight), label.mean())
    assert np.isclose(weight.sum(), 2000)


def test_a_thin_past_is_no_error() -> None:
    x, label, time = rows(6, 60, pairs=False)
    found = train(x, NAMES, label, time, time)
    assert np.isfinite(found.probability(x)).all()
    one = train(x[:, :1], NAMES[:1], label, time, time)
    assert not one.pairs
    none = train(np.full((60, 1), np.nan, np.float32), ("a",), label, time, time)
    np.testing.assert_allclose(none.probability(np.full((3, 1), np.nan, np.float32)), label.mean(), atol=0.1)
