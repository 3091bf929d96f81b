"""A county's lists as known at T, and links as civil events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features._world import World
from features.matching import register
from features.matching.as_events import PREFIX, SCHEMA, as_events
from features.matching.link import link
from tests.county import County, hand_over, invent, known_by
from tests.matching.lists import EVERYTHING, county_lists, small


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small invented county."""
    return invent(tmp_path_factory.mktemp("county"), households=600, seed=12, months=18)


def moment(county: County) -> int:
    """A moment by which two thirds of the department rows were known."""
    known = county.ledger.tables["department_rows"].known_at
    return int(known[len(known) * 2 // 3])


def test_rows_and_persons_known_later_change_nothing(county: County, tmp_path: Path) -> None:
    """A county that never heard of them gives the same matches, byte for byte."""
    at = moment(county)
    cut = hand_over(known_by(county.tables, at), tmp_path)
    whole, early = county_lists(county.ledger, at), county_lists(cut.ledger)
    assert whole.left.num_rows < county_lists(county.ledger).left.num_rows
    assert whole.right.num_rows < county_lists(county.ledger).right.num_rows
    assert link(whole, small()).matches.equals(link(early, small()).matches)


def test_the_register_has_each_person_once_with_what_was_before() -> None:
    """The latest version, the last other value before it, nothing from after T."""
    world = World()
    for day, name, village in (
        ("2018-01-01", "旧名", "V1"),
        ("2018-06-01", "新名", "V1"),
        ("2018-09-01", "新名", "V2"),
    ):
        world = world.add(
            "persons", person_id="P9", name=name, division_code=village, phone="1", recorded_at=f"{day}T00:00:00"
        )
    ledger = world.ledger
    found = {row["person_id"]: row for row in register.persons(ledger, EVERYTHING).to_pylist()}["P9"]
    assert (found["name"], found["former_name"]) == ("新名", "旧名")
    assert (found["division_code"], found["former_division"]) == ("V2", "V1")
    assert found["former_phone"] is None
    early = int(ledger.tables["persons"].known_at[-1]) - 1
    then = {row["person_id"]: row for row in register.persons(ledger, early).to_pylist()}["P9"]
    assert (then["division_code"], then["former_division"]) == ("V1", None)
    ids = register.persons(ledger, EVERYTHING).column("person_id").to_pylist()
    assert len(ids) == len(set(ids))


def test_deaths_on_record_are_those_known_by_then() -> None:
    """The day told last; nothing from after T, nothing of other events; rows of lists say a day where they tell of a
    death."""
    world = World().add("persons", person_id="P9", recorded_at="2018-01-01").add("persons", person_id="P8")
    for kind, day, recorded in (
        ("vehicle_bought", "2018-02-01", "2018-02-02"),
        ("death", "2018-03-01", "2018-04-01"),
        ("death", "2018-03-05", "2018-09-01"),
    ):
        world = world.add("civil_events", person_id="P9", kind=kind, effective_on=day, recorded_at=recorded)
    for row, kind in (("R1", "death"), ("R2", "vehicle_bought")):
        world = world.add("department_rows", row_id=row, kind=kind, effective_on="2018-03-01")

    def died(day: str) -> str | None:
        at = int(np.datetime64(day, "us").astype(np.int64))
        found = {row["person_id"]: row["died_on"] for row in register.persons(world.ledger, at).to_pylist()}
        assert set(found) >= {"P9"}
        assert all(other is None for who, other in found.items() if who != "P9")
        return None if found["P9"] is None else str(found["P9"])

    assert [died(day) for day in ("2018-03-20", "2018-05-01", "2018-10-01")] == [None, "2018-03-01", "2018-03-05"]
    rows = {row["row_id"]: row["died_on"] for row in register.department_rows(world.ledger, EVERYTHING).to_pylist()}
    assert (str(rows["R1"]), rows["R2"]) == ("2018-03-01", None)
    nothing = World(without=frozenset({"civil_events"})).add("persons", person_id="P9")
    assert set(register.persons(nothing.ledger, EVERYTHING).column("died_on").to_pylist()) == {None}


def test_a_county_without_lists_says_so() -> None:
    """Nothing to match is not an empty answer."""
    ledger = World(without=frozenset({"department_rows"})).add("persons", person_id="P1").ledger
    with pytest.raises(register.NoListError, match="department_rows"):
        register.department_rows(ledger, EVERYTHING)


def test_only_same_becomes_an_event_and_says_how_sure(county: County) -> None:
    """As many events as rows at `same`, marked as a list's, with basis and confidence."""
    lists = county_lists(county.ledger)
    links = link(lists, small())
    events = as_events(links.matches, lists.left)
    assert events.schema.equals(SCHEMA)
    assert events.num_rows == links.counts["same"] > 0
    assert all(source.startswith(PREFIX) for source in events.column("source").to_pylist())
    assert set(events.column("basis").to_pylist()) == {"number", "details"}
    assert pc.min(events.column("confidence")).as_py() >= small().same_probability
    rows = {row["row_id"]: row for row in lists.left.to_pylist()}
    for event in events.to_pylist():
        row = rows[event["row_id"]]
        assert (event["kind"], event["effective_on"]) == (row["kind"], row["effective_on"])
        assert event["basis"] == "details" or row["id_number"]


def test_a_match_of_an_unknown_row_is_an_error(county: County) -> None:
    """Matches and rows of two counties are not mixed silently."""
    lists = county_lists(county.ledger)
    matches = link(lists, small()).matches
    with pytest.raises(KeyError):
        as_events(matches, lists.left.filter(pa.array([False] * lists.left.num_rows)))
