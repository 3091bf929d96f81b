"""Rules whose hits are cleared again and again: they suspend themselves, and say on what.

A look is a confirmed or cleared finding on one of the rule's hits. An honest error is neither, unless the rule asks for
one (role `data_error`): then it found what it looked for. Looks are counted so that one ring is not many:

* payments of one household (or one card, where there is none) are one look, worth the mean of its findings;
* where the rule asks about an official or an agent, looks at the lists of one preparer are alike: Kish's design effect
  1 + (m - 1) rho with m the mean cluster size weighted by looks.

Payments looked at because they scored high are confirmed more often than the rule's other hits, so their share is an
upper bound; each payment drawn at random stands for all hits nobody chose. A rule is suspended where both agree: the
upper end of the interval over all looks, and the share with random looks weighed, lie below `learning.suspend_below`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.intervals import wilson
from models.rules._rule import Rule
from models.scoring.policy import Policy
from models.training.labels import CLEARED, CONFIRMED, ERROR, Labels
from models.training.rule_weights import SAME_RING

Bool = NDArray[np.bool_]
Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
ONE_SIDED = 1.645
"""Of 100 rules exactly at the bound, 5 lie under it by chance."""


@dataclass(frozen=True, slots=True)
class Review:
    """What the looks at one rule's hits say.

    `hits` payments it fired on; `confirmed`, `cleared`, `errors` findings among them, `at_random` those of the first
    two that were drawn at random; `households` different ones looked at, `independent` what they are worth as
    independent looks; `share` confirmed among them, `weighted` the same with random looks standing for all hits
    nobody chose (None without looks), `upper` the upper end of its one-sided 95 % interval. `since` is the local day of
    the first of the findings, `until_us` the moment up to which findings were read.
    """

    code: str
    hits: int
    confirmed: int
    cleared: int
    errors: int
    at_random: int
    households: int
    independent: float
    share: float | None
    weighted: float | None
    upper: float | None
    since: str
    until_us: int
    suspend: bool

    @property
    def why(self) -> str:
        """In words fit for a score file: no name and no payment."""
        looked = self.confirmed + self.cleared
        return f"suspended by itself: {self.cleared} of {looked} looked at were cleared since {self.since}"

    def evidence(self) -> dict[str, Any]:
        """What the record keeps."""
        names = ("hits", "confirmed", "cleared", "errors", "at_random", "households", "since", "until_us")
        rounded = {
            name: None if getattr(self, name) is None else round(float(getattr(self, name)), 4)
            for name in ("independent", "share", "weighted", "upper")
        }
        return {"kind": "findings", **{name: getattr(self, name) for name in names}, **rounded}


def review(
    ledger: Ledger,
    rows: Int64,
    rules: Sequence[Rule],
    fired: Bool,
    labels: Labels,
    policy: Policy,
    as_of_us: int,
    *,
    seen_until: Mapping[str, int] | None = None,
) -> tuple[Review, ...]:
    """Review rules by the findings known at the moment; `rows` (n,), `fired` (n, rules), labels of the same payments.

    `seen_until` gives for a rule the moment up to which its findings were used to suspend it once: a person put it back
    in spite of them, so only later ones count.
    """
    table = ledger.tables["disbursements"]
    household = table.column("household_id")[rows].astype(np.int64)
    card = table.column("card_id")[rows].astype(np.int64)
    # One number space for both, so that a card never meets a household.
    unit = np.where(household >= 0, household, -2 - card)
    unit = np.where((household < 0) & (card < 0), np.iinfo(np.int64).min + np.arange(len(rows)), unit)
    preparer = table.column("prepared_by")[rows].astype(np.int64)
    known = labels.outcome != -1
    seen = seen_until or {}
    found = []
    for k, rule in enumerate(rules):
        after = labels.decided_at > seen[rule.code] if rule.code in seen else np.ones(len(rows), dtype=bool)
        hits = fired[:, k]
        judged = np.nonzero(hits & known & after)[0]
        unseen = int((hits & ~known).sum())
        found.append(_review(rule, int(hits.sum()), unseen, judged, labels, unit, preparer, policy, as_of_us, ledger))
    return tuple(found)


def _review(
    rule: Rule,
    hits: int,
    unseen: int,
    judged: Int64,
    labels: Labels,
    unit: Int64,
    preparer: Int64,
    policy: Policy,
    as_of_us: int,
    ledger: Ledger,
) -> Review:
    outcome = labels.outcome[judged]
    right = (outcome == CONFIRMED) | ((outcome == ERROR) & (rule.suspect_role == "data_error"))
    look = right | (outcome == CLEARED)
    looks, right = judged[look], right[look].astype(np.float64)
    drawn = labels.at_random[looks]
    stands_for = np.where(drawn, 1 + unseen / max(int(drawn.sum()), 1), 1.0)
    ring = preparer if rule.suspect_role in ("official", "agent") else np.full(len(preparer), -1)
    share, households, independent = _independent(right, unit[looks], ring[looks])
    interval = wilson(share * independent, independent, ONE_SIDED) if share is not None else None
    weighted = float((right * stands_for).sum() / stands_for.sum()) if len(looks) else None
    below = policy["learning.suspend_below"]
    enough = households >= max(policy["learning.suspend_after"], 1)
    low = interval is not None and interval[1] < below and weighted is not None and weighted < below
    return Review(
        code=rule.code,
        hits=hits,
        confirmed=int(right.sum()),
        cleared=int((outcome == CLEARED).sum()),
        errors=int((outcome == ERROR).sum()),
        at_random=int(drawn.sum()),
        households=households,
        independent=independent,
        share=share,
        weighted=weighted,
        upper=interval[1] if interval else None,
        since=_day(int(labels.decided_at[looks].min()), ledger.utc_offset) if len(looks) else "",
        until_us=as_of_us,
        suspend=enough and low,
    )


def _independent(right: Float, unit: Int64, ring: Int64) -> tuple[float | None, int, float]:
    """Confirmed share over households, their number, and how many independent looks they are worth."""
    if len(right) == 0:
        return None, 0, 0.0
    units, first, place, size = np.unique(unit, return_index=True, return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=right) / size
    of_ring = ring[first]
    alone = of_ring < 0
    _, members = np.unique(of_ring[~alone], return_counts=True)
    clusters = np.concatenate([members, np.ones(int(alone.sum()))])
    effect = 1 + (float((clusters**2).sum() / clusters.sum()) - 1) * SAME_RING
    return float(mean.mean()), len(units), len(units) / effect


def _day(at_us: int, utc_offset_us: int) -> str:
    return (
        (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at_us + utc_offset_us)).date().isoformat()
    )
