"""A stratified random sample of released payments, with the probability each had of being drawn."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from features.asof import View


def draw(
    view: View, released: NDArray[np.int64], probability: NDArray[np.float64], places: int, *, seed: str
) -> list[tuple[int, float]]:
    """Positions drawn and their propensities.

    Strata are program by quarter of the score, so that rare programs and middling scores are seen too; every stratum
    gets places in proportion to the square root of its size. Which of a stratum are drawn is decided by a hash of the
    payment's id and the seed: the same queue draws the same sample, and nobody can choose it.
    """
    if places <= 0 or len(released) == 0:
        return []
    program = np.asarray(view.own("program_id"), dtype=np.int64)[released]
    quarter = np.searchsorted(np.quantile(probability[released], [0.5, 0.9, 0.99]), probability[released])
    strata, stratum = np.unique(np.column_stack([program, quarter]), axis=0, return_inverse=True)
    stratum = stratum.ravel()
    size = np.bincount(stratum, minlength=len(strata)).astype(np.float64)
    share = np.sqrt(size) / np.sqrt(size).sum() * places
    ids = view.ledger.vocabulary("disbursement").decode(np.asarray(view.own("disbursement_id"))[released])
    lot = np.array([_lot(f"{seed}/{i}") for i in ids])
    propensity = np.minimum(1.0, share / size)[stratum]
    order = np.lexsort((released, lot / propensity))[:places]
    return [(int(released[k]), float(propensity[k])) for k in order]


def _lot(text: str) -> float:
    """A number in (0, 1) that depends on the text alone."""
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") + 1) / 2.0**48
