"""The life of a rule in one deployment: draft, shadow, live, retired, and suspended by itself.

* draft: only a replay runs it. shadow: computed beside every scoring and written down; weighs nothing, is no reason.
* live: counts. suspended: was overturned too often; still computed beside, so that it can be told when it recovers.
* retired: does not run.

What is not live is said in `not_applicable` of every score. Who moved a rule, when, why and on what evidence stands in
the record (`_journal.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models._record import write_whole
from models.rules._rule import Rule, State

STATES: tuple[State, ...] = ("draft", "shadow", "live", "suspended", "retired")
BESIDE: frozenset[State] = frozenset({"shadow", "suspended"})
"""Computed in live scoring, written beside, weighing nothing."""
RESTING: frozenset[State] = frozenset({"draft", "retired"})
"""Not run in live scoring at all."""
SNAPSHOTS = "rule-states"
"""Folder of the record that keeps every set of states by its version."""


class LifeError(ValueError):
    """A move that is not allowed, or a record of moves that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a move takes: `persons` (1 or 2 different ones), a `replay` as evidence, a time in shadow before it."""

    persons: int = 1
    replay: bool = False
    shadow_time: bool = False


MOVES: Mapping[tuple[State, State], Step] = {
    ("draft", "shadow"): Step(replay=True),
    ("draft", "retired"): Step(),
    ("shadow", "live"): Step(persons=2, replay=True, shadow_time=True),
    ("shadow", "draft"): Step(),
    ("shadow", "retired"): Step(),
    # Silencing a live rule is as grave as a new one: whoever has something to hide would begin there.
    ("live", "shadow"): Step(persons=2),
    ("live", "retired"): Step(persons=2),
    ("suspended", "live"): Step(),
    ("suspended", "shadow"): Step(),
    ("suspended", "retired"): Step(persons=2),
    ("retired", "draft"): Step(),
}
"""Moves a person may make. From live to suspended a rule goes by itself alone."""


def step(code: str, before: State, after: State) -> Step:
    """What the move takes. Raises LifeError where a person may not make it, naming those that may be made."""
    if (found := MOVES.get((before, after))) is not None:
        return found
    allowed = [new for old, new in MOVES if old == before]
    why = " (a rule is suspended by its findings, never by hand)" if after == "suspended" else ""
    raise LifeError(f"{code} is {before}: it cannot become {after}{why}; it may become {' or '.join(allowed)}")


def definition(rule: Rule) -> str:
    """A short hash of what a rule says: condition, look-alikes, desk, role, severity. Words and settings are not in it.

    A replay or a time in shadow proves the definition it saw and no later one.
    """
    said = [
        rule.code, rule.when.text, [u.condition.text for u in rule.unless],
        rule.severity, rule.desk, rule.suspect_role, [f.name for f in rule.reads],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands: its state and, where it is not live, why in words fit for a score file (no names)."""

    state: State
    why: str = ""


LIVE = Standing("live")
BIRTH: Mapping[State, str] = {
    "draft": "draft: only a replay runs it",
    "shadow": "in shadow from the beginning: computed beside, weighs nothing",
    "suspended": "suspended from the beginning",
    "retired": "retired from the beginning",
}


@dataclass(frozen=True, slots=True)
class RuleStates:
    """Every rule that is not live, by code; all others are live. Equal states have equal versions."""

    standings: Mapping[str, Standing]

    @classmethod
    def at_birth(cls, rules: Sequence[Rule]) -> RuleStates:
        """The states of rules nobody has moved yet."""
        return cls({r.code: Standing(r.state, BIRTH[r.state]) for r in rules if r.state != "live"})

    def of(self, code: str) -> State:
        """The state of a rule."""
        return self.standings.get(code, LIVE).state

    def within(self, states: frozenset[State]) -> tuple[str, ...]:
        """Codes of the rules in some of the states, in order."""
        return tuple(sorted(code for code, s in self.standings.items() if s.state in states))

    @property
    def silent(self) -> dict[str, str]:
        """Why each rule that is not live weighs nothing."""
        return {code: s.why for code, s in sorted(self.standings.items()) if s.state != "live"}

    @property
    def resting(self) -> tuple[str, ...]:
        """Rules that do not run in live scoring."""
        return self.within(RESTING)

    @property
    def beside(self) -> tuple[str, ...]:
        """Rules that run in live scoring, weigh nothing and are written beside."""
        return self.within(BESIDE)

    def changed(self, code: str, standing: Standing) -> RuleStates:
        """The states with one rule moved."""
        left = {c: s for c, s in self.standings.items() if c != code}
        return RuleStates(left if standing.state == "live" else {**left, code: standing})

    @property
    def version(self) -> str:
        """A short hash of every state and why."""
        return hashlib.sha256(json.dumps(self._plain(), ensure_ascii=False).encode()).hexdigest()[:10]

    def save(self, folder: Path) -> Path:
        """Keep the states in the record under their version; what is kept already is left alone."""
        path = folder / SNAPSHOTS / f"{self.version}.json"
        if not path.exists():
            write_whole(path, json.dumps(self._plain(), ensure_ascii=False, indent=1) + "\n")
        return path

    @classmethod
    def load(cls, folder: Path, version: str) -> RuleStates:
        """The states kept under a version in the record. Raises LifeError where they are gone or were changed."""
        path = folder / SNAPSHOTS / f"{version}.json"
        try:
            plain: list[Any] = json.loads(path.read_text(encoding="utf-8"))
            found = cls({code: Standing(state, why) for code, state, why in plain})
        except FileNotFoundError as error:
            if version == cls({}).version:
                return cls({})
            raise LifeError(f"no states of rules are kept under {version}: {path.name} is not in the record") from error
        except (OSError, ValueError, TypeError) as error:
            raise LifeError(f"{path.name} cannot be read: restore the record from a copy") from error
        if found.version != version:
            raise LifeError(f"{path.name} was changed since it was written: restore the record from a copy")
        return found

    def _plain(self) -> list[tuple[str, str, str]]:
        return [(code, s.state, s.why) for code, s in sorted(self.standings.items())]
