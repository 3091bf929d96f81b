"""Whom matching finds, by group: counted by hand on a few rows, and what the public may see of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features._world import World, world
from models.evaluation.groups.link_rates import LinkRates, link_rates
from models.evaluation.intervals import wilson
from models.fairness.links import of_links, public_links

T = int(np.datetime64("2019-07-01", "us").astype(np.int64)) - 8 * 3_600_000_000


def lists() -> World:
    """Five rows: one written with a dot, one about a woman who married in, one about a man of 88, one nobody knows."""
    made = (
        world()
        .add("persons", person_id="P7", name="阿尔·布都", household_id="H7", birth_date="1931-05-01")
        .change("persons", "person_id", "P2", birth_date="1975-07-02")
    )
    rows = (
        ("R1", "阿尔布都", "M", None), ("R2", "李二", None, "1975-07-02"), ("R3", "王一", "M", "1931-03-10"),
        ("R4", "木乃·尔古", "F", None), ("R5", "无名", None, None),
    )  # fmt: skip
    for row, name, sex, born in rows:
        made = made.add(
            "department_rows", row_id=row, name=name, sex=sex, birth_date=born, effective_on="2019-05-01",
            recorded_at="2019-05-02",
        )  # fmt: skip
    return made.add("department_rows", row_id="R6", name="后来", recorded_at="2019-08-01", effective_on="2019-05-01")


TRUTH = {"R1": "P7", "R2": "P2", "R3": "P1", "R4": None, "R5": None, "R6": None}
MATCHES = pa.table(
    {
        "row_id": ["R1", "R2", "R3", "R4"],
        "person_id": ["P7", "P2", "P3", "P5"],
        "decision": ["same", "unsure", "same", "same"],
    }
)


def by_group(found: tuple[LinkRates, ...]) -> dict[tuple[str, str], LinkRates]:
    """Rates by grouping and group."""
    return {(one.grouping, one.group): one for one in found}


def counts(one: LinkRates) -> tuple[tuple[int, int], ...]:
    """(hits, rows) of linked, unsure, found and wrong."""
    return tuple((s.hits, s.rows) for s in (one.linked, one.unsure, one.found, one.wrong) if s is not None)


def test_counted_by_hand_with_truth() -> None:
    found = by_group(link_rates(lists().ledger, MATCHES, T, TRUTH))
    assert counts(found["all", "all"]) == ((3, 5), (1, 5), (1, 3), (2, 3)), "R6 was not known yet"
    assert counts(found["name", "transliterated"]) == ((2, 2), (0, 2), (1, 1), (1, 2)), "the register writes a dot"
    assert counts(found["age over 80", "over 80"]) == ((2, 2), (0, 2), (1, 2), (1, 2))
    assert counts(found["women", "married in"]) == ((0, 1), (1, 1), (0, 1), (0, 0))
    assert found["women", "married in"].wrong is not None
    assert found["women", "married in"].wrong.share is None
    assert found["all", "all"].linked.interval == wilson(3, 5)


def test_without_truth_only_what_can_be_told() -> None:
    found = by_group(link_rates(lists().ledger, MATCHES, T))
    assert counts(found["all", "all"]) == ((3, 5), (1, 5))
    assert not [key for key in found if key[0] == "women"]
    assert counts(found["name", "transliterated"]) == ((2, 2), (0, 2))


def test_a_truth_that_lacks_a_row_is_refused() -> None:
    with pytest.raises(KeyError):
        link_rates(lists().ledger, MATCHES, T, {"R1": "P7"})


def test_nothing_was_matched() -> None:
    found = by_group(link_rates(lists().ledger, MATCHES.slice(0, 0), T, TRUTH))
    assert counts(found["all", "all"]) == ((0, 5), (0, 5), (0, 3), (0, 0))


def test_the_section_and_what_the_public_sees_of_it() -> None:
    found = link_rates(lists().ledger, MATCHES, T, TRUTH)
    section = of_links(found)
    assert len(section.rows) == len(found)
    assert all(len(row) == len(section.header) for row in section.rows)
    assert not of_links(()).texts
    assert public_links(found, 20) == ()
    assert public_links(found, 1) == found
    two = public_links(found, 2)
    assert two == () or all(not 0 < share.hits < 2 for one in two for share in (one.linked, one.unsure))


def test_on_the_shared_county(county_a: Path, tmp_path: Path) -> None:
    """Rates by group add up to those of all where everybody belongs to one of the two."""
    import pyarrow.parquet as pq

    from features.asof import Ledger
    from features.intake import load

    load(county_a, tmp_path)
    ledger = Ledger.open(tmp_path)
    truth = pq.read_table(county_a.parent / "county-a-truth-matches.parquet").to_pydict()
    known = dict(zip(truth["row_id"], truth["person_id"], strict=True))
    perfect = pa.table(
        {
            "row_id": truth["row_id"],
            "person_id": pa.array(truth["person_id"], pa.string()),
            "decision": ["none" if person is None else "same" for person in truth["person_id"]],
        }
    )
    found = by_group(link_rates(ledger, perfect, T, known))
    whole = found["all", "all"]
    assert whole.found is not None
    assert whole.wrong is not None
    assert whole.found.share == 1.0
    assert whole.wrong.hits == 0
    parts = found["name", "without a dot"].linked, found["name", "transliterated"].linked
    assert sum(part.rows for part in parts) == whole.linked.rows
    assert sum(part.hits for part in parts) == whole.linked.hits
