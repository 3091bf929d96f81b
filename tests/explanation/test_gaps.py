"""What could not be told is said, with what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from models.explanation.explain import Explainer
from models.rules._rule import Outcome
from models.rules.catalogue import all_rules
from tests.county import hand_over
from tests.explanation.conftest import Explained


def test_every_unanswered_rule_is_listed_once(explained: Explained) -> None:
    for told, outcomes in zip(explained.told, explained.facts.outcomes, strict=True):
        listed = [code for gap in told.gaps for code in gap.rules]
        unanswered = np.nonzero(outcomes >= Outcome.CANNOT_TELL)[0]
        assert sorted(listed) == sorted(explained.facts.rules[k].code for k in unanswered)
        for gap in told.gaps:
            assert gap.missing
            assert gap.most >= 0


def test_look_alikes_say_what_was_found(explained: Explained) -> None:
    by_code = {rule.code: rule for rule in all_rules()}
    for told, outcomes in zip(explained.told, explained.facts.outcomes, strict=True):
        states = {rule.code: Outcome(value) for rule, value in zip(explained.facts.rules, outcomes, strict=True)}
        for code, state in states.items():
            mine = [item for item in told.look_alikes if item.rule == code]
            if state in (Outcome.FIRED, Outcome.EXPLAINED):
                assert len(mine) == len(by_code[code].unless)
                assert any(item.found == "found" for item in mine) == (state == Outcome.EXPLAINED)
            else:
                assert not mine


def test_a_table_that_is_not_shared_is_named(explained: Explained, tmp_path_factory: pytest.TempPathFactory) -> None:
    trained = explained.trained
    tables = {name: table for name, table in trained.county.tables.items() if name != "card_transactions"}
    less = hand_over(tables, tmp_path_factory.mktemp("less"))
    explainer = Explainer(less.ledger, trained.bundle, trained.policy)
    told = explainer.one(int(explained.rows[0]), int(less.submitted[explained.rows[0]]))
    off = [gap for gap in told.gaps if gap.kind == "off"]
    assert any("card_transactions" in need for gap in off for need in gap.missing)
    assert all("not shared" in gap.text[0] for gap in off)
