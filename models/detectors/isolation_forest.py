"""Isolation forest, compiled: rows that random cuts separate early are odd."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float, filled, medians

Int = NDArray[np.int32]
TREES = 128
SAMPLE = 256


@njit(cache=True, nogil=True)
def _path(n: int) -> float:
    """Mean depth of an unsuccessful search in a random binary tree of n rows."""
    if n <= 1:
        return 0.0
    if n == 2:
        return 1.0
    return 2.0 * (math.log(n - 1.0) + 0.5772156649015329) - 2.0 * (n - 1.0) / n


@njit(cache=True, nogil=True)
def _grow(
    x: Float, sample: int, limit: int, seed: int, column: Int, cut: Float, left: Int, depth: Float, start: int
) -> int:
    """Grow one tree from node `start` on; `depth` ends as the mean path length through each node. Returns the end."""
    np.random.seed(seed)
    n, width = x.shape
    pool = np.arange(n)
    for i in range(sample):  # the head of a shuffle
        k = np.random.randint(i, n)
        pool[i], pool[k] = pool[k], pool[i]
    order = np.arange(width)
    first = np.zeros(2 * sample, np.int64)
    last = np.zeros(2 * sample, np.int64)
    level = np.zeros(2 * sample, np.int64)
    last[0] = sample
    node, used = 0, 1
    while node < used:
        a, b = first[node], last[node]
        at = start + node
        column[at] = -1
        depth[at] = level[node] + _path(b - a)
        if b - a > 1 and level[node] < limit:
            for t in range(width):  # until a column that varies here
                k = np.random.randint(t, width)
                order[t], order[k] = order[k], order[t]
                j = order[t]
                low, high = x[pool[a], j], x[pool[a], j]
                for i in range(a + 1, b):
                    value = x[pool[i], j]
                    low, high = min(low, value), max(high, value)
                if low < high:
                    where = low + np.random.random() * (high - low)
                    if where >= high:
                        where = low
                    i, k = a, b - 1
                    while i <= k:
                        if x[pool[i], j] <= where:
                            i += 1
                        else:
                            pool[i], pool[k] = pool[k], pool[i]
                            k -= 1
                    column[at], cut[at], left[at] = j, where, start + used
                    first[used], last[used], level[used] = a, i, level[node] + 1
                    first[used + 1], last[used + 1], level[used + 1] = i, b, level[node] + 1
                    used += 2
                    break
        node += 1
    for node in range(used - 1, -1, -1):
        at = start + node
        if column[at] >= 0:
            one, two = left[at] - start, left[at] - start + 1
            m1, m2 = last[one] - first[one], last[two] - first[two]
            depth[at] = (depth[start + one] * m1 + depth[start + two] * m2) / (m1 + m2)
    return start + used


@njit(cache=True, nogil=True)
def _forest(x: Float, trees: int, sample: int, seed: int) -> tuple[Int, Float, Int, Float, Int]:
    limit = math.ceil(math.log2(max(sample, 2)))
    room = trees * 2 * sample
    column, left = np.empty(room, np.int32), np.zeros(room, np.int32)
    cut, depth = np.zeros(room), np.zeros(room)
    roots = np.zeros(trees, np.int32)
    end = 0
    for t in range(trees):
        roots[t] = end
        end = _grow(x, sample, limit, seed + t, column, cut, left, depth, end)
    return column[:end].copy(), cut[:end].copy(), left[:end].copy(), depth[:end].copy(), roots


@njit(cache=True, nogil=True)
def _fall(x: Float, column: Int, cut: Float, left: Int, depth: Float, roots: Int) -> Float:
    """How much shallower than the mean path each row ends, summed over trees."""
    out = np.zeros(x.shape[0])
    for root in roots:
        for i in range(x.shape[0]):
            node = root
            while column[node] >= 0:
                node = left[node] + (x[i, column[node]] > cut[node])
            out[i] += depth[root] - depth[node]
    return out


@njit(cache=True, nogil=True)
def _fall_by_column(x: Float, column: Int, cut: Float, left: Int, depth: Float, roots: Int) -> Float:
    out = np.zeros(x.shape)
    for root in roots:
        for i in range(x.shape[0]):
            node = root
            while column[node] >= 0:
                child = left[node] + (x[i, column[node]] > cut[node])
                out[i, column[node]] += depth[node] - depth[child]
                node = child
    return out


class IsolationForest(Detector):
    """Random cuts separate odd rows early.

    Measures: how few random cuts, column and threshold both random, leave a row alone.
    Learns from: 128 samples of 256 rows, without replacement; missing values are the column's median.
    Blind to: a row that is odd only beside its own small neighbourhood, or only in how two ordinary values go together.
    Formula: raw = mean over trees of (mean depth of the tree - depth reached) / c(256); depth and c as in
    Liu, Ting and Zhou 2008.
    Contributions: exact; each cut adds what it changed in the expected depth to its column.
    """

    def _learn(self, x: Float, seed: int) -> None:
        self._fill = medians(x)
        self._sample = min(SAMPLE, len(x))
        # Seeds far apart, so that the trees of neighbouring seeds are not the same ones shifted by one.
        x = np.ascontiguousarray(filled(x, self._fill))
        self._trees = _forest(x, TREES, self._sample, (seed * 1_000_003) % 2**31)

    def _scale(self) -> float:
        return float(TREES * max(_path(self._sample), 1.0))

    def _measure(self, x: Float) -> Float:
        return np.asarray(_fall(filled(x, self._fill), *self._trees) / self._scale())

    def _by_column(self, x: Float) -> Float:
        return np.asarray(_fall_by_column(filled(x, self._fill), *self._trees) / self._scale())

    def _learned(self) -> Arrays:
        column, cut, left, depth, roots = self._trees
        return {
            "column": column,
            "cut": cut,
            "left": left,
            "depth": depth,
            "roots": roots,
            "fill": self._fill,
            "sample": np.array([self._sample]),
        }

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._trees = (arrays["column"], arrays["cut"], arrays["left"], arrays["depth"], arrays["roots"])
        self._fill = arrays["fill"]
        self._sample = int(arrays["sample"][0])
