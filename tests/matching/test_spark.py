"""Spark for real, on a small list: the same levels, weights and decisions as the database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.matching import blocking, store
from features.matching.comparisons import comparison_of
from features.matching.divisions import Divisions
from features.matching.fields import Reader
from features.matching.link import Lists, learn_from, link
from features.matching.spark import SparkComparer
from features.matching.spec import load_spec
from features.matching.undone import Memory
from features.matching.weights import UNIT
from service.work.match_rows import Asked, match
from tests.matching.lists import FEBRL_POLICY, febrl, small
from tests.matching.test_link import ordinary


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_spark_and_the_database_agree() -> None:
    """A Chinese list to the last byte; on febrl4 Splink's own match weights too, within a ten-thousandth."""
    with SparkComparer() as spark:
        # The command's own way, which uses the session that is there and leaves it running.
        asked = Asked(ordinary(), small(), Path("nowhere.jsonl"), Memory())
        assert match(asked, backend="spark").matches.equals(link(ordinary(), small()).matches)
        spec = load_spec(FEBRL_POLICY)
        lists = Lists(febrl("dataset4b.csv").slice(0, 400), febrl("dataset4a.csv").slice(0, 1500))
        with store.opened(2000) as con:
            store.fill(con, Reader(spec, Divisions()), lists.left, lists.right)
            blocking.candidates(con, spec)
            columns = store.columns_of(con)
            model = learn_from(con, spec, tuple(comparison_of(f) for f in spec.fields), columns)
            given = spark.scored(con, model, columns, (0, 400)).sort_by(
                [("unique_id_l", "ascending"), ("unique_id_r", "ascending")]
            )
            compared = spark(con, model, columns, (0, 400))
        assert given.column("unique_id_l").to_pylist() == compared.row.tolist()
        own = model.scores(compared).astype(np.float64)
        for place in range(len(model.comparisons)):
            own -= model.by_value(place, compared)
        theirs = given.column("match_weight").to_numpy() * np.log(2)
        # Ours are rounded to a ten-thousandth for each of nine fields.
        assert np.abs(own / UNIT - theirs).max() < 0.001
