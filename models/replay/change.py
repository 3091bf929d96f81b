"""What a replay compares: the rules in force before and after, each with its settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from features._feature import Feature
from models.rules._life import RuleStates
from models.rules._rule import Rule
from models.rules.catalogue import all_rules
from models.scoring.policy import Policy

Kind = Literal["new", "dropped", "changed", "unchanged"]


class ReplayError(ValueError):
    """A replay that makes no sense; the message names the rule or the range."""


@dataclass(frozen=True, slots=True)
class Change:
    """One rule before and after.

    `new`: it counts only after (a draft, one in shadow, one not in the catalogue); `dropped`: only before; `changed`:
    a setting it reads differs; `unchanged`: it is replayed to see how it does.
    """

    rule: Rule
    kind: Kind

    @property
    def runs_before(self) -> bool:
        """Whether it counts before the change."""
        return self.kind != "new"

    @property
    def runs_after(self) -> bool:
        """Whether it counts after the change."""
        return self.kind != "dropped"

    def features(self) -> tuple[Feature, ...]:
        """Every feature the rule needs, look-alikes included."""
        unless = [f for look_alike in self.rule.unless for f in look_alike.condition.features]
        return tuple(dict.fromkeys([*self.rule.reads, *unless]))


def changes(
    before: Policy,
    after: Policy,
    states: RuleStates,
    *,
    only: Collection[str] | None = None,
    drop: Collection[str] = (),
    extra: Sequence[Rule] = (),
) -> tuple[Change, ...]:
    """The rules to be replayed, in catalogue order, `extra` ones (not in the catalogue yet) last.

    By default those a changed setting or `drop` touches, and `extra`; where nothing changes, every live rule. `only`
    names rules or typologies instead: those of them that are not live are new. Raises ReplayError for an unknown name
    and for a rule to be dropped that is not live.
    """
    every = (*all_rules(), *extra)
    names = {r.code for r in every} | {r.typology for r in every}
    if unknown := sorted({*(only or ()), *drop} - names):
        raise ReplayError(f"found no rule or typology {', '.join(unknown)}; `mingbai rules` lists them")
    found = [Change(rule, _kind(rule, before, after, states, drop, extra)) for rule in every]
    gone = {name for c in found if c.kind == "dropped" for name in (c.rule.code, c.rule.typology)}
    if resting := sorted({*drop} - gone):
        raise ReplayError(f"{', '.join(resting)} is not live: there is nothing to take out")
    if only is not None:
        return tuple(c for c in found if _named(c.rule, only) or _named(c.rule, drop))
    moved = tuple(c for c in found if c.kind in ("changed", "dropped") or c.rule in extra)
    return moved or tuple(c for c in found if c.kind == "unchanged")


def _kind(
    rule: Rule, before: Policy, after: Policy, states: RuleStates, drop: Collection[str], extra: Sequence[Rule]
) -> Kind:
    if rule in extra or states.of(rule.code) != "live":
        return "new"
    if _named(rule, drop):
        return "dropped"
    same = all(before.settings[name] == after.settings[name] for name in rule.settings)
    return "unchanged" if same else "changed"


def _named(rule: Rule, names: Collection[str]) -> bool:
    return rule.code in names or rule.typology in names
