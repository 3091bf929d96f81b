"""A rule that only asks who somebody is never lifts a payment over the verify line, and says what it added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.asof import Ledger
from models.rules._rule import Outcome
from models.rules.catalogue import all_rules
from models.scoring.asking import asking
from models.scoring.bundle import Bundle, Term
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts, gather, model_features
from tests.county import Trained

RULES, FEATURES = all_rules(), model_features()
PLACE = {rule.code: k for k, rule in enumerate(RULES)}
NAMED, NUMBERED, PAID = (
    PLACE[f"T01.{name}"] for name in ("named_on_a_death_list", "numbered_on_a_death_list", "paid_after_death")
)


def facts_where(*fired: tuple[int, ...], value: float = 0.0) -> Facts:
    """One payment for each set of fired rules; the first feature has `value` everywhere."""
    outcomes = np.zeros((len(fired), len(RULES)), dtype=np.int8)
    for i, places in enumerate(fired):
        outcomes[i, list(places)] = Outcome.FIRED
    values = np.full((len(fired), len(FEATURES)), np.nan, dtype=np.float32)
    values[:, 0] = value
    return Facts(FEATURES, RULES, values, outcomes, np.full(len(fired), "person/monthly"))


def bundle_of(weight: float, *, shift: float = -4.6, scale: float = 1.0, term: float = 0.0) -> Bundle:
    """A model in which every rule weighs `weight` and the first feature adds `term`."""
    return Bundle(
        version="t",
        as_of="",
        rule_codes=tuple(r.code for r in RULES),
        rule_weights=np.full(len(RULES), weight),
        rule_precision=np.full(len(RULES), 0.5),
        muted=(),
        feature_names=tuple(f.name for f in FEATURES),
        terms=(Term(FEATURES[0].name, np.array([0.5]), np.array([0.0, term]), 0.0),),
        intercept=0.0,
        scale=scale,
        shift=shift,
        line=0.12,
        verify_line=0.5,
    )


def test_the_name_alone_asks_only_and_the_number_does_not() -> None:
    assert [RULES[k].code for k in asking(RULES)] == ["T01.named_on_a_death_list"]
    assert not RULES[NUMBERED].asks_only


def test_alone_it_is_a_question_however_much_it_weighs() -> None:
    found = judge(facts_where((), (NAMED,), (NUMBERED,)), bundle_of(50.0)).probability
    assert found[0] < 0.12
    assert 0.12 <= found[1] < 0.5, "worth a look, below the verify line"
    assert found[2] > 0.5, "the rule beside it is not bounded"


@given(
    weight=st.floats(0.0, 60.0),
    shift=st.floats(-8.0, 3.0),
    scale=st.floats(0.2, 2.0),
    term=st.floats(-5.0, 5.0),
    others=st.sets(st.sampled_from([k for k in range(len(RULES)) if k != NAMED]), max_size=3),
)
def test_no_payment_crosses_the_verify_line_by_it(
    weight: float, shift: float, scale: float, term: float, others: set[int]
) -> None:
    """With whatever else speaks for a payment: never down, never over the line that was not crossed without it."""
    bundle = bundle_of(weight, shift=shift, scale=scale, term=term)
    facts = facts_where(tuple(others), (*others, NAMED), value=1.0)
    without, with_it = judge(facts, bundle).log_odds
    assert with_it >= without
    line = np.log(bundle.verify_line / (1 - bundle.verify_line))
    assert with_it < line or with_it == without
    added = contributions(facts, bundle)
    np.testing.assert_allclose(
        added.base + added.rules.sum(axis=1) + added.terms.sum(axis=1), [without, with_it], atol=1e-9
    )


def test_a_death_keyed_by_number_is_not_weakened_by_it() -> None:
    bundle = bundle_of(9.0)
    both, alone = judge(facts_where((PAID, NAMED), (PAID,)), bundle).log_odds
    assert both == alone


def test_a_model_that_does_not_know_it_gives_it_nothing() -> None:
    bundle = bundle_of(9.0)
    keep = [k for k in range(len(RULES)) if k != NAMED]
    older = replace(bundle, rule_codes=tuple(RULES[k].code for k in keep), rule_weights=bundle.rule_weights[keep])
    before, after = judge(facts_where((), (NAMED,)), older).probability
    assert before == after


def test_on_a_trained_county_names_lift_and_never_cross(trained_county: Trained) -> None:
    """Forty people put on a list of deaths by name, and a model that has come to believe the rule nearly blindly."""
    ledger = trained_county.county.ledger
    lines = ledger.tables["disbursements"]
    listed = sorted(set(lines.arrow("person_id").to_pylist()))[::17][:40]
    sources = {
        name: pa.table({c.name: table.raw(c.name) for c in table.schema.columns if table.has(c.name)})
        for name, table in ledger.tables.items()
    }
    long_ago = pa.array(np.full(len(listed), int(lines.known_at[0]) - 1), pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    rows = [f"L{k}" for k in range(len(listed))]
    first_day = pa.array(np.full(len(listed), np.datetime64("2010-01-01")))
    sources["matched_events"] = pa.table(
        {
            "row_id": rows, "person_id": listed, "kind": ["death"] * len(rows), "effective_on": first_day,
            "source": ["list:health"] * len(rows), "basis": ["details"] * len(rows), "log_odds": [9.0] * len(rows),
            "recorded_at": long_ago,
        }
    )  # fmt: skip
    known = Ledger(sources)
    facts = gather(known, np.arange(known.tables["disbursements"].rows), trained_county.policy)
    fired = facts.fired()[:, NAMED]
    assert fired.sum() > 50
    trained = trained_county.bundle
    codes = list(trained.rule_codes)
    weights = trained.rule_weights.copy()
    weights[codes.index("T01.named_on_a_death_list")] = 20.0
    blind = replace(trained, rule_weights=weights)
    before = judge(facts.without({"T01.named_on_a_death_list"}), blind).probability
    after = judge(facts, blind).probability
    assert np.array_equal(before[~fired], after[~fired])
    crossed = (before < blind.verify_line) & (after >= blind.verify_line)
    assert not crossed.any()
    lifted = fired & (before < blind.line)
    assert (after[lifted] >= blind.line).all(), "believed so blindly, each is worth a look"
