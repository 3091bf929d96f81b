"""A detector for each group of peers large enough to have one, and one for all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import Arrays, Float, matrix
from models.detectors._ensemble import Ensemble

Labels = NDArray[Any] | Sequence[str]
MIN_PEERS = 500


class Fits(Protocol):
    """What both a detector and the ensemble can do."""

    def fit(self, X: Float, *, seed: int = 0) -> Self:
        """Learn from X (n, d)."""

    def surprisal(self, X: Float) -> Float:
        """Negative log of the share of training rows at least as odd; (n,)."""

    def contributions(self, X: Float) -> Float:
        """How much each column adds; (n, d)."""

    def to_arrays(self) -> Arrays:
        """What was learned."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take it back."""


class PeerGroups:
    """Each row beside its own peers: what is odd in one program may be the rule in another.

    A group with at least `min_peers` rows has a detector of its own; rows of smaller or unknown groups are read by one
    that learned from all rows. Scores of different groups compare, since each is a share of the group's own rows.
    """

    def __init__(self, make: type[Fits] = Ensemble, *, min_peers: int = MIN_PEERS) -> None:
        if min_peers < 2:
            raise ValueError(f"min_peers is {min_peers}; a detector needs at least two rows")
        self._make = make
        self._min_peers = min_peers
        self._all: Fits | None = None
        self._groups: dict[str, Fits] = {}

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that have a detector of their own, in order."""
        return tuple(self._groups)

    def fit(self, X: Float, labels: Labels, *, seed: int = 0) -> Self:
        """Learn from X (n, d) and its rows' group labels (n,). Raises ValueError as detectors do."""
        x, names = _paired(X, labels)
        self._all = self._make().fit(x, seed=seed)
        found, counts = np.unique(names, return_counts=True)
        large = found[counts >= self._min_peers].tolist()
        # A single group that holds every row would learn the same again.
        self._groups = {} if len(found) == 1 else {n: self._make().fit(x[names == n], seed=seed) for n in large}
        return self

    def surprisal(self, X: Float, labels: Labels) -> Float:
        """Negative log of the share of the row's peers at least as odd; shape (n,)."""
        x, names = _paired(X, labels)
        out = np.zeros(len(x))
        for detector, rows in self._split(names):
            out[rows] = detector.surprisal(x[rows])
        return out

    def score(self, X: Float, labels: Labels) -> Float:
        """How odd each row is among its peers, in [0, 1]; shape (n,)."""
        return -np.expm1(-self.surprisal(X, labels))

    def contributions(self, X: Float, labels: Labels) -> Float:
        """How much each column adds, as the row's own detector says; shape (n, d)."""
        x, names = _paired(X, labels)
        out = np.zeros(x.shape)
        for detector, rows in self._split(names):
            out[rows] = detector.contributions(x[rows])
        return out

    def _split(self, names: NDArray[np.str_]) -> Iterator[tuple[Fits, NDArray[np.int64]]]:
        """Each detector needed and the rows it reads."""
        if self._all is None:
            raise ValueError("PeerGroups has not been fitted")
        left = np.ones(len(names), np.bool_)
        for name, detector in self._groups.items():
            rows = np.flatnonzero(names == name)
            left[rows] = False
            if len(rows):
                yield detector, rows
        if left.any():
            yield self._all, np.flatnonzero(left)

    def to_arrays(self) -> Arrays:
        """Everything learned; names are `<place of the group>/<array>`, and `all/<array>`."""
        if self._all is None:
            raise ValueError("PeerGroups has not been fitted")
        kept: Arrays = {"groups": np.array(self.groups, dtype=np.str_), "min_peers": np.array([self._min_peers])}
        for place, detector in [("all", self._all), *((str(k), d) for k, d in enumerate(self._groups.values()))]:
            kept |= {f"{place}/{key}": value for key, value in detector.to_arrays().items()}
        return kept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], make: type[Fits] = Ensemble) -> Self:
        """The groups that `to_arrays` kept, with the class they were made of. Raises ValueError on a missing array."""
        missing = {"groups", "min_peers"} - set(arrays)
        if missing:
            raise ValueError(f"PeerGroups: the arrays {sorted(missing)} are missing")

        def own(place: str) -> Fits:
            prefix = f"{place}/"
            return make.from_arrays({k.removeprefix(prefix): arrays[k] for k in arrays if k.startswith(prefix)})

        made = cls(make, min_peers=int(arrays["min_peers"][0]))
        made._all = own("all")
        made._groups = {str(name): own(str(k)) for k, name in enumerate(arrays["groups"])}
        return made


def _paired(x: Float, labels: Labels) -> tuple[Float, NDArray[np.str_]]:
    """X and its labels as text. Raises ValueError when their lengths differ."""
    made, names = matrix(x), np.asarray(labels, dtype=np.str_)
    if names.shape != (len(made),):
        raise ValueError(f"X has {len(made)} rows, and the labels have the shape {names.shape}")
    return made, names
