"""Money is exact from the first byte of a CSV to the fen a feature reads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.asof import Ledger
from features.intake import load
from tests.intake.folders import NOTICE, csv_text, with_table

LARGEST = 10**14
fen = st.one_of(
    st.none(),
    st.integers(0, LARGEST),
    st.integers(0, 100_000),
    # Where binary fractions go wrong: x.x5, x.99, sums that a float would round.
    st.builds(lambda yuan, cents: yuan * 100 + cents, st.integers(0, 10**6), st.sampled_from([5, 15, 29, 57, 99])),
)


def written(amount: int | None) -> str:
    """Yuan with two decimals as a bank writes them."""
    return "" if amount is None else f"{amount // 100}.{amount % 100:02d}"


@settings(max_examples=15)
@given(st.lists(fen, min_size=1, max_size=60))
def test_every_fen_arrives(amounts: list[int | None]) -> None:
    """Each posted amount as whole fen, null where the field was empty, and sums to the fen."""
    rows = [{**NOTICE, "application_id": f"A{k:04d}", "amount": written(a)} for k, a in enumerate(amounts)]
    with tempfile.TemporaryDirectory() as folder:
        report = load(with_table(Path(folder) / "in", "notices", csv_text(rows)), Path(folder) / "store")
        assert report.tables["notices"].quarantined == 0
        ledger = Ledger.open(report.store)
        table = ledger.tables["notices"]
        ids = table.arrow("application_id").to_pylist()
        values = np.array(table.column("amount"))
    found = {i: None if np.isnan(v) else int(v) for i, v in zip(ids, values.tolist(), strict=True)}
    assert found == {f"A{k:04d}": a for k, a in enumerate(amounts)}
    assert np.nansum(values) == sum(a for a in amounts if a is not None)
