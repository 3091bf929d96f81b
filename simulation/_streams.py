"""One random stream a part, so that a new part does not move the others."""

from __future__ import annotations

import zlib

import numpy as np


class Streams:
    """Named random generators that depend only on the seed, the county's number and the name asked for."""

    def __init__(self, seed: int, county: int = 0) -> None:
        self._key = (seed, county)

    def __call__(self, name: str) -> np.random.Generator:
        """A fresh generator for `name`; asking twice gives the same sequence twice."""
        return np.random.default_rng([*self._key, zlib.crc32(name.encode())])
