"""A model folder: what was saved scores the same, other rules than those in force do no harm, damage is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import models.scoring.facts as scoring_facts
import models.scoring.score as scoring
from models.rules.catalogue import all_rules
from models.scoring.bundle import Bundle, BundleError, Term, load_bundle
from tests.county import Trained, csv_bytes, scored


def some(trained: Trained, bundle: Bundle) -> pa.Table:
    """Scores of a part of the county by a bundle."""
    return scored(trained.county, bundle, trained.policy, *trained.county.between(0.7, 0.75))


def test_saved_and_read_scores_the_same(trained_county: Trained, tmp_path: Path) -> None:
    """Byte for byte, and nothing of the bundle is lost."""
    trained_county.model.save(tmp_path / "model")
    read = load_bundle(tmp_path / "model")
    assert csv_bytes(some(trained_county, read)) == csv_bytes(some(trained_county, trained_county.bundle))
    assert read.notes == trained_county.bundle.notes
    assert read.params == trained_county.bundle.params
    assert read.muted == trained_county.bundle.muted


def test_a_model_from_before_some_rules_still_scores(trained_county: Trained) -> None:
    """A rule the model never heard of weighs nothing; everything else is as before."""
    bundle = trained_county.bundle
    keep = np.arange(len(bundle.rule_codes)) % 3 > 0
    older = replace(
        bundle,
        rule_codes=tuple(c for c, k in zip(bundle.rule_codes, keep, strict=True) if k),
        rule_weights=bundle.rule_weights[keep],
        rule_precision=bundle.rule_precision[keep],
        arrays={**bundle.arrays, "rule_rarity": bundle.arrays["rule_rarity"][keep]},
    )
    new = {c for c, k in zip(bundle.rule_codes, keep, strict=True) if not k}
    now, before = some(trained_county, bundle), some(trained_county, older)
    assert before.num_rows == now.num_rows
    for row in before.to_pylist():
        for reason in json.loads(row["reasons"]):
            assert reason["weight"] == 0 or reason["code"] not in new


def test_a_model_that_knows_more_rules_and_features_still_scores(trained_county: Trained) -> None:
    """Rules and features that are gone add nothing; the score is that of the others."""
    bundle = trained_county.bundle
    newer = replace(
        bundle,
        rule_codes=(*bundle.rule_codes, "T99.not_written_yet"),
        rule_weights=np.append(bundle.rule_weights, 3.0),
        rule_precision=np.append(bundle.rule_precision, 0.9),
        muted=(*bundle.muted,),
        terms=(*bundle.terms, Term("count_not_written_yet", np.array([0.5]), np.array([1.0, 2.0]), 5.0)),
        arrays={**bundle.arrays, "rule_rarity": np.append(bundle.arrays["rule_rarity"], 4.0)},
    )
    assert csv_bytes(some(trained_county, newer)) == csv_bytes(some(trained_county, bundle))


@pytest.mark.parametrize("gone", ["T01", "T25"])
def test_a_typology_taken_out_of_force_costs_only_its_own_rules(
    trained_county: Trained, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """The model was fitted with a typology whose folder is no longer there."""
    rules = tuple(rule for rule in all_rules() if rule.typology != gone)
    for module in (scoring_facts, scoring):
        if hasattr(module, "all_rules"):
            monkeypatch.setattr(module, "all_rules", lambda: rules)
    table = some(trained_county, trained_county.bundle)
    assert table.num_rows > 50
    assert gone not in table.column("typology").to_pylist()


def test_a_model_without_detectors_has_no_anomaly(trained_county: Trained) -> None:
    """An older folder without arrays scores, with anomaly 0."""
    table = some(trained_county, replace(trained_county.bundle, arrays={}))
    assert set(table.column("anomaly").to_pylist()) == {0.0}


@pytest.mark.parametrize("damage", ["no folder", "no json", "half a json", "no arrays"])
def test_a_damaged_folder_is_named(trained_county: Trained, tmp_path: Path, damage: str) -> None:
    """The message says which folder and what to do."""
    folder = tmp_path / "model"
    if damage != "no folder":
        trained_county.model.save(folder)
    if damage == "no json":
        (folder / "bundle.json").unlink()
    if damage == "half a json":
        (folder / "bundle.json").write_text((folder / "bundle.json").read_text()[:200])
    if damage == "no arrays":
        (folder / "arrays.npz").unlink()
    with pytest.raises(BundleError, match="model folder model: cannot be read"):
        load_bundle(folder)
