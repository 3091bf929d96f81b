"""The commands on a small invented county: files, counts, refusals, and scores that a match may and may not move."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from features.matching.cards.clean_up import SCHEMA as CARDS
from features.matching.duplicates.find import SCHEMA as PAIRS
from simulation import simulate
from tests.cli.conftest import Answer, mingbai

T = "2018-06-01"


@dataclass(frozen=True)
class Here:
    """A working directory with a county."""

    folder: Path

    def __call__(self, *words: str | Path) -> Answer:
        return mingbai(*words, cwd=self.folder)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Here:
    """A county of 300 households over 18 months."""
    folder = tmp_path_factory.mktemp("clean-up")
    simulate(folder / "county", households=300, seed=5, months=18)
    return Here(folder)


def test_cards_writes_the_list_and_the_state(here: Here) -> None:
    answer = here("cards", "county", "--as-of", T, "--out", "cards.parquet", "--by", "village", "--json", "state.json")
    assert answer.code == 0, answer.err
    table = pq.read_table(here.folder / "cards.parquet")
    assert table.schema.names == CARDS.names
    assert table.num_rows > 300
    state = json.loads((here.folder / "state.json").read_text(encoding="utf-8"))
    assert (state["as_of"], state["level"]) == (T, "village")
    own = table.filter(pc.and_(pc.equal(table.column("whose"), "own"), pc.is_null(table.column("closed_on"))))
    assert sum(place["cards"] for place in state["places"]) == own.num_rows
    assert "One household, one card, by village" in answer.out
    again = here("cards", "county", "--as-of", T, "--out", "cards.csv")
    assert again.code == 0
    assert pcsv.read_csv(here.folder / "cards.csv").num_rows == table.num_rows


def test_no_number_of_a_card_or_person_is_printed(here: Here) -> None:
    """Identifiers go to the file that was asked for, and nowhere else."""
    cards = here("cards", "county", "--as-of", T, "--out", "cards.parquet")
    pairs = here("duplicates", "county", "--as-of", T, "--out", "pairs.parquet")
    ids = pq.read_table(here.folder / "cards.parquet", columns=["card_id", "holder_person_id"])
    said = cards.out + cards.err + pairs.out + pairs.err
    assert not [one for column in ids.columns for one in column.to_pylist() if one and one in said]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("cards", "county", "--as-of", T, "--out", "x.txt"), "expected .parquet or .csv"),
        (("cards", "county", "--as-of", T, "--out", "x.csv", "--by", "hamlet"), "expected one of village"),
        (("cards", "county", "--as-of", "soon", "--out", "x.csv"), "expected a date"),
        (("duplicates", "county", "--as-of", T, "--out", "x.csv", "--clear", "0" * 16), "--by NAME and --why TEXT"),
        (
            ("duplicates", "county", "--as-of", T, "--out", "x.csv", "--clear", "0" * 16, "--by", "lin", "--why", "no"),
            "no pair",
        ),
    ],
)
def test_wrong_usage_is_told(here: Here, words: tuple[str, ...], told: str) -> None:
    answer = here(*words)
    assert answer.code == 2
    assert told in answer.err
    assert not (here.folder / words[5]).exists()


def test_a_register_that_was_empty_then(here: Here) -> None:
    answer = here("duplicates", "county", "--as-of", "1999-01-01", "--out", "none.csv")
    assert answer.code == 1
    assert "no person was on the register yet" in answer.err


@pytest.mark.no_cover
def test_duplicates_are_written_and_cleared(here: Here) -> None:
    county = here.folder / "twice"
    simulate(county, households=300, seed=5, months=18)
    path = county / "persons.parquet"
    table = pq.read_table(path)
    ids = table.column("person_id").to_pylist()
    at = next(k for k, one in enumerate(ids) if len(one) == 18 and one[6:8] == "19" and ids.count(one) == 1)
    row = table.slice(at, 1)
    old = pa.array([ids[at][:6] + ids[at][8:17]], row.schema.field("person_id").type)
    pq.write_table(pa.concat_tables([table, row.set_column(0, row.schema.field(0), old)]), path)
    assert table.schema.names[0] == "person_id"
    late = "2019-06-01"
    first = here("duplicates", "twice", "--as-of", late, "--out", "twice.parquet", "--households", "homes.csv")
    assert first.code == 0, first.err
    found = pq.read_table(here.folder / "twice.parquet")
    assert found.schema.names == PAIRS.names
    pair = next(r for r in found.to_pylist() if r["second_person_id"] == ids[at][:6] + ids[at][8:17])
    assert (pair["kind"], pair["decision"], pair["person_id"]) == ("old_form", "same", ids[at])
    clear = ("--clear", pair["pair_id"], "--by", "lin", "--why", "two cousins of one name")
    second = here("duplicates", "twice", "--as-of", late, "--out", "after.parquet", *clear)
    assert second.code == 0, second.err
    assert "1 cleared" in second.err
    after = pq.read_table(here.folder / "after.parquet").column("pair_id").to_pylist()
    assert pair["pair_id"] not in after
    assert len(after) == found.num_rows - 1
    record = next((here.folder / ".mingbai").rglob("*-duplicates.jsonl")).read_text(encoding="utf-8")
    assert ids[at] not in record
    assert here("duplicates", "twice", "--as-of", late, "--out", "kept.parquet").code == 0
    assert pq.read_table(here.folder / "kept.parquet").num_rows == len(after), "it stays cleared"


def test_matches_count_only_once_kept(here: Here) -> None:
    """Scores before, after a match was kept, and after it was taken back: what does not rest on it does not move."""
    window = ("--from", "2018-01-01", "--to", "2018-06-30")
    assert here("score", "county", *window, "--model", "prior", "--out", "before.parquet").code == 0
    assert here("match", "county", "--as-of", "2018-01-01", "--out", "matches.parquet").code == 0
    kept = here("keep-matches", "county", "matches.parquet", "--as-of", "2018-01-01")
    assert kept.code == 0, kept.err
    assert "matches count" in kept.err
    assert here("score", "county", *window, "--model", "prior", "--out", "after.parquet").code == 0
    before, after = (pq.read_table(here.folder / f"{name}.parquet").to_pylist() for name in ("before", "after"))
    moved = [b["disbursement_id"] for b, a in zip(before, after, strict=True) if a["score"] != b["score"]]
    listed = {"T01.named_on_a_death_list", "T01.numbered_on_a_death_list"}
    for row in after:
        codes = {reason["code"] for reason in json.loads(row["reasons"])}
        assert row["disbursement_id"] not in moved or codes & listed or row["recommendation"] == "release"
        assert not {entry["code"] for entry in json.loads(row["not_applicable"])} & listed or "muted" in str(row)
    assert all(listed <= {entry["code"] for entry in json.loads(row["not_applicable"])} for row in before), (
        "nobody had matched the lists"
    )


def test_keeping_matches_refuses_what_it_cannot_use(here: Here) -> None:
    assert here("match", "county", "--as-of", T, "--out", "now.parquet").code == 0
    first = here("keep-matches", "county", "now.parquet", "--as-of", T)
    assert first.code == 0
    earlier = here("keep-matches", "county", "now.parquet", "--as-of", "2017-03-01")
    assert earlier.code == 2
    assert "--anew" in earlier.err
    unknown = here("keep-matches", "county", "now.parquet", "--as-of", "2017-03-01", "--anew")
    assert unknown.code == 1
    assert "match again" in unknown.err
    (here.folder / "other.csv").write_text("row_id,person_id\nR1,P1\n", encoding="utf-8")
    other = here("keep-matches", "county", "other.csv", "--as-of", T)
    assert other.code == 1
    assert "column probability is missing" in other.err
    assert here("match", "county", "--as-of", T, "--out", "now.csv").code == 0
    again = here("keep-matches", "county", "now.csv", "--as-of", T)
    assert again.err == first.err, "the same run again, from the other kind of file"


def test_groups_tell_whom_matching_finds(here: Here) -> None:
    assert here("match", "county", "--as-of", T, "--out", "now.parquet").code == 0
    words = ("groups", "county", "--as-of", T, "--model", "prior", "--no-proxies", "--matches", "now.parquet")
    answer = here(*words, "--matches-truth", "truth-matches.parquet", "--out", "groups")
    assert answer.code == 0, answer.err
    full = json.loads((here.folder / "groups" / "groups.json").read_text(encoding="utf-8"))
    assert {"all", "sex", "women", "age over 80", "name"} == {one["grouping"] for one in full["links"]}
    assert "Who is found on departments' lists" in (here.folder / "groups" / "groups.md").read_text(encoding="utf-8")
    public = json.loads((here.folder / "groups" / "groups-public.json").read_text(encoding="utf-8"))
    for one in public["links"]:
        assert not 0 < one["linked"]["hits"] < 20


@pytest.mark.parametrize("command", ["cards", "duplicates", "keep-matches"])
def test_help_shows_an_example_and_a_word_of_chinese(here: Here, command: str) -> None:
    answer = here(command, "--help")
    assert answer.code == 0
    assert f"mingbai {command} " in answer.out.partition("Options:")[0].partition("Example")[2]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.out)
