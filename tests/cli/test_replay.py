"""`mingbai replay` and the life of rules on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Place

CODE = "T01.paid_after_death"


@pytest.fixture
def record(tmp_path: Path) -> dict[str, str]:
    """A record of its own, so that no test moves another's rules."""
    return {"MINGBAI_MLRUNS": str(tmp_path / "mlruns")}


def test_replay_tells_what_a_policy_would_change(place: Place, tmp_path: Path, record: dict[str, str]) -> None:
    """Counts on stdout, everything as JSON, rows gained and lost as a file that agrees with it."""
    policy, told, rows = tmp_path / "ours.toml", tmp_path / "replay.json", tmp_path / "changed.csv"
    policy.write_text("[rules.T33]\nstages_in_one_hand = 2\n[rules.T01]\nmonths_after_death = 12\n", encoding="utf-8")
    answer = place(
        "replay", place.county, "--policy", policy, "--truth", place.truth, "--json", told, "--out", rows,
        "--from", "2018-01-01", **record,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert CODE in answer.out
    assert "Cases against capacity" in answer.out
    assert "T01.months_after_death 1 -> 12" in answer.err
    found = json.loads(told.read_text(encoding="utf-8"))
    with rows.open(encoding="utf-8", newline="") as file:
        changed = list(csv.DictReader(file))
    for rule in found["rules"]:
        assert rule["kind"] == "changed"
        for change in ("gained", "lost"):
            assert sum(r["rule"] == rule["code"] and r["change"] == change for r in changed) == rule[change]
    assert changed, "nothing changes: the test shows nothing"
    assert found["first"] >= "2018-01-01"
    assert found["fingerprint"] in answer.err


def test_replay_refuses_what_makes_no_sense(place: Place, record: dict[str, str]) -> None:
    """An unknown rule, a wrong ending, a range without payments."""
    for words, says in (
        (("--rule", "T99"), "T99"),
        (("--out", "rows.txt"), ".parquet or .csv"),
        (("--from", "2030-01-01", "--to", "2030-02-01"), "nothing was submitted"),
    ):
        answer = place("replay", place.county, "--rules-only", *words, **record)
        assert answer.code == 2, answer.err
        assert says in answer.err


def test_a_live_rule_leaves_by_two_people_and_scores_say_so(
    place: Place, tmp_path: Path, record: dict[str, str]
) -> None:
    """Proposed, approved, shown by `rules states`, named by every score row; in shadow its hits are kept."""
    move = ("rules", "move", CODE, "shadow", "--why", "the village list is being cleaned")
    first = place(*move, "--by", "Li Na", **record)
    assert (first.code, "proposed to become shadow" in first.out) == (0, True)
    assert place(*move, "--by", "li na", **record).code == 2
    second = place(*move, "--by", "Zhou Min", **record)
    assert (second.code, second.out.strip()) == (0, f"{CODE}: live to shadow")
    shown = place("rules", "states", **record)
    assert CODE in shown.out
    assert "Li Na, Zhou Min" in shown.out
    out = tmp_path / "scores.csv"
    scored = place(
        "score", place.county, "--from", "2019-01-01", "--to", "2019-12-31", "--out", out, "--model", "prior", **record
    )
    assert scored.code == 0, scored.err
    assert "1 rules are not live" in scored.err
    with out.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    (why,) = [one["why"] for one in json.loads(row["not_applicable"]) if one["code"] == CODE]
    assert why.startswith("in shadow since ")
    assert place("rules", "states", CODE, **record).err.startswith(f"{CODE} is shadow")


def test_going_live_takes_the_whole_way(place: Place, tmp_path: Path, record: dict[str, str]) -> None:
    """Out of shadow at once: the replay is asked for, then the time in shadow."""
    for name in ("Li Na", "Zhou Min"):
        assert place("rules", "move", CODE, "shadow", "--by", name, "--why", "trial", **record).code == 0
    told = tmp_path / "replay.json"
    back = ("rules", "move", CODE, "live", "--by", "Li Na", "--why", "17 of 20 confirmed")
    answer = place(*back, **record)
    assert answer.code == 2
    assert "takes a replay" in answer.err
    assert place("replay", place.county, "--rule", CODE, "--rules-only", "--json", told, **record).code == 0
    assert json.loads(told.read_text(encoding="utf-8"))["rules"][0]["kind"] == "new"
    answer = place(*back, "--evidence", told, **record)
    assert answer.code == 2
    assert "days in shadow are over" in answer.err
    policy = tmp_path / "ours.toml"
    policy.write_text("[life]\nshadow_days = 0\n", encoding="utf-8")
    answer = place(*back, "--evidence", told, "--policy", policy, **record)
    assert (answer.code, "proposed to become live" in answer.out) == (0, True)
    told.write_text(told.read_text(encoding="utf-8").replace('"hits"', '"hats"', 1), encoding="utf-8")
    other = ("rules", "move", CODE, "live", "--by", "Zhou Min", "--why", "agreed", "--policy", policy)
    assert "was changed since" in place(*other, "--evidence", told, **record).err
    assert place(*other, **record).out.strip() == f"{CODE}: shadow to live"


def test_review_suspends_nothing_without_looks(place: Place, record: dict[str, str]) -> None:
    """A dry run and a real one over the invented county; both say what was looked at."""
    for words in (("--dry-run",), ()):
        answer = place("rules", "review", place.county, "--as-of", "2019-07-01", *words, **record)
        assert answer.code == 0, answer.err
        assert "rules with a look" in answer.out
        assert "0 rules suspended" in answer.out
    assert place("rules", "review", place.county, "--as-of", "1999-01-01", **record).code == 1


def test_a_spoilt_record_is_refused(place: Place, tmp_path: Path, record: dict[str, str]) -> None:
    """A line edited by hand: nothing scores on it, and the message names the line."""
    for name in ("Li Na", "Zhou Min"):
        assert place("rules", "move", CODE, "retired", "--by", name, "--why", "x", **record).code == 0
    file = tmp_path / "mlruns" / "rules.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("Li Na", "Li Ma", 1), encoding="utf-8")
    answer = place("score", place.county, "--from", "2019-01-01", "--to", "2019-01-31", "--out", "s.csv", **record)
    assert answer.code == 2
    assert "line 2" in answer.err
    assert place("rules", "states", **record).code == 2
