"""Every feature: its cases, its name, its words, and what later knowledge and row order may not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features._feature import Feature
from features.asof import Pairs
from features.catalogue import all_features, feature_files

UNITS = ("days_", "count_", "share_", "yuan_", "is_", "ratio_", "seconds_", "quantity_", "score_", "years_")


def test_as_many_features_as_files() -> None:
    assert len(all_features()) == len(feature_files())


@pytest.mark.parametrize("feature", all_features(), ids=lambda f: f.name)
class TestFeature:
    def test_cases(self, feature: Feature) -> None:
        assert len(feature.cases) >= 2
        for case in feature.cases:
            value = float(feature.of(case.world.view())[0])
            expected = float("nan") if case.expect is None else case.expect
            assert np.isclose(value, expected, atol=case.tolerance, equal_nan=True), f"{case.situation}: {value}"

    def test_off_when_a_need_is_missing(self, feature: Feature) -> None:
        for need in feature.all_needs():
            view = feature.cases[0].world.lacking(need).view()
            assert feature.off(view) == (need,) or need in feature.off(view)
            assert np.isnan(feature.of(view)).all()

    def test_words(self, feature: Feature) -> None:
        assert feature.name.startswith(UNITS)
        assert all(feature.title)
        assert any("\u4e00" <= ch <= "\u9fff" for ch in feature.title[0])

    def test_later_rows_change_nothing(self, feature: Feature) -> None:
        for case in feature.cases:
            before = float(feature.of(case.world.view())[0])
            person = "P1"
            noisy = (
                case.world.died(person, on="2000-01-01", recorded="2031-01-01")
                .add("card_events", card_id="C1", at="2031-01-01", kind="frozen")
                .paid(person, at="2031-01-01", disbursement_id="LATER")
                .add("settlements", disbursement_id="LATER", at="2031-02-01")
                .about(str(case.world.focus))
            )
            after = float(feature.of(noisy.view())[0])
            assert np.isclose(before, after, equal_nan=True), case.situation

    def test_row_order_changes_nothing(self, feature: Feature) -> None:
        for case in feature.cases:
            turned = replace(case.world, rows=tuple(reversed(case.world.rows)), _cache={})
            assert np.isclose(
                float(feature.of(case.world.view())[0]), float(feature.of(turned.view())[0]), equal_nan=True
            ), case.situation

    def test_evidence_exists(self, feature: Feature) -> None:
        if feature.rests_on is None:
            return
        for case in feature.cases:
            view = case.world.view()
            if feature.off(view):
                continue
            rests = feature.rests_on(view)
            for pairs in (rests,) if isinstance(rests, Pairs) else rests:
                keys = view.ledger.tables[pairs.table].evidence(pairs.row)
                assert all(key.startswith(f"{pairs.table}:") and len(key) > len(pairs.table) + 1 for key in keys)
