"""The gate on a real county: an equal model passes, one that learned from mixed-up findings does not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.columns import objects
from models.evaluation.over_time.answers import Answers
from models.evaluation.over_time.estimates import Estimate
from models.release import gate
from models.release.items import CANNOT_TELL, FAILED, PASSED, TITLES, Item, not_below
from models.release.period import Period, after_both, learned_until
from models.release.report import markdown
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.fit import fit
from models.training.labels import Labels, labels_at
from tests.county import Trained

FAR = np.iinfo(np.int64).max - 1


def truth_of(trained: Trained, period: Period) -> Answers:
    """What is true of the payments of a period, as if everything had been looked at by lot."""
    county = trained.county
    told = pq.read_table(county.folder.parent / "truth.parquet", columns=["disbursement_id", "irregular"]).to_pydict()
    known = dict(zip(told["disbursement_id"], told["irregular"], strict=True))
    codes = county.ledger.tables["disbursements"].codes("disbursement_id")[period.rows].astype(np.int64)
    outcome = np.array([known.get(i, 0) for i in county.ledger.vocabulary("disbursement").decode(codes)], np.int8)
    empty, n = objects([""] * len(outcome)), len(outcome)
    return Answers(outcome, empty, empty, np.ones(n, dtype=bool), np.full(n, np.nan))


@pytest.fixture(scope="module")
def period(trained_county: Trained) -> Period:
    """What was submitted after the model was trained."""
    found = after_both(trained_county.county.ledger, trained_county.bundle, trained_county.bundle, FAR)
    assert len(found.rows) > 1000
    assert (found.at >= learned_until(trained_county.bundle)).all()
    return found


@pytest.fixture(scope="module")
def policy(trained_county: Trained) -> Policy:
    """The shipped tolerances, with capacities for a small county."""
    few = {f"desks.{desk}_capacity": 15.0 for desk in ("discipline", "department", "owed")}
    values = {
        **trained_county.policy.values,
        **few,
        "gate.overlap_payments_at_least": 20.0,
        "gate.looked_at_least": 20.0,
    }
    return replace(trained_county.policy, values=values)


@pytest.fixture(scope="module")
def facts(trained_county: Trained, period: Period) -> Facts:
    """Facts of the period."""
    return gather(trained_county.county.ledger, period.rows, trained_county.policy, at_us=period.at)


@pytest.fixture(scope="module")
def mixed_up(trained_county: Trained) -> Bundle:
    """A model that learned the same payments with findings dealt out anew."""
    county, policy = trained_county.county, trained_county.policy
    rows, _ = county.between(0.0, 0.6)
    seen = gather(county.ledger, rows, policy)
    labels = labels_at(county.ledger, rows, trained_county.as_of)
    rng = np.random.default_rng(1)
    known = np.nonzero(labels.usable)[0]
    outcome: NDArray[np.int8] = labels.outcome.copy()
    outcome[known] = rng.permutation(outcome[known])
    bundle = fit(seen, shuffled(labels, outcome), policy, quick=True)
    return replace(bundle, as_of=trained_county.bundle.as_of)


def dealt(bundle: Bundle, seed: int) -> Bundle:
    """The same weights of rules and the same terms, each on another rule or feature: what is shipped would carry it."""
    rng = np.random.default_rng(seed)
    names = rng.permutation([term.feature for term in bundle.terms])
    terms = tuple(replace(term, feature=str(name)) for term, name in zip(bundle.terms, names, strict=True))
    return replace(bundle, rule_weights=rng.permutation(bundle.rule_weights), terms=terms)


@pytest.fixture(scope="module")
def turned_round(trained_county: Trained) -> Bundle:
    """A model gone wrong: what was worth most is worth least."""
    bundle = trained_county.bundle
    weights = bundle.rule_weights.max() - bundle.rule_weights
    return replace(bundle, rule_weights=weights, terms=tuple(term.times(-1.0) for term in bundle.terms))


def shuffled(labels: Labels, outcome: NDArray[np.int8]) -> Labels:
    """The findings with other outcomes."""
    return replace(labels, outcome=outcome)


def items(
    trained: Trained, challenger: Bundle, policy: Policy, period: Period, facts: Facts, answers: Answers
) -> dict[str, Item]:
    """The gate's items by name."""
    found, _, _ = gate.compare(trained.county.ledger, trained.bundle, challenger, policy, period, answers, facts=facts)
    assert [item.name for item in found] == list(TITLES)
    return {item.name: item for item in found}


def test_the_same_model_passes(trained_county: Trained, policy: Policy, period: Period, facts: Facts) -> None:
    """No difference, intervals of width 0, all in common."""
    found = items(trained_county, trained_county.bundle, policy, period, facts, truth_of(trained_county, period))
    for name in ("precision", "average_precision", "calibration"):
        assert found[name].said == PASSED, found[name].why
        assert found[name].difference == Estimate(0.0, 0.0, 0.0)
    assert found["stability"].said == PASSED
    assert found["stability"].difference.value == 1
    assert found["groups"].said != FAILED
    assert found["latency"].said == PASSED


def test_minority_counties_are_a_group_where_they_are_named(
    trained_county: Trained, policy: Policy, period: Period, facts: Facts
) -> None:
    """They cannot be told from the data: nothing is said of them unless somebody says which they are."""
    county = trained_county.county
    for minority, there in (((), False), (("5199",), True)):
        found, _, _ = gate.compare(
            county.ledger, trained_county.bundle, trained_county.bundle, policy, period,
            truth_of(trained_county, period), facts=facts, minority=minority,
        )  # fmt: skip
        item = next(one for one in found if one.name == "groups")
        told = item.details["flagged share, champion and challenger"]
        assert ("minority county: minority" in told) == there


def test_a_correction_of_what_was_looked_at_before_is_no_test(trained_county: Trained) -> None:
    """Both models may have learned the finding; a correction of a payment nobody looked at is judged."""
    county, bundle = trained_county.county, trained_county.bundle
    ids = county.ledger.vocabulary("disbursement")
    past, _ = county.between(0.0, 0.6)
    looked = labels_at(county.ledger, past, trained_county.as_of).usable
    codes = county.ledger.tables["disbursements"].codes("disbursement_id")
    chosen = [ids.decode(codes[past[mask]][:1].astype(np.int64))[0] for mask in (looked, ~looked)]
    table = county.tables["disbursements"]
    again = table.filter(pc.is_in(table.column("disbursement_id"), pa.array(chosen)))
    place = table.column_names.index("submitted_at")
    late = pc.max(table.column("submitted_at"))
    again = again.set_column(place, "submitted_at", pa.array([late.as_py()] * again.num_rows, late.type))
    ledger = Ledger({**county.tables, "disbursements": pa.concat_tables([table, again])})
    judged = after_both(ledger, bundle, bundle, FAR).rows
    own = ledger.tables["disbursements"].codes("disbursement_id")[judged].astype(np.int64)
    told = set(ledger.vocabulary("disbursement").decode(own))
    assert chosen[0] not in told
    assert chosen[1] in told


def test_a_worse_model_is_refused(
    trained_county: Trained, turned_round: Bundle, policy: Policy, period: Period, facts: Facts
) -> None:
    """Where truth is known: it orders payments worse, and its list has little in common."""
    found = items(trained_county, turned_round, policy, period, facts, truth_of(trained_county, period))
    for name in ("precision", "average_precision", "stability"):
        assert found[name].said == FAILED, found[name].why
    assert found["average_precision"].difference.high is not None
    assert found["average_precision"].difference.high < 0


def test_mixed_up_findings_do_not_pass(
    trained_county: Trained, mixed_up: Bundle, policy: Policy, period: Period, facts: Facts
) -> None:
    """Models of findings dealt out anew: the gate refuses every one of them, whatever luck one has with an order.

    So small a county has a weak champion, and now and then a deal orders its payments better in truth: then the item of
    the order may pass. Where a deal orders them worse beyond the tolerance, it never does.
    """
    truth = truth_of(trained_county, period)
    worse = []
    for seed in range(1, 7):
        found = items(trained_county, dealt(mixed_up, seed), policy, period, facts, truth)
        assert FAILED in {item.said for item in found.values()}
        for name in ("precision", "average_precision"):
            item = found[name]
            assert item.difference.value is not None
            assert item.difference.low is not None
            assert item.tolerance is not None
            if item.difference.value < -item.tolerance:
                worse.append((name, item.said))
                assert item.said != PASSED, item.why
            if item.said == PASSED:
                assert item.difference.low >= -item.tolerance, item.why
    assert {name for name, _ in worse} == {"precision", "average_precision"}
    assert {name for name, said in worse if said == FAILED} == {"precision", "average_precision"}
    assert len(worse) >= 6


def test_a_better_model_passes(
    trained_county: Trained, turned_round: Bundle, policy: Policy, period: Period, facts: Facts
) -> None:
    """The other way round: what a champion gone wrong missed is no reason against the challenger."""
    found, _, _ = gate.compare(
        trained_county.county.ledger, turned_round, trained_county.bundle, policy, period,
        truth_of(trained_county, period), facts=facts,
    )  # fmt: skip
    by = {item.name: item for item in found}
    for name in ("precision", "average_precision"):
        assert by[name].said == PASSED, by[name].why
    assert by["average_precision"].difference.low is not None
    assert by["average_precision"].difference.low > 0


def test_few_findings_say_nothing(trained_county: Trained, policy: Policy, period: Period, facts: Facts) -> None:
    """Nothing looked at: neither passed nor failed, whatever the models; what needs no finding is told."""
    truth = truth_of(trained_county, period)
    nobody = replace(
        truth, outcome=np.full(len(truth.outcome), -1, np.int8), at_random=np.zeros(len(truth.outcome), bool)
    )
    found = items(trained_county, trained_county.bundle, policy, period, facts, nobody)
    for name in ("precision", "average_precision", "calibration", "groups"):
        assert found[name].said == CANNOT_TELL
    assert found["stability"].said == PASSED
    none = Period(np.empty(0, np.int64), np.empty(0, np.int64), "after both")
    empty, counts, _ = gate.compare(
        trained_county.county.ledger, trained_county.bundle, trained_county.bundle, policy, none, truth
    )
    assert {item.said for item in empty} == {CANNOT_TELL}
    assert counts == {"payments": 0}


def test_what_the_champion_never_had_looked_at_cannot_be_told(
    trained_county: Trained, turned_round: Bundle, policy: Policy, period: Period, facts: Facts
) -> None:
    """Findings only where the champion pointed: a wholly other list does not pass for want of findings against it."""
    truth = truth_of(trained_county, period)
    material_top = items(trained_county, trained_county.bundle, policy, period, facts, truth)["precision"].counts
    assert material_top["only the challenger's"] == 0
    looked = judge(facts, trained_county.bundle).probability >= trained_county.bundle.line
    outcome = np.where(looked, truth.outcome, -1).astype(np.int8)
    found = items(trained_county, turned_round, policy, period, facts, replace(truth, outcome=outcome))
    assert found["precision"].said != PASSED


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.0, -0.01, 0.01, PASSED), (0.2, 0.1, 0.3, PASSED), (-0.02, -0.05, 0.01, PASSED),
        (-0.2, -0.3, -0.1, FAILED), (-0.1, -0.3, 0.1, CANNOT_TELL), (0.1, -0.2, 0.3, CANNOT_TELL),
        (-0.04, -0.07, -0.01, CANNOT_TELL),
    ],
)  # fmt: skip
def test_when_a_drop_is_one(value: float, low: float, high: float, said: str) -> None:
    """The whole interval within the tolerance, or wholly below zero and beyond it; else nothing is known."""
    assert not_below(Estimate(value, low, high), 0.05)[0] == said


def test_the_report_reads_the_same_again(
    trained_county: Trained, mixed_up: Bundle, policy: Policy, period: Period, facts: Facts, record: object
) -> None:
    """Written, read, written: one hash; the page names every item in both languages and no payment."""
    found, counts, changes = gate.compare(
        trained_county.county.ledger, trained_county.bundle, mixed_up, policy, period,
        truth_of(trained_county, period), facts=facts,
    )  # fmt: skip
    names = gate.Named("1", "a", "0" * 64), gate.Named("2", "b", "1" * 64)
    report = gate.GateReport(
        "aaaa", *names, "2020-01-01", "2020-01-01", period.source, "2019-07-01", "2019-12-31", counts,
        gate.Findings(1, "2020-01-01"), policy.version, "f", "r", found, changes,
    )  # fmt: skip
    digest = gate.save(report, markdown(report))
    assert gate.load(digest).digest == digest
    assert gate.load(digest).said == FAILED
    latest = gate.latest("2", "1")
    assert latest is not None
    assert latest.digest == digest
    page = markdown(report)
    assert all(english in page and chinese in page for english, chinese in TITLES.values())
    ledger = trained_county.county.ledger
    ids = ledger.vocabulary("disbursement").values.to_pylist()
    text = page + json.dumps(json.loads(report.to_json()))
    assert not any(one in text for one in ids)
