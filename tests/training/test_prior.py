"""What invented counties teach: rates of true and innocent hits, and a model for day one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.rules.catalogue import all_rules
from models.scoring.bundle import load_bundle
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.training.prior import county_facts, make, rates
from models.training.rule_weights import BY_SEVERITY
from tests.county import Trained, invent, scored

# They take long, and quicker tests run the same lines: branches are not counted meanwhile.
pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two invented counties with their truth beside them."""
    found = []
    for seed in (31, 32):
        place = tmp_path_factory.mktemp(f"county-{seed}")
        found.append(invent(place, households=250, seed=seed, months=14).folder)
    return found


@pytest.fixture(scope="module")
def read(counties: list[Path]) -> list[tuple[Facts, np.ndarray]]:
    """Facts and truth of both."""
    return [county_facts(county, Policy.load()) for county in counties]


def test_truth_meets_its_payments(read: list[tuple[Facts, np.ndarray]]) -> None:
    """One answer a payment, some irregular."""
    for facts, irregular in read:
        assert len(facts.values) == len(irregular) > 500
    assert sum(int(irregular.sum()) for _, irregular in read) > 0


def test_more_true_hits_raise_the_true_rate(read: list[tuple[Facts, np.ndarray]]) -> None:
    """A rule made to fire on everything irregular and on nothing else, and one made to fire on the honest."""
    precise: list[tuple[Facts, np.ndarray]] = []
    wrong: list[tuple[Facts, np.ndarray]] = []
    for facts, irregular in read:
        for found, hit in ((precise, irregular), (wrong, ~irregular)):
            outcomes = facts.outcomes.copy()
            outcomes[:, 0] = hit
            found.append((replace(facts, outcomes=outcomes), irregular))
    code = all_rules()[0].code
    good, bad = rates(precise)[code], rates(wrong)[code]
    assert good.true_rate > bad.true_rate
    assert good.innocent_rate < bad.innocent_rate


def test_a_rule_that_ran_in_one_county_only_keeps_the_wide_prior(read: list[tuple[Facts, np.ndarray]]) -> None:
    """One county says little about others."""
    assert rates(read[:1])[all_rules()[0].code] == BY_SEVERITY[all_rules()[0].severity]


@pytest.mark.no_cover
def test_what_is_shipped_scores_a_county_it_never_saw(
    counties: list[Path], trained_county: Trained, tmp_path: Path
) -> None:
    """All files are written, and the model of day one works elsewhere."""
    make(tmp_path, counties, Policy.load())
    plain = json.loads((tmp_path / "prior.json").read_text(encoding="utf-8"))
    assert plain["counties"] == 2
    assert set(plain["rates"]) == {rule.code for rule in all_rules()}
    bundle = load_bundle(tmp_path / "prior")
    assert bundle.version == "prior"
    taught = json.loads((tmp_path / "prior_terms.json").read_text(encoding="utf-8"))["terms"]
    assert [term.feature for term in bundle.terms] == [term["feature"] for term in taught]
    county = trained_county.county
    table = scored(county, bundle, trained_county.policy, *county.between(0.7, 0.75))
    assert len(set(table.column("score").to_pylist())) > 3
