"""What is said of one payment, as plain values: nothing here computes anything but JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Text = tuple[str, str]
"""English, Chinese."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number of the payment beside its peers'.

    `value` and the quartiles are in the feature's unit (None: none or unknown). `known` of the `n` peers have a
    value. `share_beyond` is the share of all n that are at or beyond the value on the side (`high`) it lies on; for
    a payment without a value, the share that have none either.
    """

    feature: str
    title: Text
    value: float | None
    quartiles: tuple[float, float, float] | None
    high: bool
    share_beyond: float
    known: int
    n: int
    text: Text


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Whom the payment is compared with: payments of the same item, this period and the one before.

    `scope` is how wide it had to go {village, township, county, everywhere}; `n` were compared of `total` there.
    """

    scope: str
    n: int
    total: int
    text: Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with what it adds to the log-odds.

    `removal` is what the log-odds would lose if the fact were as quiet as usual: a rule that had not fired (with the
    others of its typology), a feature at `quiet` (its peers' median; None: no value). A named fact has `removal` > 0.
    """

    code: str
    kind: Literal["rule", "feature"]
    contribution: float
    removal: float
    quiet: float | None
    text: Text
    evidence: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Everything one concept adds to the log-odds: `contribution` is the whole sum, `facts` those worth naming."""

    concept: str
    title: Text
    contribution: float
    facts: tuple[Fact, ...]

    @property
    def removal(self) -> float:
        """What the log-odds would lose if every named fact of the reason were as quiet as usual."""
        return sum(fact.removal for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Precedent:
    """A payment with a finding, known at the moment, whose contributions look alike; `shared_hubs` says what ties
    the two (an official, an outlet, a run, a village), which makes it a weaker precedent."""

    disbursement_id: str
    outcome: Literal["confirmed", "cleared"]
    decided_on: str
    similarity: float
    shared: tuple[str, ...]
    shared_hubs: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Precedents:
    """At most three of each kind, nearest first. `tied` findings were passed over for being of the same person,
    household, card, phone or device; `known` is how many findings there were to choose from."""

    confirmed: tuple[Precedent, ...]
    cleared: tuple[Precedent, ...]
    tied: int
    known: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Rules that could not be answered for want of the same things. `most` is the largest number of log-odds one of
    them adds where it fires; `missing` are tables (`off`) or features (`cannot_tell`), and empty for rules that the
    deployment does not run (`silent`)."""

    kind: Literal["off", "cannot_tell", "silent"]
    missing: tuple[str, ...]
    rules: tuple[str, ...]
    most: float
    text: Text


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An innocent situation a rule asks about before it speaks, and what was found."""

    rule: str
    found: Literal["found", "not_found", "cannot_tell"]
    text: Text


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The fewest facts without which the payment would lie under its line; `enough` is False where none suffice."""

    facts: tuple[str, ...]
    probability: float
    enough: bool
    text: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one payment was scored as it was, as of its moment.

    `base` plus the contributions of all `reasons` is `log_odds` (natural logarithm). `counterfactual` is None where
    the payment lies under its line anyway.
    """

    disbursement_id: str
    as_of: str
    model_version: str
    probability: float
    log_odds: float
    base: float
    line: float
    recommendation: str
    desk: str
    typology: str
    suspect_role: str
    peers: PeerGroup
    reasons: tuple[Reason, ...]
    precedents: Precedents
    look_alikes: tuple[LookAlike, ...]
    gaps: tuple[Gap, ...]
    counterfactual: Counterfactual | None

    def to_json(self) -> str:
        """The same as one JSON object; texts are [English, Chinese]; a missing number is null."""
        return json.dumps(_plain(asdict(self)), ensure_ascii=False, allow_nan=False)

    @property
    def named(self) -> tuple[Fact, ...]:
        """Every named fact, strongest removal first, ties by code."""
        facts = [fact for reason in self.reasons for fact in reason.facts if fact.removal > 0]
        return tuple(sorted(facts, key=lambda fact: (-fact.removal, fact.code)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return value
