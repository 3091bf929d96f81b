"""A rule that is not live leaves the score and says why; put back, it is as before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from features.asof import View
from models.replay.beside import hits_beside, keep_hits, kept_hits, precision_beside
from models.rules._life import RuleStates, Standing
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules
from models.scoring.bundle import load_bundle
from models.scoring.facts import facts_of
from models.scoring.in_force import UNKNOWN, with_states
from models.training.train import train
from tests.county import Trained, hand_over, scored

Int64 = NDArray[np.int64]
WHY = "suspended by itself: 19 of 20 looked at were cleared since 2019-03-01"


@pytest.fixture(scope="module")
def payments(trained_county: Trained) -> Int64:
    """The last 40 % of the county's payments."""
    return trained_county.county.between(0.6, 1.0)[0]


@pytest.fixture(scope="module")
def leading(trained_county: Trained, payments: Int64) -> Rule:
    """The rule that is most often a reason with a weight."""
    counts: dict[str, int] = {}
    for reasons in said(trained_county, RuleStates({}), payments).column("reasons").to_pylist():
        for reason in json.loads(reasons):
            if reason["kind"] != "model" and reason["weight"] > 0:
                counts[reason["code"]] = counts.get(reason["code"], 0) + 1
    code = max(counts, key=lambda one: (counts[one], one))
    return next(rule for rule in all_rules() if rule.code == code)


def said(trained: Trained, states: RuleStates, payments: Int64) -> pa.Table:
    """Scores under some states."""
    at = trained.county.submitted[payments]
    return scored(trained.county, with_states(trained.bundle, states), trained.policy, payments, at)


@pytest.mark.parametrize("state", ["suspended", "shadow", "draft", "retired"])
def test_a_rule_that_is_not_live_is_no_reason_and_says_why(
    trained_county: Trained, payments: Int64, leading: Rule, state: str
) -> None:
    """Its weight is gone, its words are gone, `not_applicable` names it; other payments keep their score."""
    states = RuleStates({}).changed(leading.code, Standing(state, WHY))  # type: ignore[arg-type]
    before, after = said(trained_county, RuleStates({}), payments), said(trained_county, states, payments)
    assert not any(leading.code in reasons for reasons in after.column("reasons").to_pylist())
    assert any(leading.code in reasons for reasons in before.column("reasons").to_pylist())
    told = json.loads(after.column("not_applicable")[0].as_py())
    assert {"code": leading.code, "why": WHY} in told
    facts = facts_of(View.before_payment(trained_county.county.ledger, payments), trained_county.policy)
    fired = facts.fired()[:, [rule.code for rule in facts.rules].index(leading.code)]
    old, new = (table.column("score").to_numpy() for table in (before, after))
    np.testing.assert_array_equal(old[~fired], new[~fired])
    assert (new[fired] <= old[fired]).all()
    assert (new[fired] < old[fired]).any()


def test_draft_and_retired_rules_do_not_run_and_the_others_do(
    trained_county: Trained, payments: Int64, leading: Rule
) -> None:
    """A resting rule's outcome is off; one in shadow is computed."""
    view = View.before_payment(trained_county.county.ledger, payments[:800])
    column = [rule.code for rule in all_rules()].index(leading.code)
    for state, rests in (("draft", True), ("retired", True), ("shadow", False), ("suspended", False)):
        states = RuleStates({leading.code: Standing(state, WHY)})  # type: ignore[arg-type]
        bundle = with_states(trained_county.bundle, states)
        outcomes = facts_of(view, trained_county.policy, bundle.resting).outcomes[:, column]
        assert bool((outcomes == Outcome.OFF).all()) is rests


def test_a_snapshot_of_the_states_makes_an_old_score_again(
    trained_county: Trained, payments: Int64, leading: Rule, tmp_path: Path
) -> None:
    """Kept by version, read back, the same table to the last column; and other states give another."""
    states = RuleStates({}).changed(leading.code, Standing("suspended", WHY))
    old = said(trained_county, states, payments)
    states.save(tmp_path)
    version = str(old.column("model_version")[0]).rpartition(".")[2]
    assert version == states.version
    assert said(trained_county, RuleStates.load(tmp_path, version), payments).equals(old)
    assert not said(trained_county, RuleStates({}), payments).equals(old)


def test_states_are_laid_over_the_trained_model_and_never_saved_into_it(
    trained_county: Trained, leading: Rule, tmp_path: Path
) -> None:
    """One set of states after another, and a bundle that is saved meanwhile."""
    bundle = trained_county.bundle
    silent = with_states(bundle, RuleStates({leading.code: Standing("shadow", "in shadow")}))
    place = bundle.rule_codes.index(leading.code)
    assert (silent.rule_weights[place], silent.arrays["rule_rarity"][place]) == (0.0, 0.0)
    assert bundle.rule_weights[place] > 0
    again = with_states(silent, RuleStates({}))
    np.testing.assert_array_equal(again.rule_weights, bundle.rule_weights)
    silent.save(tmp_path)
    np.testing.assert_array_equal(load_bundle(tmp_path).rule_weights, bundle.rule_weights)


def test_a_live_rule_the_model_never_saw_weighs_nothing_and_says_so(trained_county: Trained, leading: Rule) -> None:
    """A rule that went live after the training waits for the next one."""
    bundle = trained_county.bundle
    keep = np.array([code != leading.code for code in bundle.rule_codes])
    older = replace(
        bundle,
        rule_codes=tuple(code for code in bundle.rule_codes if code != leading.code),
        rule_weights=bundle.rule_weights[keep],
        rule_precision=bundle.rule_precision[keep],
        arrays={},
    )
    assert with_states(older, RuleStates({})).silent == {leading.code: UNKNOWN}


@pytest.mark.slow
def test_a_training_leans_on_no_silent_rule_and_keeps_its_weight(trained_county: Trained, leading: Rule) -> None:
    """Trained with the rule in shadow: nothing moves when its hits do, and going live needs no new training."""
    states = RuleStates({leading.code: Standing("shadow", "in shadow")})
    county, policy, as_of = trained_county.county, trained_county.policy, trained_county.as_of
    model = train(county.ledger, as_of_us=as_of, policy=policy, states=states)
    place = model.bundle.rule_codes.index(leading.code)
    assert model.bundle.rule_weights[place] > 0
    assert model.bundle.rule_precision[place] == pytest.approx(trained_county.bundle.rule_precision[place])
    assert model.in_force.rule_weights[place] == 0
    assert model.bundle.version != trained_county.bundle.version
    assert model.states == states


@pytest.mark.slow
def test_a_rule_whose_hits_are_cleared_is_suspended_by_the_training(
    trained_county: Trained, payments: Int64, tmp_path: Path
) -> None:
    """The same county, but whoever looked at the hits of one rule cleared them: it goes, and the notes say so."""
    county, as_of = trained_county.county, trained_county.as_of
    values = {**trained_county.policy.values, "learning.suspend_after": 6.0, "learning.suspend_below": 0.6}
    policy = replace(trained_county.policy, values=values)
    rows = np.nonzero(county.submitted < as_of)[0]
    facts = facts_of(View.before_payment(county.ledger, rows), policy)
    table = county.ledger.tables["disbursements"]
    household = table.column("household_id")[rows]
    asked = [len(np.unique(household[hits])) for hits in facts.fired().T]
    column = int(np.argmax(asked))
    code = facts.rules[column].code
    ids = county.ledger.vocabulary("disbursement").decode(
        table.column("disbursement_id")[rows[facts.fired()[:, column]]].astype(np.int64)
    )
    old = county.tables["dispositions"]
    others = [row for row in old.to_pylist() if row["disbursement_id"] not in set(ids)]
    moment = old.schema.field("decided_at").type
    cleared = [
        {
            "disbursement_id": one,
            "outcome": "cleared",
            "typology": None,
            "suspect_role": None,
            "decided_at": pa.scalar(as_of - 1_000_000, pa.int64()).cast(moment).as_py(),
            "selected_by": "rule",
        }
        for one in ids
    ]
    dispositions = pa.Table.from_pylist([*others, *cleared], schema=old.schema)
    again = hand_over({**county.tables, "dispositions": dispositions}, tmp_path / "cleared")
    model = train(again.ledger, as_of_us=as_of, policy=policy)
    found = next(one for one in model.suspended if one.code == code)
    assert (found.cleared, found.confirmed) == (len(ids), 0)
    assert found.households == asked[column] >= 6
    assert f"{code}: {found.why}" in model.bundle.notes
    assert model.states.of(code) == "suspended"
    scores = scored(again, model.in_force, policy, payments[:50], again.submitted[payments[:50]])
    assert {"code": code, "why": found.why} in json.loads(scores.column("not_applicable")[0].as_py())
    assert not trained_county.model.suspended


def test_hits_beside_are_kept_with_the_data_and_told_by_what_was_found_later(
    trained_county: Trained, leading: Rule, tmp_path: Path
) -> None:
    """Written once however often the payments are scored; findings before the hit do not count."""
    county, policy = trained_county.county, trained_county.policy
    rows = np.arange(len(county.submitted))
    rows = rows[county.ledger.tables["disbursements"].superseded_at == np.iinfo(np.int64).max]
    at = county.submitted[rows]
    hits = hits_beside(county.ledger, all_rules(), policy, rows, at)
    facts = facts_of(View(county.ledger, at, rows), policy)
    assert hits.num_rows == int(facts.fired().sum()) > 0
    first = keep_hits(tmp_path, hits, "v1")
    assert first == keep_hits(tmp_path, hits, "v1")
    assert kept_hits(tmp_path).num_rows == hits.num_rows
    assert keep_hits(tmp_path, hits.slice(0, 0), "v1") is None
    end = 2**62
    outcome = {row["disbursement_id"]: row["outcome"] for row in county.tables["dispositions"].to_pylist()}
    told = {found.code: found.counts for found in precision_beside(county.ledger, tmp_path, end)}
    for row in {row["rule"] for row in hits.to_pylist()}:
        mine = [one["disbursement_id"] for one in hits.to_pylist() if one["rule"] == row]
        assert told[row].confirmed == sum(outcome.get(one) == "confirmed" for one in mine)
        assert told[row].cleared == sum(outcome.get(one) == "cleared" for one in mine)
    late = hits.set_column(2, "moment_us", pa.array(np.full(hits.num_rows, end - 1)))
    keep_hits(tmp_path / "late", late, "v1")
    told = {found.code: found.counts for found in precision_beside(county.ledger, tmp_path / "late", end)}
    assert all(counts.confirmed == counts.cleared == 0 for counts in told.values())
