"""What a score says: the contract's columns, contributions that add up, reasons with evidence that exists."""

from __future__ import annotations

import json
import string
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.asof import View
from features.contract import DERIVED, TABLES
from models.rules.catalogue import all_rules
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts, facts_of
from models.scoring.reasons import MOST_KEYS, MOST_REASONS, TERM_COUNTS_FROM
from tests.county import Int64, Tables, Trained, known_by, scored

COLUMNS = (
    "disbursement_id", "score", "anomaly", "recommendation", "desk", "typology", "suspect_role", "reasons",
    "not_applicable", "model_version", "as_of",
)  # fmt: skip
NUMBERS = {"score", "anomaly"}
ROLES = {"official", "agent", "household", "department", "data_error"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def payments(trained_county: Trained) -> tuple[Int64, Int64]:
    """Payments after the model's moment, each as of 20 days after its submission: the bank has answered most."""
    rows, at = trained_county.county.between(0.6, 0.9)
    return rows, at + 20 * 86_400_000_000


@pytest.fixture(scope="module")
def scores(trained_county: Trained, payments: tuple[Int64, Int64]) -> list[Row]:
    """Their scores, reasons read from JSON."""
    table = scored(trained_county.county, trained_county.bundle, trained_county.policy, *payments)
    assert tuple(table.column_names) == COLUMNS
    for field in table.schema:
        # A text that many rows share may be stored once.
        stored = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        assert stored == (pa.float64() if field.name in NUMBERS else pa.string()), field
    found: list[Row] = table.to_pylist()
    return [
        {**row, "reasons": json.loads(row["reasons"]), "not_applicable": json.loads(row["not_applicable"])}
        for row in found
    ]


@pytest.fixture(scope="module")
def facts(trained_county: Trained, payments: tuple[Int64, Int64]) -> Facts:
    """What is known of the same payments."""
    return facts_of(View(trained_county.county.ledger, payments[1], payments[0]), trained_county.policy)


def test_findings_taught_terms(trained_county: Trained) -> None:
    """The tests below speak of rules and of learned terms: the model has both."""
    assert len(trained_county.bundle.terms) > 5
    assert (trained_county.bundle.rule_weights > 0).sum() > 20


def test_values_are_the_contracts(scores: list[Row], trained_county: Trained) -> None:
    """Ranges and lists of values; a desk exactly where somebody is to look."""
    typologies = {rule.typology for rule in all_rules()} | {""}
    assert len({row["disbursement_id"] for row in scores}) == len(scores)
    for row in scores:
        assert 0 <= row["score"] <= 1
        assert 0 <= row["anomaly"] <= 1
        assert row["recommendation"] in {"release", "verify", "review"}
        assert row["typology"] in typologies
        assert row["model_version"].startswith(f"{trained_county.model.version}/")
        released = row["recommendation"] == "release"
        assert (row["desk"] == "none") == released
        assert released or row["desk"] in {"discipline", "department", "owed"}
        assert row["suspect_role"] in ({""} if released else ROLES)
        assert row["as_of"].endswith("+08:00")


def test_the_lines_part_the_recommendations(scores: list[Row], trained_county: Trained) -> None:
    """`review` from the line on, `verify` from the second line on, and the first is not above the second."""
    bundle = trained_county.bundle
    assert trained_county.policy["line.probability"] <= bundle.line <= bundle.verify_line
    for row in scores:
        wanted = "verify" if row["score"] >= bundle.verify_line else "review" if row["score"] >= bundle.line else ""
        near = min(abs(row["score"] - bundle.verify_line), abs(row["score"] - bundle.line)) < 1e-6
        assert near or row["recommendation"] == (wanted or "release")


def test_contributions_add_up_to_the_score(scores: list[Row], facts: Facts, trained_county: Trained) -> None:
    """Base, rules and terms of every payment sum to the log-odds of its score."""
    added = contributions(facts, trained_county.bundle)
    judged = judge(facts, trained_county.bundle)
    total = added.base + added.rules.sum(axis=1) + added.terms.sum(axis=1)
    assert np.abs(total - judged.log_odds).max() < 1e-9
    said = np.array([row["score"] for row in scores])
    assert np.abs(1 / (1 + np.exp(-total)) - said).max() < 1e-6


def test_only_fired_rules_add_and_one_a_typology(facts: Facts, trained_county: Trained) -> None:
    """What explained or could not tell adds nothing, and several sides of one act count once."""
    added = contributions(facts, trained_county.bundle).rules
    assert (added[~facts.fired()] == 0).all()
    assert (added >= 0).all()
    for typology in {rule.typology for rule in facts.rules}:
        columns = [k for k, rule in enumerate(facts.rules) if rule.typology == typology]
        assert ((added[:, columns] > 0).sum(axis=1) <= 1).all()


def test_weights_shown_are_the_contributions(scores: list[Row], facts: Facts, trained_county: Trained) -> None:
    """Strongest first, none invented, none above the smallest shown left out."""
    added = contributions(facts, trained_county.bundle)
    codes = [rule.code for rule in facts.rules]
    terms = [term.feature for term in trained_county.bundle.terms]
    fired = facts.fired()
    for i, row in enumerate(scores):
        weights = [reason["weight"] for reason in row["reasons"]]
        assert weights == sorted(weights, reverse=True)
        assert len(weights) <= MOST_REASONS
        real = {code: added.rules[i, k] for k, code in enumerate(codes) if fired[i, k]}
        real |= {name: w for name, w in zip(terms, added.terms[i], strict=True) if w >= TERM_COUNTS_FROM}
        shown = {reason["code"]: reason["weight"] for reason in row["reasons"]}
        assert len(shown) == len(row["reasons"])
        for code, weight in shown.items():
            assert abs(real[code] - weight) <= 5.1e-5
        if row["recommendation"] != "release":
            left_out = [w for code, w in real.items() if code not in shown and code not in trained_county.bundle.muted]
            assert not left_out or max(left_out) <= min(weights) + 1e-4


def test_whoever_must_look_is_told_why_in_both_languages(scores: list[Row]) -> None:
    """Every payment that is not released has a reason; texts are whole in Chinese and in English."""
    looked_at = [row for row in scores if row["recommendation"] != "release"]
    assert len(looked_at) > 5
    for row in looked_at:
        assert row["reasons"]
        for reason in row["reasons"]:
            assert set(reason) == {"code", "kind", "text_zh", "text_en", "weight", "evidence"}
            assert reason["kind"] in {"rule", "model", "graph"}
            assert any("一" <= letter <= "鿿" for letter in reason["text_zh"])
            assert any(letter in string.ascii_letters for letter in reason["text_en"])
            assert not any(mark in reason["text_en"] + reason["text_zh"] for mark in ("{", "}", "nan", "inf"))
        if row["typology"]:
            assert row["typology"] in {reason["code"].partition(".")[0] for reason in row["reasons"]}


def test_evidence_is_there_and_was_known(scores: list[Row], trained_county: Trained) -> None:
    """Every `table:key` names a row of the tables, recorded by the moment of the score; the payment itself first."""
    last = max(row["as_of"] for row in scores)
    moment = pa.scalar(last).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).as_py()
    known = known_by(trained_county.county.tables, moment)
    keys: dict[str, set[str]] = {}
    kinds = set()
    for row in scores:
        for reason in row["reasons"]:
            assert reason["evidence"][0] == f"disbursements:{row['disbursement_id']}"
            assert len(set(reason["evidence"])) == len(reason["evidence"]) <= MOST_KEYS + 1
            for reference in reason["evidence"]:
                table, _, key = reference.partition(":")
                if table not in keys:
                    keys[table] = keys_of(known, table)
                assert key in keys[table], reference
                kinds.add(table)
    assert len(kinds) >= 3, f"evidence from {kinds} alone"


def keys_of(tables: Tables, name: str) -> set[str]:
    """The keys of a table's rows as the contract writes them, from the tables alone."""
    columns = []
    for column in TABLES[name].evidence_key:
        values = tables[name].column(column).to_pylist()
        columns.append(["" if v is None else str(v) for v in values])
    return {"/".join(key) for key in zip(*columns, strict=True)}


def test_nothing_is_off_where_everything_was_shared(scores: list[Row], trained_county: Trained) -> None:
    """Only muted rules are not applicable, and each says so; rules over matches wait for a match to be made."""
    muted = set(trained_county.bundle.muted)
    waiting = {r.code for r in all_rules() for f in r.reads for n in f.all_needs() if n.partition(".")[0] in DERIVED}
    for row in scores[:: len(scores) // 20]:
        said = {entry["code"]: entry["why"] for entry in row["not_applicable"]}
        assert set(said) == muted | waiting
        assert all(("mingbai match" if code in waiting else "muted") in why for code, why in said.items())
        assert not muted & {reason["code"] for reason in row["reasons"]}
