"""An explanation adds up, holds as of its moment, and is the same alone and in a batch."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.explanation.explain import Explainer, counterfactual, explain
from models.explanation.explanation import Fact, Reason
from models.scoring.combine import judge
from tests.county import County, Trained, hand_over, known_by, scored
from tests.explanation.conftest import Explained


def test_reasons_add_up_to_the_score(explained: Explained) -> None:
    log_odds = judge(explained.facts, explained.trained.bundle).log_odds
    for told, whole in zip(explained.told, log_odds, strict=True):
        assert told.log_odds == whole
        assert told.base + sum(reason.contribution for reason in told.reasons) == pytest.approx(whole, abs=1e-9)
        assert told.probability == pytest.approx(1 / (1 + np.exp(-whole)))


def test_it_says_what_the_score_says(explained: Explained) -> None:
    trained = explained.trained
    table = scored(trained.county, trained.bundle, trained.policy, explained.rows, explained.at).to_pylist()
    for told, row in zip(explained.told, table, strict=True):
        for name in ("disbursement_id", "recommendation", "desk", "typology", "suspect_role", "model_version", "as_of"):
            assert getattr(told, name) == row[name], name
        assert round(told.probability, 6) == row["score"]
        fired = {reason["code"] for reason in json.loads(row["reasons"]) if reason["kind"] != "model"}
        assert {code for code in fired if "." in code} <= {f.code for r in told.reasons for f in r.facts}


def test_alone_as_in_a_batch(explained: Explained) -> None:
    trained = explained.trained
    for k in (0, len(explained.rows) // 2, len(explained.rows) - 1):
        row, at = int(explained.rows[k]), int(explained.at[k])
        alone = Explainer(trained.county.ledger, trained.bundle, trained.policy).one(row, at)
        assert alone == explained.told[k]
        assert explain(trained.county.ledger, trained.bundle, trained.policy, row, at) == explained.told[k]


def test_rows_recorded_later_change_nothing(explained: Explained, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The county cut off at a moment explains the last alert before it exactly as the whole county does."""
    trained = explained.trained
    k = len(explained.rows) // 2
    at = int(explained.at[k])
    cut = hand_over(known_by(trained.county.tables, at), tmp_path_factory.mktemp("cut"))
    row = _row_of(cut, explained.told[k].disbursement_id)
    assert Explainer(cut.ledger, trained.bundle, trained.policy).one(row, at) == explained.told[k]


def test_after_payment_uses_what_was_known_then_and_no_more(
    trained_county: Trained, explained: Explained, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moment = trained_county.county.moment(0.9)
    early = int(explained.rows[0])
    told = explained.explainer.one(early, moment)
    cut = hand_over(known_by(trained_county.county.tables, moment), tmp_path_factory.mktemp("after"))
    row = _row_of(cut, told.disbursement_id)
    assert Explainer(cut.ledger, trained_county.bundle, trained_county.policy).one(row, moment) == told


def test_json_is_plain_and_whole(explained: Explained) -> None:
    for told in explained.told[:5]:
        plain = json.loads(told.to_json())
        assert plain["disbursement_id"] == told.disbursement_id
        assert len(plain["reasons"]) == len(told.reasons)
        assert plain["reasons"][0]["title"] == list(told.reasons[0].title)
        assert set(plain) == set(told.__dataclass_fields__)


def test_both_languages_everywhere(explained: Explained) -> None:
    for told in explained.told:
        texts = [told.peers.text]
        for reason in told.reasons:
            texts += [reason.title, *(fact.text for fact in reason.facts)]
            texts += [comparison.text for fact in reason.facts for comparison in fact.comparisons]
        texts += [item.text for item in told.look_alikes] + [gap.text for gap in told.gaps]
        texts += [p.text for p in (*told.precedents.confirmed, *told.precedents.cleared)]
        assert told.counterfactual is not None
        for english, chinese in [*texts, told.counterfactual.text]:
            assert english.isascii() or "—" in english, english
            assert not chinese.isascii(), chinese
            assert "{" not in english + chinese


def test_strange_questions_are_refused(explained: Explained) -> None:
    row, at = int(explained.rows[0]), int(explained.at[0])
    with pytest.raises(ValueError, match="before it was submitted"):
        explained.explainer.one(row, at - 1)
    with pytest.raises(ValueError, match="outside 0 to"):
        explained.explainer.one(10**9, at)
    with pytest.raises(ValueError, match="one list each"):
        explained.explainer.many(explained.rows[:2], explained.at[:1])
    assert explained.explainer.many(explained.rows[:0], explained.at[:0]) == []


def test_a_released_payment_needs_no_counterfactual(explained: Explained) -> None:
    trained = explained.trained
    rows, at = trained.county.between(0.95, 1.0)
    kept = ~np.isin(rows, explained.rows)
    told = explained.explainer.one(int(rows[kept][0]), int(at[kept][0]))
    assert told.recommendation == "release"
    assert told.desk == "none"
    assert told.counterfactual is None
    assert told.base + sum(reason.contribution for reason in told.reasons) == pytest.approx(told.log_odds, abs=1e-9)


def test_the_fewest_facts_are_the_fewest() -> None:
    """Against every subset, by brute force."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        removals = rng.uniform(0.1, 3.0, rng.integers(1, 7))
        facts = tuple(
            Fact(f"T01.f{k}", "rule", float(r), float(r), None, ("", ""), (), ()) for k, r in enumerate(removals)
        )
        log_odds, line = float(rng.uniform(-1, 6)), 0.12
        target = np.log(line / (1 - line))
        found = counterfactual((Reason("status", ("", ""), float(removals.sum()), facts),), log_odds, line)
        sizes = [
            bin(mask).count("1")
            for mask in range(2 ** len(facts))
            if log_odds - sum(r for k, r in enumerate(removals) if mask >> k & 1) < target
        ]
        assert found.enough == bool(sizes)
        assert not sizes or len(found.facts) == min(sizes)


def test_another_model_gives_another_explanation(explained: Explained) -> None:
    """The kept explainers are told apart by the very model."""
    trained = explained.trained
    row, at = int(explained.rows[0]), int(explained.at[0])
    other = replace(trained.bundle, shift=trained.bundle.shift + 1.0, version="other")
    told = explain(trained.county.ledger, other, trained.policy, row, at)
    assert told.model_version.startswith("other/")
    assert told.log_odds == pytest.approx(explained.told[0].log_odds + 1.0)


def _row_of(county: County, disbursement_id: str) -> int:
    code = county.ledger.vocabulary("disbursement").encode_values([disbursement_id])[0]
    rows = np.nonzero(county.ledger.tables["disbursements"].column("disbursement_id") == code)[0]
    return int(rows[-1])
