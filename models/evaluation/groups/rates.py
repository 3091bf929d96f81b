"""Selection, precision, false-positive and false-negative rates by group, with counts and intervals.

Payments of one person are not independent: somebody flagged six months running is one person; nor are those of one
village where villages are compared: a village whose every payment was cut is one event. Intervals are Wilson's, at the
number of independent payments the rows are worth (Kish: rows / design effect, the design effect estimated with people,
or villages, as clusters, and with weights as given). Counts are always the plain ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation.groups.membership import PLACES, Grouping
from models.evaluation.intervals import wilson

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Source = Literal["truth", "random sample", "looked at"]
Holds = Literal["holds", "exceeded", "not shown to hold", "not enough data"]
OWN_EFFECT_FROM = 10
"""With fewer hits than this a group's own design effect is a guess: that of all rows stands for it."""
Z = 1.96


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `rows` payments of `people` persons; `share` and `interval` (95 %) are None without rows.

    `events` counts the different persons (villages, where villages are compared) among the hits. `independent` is what
    the rows are worth as independent payments. `share` is weighted where weights were given.
    """

    hits: int
    rows: int
    people: int
    events: int
    share: float | None
    interval: tuple[float, float] | None
    independent: float
    enough: bool


@dataclass(frozen=True, slots=True)
class OfGroup:
    """The rates of one group. `ratio` is its false-positive rate over that of all rows, with its 95 % interval.

    `selected` counts every payment; `precision` those flagged with a known answer; `false_positive` honest ones;
    `false_negative` irregular ones. `held` says whether the ratio keeps within the bound.
    """

    selected: Rate
    precision: Rate
    false_positive: Rate
    false_negative: Rate
    ratio: float | None = None
    ratio_interval: tuple[float, float] | None = None
    held: Holds = "not enough data"


@dataclass(frozen=True, slots=True)
class GroupRates:
    """All rows, and every group of every grouping; `source` says what stands for the truth."""

    source: Source
    bound: float
    overall: OfGroup
    by: Mapping[str, Mapping[str, OfGroup]]

    def judged(self) -> dict[tuple[str, str], OfGroup]:
        """The groups a verdict looks at, by grouping and label: all but places."""
        return {
            (name, label): group
            for name, groups in self.by.items()
            if name not in PLACES
            for label, group in groups.items()
        }


def rates_by_group(
    flagged: Bool,
    answer: NDArray[np.integer[Any]],
    groupings: Sequence[Grouping],
    policy: Mapping[str, float],
    *,
    people: NDArray[np.integer[Any]],
    villages: NDArray[np.integer[Any]] | None = None,
    weight: Float | None = None,
    source: Source = "truth",
) -> GroupRates:
    """Rates of payments, all arrays of shape (n,).

    `flagged`: above the line. `answer`: 1 irregular, 0 honest, anything else not known (counts for selection alone).
    `people`, `villages`: codes of persons and villages, -1 where unknown (each such payment is its own); without
    villages, groupings of them count people too. `weight`: how many payments each known answer stands for (1 / chance
    in a random sample); selection is never weighted. `policy` gives the keys of `[groups]` in policy.toml. Raises
    ValueError for unequal shapes.
    """
    n = len(flagged)
    worth = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    lives = people if villages is None else villages
    for name, array in {"answer": answer, "people": people, "villages": lives, "weight": worth}.items():
        if array.shape != (n,):
            raise ValueError(f"{name}: found shape {array.shape}, expected ({n},) as flagged has")
    clusters = {"people": _own_cluster(people), "villages": _own_cluster(lives)}
    tables = {of: _Payments(flagged, np.asarray(answer), clusters, of, worth, policy) for of in clusters}
    by = {grouping.name: dict(tables[grouping.of].groups(grouping)) for grouping in groupings}
    return GroupRates(source, policy["groups.ratio_at_most"], tables["people"].overall, by)


_KINDS = ("selected", "precision", "false_positive", "false_negative")


class _Payments:
    """The rows, what is counted among them for each kind of rate, and which of them are one event."""

    def __init__(
        self,
        flagged: Bool,
        answer: NDArray[np.integer[Any]],
        clusters: Mapping[str, NDArray[np.int64]],
        of: str,
        weight: Float,
        policy: Mapping[str, float],
    ) -> None:
        honest, irregular = answer == 0, answer == 1
        self.people, self.cluster, self.policy = clusters["people"], clusters[of], policy
        one = np.ones(len(flagged))
        self.among: dict[str, tuple[Bool, Bool, Float]] = {
            "selected": (one > 0, flagged, one),
            "precision": (flagged & (honest | irregular), irregular, weight),
            "false_positive": (honest, flagged, weight),
            "false_negative": (irregular, ~flagged, weight),
        }
        everything = one > 0
        self.effects = {kind: self.effect(kind, everything) for kind in _KINDS}
        self.overall = self.of_group(everything)

    def groups(self, grouping: Grouping) -> Iterator[tuple[str, OfGroup]]:
        """Each label of a grouping that has a payment, with its rates."""
        for k, label in enumerate(grouping.labels):
            member = grouping.code == k
            if member.any():
                yield label, self.compared(self.of_group(member), self.overall)

    def of_group(self, member: Bool) -> OfGroup:
        """The four rates of a group's members."""
        selected, precision, wrong, missed = (self._rate(kind, member) for kind in _KINDS)
        return OfGroup(selected, precision, wrong, missed)

    def effect(self, kind: str, member: Bool) -> float:
        """The design effect of a share among the members: its variance with clusters drawn whole over rows drawn alone.

        1 where nothing can be estimated.
        """
        of, hit, weight = self.among[kind]
        rows = of & member
        y, w = hit[rows].astype(np.float64), weight[rows]
        total = w.sum()
        if len(y) < 2 or not 0 < (share := float((w * y).sum() / total)) < 1:
            return 1.0
        _, cluster = np.unique(self.cluster[rows], return_inverse=True)
        off = np.bincount(cluster, weights=w * (y - share))
        groups = len(off)
        if groups < 2:
            return float(len(y))
        variance = float((off**2).sum()) / total**2 * groups / (groups - 1)
        return max(1.0, float(variance / (share * (1 - share) / len(y))))

    def _rate(self, kind: str, member: Bool) -> Rate:
        of, hit, weight = self.among[kind]
        rows = of & member
        n, hits = int(rows.sum()), int((rows & hit).sum())
        people, events = len(np.unique(self.people[rows])), len(np.unique(self.cluster[rows & hit]))
        if n == 0:
            return Rate(0, 0, 0, 0, None, None, 0.0, False)
        share = float(weight[rows & hit].sum() / weight[rows].sum())
        own = hits >= OWN_EFFECT_FROM and n - hits >= OWN_EFFECT_FROM
        independent = n / (self.effect(kind, member) if own else self.effects[kind])
        enough = n >= self.policy["groups.rows_at_least"] and people >= self.policy["groups.people_at_least"]
        interval = wilson(share * independent, independent, Z)
        return Rate(hits, n, people, events, share, interval, independent, enough)

    def compared(self, group: OfGroup, overall: OfGroup) -> OfGroup:
        """The group with its ratio to all rows, of which it is a part."""
        ratio, interval = _ratio(group.false_positive, overall.false_positive)
        held = _held(group.false_positive, interval, self.policy)
        return OfGroup(
            group.selected, group.precision, group.false_positive, group.false_negative, ratio, interval, held
        )


def _ratio(group: Rate, overall: Rate) -> tuple[float | None, tuple[float, float] | None]:
    """Group's share over the overall one, and its interval.

    The group is part of all rows, so it is compared with the rest: the interval of p / q comes from Wilson's intervals
    of both (method of variance estimates recovery; Donner and Zou 2012, Fagerland and Newcombe 2013), and with w the
    group's part of all rows, ratio = r / (w r + 1 - w) rises with r = p / q.
    """
    if group.share is None or overall.share is None or overall.share == 0:
        return None, None
    ratio = group.share / overall.share
    part = group.rows / overall.rows
    rest = overall.independent * (1 - part)
    if rest < 1:  # the group is everybody
        return ratio, (ratio, ratio)
    q = min(max((overall.share - part * group.share) / (1 - part), 0.0), 1.0)
    low, high = _quotient(group.share, group.interval or (0.0, 1.0), q, wilson(q * rest, rest, Z) or (0.0, 1.0))
    return ratio, (_of_all(low, part), _of_all(high, part))


def _quotient(p: float, of_p: tuple[float, float], q: float, of_q: tuple[float, float]) -> tuple[float, float]:
    """Interval of p / q from intervals of both."""
    (l1, u1), (l2, u2) = of_p, of_q
    low = (
        (p * q - max((p * q) ** 2 - l1 * u2 * (2 * p - l1) * (2 * q - u2), 0.0) ** 0.5) / (u2 * (2 * q - u2))
        if (abs(2 * q - u2) > 1e-12)
        else l1 * (2 * p - l1) / (2 * p * q)
    )
    if l2 <= 0:
        return max(low, 0.0), float("inf")
    high = (p * q + max((p * q) ** 2 - u1 * l2 * (2 * p - u1) * (2 * q - l2), 0.0) ** 0.5) / (l2 * (2 * q - l2))
    return max(low, 0.0), high


def _of_all(r: float, part: float) -> float:
    """A quotient to the rest as a ratio to all rows, of which the group is this part."""
    return 1 / part if r == float("inf") else r / (part * r + 1 - part)


def _held(wrong: Rate, interval: tuple[float, float] | None, policy: Mapping[str, float]) -> Holds:
    """Whether a ratio keeps within the bound; few events, however many rows they hit, show no excess."""
    if not wrong.enough or interval is None:
        return "not enough data"
    bound = policy["groups.ratio_at_most"]
    if interval[0] > bound and wrong.events >= policy["groups.events_at_least"]:
        return "exceeded"
    return "holds" if interval[1] <= bound else "not shown to hold"


def _own_cluster(people: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Codes where every payment of an unknown person is a person of its own."""
    code = np.asarray(people, dtype=np.int64).copy()
    unknown = code < 0
    code[unknown] = code.max(initial=0) + 1 + np.arange(int(unknown.sum()))
    return code
