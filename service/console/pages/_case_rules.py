"""Words of the rules and features that reasons name, as (Chinese, English)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from service.console.pages._case_shapes import Text

if TYPE_CHECKING:
    from models.rules._rule import Rule


@cache
def _rules() -> dict[str, Rule]:
    from models.rules.catalogue import all_rules

    return {rule.code: rule for rule in all_rules()}


@cache
def _features() -> dict[str, Text]:
    from features.catalogue import all_features

    return {feature.name: feature.title for feature in all_features()}


def _swapped(pair: tuple[str, str]) -> Text:
    return pair[1], pair[0]


def title_of(code: str) -> Text:
    """What a rule or feature is called; its code where this release has none of that name."""
    if code in _rules():
        return _swapped(_rules()[code].title)
    return _features().get(code, (code, code))


def role_of(code: str) -> str:
    """Whom a rule asks about; empty for anything else."""
    return _rules()[code].suspect_role if code in _rules() else ""


def blind_to(code: str) -> Text:
    """What a rule cannot see; empty for anything else."""
    from models.rules._chinese import blind_to as told

    return _swapped(told(_rules()[code])) if code in _rules() else ("", "")


def next_steps(code: str) -> tuple[Text, ...]:
    """The checks a rule proposes."""
    return tuple(_swapped(one) for one in _rules()[code].next_steps) if code in _rules() else ()


def look_alikes(code: str) -> tuple[Text, ...]:
    """The innocent situations a rule looks for: where it asks, there is no record of any of them."""
    return tuple((one.zh, one.en) for one in _rules()[code].unless) if code in _rules() else ()


@cache
def typologies() -> tuple[str, ...]:
    """Every typology there is a rule of, in order."""
    return tuple(sorted({rule.typology for rule in _rules().values()}))
