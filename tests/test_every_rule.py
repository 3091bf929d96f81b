"""Every rule: fires, stays quiet, is off when its tables are, speaks both languages, and is where its code says."""

from __future__ import annotations

import string

import pytest

from models.rules._chinese import blind_to
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules, default_settings, rule_files


def test_as_many_rules_as_files() -> None:
    assert len(all_rules()) == len(rule_files())


def test_every_setting_is_read_and_every_read_is_set() -> None:
    read = {name for rule in all_rules() for name in rule.settings}
    assert read == set(default_settings())


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)
class TestRule:
    def test_cases(self, rule: Rule) -> None:
        for case in rule.cases:
            outcome = Outcome(int(rule.evaluate(case.world.view(as_of=case.as_of), default_settings())[0]))
            assert outcome is case.expect, f"{case.situation}: {outcome.name}"

    def test_has_a_firing_case_and_two_look_alikes(self, rule: Rule) -> None:
        fired = [c for c in rule.cases if c.expect is Outcome.FIRED]
        calm = [c for c in rule.cases if c.expect in (Outcome.QUIET, Outcome.EXPLAINED)]
        assert fired
        assert len(calm) >= 2
        for look_alike in rule.unless:
            assert look_alike.en
            assert look_alike.zh
        if rule.unless:
            assert any(c.expect is Outcome.EXPLAINED for c in rule.cases)

    def test_off_when_a_table_is_missing(self, rule: Rule) -> None:
        case = next(c for c in rule.cases if c.expect is Outcome.FIRED)
        needs = {need for feature in rule.reads for need in feature.all_needs()}
        for need in needs:
            view = case.world.lacking(need).view(as_of=case.as_of)
            assert Outcome(int(rule.evaluate(view, default_settings())[0])) is Outcome.OFF

    def test_words(self, rule: Rule) -> None:
        english, chinese = rule.because
        names = {feature.name for feature in rule.reads}
        for text in (english, chinese):
            fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
            assert fields <= names, f"{fields - names} are not read by the rule"
        assert any("\u4e00" <= ch <= "\u9fff" for ch in chinese)
        assert all(en and zh for en, zh in rule.next_steps)
        assert len(rule.next_steps) >= 2
        assert blind_to(rule)[0]
        assert blind_to(rule)[1]
