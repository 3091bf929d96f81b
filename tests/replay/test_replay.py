"""A replay says what scoring both sides in full would say, and knows nothing later than each payment."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from features.asof import View
from models.replay.change import ReplayError
from models.replay.evidence import evidence_from
from models.replay.lines import lines_of
from models.replay.queue import RELEASE, WORDS
from models.replay.replayed import Replayed
from models.replay.run import replay
from models.rules._life import RuleStates, Standing
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules
from models.scoring.combine import judge
from models.scoring.facts import facts_of
from models.scoring.policy import Policy
from models.training import rule_weights
from models.training.labels import labels_at
from models.training.train import reference_rows
from tests.county import County, Trained, hand_over, known_by, scored

Int64 = NDArray[np.int64]


def strictest(policy: Policy, county: County, rows: Int64) -> tuple[Policy, str]:
    """A policy that moves the settings of the typology that fires most, and that typology."""
    facts = facts_of(View.before_payment(county.ledger, rows), policy)
    hits = Counter[str]()
    for rule, count in zip(facts.rules, facts.fired().sum(axis=0).tolist(), strict=True):
        if rule.settings:
            hits[rule.typology] += count
    typology = hits.most_common(1)[0][0]
    moved = {
        name: value * 1.5 + 1 if name.startswith(f"{typology}.") else value for name, value in policy.settings.items()
    }
    return replace(policy, settings=moved), typology


@pytest.fixture(scope="module")
def payments(trained_county: Trained) -> Int64:
    """The last 40 % of the county's payments."""
    return trained_county.county.between(0.6, 1.0)[0]


@pytest.fixture(scope="module")
def stricter(trained_county: Trained, payments: Int64) -> Policy:
    """A policy under which rules fire on other payments."""
    return strictest(trained_county.policy, trained_county.county, payments)[0]


@pytest.fixture(scope="module")
def changed(trained_county: Trained, payments: Int64, stricter: Policy) -> Replayed:
    """The change replayed, queue and all."""
    return replay(trained_county.county.ledger, trained_county.policy, stricter, payments, bundle=trained_county.bundle)


def test_the_queue_is_what_scoring_both_policies_gives(
    trained_county: Trained, payments: Int64, stricter: Policy, changed: Replayed
) -> None:
    """Alerts gained and lost against two full scorings compared row by row."""
    at = trained_county.county.submitted[payments]
    said = [
        scored(trained_county.county, trained_county.bundle, policy, payments, at)
        for policy in (trained_county.policy, stricter)
    ]
    old, new = ([str(word) for word in table.column("recommendation").to_pylist()] for table in said)
    assert changed.judged is not None
    assert changed.queue is not None
    assert [WORDS[code] for code in changed.judged.recommendation[:, 0]] == old
    assert [WORDS[code] for code in changed.judged.recommendation[:, 1]] == new
    gained = sum(a == "release" != b for a, b in zip(old, new, strict=True))
    lost = sum(b == "release" != a for a, b in zip(old, new, strict=True))
    assert (changed.queue.gained, changed.queue.lost) == (gained, lost)
    assert gained + lost > 0, "this change moves no alert: the test shows nothing"
    for side, table in enumerate(said):
        alerts = table.filter(pa.array(changed.judged.recommendation[:, side] != RELEASE))
        mine = changed.judged.alerts.filter(pa.array(changed.judged.alerts.column("side").to_numpy() == side))
        assert mine.column("desk").to_pylist() == alerts.column("desk").to_pylist()
        assert mine.column("typology").to_pylist() == alerts.column("typology").to_pylist()


def test_rules_gain_and_lose_what_evaluating_both_sides_gives(
    trained_county: Trained, payments: Int64, stricter: Policy, changed: Replayed
) -> None:
    """Every replayed rule, payment by payment; rules that are not replayed read no changed setting."""
    ledger = trained_county.county.ledger
    old, new = (facts_of(View.before_payment(ledger, payments), policy) for policy in (trained_county.policy, stricter))
    replayed = {change.rule.code: k for k, change in enumerate(changed.ran.changes)}
    assert any(rule.gained + rule.lost for rule in changed.rules)
    for column, rule in enumerate(old.rules):
        if rule.code in replayed:
            k = replayed[rule.code]
            np.testing.assert_array_equal(changed.ran.before[:, k], old.outcomes[:, column])
            np.testing.assert_array_equal(changed.ran.after[:, k], new.outcomes[:, column])
        else:
            np.testing.assert_array_equal(old.outcomes[:, column], new.outcomes[:, column])


def test_findings_are_counted_as_a_reader_of_the_table_would(trained_county: Trained) -> None:
    """Confirmed, cleared, error and unlabelled among every rule's hits, from the rows of dispositions alone."""
    county, policy = trained_county.county, trained_county.policy
    rows = np.arange(len(county.submitted))
    rows = rows[county.ledger.tables["disbursements"].superseded_at == np.iinfo(np.int64).max]
    replayed = replay(county.ledger, policy, policy, rows)
    found = {row["disbursement_id"]: row["outcome"] for row in county.tables["dispositions"].to_pylist()}
    drawn = {
        row["disbursement_id"] for row in county.tables["dispositions"].to_pylist() if row["selected_by"] == "random"
    }
    seen = Counter[str]()
    for k, rule in enumerate(replayed.rules):
        hits = [replayed.ids[i] for i in np.nonzero(replayed.ran.after[:, k] == Outcome.FIRED)[0]]
        for counts, ids in (
            (rule.found["after"].all, hits),
            (rule.found["after"].at_random, [one for one in hits if one in drawn]),
        ):
            want = Counter(found.get(one, "unlabelled") for one in ids)
            assert (counts.confirmed, counts.cleared) == (want["confirmed"], want["cleared"])
            assert (counts.errors, counts.unlabelled) == (want["error"], want["unlabelled"])
            assert counts.payments == len(ids)
            seen += want
    assert min(seen["confirmed"], seen["cleared"]) > 0, f"too few findings among the hits: {seen}"


def test_load_adds_up(changed: Replayed) -> None:
    """Alerts of all desks and months are all alerts; a case holds at least one; months and counties hold all hits."""
    assert changed.queue is not None
    queue = changed.queue
    for side in ("before", "after"):
        alerts = sum(getattr(queue.recommendations[word], side) for word in ("review", "verify"))
        assert alerts == sum(getattr(month.alerts, side) for month in queue.load)
        assert alerts == sum(getattr(both, side) for both in queue.counties.values())
        assert all(
            1 <= getattr(m.cases, side) <= getattr(m.alerts, side) for m in queue.load if getattr(m.alerts, side)
        )
        for rule in changed.rules:
            assert getattr(rule.hits, side) == sum(getattr(both, side) for both in rule.months.values())
            assert getattr(rule.hits, side) == sum(getattr(both, side) for both in rule.counties.values())
    assert {(m.capacity.before, m.capacity.after) for m in queue.load if m.desk == "owed"} <= {(30, 30)}
    assert all(len(month.month) == 7 for month in queue.load)


def test_rows_written_are_those_counted(changed: Replayed) -> None:
    """The file of rows gained and lost against the counts."""
    rows = changed.changes().to_pylist()
    assert changed.queue is not None
    for rule in changed.rules:
        mine = Counter(row["change"] for row in rows if row["rule"] == rule.code)
        assert (mine["gained"], mine["lost"]) == (rule.gained, rule.lost)
    mine = Counter(row["change"] for row in rows if row["level"] == "queue")
    assert (mine["gained"], mine["lost"], mine["moved"]) == (
        changed.queue.gained, changed.queue.lost, changed.queue.moved,
    )  # fmt: skip


def test_rows_known_later_change_nothing(
    trained_county: Trained, stricter: Policy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same replay as of T on the whole county and on a county that knows nothing after T."""
    county, as_of = trained_county.county, trained_county.county.moment(0.8)
    before = hand_over(known_by(county.tables, as_of - 1), tmp_path_factory.mktemp("earlier"))
    told = []
    for one in (county, before):
        table = one.ledger.tables["disbursements"]
        rows = np.nonzero((table.known_at < as_of) & (table.superseded_at >= as_of))[0].astype(np.int64)
        found = replay(
            one.ledger, trained_county.policy, stricter, rows, as_of_us=as_of - 1, bundle=trained_county.bundle
        )
        told.append(found.told())
    assert before.ledger.tables["disbursements"].rows < county.ledger.tables["disbursements"].rows
    assert told[0] == told[1]


def test_workers_and_chunks_change_nothing(
    trained_county: Trained, payments: Int64, stricter: Policy, changed: Replayed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers over small chunks give the same fingerprint."""
    monkeypatch.setattr("models.replay.outcomes.CHUNK", 700)
    monkeypatch.setattr("models.replay.queue.CHUNK", 900)
    again = replay(
        trained_county.county.ledger, trained_county.policy, stricter, payments, bundle=trained_county.bundle, workers=2
    )
    assert again.fingerprint == changed.fingerprint


def busiest(county: County, policy: Policy, rows: Int64) -> Rule:
    """The rule that fires most."""
    facts = facts_of(View.before_payment(county.ledger, rows), policy)
    return facts.rules[int(facts.fired().sum(axis=0).argmax())]


def test_a_draft_counts_only_after_and_is_weighed_by_how_often_it_fires(
    trained_county: Trained, payments: Int64
) -> None:
    """The same condition under another code, not in the catalogue: new, weighed, able to move the queue."""
    county, policy = trained_county.county, trained_county.policy
    old = busiest(county, policy, payments)
    draft = replace(old, code=f"{old.typology}.written_today", state="draft")
    found = replay(county.ledger, policy, policy, payments, extra=[draft], bundle=trained_county.bundle)
    (rule,) = found.rules
    assert (rule.kind, rule.state, rule.hits.before, rule.lost) == ("new", "draft", 0, 0)
    assert rule.hits.after == rule.gained > 0
    assert found.queue is not None
    (weight,) = found.queue.weights
    labels = labels_at(county.ledger, payments, 2**62)
    fired = found.ran.after[:, 0] == Outcome.FIRED
    want = rule_weights.precisions([draft], fired[:, None], labels.outcome, rule_weights.shipped_priors())
    assert weight.expected_precision == pytest.approx(float(want[0]))
    # Its twin is live: the draft can only win where it weighs more, and never lose an alert.
    assert found.queue.lost == 0


def test_what_is_in_shadow_counts_only_after_and_what_is_dropped_only_before(
    trained_county: Trained, payments: Int64
) -> None:
    """Taking a live rule out, and putting the same rule in from shadow, are each other's mirror."""
    county, policy, bundle = trained_county.county, trained_county.policy, trained_county.bundle
    code = busiest(county, policy, payments).code
    shadow = RuleStates({code: Standing("shadow", "in shadow")})
    out = replay(county.ledger, policy, policy, payments, drop=[code], bundle=bundle)
    into = replay(county.ledger, policy, policy, payments, only=[code], states=shadow, bundle=bundle)
    assert (out.rules[0].kind, into.rules[0].kind) == ("dropped", "new")
    assert (out.rules[0].lost, out.rules[0].gained) == (into.rules[0].gained, into.rules[0].lost)
    assert out.rules[0].lost > 0
    assert out.judged is not None
    assert into.judged is not None
    np.testing.assert_array_equal(out.judged.recommendation[:, 1], into.judged.recommendation[:, 0])


def test_without_a_change_every_live_rule_is_replayed(trained_county: Trained, payments: Int64) -> None:
    """A report on all rules: nothing gained, nothing lost."""
    found = replay(trained_county.county.ledger, trained_county.policy, trained_county.policy, payments[:500])
    assert [rule.code for rule in found.rules] == [rule.code for rule in all_rules()]
    assert not any(rule.gained or rule.lost for rule in found.rules)
    assert found.queue is None


def test_truth_names_look_alikes_that_were_hit(trained_county: Trained, payments: Int64) -> None:
    """An invented truth: every second payment irregular, every third of the others a look-alike of T03."""
    county, policy = trained_county.county, trained_county.policy
    code = busiest(county, policy, payments).code
    plain = replay(county.ledger, policy, policy, payments, only=[code])
    ids = list(plain.ids)
    irregular = [i % 2 for i in range(len(ids))]
    kinds = ["T03" if i % 3 == 0 else None for i in range(len(ids))]
    truth = pa.table({"disbursement_id": ids[::-1], "irregular": irregular[::-1], "look_alike": kinds[::-1]})
    found = replay(county.ledger, policy, policy, payments, only=[code], truth=truth).rules[0].true["after"]
    hits = np.nonzero(plain.ran.after[:, 0] == Outcome.FIRED)[0].tolist()
    assert found.irregular == sum(irregular[i] for i in hits)
    assert found.look_alikes == {"T03": sum(kinds[i] is not None and not irregular[i] for i in hits)}
    with pytest.raises(KeyError, match="none of the replayed payments"):
        replay(county.ledger, policy, policy, payments, only=[code], truth=truth.slice(0, 0))


def test_a_rule_whose_table_was_not_shared_says_so(
    trained_county: Trained, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without civil events a rule on deaths is off and names the table."""
    tables = {name: table for name, table in trained_county.county.tables.items() if name != "civil_events"}
    county = hand_over(tables, tmp_path_factory.mktemp("without"))
    rows = county.between(0.9, 1.0)[0]
    found = replay(county.ledger, trained_county.policy, trained_county.policy, rows, only=["T01.paid_after_death"])
    (rule,) = found.rules
    assert rule.missing == ("civil_events",)
    assert "civil_events" in rule.needs
    assert (rule.hits.after, rule.cannot_tell.after) == (0, 0)
    assert (found.ran.after == Outcome.OFF).all()


def test_looking_later_lets_rules_on_withdrawals_speak(trained_county: Trained, payments: Int64) -> None:
    """A rule that can only fire after payment is silent at submission and not ninety days later."""
    county, policy = trained_county.county, trained_county.policy
    codes = [rule.code for rule in all_rules() if rule.after_payment]
    early = replay(county.ledger, policy, policy, payments, only=codes)
    late = replay(county.ledger, policy, policy, payments, only=codes, days_after=90)
    assert sum(r.hits.after for r in late.rules) > sum(r.hits.after for r in early.rules)
    assert late.first == early.first


def test_evidence_is_sealed_and_names_no_payment(changed: Replayed, tmp_path: Path) -> None:
    """What the record keeps: counts and a fingerprint; an edited file is refused."""
    code = changed.rules[0].code
    found = evidence_from(changed.to_json(), code)
    assert found["fingerprint"] == changed.fingerprint
    assert found["hits"] == changed.rules[0].hits.after
    assert not any(one in json.dumps(found) for one in changed.ids)
    told = changed.told()
    told["rules"][0]["hits"]["after"] += 1
    with pytest.raises(ReplayError, match="changed since it was made"):
        evidence_from(json.dumps(told), code)
    with pytest.raises(ReplayError, match=r"does not speak of T99\.nothing"):
        evidence_from(changed.to_json(), "T99.nothing")
    for text in ("[]", "{", '{"kind": "other"}', "3"):
        with pytest.raises(ReplayError, match="no replay"):
            evidence_from(text, code)


def test_what_cannot_be_replayed_is_refused(trained_county: Trained, payments: Int64) -> None:
    """Unknown rules and an empty range."""
    ledger, policy = trained_county.county.ledger, trained_county.policy
    with pytest.raises(ReplayError, match="T99"):
        replay(ledger, policy, policy, payments, only=["T99"])
    with pytest.raises(ReplayError, match="nothing was submitted"):
        replay(ledger, policy, policy, payments[:0])


def test_a_line_drawn_elsewhere_moves_alerts_and_no_rule(trained_county: Trained, payments: Int64) -> None:
    """A policy that asks for more: alerts are gained, lines are a training's own, rules stay."""
    county, policy, bundle = trained_county.county, trained_county.policy, trained_county.bundle
    changed = {"line.probability": 0.02, "line.share_at_most": 0.2, "desks.owed_capacity": 3.0}
    lower = replace(policy, values={**policy.values, **changed})
    found = replay(county.ledger, policy, lower, payments, bundle=bundle)
    assert found.queue is not None
    assert found.judged is not None
    assert not any(rule.gained or rule.lost for rule in found.rules)
    assert (found.queue.lost, found.queue.gained > 0) == (0, True)
    old, new = found.queue.lines
    assert (old.review, old.verify) == (bundle.line, bundle.verify_line)
    assert new == lines_of(found.judged.probability[:, 0], lower)
    at = county.submitted[payments]
    drawn = replace(bundle, line=new.review, verify_line=new.verify)
    said = scored(county, drawn, policy, payments, at).column("recommendation").to_pylist()
    assert [WORDS[code] for code in found.judged.recommendation[:, 1]] == said
    alerts = sum(word != "release" for word in said)
    assert alerts == sum(month.alerts.after for month in found.queue.load)
    assert {(m.capacity.before, m.capacity.after) for m in found.queue.load if m.desk == "owed"} <= {(30, 3)}


def test_lines_are_drawn_as_a_training_draws_them(trained_county: Trained) -> None:
    """The trained model's lines from the probabilities of the payments it was trained on."""
    county, policy, bundle = trained_county.county, trained_county.policy, trained_county.bundle
    rows = reference_rows(county.ledger, trained_county.as_of)
    probability = judge(facts_of(View.before_payment(county.ledger, rows), policy), bundle).probability
    drawn = lines_of(probability, policy)
    assert (drawn.review, drawn.verify) == pytest.approx((bundle.line, bundle.verify_line))
