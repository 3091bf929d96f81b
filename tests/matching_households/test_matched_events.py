"""Matches with a clock of their own: what was scored before stays, whatever a later run decides."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features._world import World, world
from features.asof import Ledger, View
from features.intake import load
from features.matching.matched_events import (
    SCHEMA,
    EarlierMomentError,
    Record,
    forget_record,
    kept,
    read_record,
    write_record,
)
from models.rules._rule import Outcome
from models.rules.catalogue import default_settings
from models.rules.t01.named_on_a_death_list import RULE as NAMED
from models.rules.t01.numbered_on_a_death_list import RULE as NUMBERED
from tests.intake.folders import required

HOURS_8 = 8 * 3_600_000_000
NOTHING = Record(SCHEMA.empty_table())
BY_NAME = json.dumps({"id_number": {"level": "unknown", "weight": 0.0}, "name": {"level": "same", "weight": 8.0}})
BY_NUMBER = json.dumps({"id_number": {"level": "old_form", "weight": 9.0}})


def at(day: str) -> int:
    """The start of a local day, microseconds UTC."""
    return int(np.datetime64(day, "us").astype(np.int64)) - HOURS_8


def listed() -> World:
    """Three rows of lists, of which two were known by March 2019."""
    made = world()
    for row, recorded in (("R1", "2019-02-01"), ("R2", "2019-02-15"), ("R3", "2019-05-01")):
        made = made.add("department_rows", row_id=row, recorded_at=recorded, effective_on="2019-01-10")
    return made.paid("P1", at="2019-04-20", period="2019-04")


def matches(*found: tuple[str, str | None], agreement: str = BY_NAME) -> pa.Table:
    """Matches as the command writes them: (row, person), None where nobody is `same`."""
    return pa.table(
        {
            "row_id": pa.array([row for row, _ in found], pa.string()),
            "person_id": pa.array([person for _, person in found], pa.string()),
            "decision": pa.array(["none" if person is None else "same" for _, person in found], pa.string()),
            "log_odds": [9.5] * len(found),
            "probability": [0.999] * len(found),
            "agreement": pa.array([agreement] * len(found), pa.string()),
        }
    )


def seen(made: World, record: Record, moment: str) -> dict[str, str]:
    """Row to person of the matches that stand at a moment, through the ledger."""
    sources = {
        name: pa.table({column.name: table.raw(column.name) for column in table.schema.columns})
        for name, table in made.ledger.tables.items()
    }
    ledger = Ledger({**sources, "matched_events": record.table})
    people = ledger.vocabulary("person")
    view = View(ledger, np.full(len(people), at(moment)), None, {"person_id": np.arange(len(people))})
    pairs = view.match("matched_events", "person_id")
    rows = ledger.vocabulary("row").decode(pairs["row_id"])
    return {str(row): str(who) for row, who in zip(rows, people.decode(pairs.query.astype(np.int64)), strict=True)}


def test_a_match_is_known_when_row_and_person_were() -> None:
    made = listed().add("persons", person_id="P9", name="新人", recorded_at="2019-03-10")
    record = kept(made.ledger, matches(("R1", "P1"), ("R2", "P9")), at("2019-04-01"), NOTHING).record
    assert seen(made, record, "2019-01-31") == {}
    assert seen(made, record, "2019-02-02") == {"R1": "P1"}
    assert seen(made, record, "2019-03-01") == {"R1": "P1"}, "P9 was not on the register yet"
    assert seen(made, record, "2019-03-11") == {"R1": "P1", "R2": "P9"}


def test_a_match_that_a_registered_death_settled_is_known_when_the_death_was() -> None:
    """R1 told on 1 February of a death that another department recorded on the 20th: the namesakes were one until then.
    What is on record about the others has no one clock: such a match counts from the run on."""
    made = listed().add(
        "civil_events", person_id="P1", kind="death", effective_on="2019-01-10", recorded_at="2019-02-20"
    )
    own = {"died": {"level": "same", "weight": 6.0}, "stranger": {"level": "settled", "weight": -5.0}}
    others = {**own, "died": {"level": "unknown", "weight": 0.0}}
    fits = {**own, "stranger": {"level": "as_likely", "weight": -6.0}}
    for said, day, before in ((own, "2019-02-21", "2019-02-19"), (others, "2019-03-01", "2019-02-28"),
                              (fits, "2019-02-02", "2019-01-31")):  # fmt: skip
        found = matches(("R1", "P1"), agreement=json.dumps(said))
        record = kept(made.ledger, found, at("2019-03-01"), NOTHING).record
        assert seen(made, record, before) == {}
        assert seen(made, record, day) == {"R1": "P1"}


def test_a_later_run_counts_from_its_moment_on() -> None:
    made = listed()
    first = kept(made.ledger, matches(("R1", "P1"), ("R2", None)), at("2019-03-01"), NOTHING)
    again = kept(made.ledger, matches(("R1", "P3"), ("R2", "P4"), ("R3", "P5")), at("2019-06-01"), first.record)
    assert (again.new, again.changed, again.taken_back, again.standing) == (2, 1, 0, 3)
    for day in ("2019-02-02", "2019-03-01", "2019-05-31"):
        now = {row: who for row, who in seen(made, again.record, day).items() if row != "R3"}
        assert now == seen(made, first.record, day) == {"R1": "P1"}
    assert seen(made, again.record, "2019-05-02")["R3"] == "P5", "new rows are known from their own moment"
    assert seen(made, again.record, "2019-06-01") == {"R1": "P3", "R2": "P4", "R3": "P5"}


def test_a_match_taken_back_is_gone_from_then_on() -> None:
    made = listed()
    first = kept(made.ledger, matches(("R1", "P1")), at("2019-03-01"), NOTHING).record
    gone = kept(made.ledger, matches(("R1", None)), at("2019-04-01"), first)
    assert (gone.taken_back, gone.standing) == (1, 0)
    assert seen(made, gone.record, "2019-03-15") == {"R1": "P1"}
    assert seen(made, gone.record, "2019-04-01") == {}
    back = kept(made.ledger, matches(("R1", "P1")), at("2019-05-01"), gone.record)
    assert seen(made, back.record, "2019-04-15") == {}
    assert seen(made, back.record, "2019-05-01") == {"R1": "P1"}


def test_the_same_run_again_changes_nothing_and_an_earlier_one_is_refused() -> None:
    made = listed()
    first = kept(made.ledger, matches(("R1", "P1")), at("2019-03-01"), NOTHING).record
    assert kept(made.ledger, matches(("R1", "P1")), at("2019-03-01"), first).record == first
    assert kept(made.ledger, matches(("R1", "P1")), at("2019-04-01"), first).record.table.equals(first.table)
    other = kept(made.ledger, matches(("R1", "P3")), at("2019-03-01"), first).record
    assert seen(made, other, "2019-03-01") == {"R1": "P3"}, "the run of a moment is made again, not added to"
    with pytest.raises(EarlierMomentError):
        kept(made.ledger, matches(("R1", "P1")), at("2019-02-20"), first)


def test_what_was_not_known_at_the_moment_is_refused_without_naming_anybody() -> None:
    made = listed()
    for wrong in (("R3", "P1"), ("R1", "P99")):
        with pytest.raises(KeyError) as told:
            kept(made.ledger, matches(wrong), at("2019-03-01"), NOTHING)
        assert wrong[0] not in str(told.value)
        assert wrong[1] not in str(told.value)


@given(st.lists(st.dictionaries(st.sampled_from(["R1", "R2"]), st.sampled_from(["P1", "P3", None])), max_size=4))
def test_history_is_never_rewritten(runs: list[dict[str, str | None]]) -> None:
    """After each run every earlier moment sees what it saw before."""
    made, record = listed(), NOTHING
    days = [f"2019-03-0{k + 1}" for k in range(4)]
    before: dict[str, dict[str, str]] = {}
    for day, run in zip(days, runs, strict=False):
        record = kept(made.ledger, matches(*run.items()), at(day), record).record
        assert seen(made, record, day) == {row: who for row, who in run.items() if who is not None}
        for earlier, what in before.items():
            assert seen(made, record, earlier) == what
        before[day] = seen(made, record, day)


def test_a_number_that_agrees_is_more_than_a_name() -> None:
    made = listed()
    rows = made.ledger.tables["disbursements"].arrow("disbursement_id").to_pylist()
    assert len(rows) == 1
    for agreement, fires, quiet in ((BY_NAME, NAMED, NUMBERED), (BY_NUMBER, NUMBERED, NAMED)):
        record = kept(made.ledger, matches(("R1", "P1"), agreement=agreement), at("2019-03-01"), NOTHING).record
        told = {name: str(value) for name, value in record.table.to_pylist()[0].items()}
        recorded = told.pop("recorded_at").replace(" ", "T")
        view = made.add("matched_events", **told, recorded_at=recorded).view()
        assert Outcome(int(fires.evaluate(view, default_settings())[0])) is Outcome.FIRED
        assert Outcome(int(quiet.evaluate(view, default_settings())[0])) is Outcome.QUIET


def test_it_lies_in_the_store_and_a_reload_leaves_it_alone(tmp_path: Path) -> None:
    folder, store = required(tmp_path / "data"), tmp_path / "store"
    load(folder, store)
    assert not Ledger.open(store).has("matched_events")
    record = kept(listed().ledger, matches(("R1", "P1")), at("2019-03-01"), NOTHING).record
    write_record(store, record)
    load(folder, store)
    assert read_record(store) == record
    ledger = Ledger.open(store)
    assert ledger.has("matched_events.log_odds")
    assert ledger.tables["matched_events"].rows == 1
    assert forget_record(store)
    assert not forget_record(store)
    assert read_record(store).runs == ()


def test_a_version_replaces_another_whatever_the_codes_beside_it() -> None:
    """As many rows as codes is no sign that every key stands once: other tables hold keys of their own."""
    made = listed().listed("P1", on="2019-01-10", recorded="2019-03-01", row="R5")
    made = made.listed(None, on="2019-01-10", recorded="2019-04-01", row="R5")
    table = made.ledger.tables["matched_events"]
    for extra in range(8):
        wider = made
        for k in range(extra):
            wider = wider.add("department_rows", row_id=f"X{k}", recorded_at="2018-01-01")
        replaced = wider.ledger.tables["matched_events"].superseded_at
        assert replaced[0] == table.known_at[1], f"{extra} other rows"
