"""A review by people: what they are shown, and the line their verdicts bear out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.asof import Ledger
from features.intake import load
from features.matching.link import Links, Lists, link
from features.matching.review import ReviewError, draw, judge
from features.matching.spec import load_spec
from simulation import simulate
from tests.matching.lists import county_lists, truth_of

Truth = dict[str, str | None]


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lists, Links, Truth]:
    """A county's lists, matched, and who is meant."""
    folder = tmp_path_factory.mktemp("review")
    simulate(folder / "county", households=3000, seed=5, months=12)
    lists = county_lists(Ledger.open(load(folder / "county", folder / "store").store))
    return lists, link(lists, load_spec()), truth_of(folder / "truth-matches.parquet")


def filled(pairs: pa.Table, verdict: Callable[[dict[str, str]], str]) -> pa.Table:
    """The pairs with a verdict each."""
    said = pa.array([verdict(row) for row in pairs.to_pylist()], pa.string())
    return pairs.set_column(pairs.column_names.index("verdict"), "verdict", said)


def test_pairs_stand_for_all_and_show_both_sides(matched: tuple[Lists, Links, Truth]) -> None:
    """Weights add up to the rows with a candidate; the same pairs are drawn again."""
    lists, links, _ = matched
    pairs = draw(links, load_spec(), lists.left, lists.right, 100)
    there = int(np.asarray(links.persons.is_valid()).sum())
    assert 80 <= pairs.num_rows <= 110
    assert sum(pairs.column("weight").to_pylist()) == pytest.approx(there)
    assert {"row_name", "person_name", "row_birth", "person_birth", "verdict"} <= set(pairs.column_names)
    assert draw(links, load_spec(), lists.left, lists.right, 100).equals(pairs)
    unsure = sum(0.02 < p < 0.99 for p in links.matches.column("probability").to_pylist())
    drawn = sum(0.02 < p < 0.99 for p in pairs.column("probability").to_pylist())
    assert drawn / max(1, unsure) >= pairs.num_rows / there, "unsettled pairs are drawn more densely"


def test_true_verdicts_choose_a_line_that_holds(matched: tuple[Lists, Links, Truth]) -> None:
    """By all verdicts the line is 0.99 right, with an interval that says how sure."""
    lists, links, truth = matched
    pairs = draw(links, load_spec(), lists.left, lists.right, 10_000)
    line = judge(links, filled(pairs, lambda r: "same" if truth[r["row_id"]] == r["person_id"] else "different"))
    assert line is not None
    assert line.enough
    assert line.low <= line.precision <= line.high
    linked = [
        (truth[row], person)
        for row, person, p in zip(
            links.matches.column("row_id").to_pylist(),
            links.persons.to_pylist(),
            links.matches.column("probability").to_pylist(),
            strict=True,
        )
        if p >= line.probability
    ]
    assert np.mean([a == b for a, b in linked]) >= 0.99


def test_few_verdicts_are_said_to_be_few(matched: tuple[Lists, Links, Truth]) -> None:
    """Ten right answers do not bear out 99 in a hundred."""
    lists, links, _ = matched
    line = judge(links, filled(draw(links, load_spec(), lists.left, lists.right, 12), lambda _: "same"))
    assert line is not None
    assert not line.enough
    assert line.low < 0.96


def test_wrong_links_leave_no_line(matched: tuple[Lists, Links, Truth]) -> None:
    """And unclear ones count as wrong; without a verdict there is nothing to say."""
    lists, links, _ = matched
    pairs = draw(links, load_spec(), lists.left, lists.right, 100)
    assert judge(links, filled(pairs, lambda _: "different")) is None
    assert judge(links, filled(pairs, lambda _: "Unclear ")) is None
    assert judge(links, pairs) is None


def test_pairs_that_are_no_longer_best_do_not_count(matched: tuple[Lists, Links, Truth]) -> None:
    """A verdict about somebody else says nothing about this link."""
    lists, links, _ = matched
    pairs = filled(draw(links, load_spec(), lists.left, lists.right, 100), lambda _: "same")
    others = pa.array(["somebody else"] * pairs.num_rows)
    assert judge(links, pairs.set_column(pairs.column_names.index("person_id"), "person_id", others)) is None


def test_verdicts_that_cannot_be_read_are_named_without_quoting(matched: tuple[Lists, Links, Truth]) -> None:
    """Line and column, not what stood there."""
    lists, links, _ = matched
    pairs = draw(links, load_spec(), lists.left, lists.right, 20)
    with pytest.raises(ReviewError, match="line 2, verdict") as caught:
        judge(links, filled(pairs, lambda r: f"yes {r['row_name']}"))
    assert str(pairs.column("row_name")[0]) not in str(caught.value)
    with pytest.raises(ReviewError, match="'weight'"):
        judge(links, pairs.drop_columns(["weight"]))


def test_a_spreadsheet_runs_nothing(matched: tuple[Lists, Links, Truth], tmp_path: Path) -> None:
    """Names that begin like a formula get an apostrophe; identifiers, on which the review is joined, do not."""
    lists, links, _ = matched
    name = lists.left.column_names.index("name")
    hostile = lists.left.set_column(name, "name", pa.array(["=HYPERLINK(1)"] * lists.left.num_rows))
    pairs = draw(links, load_spec(), hostile, lists.right, 20)
    assert set(pairs.column("row_name").to_pylist()) == {"'=HYPERLINK(1)"}
