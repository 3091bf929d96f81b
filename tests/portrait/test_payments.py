"""Pages of payments, their sums and peers, against plain Python."""

from __future__ import annotations

from collections import Counter
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.portrait.peers import LEAST_PEERS, compared
from tests.county import County
from tests.portrait import told


@pytest.mark.parametrize("kind", ["person", "card", "household", "official", "village", "program"])
def test_pages_hold_every_payment_once(county: County, kind: str) -> None:
    """Newest first, numbers ascending within one moment, nothing twice and nothing left out; sums are of the same."""
    at = county.moment(0.9)
    column = {"official": "prepared_by", "village": "division_code"}.get(kind, f"{kind}_id")
    rows = [
        row for row in county.tables["disbursements"].to_pylist()
        if row["submitted_at"].timestamp() * 1e6 <= at and row[column] is not None
    ]  # fmt: skip
    most = Counter(row[column] for row in rows).most_common(1)[0][0]
    own = [row for row in rows if row[column] == most]
    want = sorted(own, key=lambda row: (-row["submitted_at"].timestamp(), row["disbursement_id"]))
    found, by_year, by_month, by_item = told.listed(county.ledger, at, kind, most)
    assert found == [row["disbursement_id"] for row in want]
    total = sum(round(row["amount"] * 100) for row in own)
    for sums in (by_year, by_month):
        assert sum(one.payments for one in sums) == len(own)
        assert sum(one.fen for one in sums) == total
        assert [one.key for one in sums] == sorted(one.key for one in sums)
    assert sum(fen for _, _, fen in by_item) == total


@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e6) | st.just(float("nan")), max_size=40))
def test_a_rank_is_the_share_at_or_below(value: float, others: list[float]) -> None:
    """Against plain Python; a histogram counts every peer once, and holds the value."""
    known = [one for one in others if one == one]
    found = compared("amount", "village", value, np.array(others, np.float64))
    if len(known) < LEAST_PEERS:
        assert found is None
        return
    assert found is not None
    assert found.peers == sum(found.counts) == len(known)
    assert len(found.edges) == len(found.counts) + 1
    assert found.edges[0] <= value <= found.edges[-1]
    assert all(low < high for low, high in zip(found.edges, found.edges[1:], strict=False))
    assert found.rank == sum(one <= value for one in known) / len(known)
    assert found.median == pytest.approx(median(known))
