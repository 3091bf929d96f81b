"""`mingbai match` end to end: files, exit codes, and what is never said."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from features.matching.explain import added_up
from features.matching.link import SCHEMA
from tests.cli.conftest import Answer, Place, mingbai
from tests.matching.lists import FEBRL_POLICY, febrl, truth_of


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A county of 600 households."""
    here = Place(tmp_path_factory.mktemp("match"))
    assert here("simulate", here.county, "--households", "600", "--seed", "8", "--months", "12").code == 0
    return here


def read(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def silent(answer: Answer, place: Place) -> None:
    """No number and no name of anybody was said."""
    persons = pq.read_table(place.county / "persons.parquet").to_pydict()
    said = answer.out + answer.err
    assert not [number for number in persons["person_id"] if number in said]
    assert not [name for name in persons["name"] if name and len(name) > 2 and name in said]


def test_match_writes_a_row_for_each_row(place: Place) -> None:
    """With the contract's columns; counts to stdout, the story to stderr, nobody's data to either."""
    answer = place("match", place.county, "--out", "m.parquet", "--json", "m.json")
    assert answer.code == 0, answer.err
    table = pq.read_table(place.folder / "m.parquet")
    assert table.schema.names == SCHEMA.names
    assert set(table.column("row_id").to_pylist()) == set(truth_of(place.folder / "truth-matches.parquet"))
    assert all(added_up(r["agreement"]) == r["log_odds"] for r in table.to_pylist() if r["log_odds"] is not None)
    found = json.loads((place.folder / "m.json").read_text(encoding="utf-8"))
    assert sum(found["rows"].values()) == table.num_rows
    assert found["weights"]["name"]["same"]["weight"] > 0
    silent(answer, place)


def test_a_link_taken_back_stays_away(place: Place) -> None:
    """Also from the next run, which is told nothing; the next best or nobody stands there."""
    assert place("match", place.county, "--out", "before.csv").code == 0
    row = next(r for r in read(place.folder / "before.csv") if r["decision"] == "same")
    undo = ("match", place.county, "--out", "undone.csv", "--undo", row["row_id"])
    assert place(*undo).code == 2
    answer = place(*undo, "--by", "Zhang", "--why", "another person of this name", "--home", "own")
    assert answer.code == 0, answer.err
    silent(answer, place)
    assert place("match", place.county, "--out", "later.csv", "--home", "own").code == 0
    for file in ("undone.csv", "later.csv"):
        after = {r["row_id"]: r for r in read(place.folder / file)}
        assert after[row["row_id"]]["person_id"] != row["person_id"]
    assert place("match", place.county, "--out", "x.csv", "--undo", "nobody", "--by", "Z", "--why", "w").code == 2


def test_review_writes_pairs_and_takes_verdicts(place: Place) -> None:
    """Every verdict right: the line is said; no verdict: the policy's line stays and that is said."""
    assert place("match", "review", place.county, "--sample", "500", "--out", "pairs.csv").code == 0
    truth = truth_of(place.folder / "truth-matches.parquet")
    rows = read(place.folder / "pairs.csv")
    nothing = place("match", place.county, "--review", "pairs.csv", "--out", "r.csv")
    assert nothing.code == 0
    assert "policy's line stays" in nothing.err
    for row in rows:
        row["verdict"] = "same" if truth[row["row_id"]] == row["person_id"] else "different"
    with (place.folder / "judged.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    answer = place("match", place.county, "--review", "judged.csv", "--out", "r.csv")
    assert answer.code == 0, answer.err
    assert "95 % interval" in answer.err
    silent(answer, place)


def test_two_lists_are_matched_by_the_same_command(tmp_path: Path) -> None:
    """CSV on both sides, a policy beside."""
    for name in ("dataset4a.csv", "dataset4b.csv"):
        pcsv.write_csv(febrl(name).slice(0, 800), tmp_path / name)
    asked = ("match", "--left", "dataset4b.csv", "--right", "dataset4a.csv", "--policy", FEBRL_POLICY)
    answer = mingbai(*asked, "--out", "links.csv", cwd=tmp_path)
    assert answer.code == 0, answer.err
    same = [r for r in read(tmp_path / "links.csv") if r["decision"] == "same"]
    assert same
    assert all(r["row_id"].split("-")[1] == r["person_id"].split("-")[1] for r in same)


def test_what_is_known_at_the_moment_counts(place: Place) -> None:
    """An earlier T has fewer rows."""
    whole = pq.read_table(place.county / "department_rows.parquet").num_rows
    assert place("match", place.county, "--as-of", "2017-06-01", "--out", "early.parquet").code == 0
    assert 0 < pq.read_table(place.folder / "early.parquet").num_rows < whole


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--out", "m.csv"), 2),
        (("COUNTY", "--left", "POLICY", "--out", "m.csv"), 2),
        (("--left", "POLICY", "--right", "POLICY", "--out", "m.csv"), 2),
        (("COUNTY", "--out", "m.txt"), 2),
        (("COUNTY", "--out", "m.csv", "--backend", "flink"), 2),
        (("COUNTY", "--out", "m.csv", "--as-of", "yesterday"), 2),
        (("COUNTY", "--out", "m.csv", "--policy", "BAD"), 2),
        (("--left", "POLICY", "--right", "POLICY", "--policy", "POLICY", "--out", "m.csv"), 1),
        (("COUNTY", "--out", "m.csv", "--review", "POLICY"), 1),
    ],
)
def test_wrong_usage_and_unusable_data_end_as_the_contract_says(
    place: Place, words: tuple[str, ...], code: int
) -> None:
    """2 wrong usage, 1 the data cannot be used; a message, no traceback, no file."""
    bad = place.folder / "bad.toml"
    bad.write_text("[matching]\nsame_probabilty = 0.9\n", encoding="utf-8")
    names = {"COUNTY": place.county, "POLICY": FEBRL_POLICY, "BAD": bad}
    answer = place("match", *(names.get(word, word) for word in words))
    assert answer.code == code, answer.err
    assert "Traceback" not in answer.err
    assert not (place.folder / "m.csv").exists()
