"""The detectors that are strong together, averaged on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float, matrix
from models.detectors.catalogue import all_detectors

# Chosen once over the sets of `benchmarks/detectors.py`, untuned; docs/detectors.md has the table.
MEMBERS = ("Covariance", "Histogram", "IsolationForest", "NearestNeighbours", "SparseNeighbours")
STEP = 65_536


class Ensemble:
    """Power mean of the members' surprisals, each the negative log of the share of training rows at least as odd.

    The share makes the members' scales the same; log and power (the third) let one sure member be heard above several
    that see nothing. `score` is one minus the exponential of minus that mean, in [0, 1]: an order, not itself a share.
    """

    power = 3.0

    def __init__(self, members: tuple[str, ...] = MEMBERS) -> None:
        known = {make.__name__: make for make in all_detectors()}
        unknown = [name for name in members if name not in known]
        if unknown or not members:
            raise ValueError(f"no detector is called {unknown}; there are {sorted(known)}")
        self.members: dict[str, Detector] = {name: known[name]() for name in members}

    def fit(self, X: Float, *, seed: int = 0) -> Self:
        """Learn from X, float64 (n, d), NaN is missing. Raises ValueError as the members do."""
        for member in self.members.values():
            member.fit(X, seed=seed)
        return self

    def surprisal(self, X: Float) -> Float:
        """Power mean of the members' surprisals; shape (n,)."""
        return combined([member.surprisal(X) for member in self.members.values()], self.power)

    def score(self, X: Float) -> Float:
        """How odd each row is, in [0, 1]; shape (n,)."""
        return -np.expm1(-self.surprisal(X))

    def contributions(self, X: Float) -> Float:
        """How much each column adds to `surprisal`; shape (n, d); a row's sum is its surprisal.

        A member counts by the power of its surprisal, which is shared among the columns in proportion to what they
        add to its own measure, those that lower it counting as nothing; equally where no column adds.
        """
        x = matrix(X)
        out = np.zeros(x.shape)
        for start in range(0, len(x), STEP):
            part = x[start : start + STEP]
            own = [member.surprisal(part) for member in self.members.values()]
            whole = combined(own, self.power)
            below = whole ** (self.power - 1)
            weight = np.divide(1.0, below, out=np.zeros(len(whole)), where=below > 0) / len(own)
            for member, surprisal in zip(self.members.values(), own, strict=True):
                adds = np.maximum(member.contributions(part), 0.0)
                total = adds.sum(axis=1, keepdims=True)
                share = np.divide(adds, total, out=np.full(adds.shape, 1.0 / adds.shape[1]), where=total > 0)
                out[start : start + STEP] += share * (surprisal**self.power * weight)[:, None]
        return out

    def to_arrays(self) -> Arrays:
        """Everything learned; names are `<member>.<array>`."""
        kept = {f"{name}.{key}": value for name, m in self.members.items() for key, value in m.to_arrays().items()}
        return {"members": np.array(list(self.members)), **kept}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The ensemble that `to_arrays` kept. Raises ValueError when an array is missing."""
        if "members" not in arrays:
            raise ValueError(f"{cls.__name__}: the array 'members' is missing")
        made = cls(tuple(str(name) for name in arrays["members"]))
        for name, empty in made.members.items():
            prefix = f"{name}."
            own = {key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)}
            made.members[name] = type(empty).from_arrays(own)
        return made


def combined(surprisals: Sequence[Float], power: float) -> Float:
    """Power mean of several detectors' surprisals, each of shape (n,)."""
    if power == 2:
        return np.asarray(np.sqrt(np.mean(np.square(surprisals), axis=0)))
    return np.asarray(np.mean(np.power(surprisals, power), axis=0) ** (1 / power))
