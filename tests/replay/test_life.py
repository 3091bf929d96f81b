"""The life of a rule: who may move it where, on what evidence, and what stays on record."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.people import same_person
from models.rules._journal import FILE, Entry, in_force, move, read, seen_until, suspend
from models.rules._life import MOVES, STATES, LifeError, RuleStates, Standing, definition, step
from models.rules._rule import Rule, State
from models.rules.catalogue import all_rules

DAY_ONE = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
LIVE = next(rule for rule in all_rules() if rule.code == "T01.paid_after_death")
DRAFT = replace(next(rule for rule in all_rules() if rule.code == "T03.paid_again"), state="draft")
RULES = (LIVE, DRAFT, *(rule for rule in all_rules() if rule.code not in (LIVE.code, DRAFT.code)))


def replayed(rule: Rule) -> dict[str, Any]:
    """Evidence of a replay of the rule as it is."""
    return {"kind": "replay", "fingerprint": "f", "definition": definition(rule), "hits": 3}


def put(
    folder: Path, rule: Rule, after: State, by: str = "Li Na", day: float = 0, evidence: dict[str, Any] | None = None
) -> Entry:
    """Move a rule some days after the first."""
    at = DAY_ONE + dt.timedelta(days=day)
    return move(folder, rule, after, by=by, why="because", at=at, rules=RULES, shadow_days=30, evidence=evidence)


def state_of(folder: Path, rule: Rule) -> State:
    """Where the record says a rule stands."""
    return in_force(folder, RULES).of(rule.code)


def test_from_draft_to_live_and_out_again(tmp_path: Path) -> None:
    """The whole life: a replay, thirty days in shadow, two people; two people to take it out."""
    assert state_of(tmp_path, DRAFT) == "draft"
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    asked = put(tmp_path, DRAFT, "live", day=30, evidence=replayed(DRAFT))
    assert (asked.kind, state_of(tmp_path, DRAFT)) == ("proposal", "shadow")
    done = put(tmp_path, DRAFT, "live", by="Zhou Min", day=31)
    assert (done.kind, done.proposed_by, done.by) == ("move", "Li Na", "Zhou Min")
    assert done.evidence == replayed(DRAFT)
    assert state_of(tmp_path, DRAFT) == "live"
    assert put(tmp_path, DRAFT, "retired", day=40).kind == "proposal"
    put(tmp_path, DRAFT, "retired", by="Zhou Min", day=41)
    assert state_of(tmp_path, DRAFT) == "retired"
    assert in_force(tmp_path, RULES).silent[DRAFT.code] == "retired on 2026-04-11: does not run"
    assert [entry.kind for entry in read(tmp_path)] == ["move", "proposal", "move", "proposal", "move"]


@pytest.mark.parametrize(("before", "after"), [pair for pair in product(STATES, STATES) if pair not in MOVES])
def test_what_is_no_move_is_refused(before: State, after: State) -> None:
    """Every pair that is not allowed names those that are; nobody suspends by hand."""
    with pytest.raises(LifeError, match=f"is {before}: it cannot become {after}"):
        step("T01.x", before, after)
    assert ("live", "suspended") not in MOVES


def test_draft_to_live_takes_the_whole_way(tmp_path: Path) -> None:
    """No jump, no shadow without a replay, no going live too early, without a replay, or of something else."""
    with pytest.raises(LifeError, match="cannot become live"):
        put(tmp_path, DRAFT, "live", evidence=replayed(DRAFT))
    with pytest.raises(LifeError, match="takes a replay"):
        put(tmp_path, DRAFT, "shadow")
    with pytest.raises(LifeError, match="changed since that replay"):
        put(tmp_path, DRAFT, "shadow", evidence=replayed(LIVE))
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    with pytest.raises(LifeError, match=r"29\.0 of 30 days"):
        put(tmp_path, DRAFT, "live", day=29, evidence=replayed(DRAFT))
    with pytest.raises(LifeError, match="takes a replay"):
        put(tmp_path, DRAFT, "live", day=31)
    edited = replace(DRAFT, when=LIVE.when)
    with pytest.raises(LifeError, match="changed since it went into shadow"):
        put(tmp_path, edited, "live", day=31, evidence=replayed(edited))
    assert state_of(tmp_path, DRAFT) == "shadow"


@pytest.mark.parametrize("again", ["Li Na", " li  na", "LI NA", "Ｌｉ　Ｎａ"])  # noqa: RUF001 - typed in full width
def test_one_person_is_not_two(tmp_path: Path, again: str) -> None:
    """However the name is typed."""
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    put(tmp_path, DRAFT, "live", day=30, evidence=replayed(DRAFT))
    with pytest.raises(LifeError, match="somebody else must approve"):
        put(tmp_path, DRAFT, "live", by=again, day=31)
    assert same_person(again, "Li Na")
    assert not same_person("Li Na", "Li Nan")


def test_a_proposal_ends_with_the_next_move_and_with_another_condition(tmp_path: Path) -> None:
    """An old proposal cannot be approved after the rule moved on, nor for a rule that was edited since."""
    put(tmp_path, LIVE, "retired")
    put(tmp_path, LIVE, "shadow", by="Zhou Min")
    assert put(tmp_path, LIVE, "retired", by="Chen Gang").kind == "proposal"
    edited = replace(LIVE, severity="low")
    assert put(tmp_path, edited, "retired", by="Zhou Min").kind == "proposal"
    assert state_of(tmp_path, LIVE) == "live"


@given(
    st.lists(st.tuples(st.sampled_from(["draft", "shadow", "live", "retired"]), st.integers(0, 90)), max_size=12),
)
def test_nobody_alone_brings_a_rule_to_life(tmp_path_factory: pytest.TempPathFactory, tries: list[Any]) -> None:
    """Whatever one person tries, in whatever order and time, a draft never becomes live, and no live rule leaves."""
    folder, day = tmp_path_factory.mktemp("life"), 0.0
    for after, later in tries:
        day += later
        for rule in (DRAFT, LIVE):
            try:
                put(folder, rule, after, day=day, evidence=replayed(rule))
            except LifeError:
                continue
    assert state_of(folder, DRAFT) != "live"
    assert state_of(folder, LIVE) == "live"


def test_a_rule_suspends_itself_and_one_person_puts_it_back(tmp_path: Path) -> None:
    """It says why; what was used once is not used again."""
    evidence = {"kind": "findings", "until_us": 77, "cleared": 19}
    why = "suspended by itself: 19 of 20 looked at were cleared since 2019-03-01"
    done = suspend(tmp_path, LIVE, why, at=DAY_ONE, rules=RULES, evidence=evidence)
    assert done is not None
    assert (done.kind, done.by) == ("suspension", "mingbai")
    found = in_force(tmp_path, RULES)
    assert (found.of(LIVE.code), found.silent[LIVE.code]) == ("suspended", why)
    assert LIVE.code in found.beside
    assert LIVE.code not in found.resting
    assert suspend(tmp_path, LIVE, why, at=DAY_ONE, rules=RULES, evidence=evidence) is None
    put(tmp_path, LIVE, "live", day=1)
    assert state_of(tmp_path, LIVE) == "live"
    assert seen_until(read(tmp_path)) == {LIVE.code: 77}


def test_a_change_of_the_record_shows(tmp_path: Path) -> None:
    """A line edited, taken out or spoilt, and states that do not exist."""
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    put(tmp_path, DRAFT, "retired", day=1)
    file = tmp_path / FILE
    lines = file.read_text(encoding="utf-8").splitlines()
    edited = json.dumps({**json.loads(lines[0]), "by": "Somebody Else"}, ensure_ascii=False, sort_keys=True)
    for spoilt, says in (
        ([edited, lines[1]], "line 2: the line before it was changed"),
        ([lines[1]], "line 1: the line before it was changed"),
        ([lines[0], lines[1][:-9]], "line 2: cannot be read"),
        ([lines[0].replace('"after": "shadow"', '"after": "ghost"')], "a state draft or ghost"),
    ):
        file.write_text("\n".join(spoilt) + "\n", encoding="utf-8")
        with pytest.raises(LifeError, match=says):
            read(tmp_path)
        with pytest.raises(LifeError):
            put(tmp_path, DRAFT, "draft", day=2)


def test_a_line_half_written_is_no_line(tmp_path: Path) -> None:
    """A crash in the middle of a line leaves the moves before it, and the next move takes its place."""
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"after": "retired", "at": "2026-03-0')
    assert state_of(tmp_path, DRAFT) == "shadow"
    put(tmp_path, DRAFT, "retired", day=1)
    assert [entry.after for entry in read(tmp_path)] == ["shadow", "retired"]


def test_odd_ends_of_lines_in_a_reason(tmp_path: Path) -> None:
    """What Unicode takes for the end of a line neither ends a line of the record nor stays in it."""
    why = "first\u2028second\x85third\nfourth"
    move(tmp_path, DRAFT, "retired", by="Li\u2028Na", why=why, at=DAY_ONE, rules=RULES, shadow_days=0)
    (entry,) = read(tmp_path)
    assert (entry.by, entry.why) == ("Li Na", "first second third fourth")
    assert same_person("Na Li", entry.by)


def test_states_are_kept_by_version(tmp_path: Path) -> None:
    """Every move keeps the states it led to; an edited snapshot is refused; equal states have equal versions."""
    put(tmp_path, DRAFT, "shadow", evidence=replayed(DRAFT))
    first = in_force(tmp_path, RULES)
    put(tmp_path, DRAFT, "retired", day=1)
    second = in_force(tmp_path, RULES)
    assert first.version != second.version
    assert RuleStates.load(tmp_path, first.version) == first
    assert RuleStates.load(tmp_path, second.version) == second
    assert RuleStates.load(tmp_path, RuleStates({}).version) == RuleStates({})
    with pytest.raises(LifeError, match="no states of rules are kept"):
        RuleStates.load(tmp_path, "0123456789")
    path = first.save(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("shadow", "retired"), encoding="utf-8")
    with pytest.raises(LifeError, match="was changed since"):
        RuleStates.load(tmp_path, first.version)


def test_rules_gone_from_the_catalogue_are_left_out(tmp_path: Path) -> None:
    """A retired rule's file may be deleted; its moves stay on record."""
    put(tmp_path, DRAFT, "retired")
    assert in_force(tmp_path, (LIVE,)) == RuleStates({})
    assert RuleStates.at_birth(RULES).standings == {DRAFT.code: Standing("draft", "draft: only a replay runs it")}


def test_who_and_why_must_be_said(tmp_path: Path) -> None:
    """An empty name or reason is none."""
    with pytest.raises(LifeError, match="who moves the rule and why"):
        put(tmp_path, DRAFT, "retired", by="  ")
    with pytest.raises(LifeError, match="without long numbers"):
        move(
            tmp_path, DRAFT, "retired", by="Li Na", why="see payment 210081440", at=DAY_ONE, rules=RULES, shadow_days=0
        )
