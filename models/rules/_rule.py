"""What a rule is: a red flag stated as a condition over features, with the words people will quote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features._world import World
from features.asof import View
from models.rules._expression import Condition, Settings

Desk = Literal["discipline", "department", "owed"]
Role = Literal["official", "agent", "household", "department", "data_error"]
Severity = Literal["high", "middle", "low"]
State = Literal["draft", "shadow", "live", "retired", "suspended"]


class Outcome(IntEnum):
    """What a rule says of one payment."""

    QUIET = 0
    FIRED = 1
    EXPLAINED = 2
    CANNOT_TELL = 3
    OFF = 4


_QUIET, _FIRED, _EXPLAINED, _CANNOT_TELL = (
    np.array(o, dtype=np.int8) for o in (Outcome.QUIET, Outcome.FIRED, Outcome.EXPLAINED, Outcome.CANNOT_TELL)
)


@dataclass(frozen=True, slots=True)
class Unless:
    """A look-alike: when `condition` holds too, the red flag is shown as explained, with these words."""

    en: str
    zh: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class RuleCase:
    """A situation and what the rule must say of its last disbursement (as of its submission, or of `as_of`)."""

    situation: str
    world: World
    expect: Outcome
    as_of: str | None = None


def fires(situation: str, world: World, *, as_of: str | None = None) -> RuleCase:
    """A situation in which the rule must fire."""
    return RuleCase(situation, world, Outcome.FIRED, as_of)


def quiet(situation: str, world: World, *, as_of: str | None = None) -> RuleCase:
    """A look-alike in which the rule must stay quiet."""
    return RuleCase(situation, world, Outcome.QUIET, as_of)


def explained(situation: str, world: World, *, as_of: str | None = None) -> RuleCase:
    """A look-alike in which the rule fires and is explained."""
    return RuleCase(situation, world, Outcome.EXPLAINED, as_of)


def cannot_tell(situation: str, world: World, *, as_of: str | None = None) -> RuleCase:
    """A situation in which a value that is needed is unknown."""
    return RuleCase(situation, world, Outcome.CANNOT_TELL, as_of)


@dataclass(frozen=True, eq=False)
class Rule:
    """One red flag.

    * `code`: `T01.paid_after_death`: the folder is the typology in lower case, the file the rest.
    * `title`, `because`: (English, Chinese); `because` may hold `{feature_name}`s of the features it reads.
    * `severity`, `desk`, `suspect_role`: where it leads. `authority`: the norm it rests on, or "".
    * `when`: the condition; `unless`: look-alikes that explain it. `blind_to`: what it cannot see.
    * `next_steps`: two or three cheap checks, each (English, Chinese).
    * `state`: what it is in a deployment where nobody moved it yet (see `_life.py`); a new rule is born a draft.
    * `asks_only`: it asks who somebody is and accuses nobody: no payment reaches the verify line by it (see
      `models.scoring.asking`).
    * `after_payment`: it can only fire once bank answers or card activity after the payment are known.
    """

    code: str
    title: tuple[str, str]
    severity: Severity
    desk: Desk
    suspect_role: Role
    when: Condition
    because: tuple[str, str]
    blind_to: str
    next_steps: tuple[tuple[str, str], ...]
    cases: tuple[RuleCase, ...]
    unless: tuple[Unless, ...] = ()
    authority: str = ""
    after_payment: bool = False
    asks_only: bool = False
    state: State = "live"
    shows: tuple[Feature, ...] = ()

    @property
    def typology(self) -> str:
        """The typology the rule belongs to, `T01`."""
        return self.code.partition(".")[0]

    @property
    def reads(self) -> tuple[Feature, ...]:
        """Every feature of the condition, then those only shown in the words."""
        return tuple(dict.fromkeys((*self.when.features, *self.shows)))

    @property
    def settings(self) -> tuple[str, ...]:
        """Every policy setting the rule reads."""
        names = list(self.when.settings)
        for look_alike in self.unless:
            names.extend(look_alike.condition.settings)
        return tuple(dict.fromkeys(names))

    def off(self, view: View) -> tuple[str, ...]:
        """Tables or columns that were not shared and without which the rule cannot run."""
        return tuple(dict.fromkeys(need for feature in self.reads for need in feature.off(view)))

    def evaluate(self, view: View, settings: Settings) -> NDArray[np.int8]:
        """An `Outcome` for every query; shape (n,)."""
        if self.off(view):
            return np.full(view.n, Outcome.OFF, dtype=np.int8)
        truth = self.when.evaluate(view, settings)
        out = np.where(truth.true, _FIRED, np.where(truth.unknown, _CANNOT_TELL, _QUIET))
        if self.unless and truth.true.any():
            for look_alike in self.unless:
                holds = look_alike.condition.evaluate(view, settings).true
                out = np.where(truth.true & holds, _EXPLAINED, out)
        return out

    def __hash__(self) -> int:
        return hash(self.code)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and other.code == self.code
