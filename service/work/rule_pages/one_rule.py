"""One rule in full: from its own file, with its life and how it does in this deployment."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from service.work.context import Context
from service.work.rule_pages.figures import Reviewed, handed_over, newest_review
from service.work.rule_pages.listed import RuleLine, line_of, states_now

if TYPE_CHECKING:
    from models.rules._journal import Entry
    from models.rules._rule import Rule

_NAME: Final = re.compile(r"\{[a-z0-9_]+\}")

Pair = tuple[str, str]
"""A text in Chinese and in English."""
Expect = Literal["fired", "quiet", "explained", "cannot_tell", "off"]


@dataclass(frozen=True, slots=True)
class Reads:
    """A fact the rule reads: label, unit, what an empty value means, the tables and columns it needs, those lacking."""

    name: str
    title: Pair
    unit: str
    null: str
    needs: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold: what it is, value in force here, and the shipped one."""

    name: str
    what: Pair
    value: float
    shipped: float


@dataclass(frozen=True, slots=True)
class Step:
    """A move of the rule. `kind` move, proposal or suspension; `evidence`: fingerprint of the replay it rests on."""

    at: dt.datetime
    kind: str
    before: str
    after: str
    by: str
    proposed_by: str
    why: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move a person may make now: what it takes, and whether somebody proposed it already."""

    after: str
    persons: int
    replay: bool
    shadow_time: bool
    proposed_by: str


@dataclass(frozen=True, slots=True)
class OneRule:
    """A rule in full. `silent`: why it weighs nothing, where it is not live. `condition` is written in names of facts
    and settings."""

    line: RuleLine
    what: Pair
    why: Pair
    because: Pair
    authority: Pair
    blind_to: Pair
    next_steps: tuple[Pair, ...]
    cases: tuple[tuple[Expect, Pair], ...]
    look_alikes: tuple[Pair, ...]
    condition: str
    reads: tuple[Reads, ...]
    settings: tuple[Setting, ...]
    silent: str
    life: tuple[Step, ...]
    moves: tuple[Move, ...]
    review: Reviewed | None
    problem: tuple[str, str] | None


def one_rule(context: Context, code: str) -> OneRule | None:
    """A rule by code; None where the catalogue has none."""
    from models.rules._words import setting_words, words_of
    from models.rules.catalogue import all_rules, default_settings

    rule = next((one for one in all_rules() if one.code == code), None)
    if rule is None:
        return None
    states, entries, problem = states_now()
    review, there = newest_review(context), handed_over(context)
    words, shipped = words_of(rule), default_settings()
    return OneRule(
        line_of(rule, states, review, there),
        _turned(words.what),
        _turned(words.why),
        _without_names(_turned(rule.because)),
        _turned(words.authority),
        _turned(words.blind_to),
        tuple(_turned(step) for step in rule.next_steps),
        tuple((_expect(int(outcome)), _turned(text)) for outcome, text in words.cases),
        tuple((unless.zh, unless.en) for unless in rule.unless),
        rule.when.text,
        _reads(rule, there),
        tuple(
            Setting(name, _turned(setting_words(name)), context.policy.settings[name], shipped[name])
            for name in rule.settings
            if name in shipped
        ),
        states.silent.get(code, ""),
        tuple(_step(entry) for entry in reversed(entries) if entry.code == code),
        () if problem else _moves(rule, states.of(code), entries),
        review,
        problem,
    )


def _turned(pair: tuple[str, str]) -> Pair:
    """(English, Chinese) as rules have it to (Chinese, English) as pages take it."""
    return pair[1], pair[0]


def _without_names(pair: Pair) -> Pair:
    """A reason whose facts have no values here: an ellipsis stands for each."""
    return _NAME.sub("…", pair[0]), _NAME.sub("…", pair[1])


def _expect(outcome: int) -> Expect:
    names: tuple[Expect, ...] = ("quiet", "fired", "explained", "cannot_tell", "off")
    return names[outcome]


def _reads(rule: Rule, there: frozenset[str]) -> tuple[Reads, ...]:
    from features.contract import TABLES

    unless = [feature for look_alike in rule.unless for feature in look_alike.condition.features]
    found = []
    for feature in dict.fromkeys((*rule.reads, *unless)):
        needs = feature.all_needs()
        missing = tuple(
            need for need in needs if need.partition(".")[0] in TABLES and need.partition(".")[0] not in there
        )
        found.append(Reads(feature.name, feature.title, feature.unit, feature.null, needs, missing))
    return tuple(found)


def _step(entry: Entry) -> Step:
    at = dt.datetime.fromisoformat(entry.at)
    return Step(
        at if at.tzinfo else at.replace(tzinfo=dt.UTC), entry.kind, entry.before, entry.after, entry.by,
        entry.proposed_by, entry.why, str(entry.evidence.get("fingerprint", "")),
    )  # fmt: skip


def _moves(rule: Rule, state: str, entries: Sequence[Entry]) -> tuple[Move, ...]:
    from models.rules._journal import _proposal
    from models.rules._life import MOVES, definition

    found = []
    for (before, after), step in MOVES.items():
        if before != state:
            continue
        waiting = _proposal(entries, rule.code, after) if step.persons == 2 else None
        if waiting is not None and waiting.definition != definition(rule):
            waiting = None
        found.append(Move(after, step.persons, step.replay, step.shadow_time, waiting.by if waiting else ""))
    return tuple(found)
