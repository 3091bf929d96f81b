"""Alerts into cases: again and again the hub that explains most of what is left.

A hub explains alerts of one typology better the more of them it holds and the fewer innocent payments pass through it.
The measure is the Poisson scan statistic (Kulldorff 1997) of the expected confirmed payments among those not yet
taken: k log(k / e) - (k - e) for k observed at the hub where e would be expected from its payments alone. A hub
everything passes through (the county's finance officer) expects as much as it holds and explains nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scoring.hubs import Hubs

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
Key = tuple[int, int, str]
"""Hub kind, hub code, signal."""


@dataclass(frozen=True, slots=True)
class Group:
    """One case to be: the hub (`kind`, `code`), the signal they share and the payments (positions) it takes."""

    kind: int
    code: int
    signal: str
    members: Int64


def group_alerts(
    hubs: Hubs,
    probability: Float,
    alerts: Int64,
    signals: dict[int, frozenset[str]],
    *,
    own: dict[int, tuple[int, int]],
    led: tuple[int, frozenset[int]] = (-1, frozenset()),
) -> list[Group]:
    """Groups that take every alert exactly once.

    `hubs` over all payments of the queue's window (they say how much innocent traffic a hub has); `probability` (n,);
    `alerts` positions above the line; `signals` the desk-qualified typologies that fired on each alert; `own` the hub
    of last resort of each alert (its household, or its run). `led` names a hub kind (officials) and the alerts that
    suspect one: a group of mostly such alerts goes under the hub of that kind that holds nearly all of it and least
    else, since it is the clerk who is asked about, not the card.
    """
    size: dict[tuple[int, int], int] = {}
    kinds_codes = np.column_stack([hubs.kind, hubs.code])
    unique, counts = np.unique(kinds_codes, axis=0, return_counts=True)
    for (kind, code), count in zip(unique.tolist(), counts.tolist(), strict=True):
        size[kind, code] = count
    members: dict[tuple[int, int, str], list[int]] = {}
    is_alert = np.zeros(len(probability), dtype=bool)
    is_alert[alerts] = True
    mine = is_alert[hubs.query]
    for query, kind, code in zip(
        hubs.query[mine].tolist(), hubs.kind[mine].tolist(), hubs.code[mine].tolist(), strict=True
    ):
        for signal in signals[query]:
            members.setdefault((kind, code, signal), []).append(query)
    rate: dict[str, float] = {}
    for i in alerts.tolist():
        for signal in signals[i]:
            rate[signal] = rate.get(signal, 0.0) + float(probability[i]) / max(len(probability), 1)

    def gain(key: tuple[int, int, str], left: list[int]) -> float:
        k = float(probability[left].sum())
        expected = rate[key[2]] * size[key[0], key[1]]
        return k * np.log(k / expected) - (k - expected) if k > expected else 0.0

    heap = [(-gain(key, found), key) for key, found in members.items() if len(found) > 1]
    heapq.heapify(heap)
    taken: set[int] = set()
    found_at: dict[Key, list[int]] = {}
    while heap:
        promised, key = heapq.heappop(heap)
        left = [i for i in members[key] if i not in taken]
        if len(left) < 2:
            continue
        now = -gain(key, left)
        if now > promised + 1e-9:
            heapq.heappush(heap, (now, key))
            continue
        if now >= 0:
            break
        taken.update(left)
        kind, code = _leader(left, key, members, gain, led)
        # Two cards may lead to one official: that is one case.
        found_at.setdefault((kind, code, key[2]), []).extend(left)
    groups = [Group(kind, code, signal, np.array(sorted(held))) for (kind, code, signal), held in found_at.items()]
    alone: dict[tuple[int, int, str], list[int]] = {}
    for i in alerts.tolist():
        if i not in taken:
            alone.setdefault((*own[i], min(signals[i])), []).append(i)
    groups.extend(Group(kind, code, signal, np.array(found)) for (kind, code, signal), found in sorted(alone.items()))
    return groups


NEARLY_ALL = 0.9


def _leader(
    left: list[int],
    key: Key,
    members: Mapping[Key, list[int]],
    gain: Callable[[Key, list[int]], float],
    led: tuple[int, frozenset[int]],
) -> tuple[int, int]:
    """The hub a group goes under: its own, or the one of the led kind that explains it best."""
    kind, suspecting = led
    if key[0] == kind or sum(i in suspecting for i in left) * 2 <= len(left):
        return key[0], key[1]
    wanted = set(left)
    found: tuple[float, int] | None = None
    for other, held in members.items():
        if other[0] == kind and other[2] == key[2] and len(wanted.intersection(held)) >= NEARLY_ALL * len(left):
            found = max(found or (0.0, -1), (gain(other, left), other[1]))
    return (kind, found[1]) if found and found[0] > 0 else (key[0], key[1])
