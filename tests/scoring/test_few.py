"""A few payments through recorded programs: the same lines as a payment run gives, to the last digit."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.asof import Ledger, View
from features.asof.live import LiveLedger
from features.contract import TABLES
from models.scoring.bundle import Bundle
from models.scoring.few import Scored, score_few, warm_up
from models.scoring.plan import MOST_ROWS, Plan, plan_of
from models.scoring.policy import Policy
from models.scoring.score import SCHEMA, score_chunk
from tests.county import Int64, Trained, known_at

REQUIRED = {table.name for table in TABLES.values() if table.required}


def by_view(ledger: Ledger, bundle: Bundle, policy: Policy, rows: Int64, at: Int64) -> list[dict[str, Any]]:
    """The lines a payment run gives."""
    found: list[dict[str, Any]] = score_chunk(View(ledger, at, rows), bundle, policy).to_pylist()
    return found


def by_few(trained: Trained, ledger: Ledger, rows: Int64, at: Int64, size: int) -> list[dict[str, Any]]:
    """The lines of calls of `size` payments each."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        found += [asdict(line) for line in score_few(ledger, trained.bundle, trained.policy, rows[part], at[part])]
    return found


def nothing_left(plan: Plan) -> None:
    """Everything was recorded, and no program ever had to stop."""
    assert plan.left == {}
    assert plan.resting_left == {}
    assert plan.stopped == 0


def test_a_line_has_the_columns_of_the_score_table() -> None:
    """Same names, same order."""
    assert [field.name for field in fields(Scored)] == SCHEMA.names


@pytest.mark.parametrize("size", [1, 3, 17])
def test_lines_are_those_of_a_payment_run(trained_county: Trained, size: int) -> None:
    """Hundreds of payments, alerted ones among them: every field, whatever the number asked for together."""
    ledger = trained_county.county.ledger
    rows, at = trained_county.county.between(0.6, 0.7)
    expected = by_view(ledger, trained_county.bundle, trained_county.policy, rows, at)
    assert len(expected) > 300
    assert sum(line["recommendation"] != "release" for line in expected) > 10
    assert {len(line["reasons"]) > 2 for line in expected} == {True, False}
    assert by_few(trained_county, ledger, rows, at, size) == expected
    nothing_left(plan_of(ledger, trained_county.policy, trained_county.bundle.resting))


def test_other_moments_and_many_rows_go_through_a_view(trained_county: Trained) -> None:
    """As of 20 days after submission, and more rows than a program takes: the same lines all the same."""
    ledger = trained_county.county.ledger
    rows, at = (part[: MOST_ROWS + 9] for part in trained_county.county.between(0.7, 0.9))
    for moment in (at, at + 20 * 86_400_000_000):
        expected = by_view(ledger, trained_county.bundle, trained_county.policy, rows, moment)
        assert by_few(trained_county, ledger, rows, moment, len(rows)) == expected
    assert score_few(ledger, trained_county.bundle, trained_county.policy, rows[:0], at[:0]) == []


@pytest.mark.parametrize(
    "lost",
    [{"card_transactions", "kinship"}, {"approvals", "officials", "settlements"}, set(TABLES) - REQUIRED],
    ids=["no card activity", "no approvals", "only what is required"],
)
def test_without_tables(trained_county: Trained, lost: set[str]) -> None:
    """What is not shared is off, and nothing else is computed otherwise."""
    ledger = Ledger({name: table for name, table in trained_county.county.tables.items() if name not in lost})
    rows, at = (part[:120] for part in trained_county.county.between(0.7, 0.8))
    expected = by_view(ledger, trained_county.bundle, trained_county.policy, rows, at)
    assert by_few(trained_county, ledger, rows, at, 5) == expected
    nothing_left(plan_of(ledger, trained_county.policy, trained_county.bundle.resting))


@pytest.mark.no_cover
def test_what_is_appended_is_seen(trained_county: Trained) -> None:
    """Facts of all tables flow in, row by row and in slices: each payment at once as a view sees it, by one plan."""
    tables, cut = trained_county.county.tables, trained_county.county.moment(0.8)
    known = {name: known_at(name, table) for name, table in tables.items()}
    ledger = LiveLedger({name: table.filter(pa.array(known[name] <= cut)) for name, table in tables.items()})
    plan = plan_of(ledger, trained_county.policy, trained_county.bundle.resting)
    later = sorted(
        (int(moment), name, row)
        for name, moments in known.items()
        for row, moment in enumerate(moments)
        if moment > cut
    )
    seen = 0
    for moment, name, row in later[:260]:
        done = ledger.append({name: tables[name].slice(row, 1)})
        if name != "disbursements" or not done.rows:
            continue
        rows = np.array([done.rows[name][0]], dtype=np.int64)
        at = np.array([moment], dtype=np.int64)
        expected = by_view(ledger, trained_county.bundle, trained_county.policy, rows, at)
        assert by_few(trained_county, ledger, rows, at, 1) == expected
        seen += 1
    assert seen > 20
    assert plan.made == 1
    nothing_left(plan)


@pytest.mark.no_cover
def test_a_table_that_comes_makes_the_plan_new(trained_county: Trained) -> None:
    """Notices were never shared; once they are, features over them are on, by a plan recorded anew."""
    tables = trained_county.county.tables
    ledger = LiveLedger({name: table for name, table in tables.items() if name != "notices"})
    rows, at = (part[-30:] for part in trained_county.county.between(0.5, 1.0))
    warm_up(ledger, trained_county.bundle, trained_county.policy)
    plan = plan_of(ledger, trained_county.policy, trained_county.bundle.resting)
    before = by_few(trained_county, ledger, rows, at, 10)
    ledger.append({"notices": tables["notices"]})
    after = by_few(trained_county, ledger, rows, at, 10)
    assert after == by_view(ledger, trained_county.bundle, trained_county.policy, rows, at)
    assert before != after
    now = plan_of(ledger, trained_county.policy, trained_county.bundle.resting)
    assert now is not plan
    nothing_left(now)
    # Whoever still holds the plan of before is not told otherwise: it is recorded anew.
    plan.follow()
    assert plan.made == 2
    nothing_left(plan)


def test_a_ledger_without_payments_has_no_plan(trained_county: Trained) -> None:
    """It says so, instead of recording nothing."""
    ledger = Ledger({name: table.slice(0, 0) for name, table in trained_county.county.tables.items()})
    with pytest.raises(ValueError, match="has none"):
        plan_of(ledger, trained_county.policy)
