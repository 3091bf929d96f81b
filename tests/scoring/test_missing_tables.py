"""What a department does not share costs only what needs it, and the score says which rules were off and why."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.contract import TABLES
from models.rules._rule import Rule
from models.rules.catalogue import all_rules
from models.scoring.cases import build_cases
from models.scoring.policy import Policy
from models.training.calibrate import SHARES_UNSEEN
from models.training.shipped_terms import shipped_terms
from tests.county import County, Trained, eager_policy, hand_over, learn, scored

# They take long, and quicker tests run the same lines: branches are not counted meanwhile.
pytestmark = pytest.mark.no_cover

REQUIRED = {table.name for table in TABLES.values() if table.required}


def without(trained: Trained, folder: Path, lost: set[str]) -> County:
    """The county handed over without some tables."""
    return hand_over({n: t for n, t in trained.county.tables.items() if n not in lost}, folder)


def needs(rule: Rule) -> set[str]:
    """Tables a rule cannot do without."""
    return {need.partition(".")[0] for feature in rule.reads for need in feature.all_needs()}


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "lost",
    [{"dispositions"}, {"card_transactions"}, {"approvals", "officials"}, set(TABLES) - REQUIRED],
    ids=["no findings", "no card activity", "no approvals", "only what is required"],
)
def test_trains_and_scores_without(trained_county: Trained, tmp_path: Path, lost: set[str]) -> None:
    """The rules that need a missing table are named with it, are never among the reasons, and the others run."""
    county = without(trained_county, tmp_path, lost)
    policy = eager_policy() if lost == {"card_transactions"} else Policy.load()
    model = learn(county, policy, trained_county.as_of)
    rows, at = county.between(0.7, 0.8)
    table = scored(county, model.bundle, policy, rows, at)
    assert table.num_rows > 200
    off = {rule.code: needs(rule) & lost for rule in all_rules() if needs(rule) & lost}
    assert len(off) < len(all_rules())
    assert off or lost == {"dispositions"}
    said = {entry["code"]: entry["why"] for entry in json.loads(table.column("not_applicable")[0].as_py())}
    for code, tables in off.items():
        assert "not shared" in said[code]
        assert any(name in said[code] for name in tables), said[code]
    assert not any(code in said and "not shared" in said[code] for code in {r.code for r in all_rules()} - set(off))
    for row in table.to_pylist():
        assert not {reason["code"] for reason in json.loads(row["reasons"])} & set(off)
        assert row["recommendation"] == "release" or json.loads(row["reasons"])
    cases = build_cases(county.ledger, table, int(at.max()), policy)
    flagged = sum(r != "release" for r in table.column("recommendation").to_pylist())
    assert (cases.num_rows > 0) == (flagged > 0)


def test_day_one_says_that_it_is(trained_county: Trained, tmp_path: Path) -> None:
    """Without findings the only learned terms are the shipped ones, in part, and the model's notes say so."""
    county = without(trained_county, tmp_path, {"dispositions"})
    model = learn(county, eager_policy(), trained_county.as_of)
    assert {term.feature for term in model.bundle.terms} == {term.feature for term in shipped_terms()}
    assert model.params["shipped_terms_believed"] == " ".join(f"{share:.3f}" for share in SHARES_UNSEEN)
    assert "too few to train on" in model.bundle.notes[0]
    assert model.proof.folds == ()
    scores = scored(county, model.bundle, eager_policy(), *county.between(0.7, 0.8)).column("score").to_numpy()
    assert len(np.unique(scores)) > 5


def test_a_model_from_elsewhere_scores_a_county_that_shares_less(trained_county: Trained, tmp_path: Path) -> None:
    """Trained on all tables, used where card activity stopped being shared: what is left still says something."""
    county = without(trained_county, tmp_path, {"card_transactions", "complaints"})
    table = scored(county, trained_county.bundle, trained_county.policy, *county.between(0.7, 0.8))
    said = {entry["code"]: entry["why"] for entry in json.loads(table.column("not_applicable")[0].as_py())}
    assert any("card_transactions" in why for why in said.values())
    assert len(set(table.column("score").to_pylist())) > 5
