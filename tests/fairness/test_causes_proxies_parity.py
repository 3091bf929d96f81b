"""Causes, stand-ins and the price of parity, on a trained county where the answers can be checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.groups import Grouping
from models.fairness.causes import causes, flagged_by, line_of
from models.fairness.parity import BUDGET, Side, compare_parity
from models.fairness.proxies import proxy_scan
from models.rules._rule import Outcome
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather
from tests.county import Int64, Trained


@pytest.fixture(scope="module")
def facts(trained_county: Trained) -> Facts:
    """Facts of the payments after the training."""
    county = trained_county.county
    return gather(county.ledger, county.between(0.6, 1.0)[0], trained_county.policy)


def quiet(facts: Facts) -> Facts:
    """The same payments with no rule fired."""
    return replace(facts, outcomes=np.where(facts.outcomes == Outcome.FIRED, 0, facts.outcomes).astype(np.int8))


def just_below(facts: Facts, trained: Trained, count: int) -> Int64:
    """The payments nearest below the line: one heavy rule lifts them over it."""
    probability = judge(facts, trained.bundle).probability
    below = np.nonzero(probability < line_of(trained.bundle))[0]
    return below[np.argsort(-probability[below], kind="stable")][:count]


def test_the_cause_that_was_planted_is_found(trained_county: Trained, facts: Facts) -> None:
    """One heavy rule fires on honest members alone; taken away, nothing of it stays above the line."""
    bundle, calm = trained_county.bundle, quiet(facts)
    code = bundle.rule_codes[int(bundle.rule_weights.argmax())]
    column = [rule.code for rule in calm.rules].index(code)
    low = just_below(calm, trained_county, 400)
    member = np.zeros(len(calm.values), dtype=np.int64)
    member[low] = 1
    outcomes = calm.outcomes.copy()
    outcomes[low[:40], column] = Outcome.FIRED
    planted = replace(calm, outcomes=outcomes)
    assert flagged_by(planted, bundle)[low[:40]].all()
    found = causes(planted, bundle, np.zeros(len(member), int), [Grouping("g", ("others", "members"), member)])
    first = next(one for one in found if one.group == "members")
    assert (first.rule, first.needed, first.needed_by_others, first.found) == (code, 40, 0, 0)
    assert first.rate == pytest.approx(100.0)


def test_a_second_rule_of_the_typology_stands_in(trained_county: Trained, facts: Facts) -> None:
    """Where two rules of one typology fired that would each do, neither is needed."""
    bundle, calm = trained_county.bundle, quiet(facts)
    places = {rule.code: k for k, rule in enumerate(calm.rules)}
    weight = dict(zip(bundle.rule_codes, bundle.rule_weights.tolist(), strict=True))
    heavy = sorted(weight, key=lambda code: -weight[code])
    pair = next(
        (a, b)
        for n, a in enumerate(heavy)
        for b in heavy[n + 1 :]
        if a.partition(".")[0] == b.partition(".")[0] and weight[b] > 4
    )
    outcomes = calm.outcomes.copy()
    low = just_below(calm, trained_county, 20)
    for code in pair:
        outcomes[low, places[code]] = Outcome.FIRED
    planted = replace(calm, outcomes=outcomes)
    assert flagged_by(planted, bundle)[low].all()
    member = np.zeros(len(calm.values), dtype=np.int64)
    member[low] = 1
    found = causes(planted, bundle, np.zeros(len(member), int), [Grouping("g", ("others", "members"), member)])
    assert not [one for one in found if one.group == "members"]
    assert line_of(bundle) == min(bundle.line, bundle.verify_line)


def test_a_group_a_feature_gives_away_is_told_and_chance_is_not(trained_county: Trained, facts: Facts) -> None:
    """Members by a feature's value are told in villages never seen, by that feature; members by lot are not."""
    county = trained_county.county
    rows, _ = county.between(0.6, 1.0)
    table = county.ledger.tables["disbursements"]
    people, villages = table.codes("person_id")[rows], table.codes("division_code")[rows]
    name = "days_on_register"
    values = facts.values[:, [feature.name for feature in facts.features].index(name)]
    last = len(people) - 1 - np.unique(people[::-1], return_index=True)[1]
    given_away = (values > np.nanmedian(values[last])).astype(np.int64)
    by_lot = np.random.default_rng(3).integers(0, 2, int(people.max()) + 1)[people]
    few = np.zeros(len(rows), dtype=np.int64)
    few[:5] = 1
    told, lot, small = proxy_scan(
        facts, trained_county.bundle,
        [Grouping(name, ("a", "b"), code) for name, code in {"given": given_away, "lot": by_lot, "few": few}.items()],
        people=people, villages=villages, seed=1,
    )  # fmt: skip
    assert told.auc is not None
    assert told.auc > 0.9
    assert told.carriers[0].feature in {name, "days_registered"}
    assert told.carriers[0].lost > 0.05
    assert lot.interval is not None
    assert lot.interval[0] < 0.5 < lot.interval[1] + 0.05
    assert (small.auc, small.interval, small.carriers) == (None, None, ())


def test_parity_is_priced_at_the_same_number_of_payments(trained_county: Trained, facts: Facts) -> None:
    """A group made to suffer: its line moves within the budget until the ratio holds, at the same capacity."""
    rng = np.random.default_rng(5)
    answer = (rng.random(len(facts.values)) < judge(facts, trained_county.bundle).probability).astype(np.int8)
    worst = judge(facts, trained_county.bundle).log_odds + rng.normal(0, 1, len(answer))
    member = (worst > np.quantile(worst, 0.7)).astype(np.int64)
    half = np.arange(len(answer)) % 2 == 0
    grouping, people = Grouping("g", ("others", "members"), member), np.arange(len(answer))
    earlier, later = (Side(facts.part(k), answer[k], grouping.part(k), people[k]) for k in (half, ~half))
    found = compare_parity(earlier, later, trained_county.bundle, trained_county.policy.values, capacity=60, seed=1)
    ways = {way.name: way for way in found.ways}
    assert set(ways) == {"as it is", "line moved", "logistic", "logistic, constrained"}
    assert {way.capacity for way in found.ways} == {60}
    assert all(way.hits + way.false_alarms == 60 for way in found.ways)
    before, after = ways["as it is"].ratios["members"], ways["line moved"].ratios["members"]
    assert before is not None
    assert after is not None
    assert before > 1.25 > 0
    assert after <= before
    offset = float(ways["line moved"].note.rpartition(" ")[2])
    assert -BUDGET - 1e-9 <= offset < 0


def test_parity_needs_both_kinds(trained_county: Trained, facts: Facts) -> None:
    """Without an irregular payment there is nothing to learn from."""
    n = len(facts.values)
    side = Side(facts, np.zeros(n, np.int8), Grouping("g", ("a", "b"), np.arange(n) % 2), np.arange(n))
    with pytest.raises(ValueError, match="one kind or none"):
        compare_parity(side, side, trained_county.bundle, trained_county.policy.values, capacity=10, seed=1)
