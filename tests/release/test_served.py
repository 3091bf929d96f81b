"""A model served through MLflow counts the rules every other scoring counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

from models.registry import root
from models.rules._journal import suspend
from models.rules.catalogue import all_rules
from models.scoring.bundle import load_bundle
from tests.county import Trained


def test_a_suspended_rule_weighs_nothing_where_the_model_is_served(
    trained_county: Trained, record: Path, tmp_path: Path
) -> None:
    """It scores a store by dates; a rule suspended on this record is silent there too, and its weight stays kept."""
    from models._mlflow_model import BundleModel

    trained_county.bundle.save(tmp_path)
    kept = load_bundle(tmp_path)
    worth = dict(zip(kept.rule_codes, kept.rule_weights.tolist(), strict=True))
    rule = max(all_rules(), key=lambda one: worth.get(one.code, 0.0))
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    suspend(root(), rule, "suspended by itself: a test", at=at, rules=all_rules(), evidence={"kind": "findings"})
    served = BundleModel()
    served.load_context(SimpleNamespace(artifacts={"bundle": str(tmp_path)}))
    assert served.bundle.silent[rule.code] == "suspended by itself: a test"
    weights = dict(zip(served.bundle.rule_codes, served.bundle.rule_weights.tolist(), strict=True))
    assert (worth[rule.code] > 0, weights[rule.code]) == (True, 0.0)
