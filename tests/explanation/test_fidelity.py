"""Removing what an explanation names lowers the score, by what it says; removing other facts does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.asof import View
from models.explanation.explain import Explainer
from models.explanation.fidelity import measure, silenced
from models.rules._rule import Outcome
from models.scoring.combine import judge
from models.scoring.facts import gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import labels_at
from models.training.train import reference_rows
from tests.county import County, Trained
from tests.explanation.conftest import Explained


def test_named_facts_lower_the_score_by_what_they_say(explained: Explained) -> None:
    trained = explained.trained
    found = measure(
        trained.county.ledger, trained.bundle, explained.facts, explained.rows, explained.at, explained.told
    )
    assert found.payments == len(explained.told)
    assert found.facts >= found.payments
    assert found.opposite == 0
    assert found.worst_gap < 1e-9
    assert found.named_drop > 1.0
    assert found.random_drop < 0.1 * found.named_drop
    assert found.promised == found.counterfactuals > 0


def test_a_wrong_explanation_is_noticed(explained: Explained) -> None:
    """The measure can fail: explanations of the wrong payments promise what does not happen."""
    trained = explained.trained
    turned = [*explained.told[1:], explained.told[0]]
    found = measure(trained.county.ledger, trained.bundle, explained.facts, explained.rows, explained.at, turned)
    assert found.opposite > 0
    assert found.worst_gap > 0.1
    with pytest.raises(ValueError, match="of the same payments"):
        measure(trained.county.ledger, trained.bundle, explained.facts, explained.rows, explained.at, turned[:1])


def test_every_alert_of_a_rule_alone_names_it(explained: Explained) -> None:
    """With all learned terms gone, what is named are rules, and without them the score is the base."""
    bundle = replace(explained.trained.bundle, terms=())
    explainer = Explainer(explained.trained.county.ledger, bundle, explained.trained.policy)
    for k in range(0, len(explained.rows), 4):
        told = explainer.one(int(explained.rows[k]), int(explained.at[k]))
        assert {fact.kind for fact in told.named} <= {"rule"}
        own = explained.facts.part(np.array([k]))
        left = judge(silenced(own, {fact.code: fact.quiet for fact in told.named}), bundle)
        assert left.log_odds[0] == pytest.approx(told.base)


def test_silencing_touches_only_what_it_names(explained: Explained) -> None:
    facts = explained.facts
    fact = explained.told[0].named[0]
    quiet = silenced(facts, {fact.code: fact.quiet})
    columns = [k for k, rule in enumerate(facts.rules) if rule.typology == fact.code.partition(".")[0]]
    others = np.setdiff1d(np.arange(len(facts.rules)), columns)
    np.testing.assert_array_equal(quiet.outcomes[:, others], facts.outcomes[:, others])
    assert not (quiet.outcomes[:, columns] == Outcome.FIRED).any() or fact.kind == "feature"
    named = [k for k, feature in enumerate(facts.features) if feature.name == fact.code]
    np.testing.assert_array_equal(np.delete(quiet.values, named, axis=1), np.delete(facts.values, named, axis=1))


@pytest.mark.slow
def test_on_the_shared_county(county_a: Path, tmp_path: Path) -> None:
    """The same on the alerts of two months of the shared county, by a model trained before them."""
    from features.intake import load

    load(county_a, tmp_path / "store")
    county, policy = County(county_a, tmp_path / "store"), Policy.load()
    moment = county.moment(0.8)
    past = reference_rows(county.ledger, moment)
    bundle = fit(gather(county.ledger, past, policy), labels_at(county.ledger, past, moment), policy, quick=True)
    rows, at = county.between(0.8, 0.87)
    facts = gather(county.ledger, rows, policy)
    alert = judge(facts, bundle).probability >= bundle.line
    told = Explainer(county.ledger, bundle, policy).many(rows[alert], at[alert])
    found = measure(county.ledger, bundle, facts.part(alert), rows[alert], at[alert], told)
    assert found.payments >= 20
    assert found.opposite == 0
    assert found.worst_gap < 1e-9
    assert found.random_drop < 0.1 * found.named_drop
    assert found.promised == found.counterfactuals


def test_explaining_reads_what_scoring_reads(trained_county: Trained, explained: Explained) -> None:
    """The facts an explanation rests on are those of the score, whether looked at alone or among others."""
    row, at = explained.rows[:1], explained.at[:1]
    view = View(trained_county.county.ledger, at, row)
    for fact in explained.told[0].named:
        feature = next((f for f in explained.facts.features if f.name == fact.code), None)
        if feature is not None:
            value = fact.comparisons[0].value
            assert value is not None
            assert value == feature.of(view)[0]
