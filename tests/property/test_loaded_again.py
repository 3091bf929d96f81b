"""Loading the same rows again, or twice over, changes no score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from features.intake import load
from tests.county import County, Trained, csv_bytes, hand_over, scored


def scores(trained: Trained, county: County) -> bytes:
    """Part of a county scored, as bytes."""
    return csv_bytes(scored(county, trained.bundle, trained.policy, *county.between(0.7, 0.75)))


def test_a_second_load_reads_nothing_and_scores_the_same(trained_county: Trained, tmp_path: Path) -> None:
    """The store stays as it is, file by file."""
    county = hand_over(trained_county.county.tables, tmp_path)
    before = {path.name: path.read_bytes() for path in county.store.glob("*.parquet")}
    report = load(county.folder, county.store)
    assert report.quarantined == 0
    assert {path.name: path.read_bytes() for path in county.store.glob("*.parquet")} == before
    assert scores(trained_county, County(county.folder, county.store)) == scores(trained_county, trained_county.county)


@settings(max_examples=3)
@given(st.integers(0, 2**32 - 1))
def test_rows_handed_over_twice_count_once(trained_county: Trained, seed: int) -> None:
    """Every table with a third of its rows repeated somewhere below."""
    import tempfile

    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "county").mkdir()
        for name, table in trained_county.county.tables.items():
            again = table.filter(pa.array(rng.random(table.num_rows) < 1 / 3))
            pq.write_table(pa.concat_tables([table, again]), Path(folder) / "county" / f"{name}.parquet")
        load(Path(folder) / "county", Path(folder) / "store")
        twice = County(Path(folder) / "county", Path(folder) / "store")
        assert scores(trained_county, twice) == scores(trained_county, trained_county.county)
