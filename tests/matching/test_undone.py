"""Links taken back stay away until a record changes; the record of them only grows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.matching.link import Links, Lists, link
from features.matching.undone import Cleared, Memory, RecordError, append, read
from tests.matching.lists import by_row, person, row_of, small, tables

AT = "2026-01-02T03:04:05+00:00"
PEOPLE = [person(n) for n in range(60)]


def lists(**changed: str) -> Lists:
    """Thirty rows; row R00 says what is asked."""
    rows = [row_of(PEOPLE[n], f"R{n:02d}") for n in range(30)]
    rows[0] = {**rows[0], **changed}
    return tables(rows, PEOPLE)


def cleared(asked: Lists) -> tuple[Links, Memory]:
    """The links, and the memory after R00 was taken back."""
    links = link(asked, small(), asked=frozenset({"R00"}))
    who, left, right = links.prints["R00"]
    assert who == by_row(links)["R00"]["person_id"] == PEOPLE[0]["person_id"]
    return links, Memory((Cleared("R00", left, right, "Zhang", "another person", AT),))


def test_a_cleared_pair_is_not_found_again_and_others_are() -> None:
    """Nor is it shown as the best candidate."""
    links, memory = cleared(lists())
    again = link(lists(), small(), memory=memory)
    assert again.cleared == 1
    assert by_row(again)["R00"]["person_id"] != PEOPLE[0]["person_id"]
    for n in range(1, 30):
        assert by_row(again)[f"R{n:02d}"]["person_id"] == by_row(links)[f"R{n:02d}"]["person_id"]


def test_a_changed_row_is_looked_at_again() -> None:
    """A new fact about the row is a new question."""
    _, memory = cleared(lists())
    again = link(lists(phone=PEOPLE[0]["phone"]), small(), memory=memory)
    assert again.cleared == 0
    assert by_row(again)["R00"]["person_id"] == PEOPLE[0]["person_id"]


def test_a_changed_person_is_looked_at_again() -> None:
    """So is one about the person; other persons and their order do not matter."""
    _, memory = cleared(lists())
    rows = lists().left.to_pylist()
    moved = [{**PEOPLE[0], "former_phone": "16499999999"}, *PEOPLE[1:]]
    assert link(tables(rows, moved), small(), memory=memory).cleared == 0
    assert link(tables(rows[::-1], [*PEOPLE[::-1], person(70)]), small(), memory=memory).cleared == 1


def test_the_record_grows_and_names_no_person(tmp_path: Path) -> None:
    """Line by line, earlier ones untouched, without name or number."""
    file = tmp_path / "deep" / "undone.jsonl"
    assert not read(file).any
    _, memory = cleared(lists())
    append(file, memory.entries[0])
    first = file.read_bytes()
    append(file, Cleared("R01", "a", "b", "Li", "同名", AT))
    assert file.read_bytes().startswith(first)
    assert read(file).entries[0] == memory.entries[0]
    text = file.read_text(encoding="utf-8")
    assert PEOPLE[0]["person_id"] not in text
    assert PEOPLE[0]["name"] not in text


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", " ")])
def test_nobody_or_no_reason_is_refused(tmp_path: Path, by: str, why: str) -> None:
    """And nothing is written."""
    with pytest.raises(ValueError, match="who does it and why"):
        append(tmp_path / "u.jsonl", Cleared("R1", "a", "b", by, why, AT))
    assert not (tmp_path / "u.jsonl").exists()


@pytest.mark.parametrize("line", ["{", '{"row_id": "R1"}', "[]", "7"])
def test_a_spoilt_record_is_named_by_line(tmp_path: Path, line: str) -> None:
    """A record that cannot be read must not bring cleared links back silently."""
    file = tmp_path / "undone.jsonl"
    append(file, Cleared("R1", "a", "b", "Li", "x", AT))
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"undone\.jsonl, line 2"):
        read(file)


def test_prints_are_only_of_rows_asked_about() -> None:
    """A row without a candidate has none."""
    rows = [*lists().left.to_pylist(), row_of(PEOPLE[0], "E", name=None, sex=None, birth_date=None, division_code=None)]
    found = link(tables(rows, PEOPLE), small(), asked=frozenset({"R03", "E", "nobody"}))
    assert set(found.prints) == {"R03"}
    assert json.dumps(found.prints["R03"])
