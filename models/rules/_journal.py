"""The record of rules' lives: one line a move, each naming the hash of the line before, so that a change shows.

A line names a person, a rule and why. It holds no payment: evidence is a fingerprint and counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from models._record import add_line, alone, whole_lines
from models.people import LONG_NUMBER, one_line, same_person
from models.rules._life import LIVE, STATES, LifeError, RuleStates, Standing, definition, step
from models.rules._rule import Rule, State

FILE = "rules.jsonl"
ITSELF = "mingbai"
"""Who suspends: the rule's findings, nobody's hand."""
Kind = Literal["move", "proposal", "suspension"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `at` is ISO 8601 with its offset; `by` who did it, `proposed_by` who had asked for it before.

    `definition` is the hash of the rule as it was then, `evidence` a replay or findings (`kind`, counts).
    """

    at: str
    kind: Kind
    code: str
    before: State
    after: State
    by: str
    why: str
    definition: str
    proposed_by: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ""

    @property
    def hash(self) -> str:
        """The hash the next line names."""
        return hashlib.sha256(self.line().encode()).hexdigest()[:32]

    def line(self) -> str:
        """The line as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def read(folder: Path) -> tuple[Entry, ...]:
    """Every line of the record, oldest first; none where no rule was ever moved.

    Raises LifeError where a line cannot be read or does not follow the one before.
    """
    try:
        lines = whole_lines(folder / FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise LifeError(f"{FILE} cannot be read: restore the record from a copy") from error
    found: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise LifeError(f"{FILE}, line {number}: cannot be read; restore the record from a copy") from error
        if entry.previous != (found[-1].hash if found else ""):
            raise LifeError(f"{FILE}, line {number}: the line before it was changed, or lines are missing")
        if entry.before not in STATES or entry.after not in STATES:
            raise LifeError(f"{FILE}, line {number}: found a state {entry.before} or {entry.after} that does not exist")
        found.append(entry)
    return tuple(found)


def states(entries: Sequence[Entry], rules: Sequence[Rule]) -> RuleStates:
    """Where every rule of the catalogue stands after the entries; rules that are gone from it are left out."""
    found = RuleStates.at_birth(rules)
    known = {rule.code for rule in rules}
    for entry in entries:
        if entry.kind != "proposal" and entry.code in known:
            found = found.changed(entry.code, _standing(entry))
    return found


def in_force(folder: Path, rules: Sequence[Rule]) -> RuleStates:
    """The states on record in a folder. Raises LifeError where the record cannot be used."""
    return states(read(folder), rules)


def _standing(entry: Entry) -> Standing:
    day = entry.at[:10]
    if entry.after == "live":
        return LIVE
    if entry.after == "suspended":
        return Standing("suspended", entry.why)
    words = {
        "draft": "draft: only a replay runs it",
        "shadow": f"in shadow since {day}: computed beside, weighs nothing",
        "retired": f"retired on {day}: does not run",
    }
    return Standing(entry.after, words[entry.after])


def move(
    folder: Path,
    rule: Rule,
    after: State,
    *,
    by: str,
    why: str,
    at: datetime,
    rules: Sequence[Rule],
    shadow_days: float,
    evidence: Mapping[str, Any] | None = None,
) -> Entry:
    """Move a rule, or propose a move that takes two people; returns the line that was written (`kind` tells which).

    `evidence` is what `models.replay.evidence` made of a replay of this rule; whoever approves need not give it again.
    Raises LifeError for a move that is not allowed, lacks its evidence, its time in shadow or its second person.
    """
    by, why = one_line(by), one_line(why)
    if not by or not why:
        raise LifeError("say who moves the rule and why")
    if LONG_NUMBER.search(f"{by} {why}"):
        raise LifeError("the record names no payment, card or person: say it without long numbers")
    with _alone(folder):
        entries = read(folder)
        before = states(entries, rules).of(rule.code)
        needs = step(rule.code, before, after)
        waiting = _proposal(entries, rule.code, after)
        if waiting is not None and waiting.definition != definition(rule):
            waiting = None  # It was proposed of another condition under the same name.
        shown = dict(evidence or (waiting.evidence if waiting else {}))
        if needs.replay:
            _check_replay(rule, before, after, shown)
        if needs.shadow_time:
            _check_shadow(rule, entries, at, shadow_days)
        line = Entry(
            at.isoformat(timespec="seconds"), "move", rule.code, before, after, by, why,
            definition(rule), waiting.by if waiting else "", shown,
        )  # fmt: skip
        if needs.persons == 2:
            if waiting is None:
                return _append(folder, entries, _with(line, kind="proposal", proposed_by=""), rules)
            if same_person(waiting.by, by):
                raise LifeError(f"{waiting.by} proposed that {rule.code} become {after}: somebody else must approve it")
        return _append(folder, entries, line, rules)


def suspend(
    folder: Path, rule: Rule, why: str, *, at: datetime, rules: Sequence[Rule], evidence: Mapping[str, Any]
) -> Entry | None:
    """Suspend a live rule on its findings; None where it is not live any more."""
    with _alone(folder):
        entries = read(folder)
        if states(entries, rules).of(rule.code) != "live":
            return None
        line = Entry(
            at.isoformat(timespec="seconds"), "suspension", rule.code, "live", "suspended", ITSELF, why,
            definition(rule), "", dict(evidence),
        )  # fmt: skip
        return _append(folder, entries, line, rules)


def seen_until(entries: Sequence[Entry]) -> dict[str, int]:
    """For each rule that was suspended: the moment (microseconds UTC) up to which its findings have been used."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "suspension":
            found[entry.code] = max(found.get(entry.code, 0), int(entry.evidence.get("until_us", 0)))
    return found


def _proposal(entries: Sequence[Entry], code: str, after: State) -> Entry | None:
    """The open proposal of a move: the last one since the rule last moved."""
    found = None
    for entry in entries:
        if entry.code == code:
            found = entry if entry.kind == "proposal" and entry.after == after else None
    return found


def _check_replay(rule: Rule, before: State, after: State, evidence: Mapping[str, Any]) -> None:
    if evidence.get("kind") != "replay":
        raise LifeError(
            f"{rule.code}: from {before} to {after} takes a replay; run `mingbai replay DATA --rule {rule.code} --json "
            "REPLAY.json` and give it with --evidence"
        )
    if evidence.get("definition") != definition(rule):
        raise LifeError(f"{rule.code}: the rule has changed since that replay; replay it again")


def _check_shadow(rule: Rule, entries: Sequence[Entry], at: datetime, days: float) -> None:
    """It must have been in shadow long enough, as it is now."""
    last = next((e for e in reversed(entries) if e.code == rule.code and e.kind != "proposal"), None)
    if last is None or last.after != "shadow":
        raise LifeError(f"{rule.code}: nothing on record says when its shadow time began; move it to draft and begin")
    if last.definition != definition(rule):
        raise LifeError(
            f"{rule.code}: the rule has changed since it went into shadow; move it to draft and begin again"
        )
    been = (at - datetime.fromisoformat(last.at)).total_seconds() / 86_400
    if been < days:
        raise LifeError(f"{rule.code}: {been:.1f} of {days:g} days in shadow are over (policy life.shadow_days)")


def _with(entry: Entry, **changes: Any) -> Entry:
    return Entry(**{**asdict(entry), **changes})


def _append(folder: Path, entries: Sequence[Entry], entry: Entry, rules: Sequence[Rule]) -> Entry:
    """Write a line and keep the states it leads to."""
    entry = _with(entry, previous=entries[-1].hash if entries else "")
    add_line(folder / FILE, entry.line())
    states([*entries, entry], rules).save(folder)
    return entry


def _alone(folder: Path) -> AbstractContextManager[None]:
    """One writer at a time."""
    return alone(folder / f".{FILE}.lock")
