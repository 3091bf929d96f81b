"""Places for learning: what nobody has tested is asked, the same way every time, and what was offered is on record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.asof import View
from models.scoring import draws
from models.scoring.cases import Queue, build_queue
from models.scoring.facts import facts_of
from models.scoring.instructive import CERTAIN, TESTED, Question, looks_at_rules, most_instructive
from models.scoring.policy import Policy
from models.scoring.select import rows_window
from models.training.labels import labels_at
from tests.county import Trained, scored


@pytest.fixture(scope="module")
def moment(trained_county: Trained) -> int:
    """The end of the window."""
    return trained_county.county.moment(0.9)


@pytest.fixture(scope="module")
def scores(trained_county: Trained, moment: int) -> pa.Table:
    """Scores after payment of half a year, with a line low enough for a few dozen alerts."""
    bundle = replace(trained_county.bundle, line=0.02, verify_line=0.5)
    rows, at = rows_window(trained_county.county.ledger, moment, 180)
    return scored(trained_county.county, bundle, trained_county.policy, rows, at)


def policy_with(policy: Policy, **shares: float) -> Policy:
    """The policy with other shares of places; `__` stands for the dot."""
    return replace(policy, values={**policy.values, **{k.replace("__", "."): v for k, v in shares.items()}})


def queue_of(trained: Trained, scores: pa.Table, moment: int, **shares: float) -> Queue:
    """The queue with other shares of places."""
    return build_queue(
        trained.county.ledger, scores, moment, policy_with(trained.policy, **shares), bundle=trained.bundle
    )


def ask(trained: Trained, scores: pa.Table, moment: int, places: int, *, model: bool = True) -> list[Question]:
    """Questions about the released payments of the window."""
    rows, at = rows_window(trained.county.ledger, moment, 180)
    released = np.nonzero(np.array(scores.column("recommendation").to_pylist()) == "release")[0]
    return most_instructive(
        View(trained.county.ledger, at, rows),
        released,
        scores.column("score").to_numpy(),
        scores.column("anomaly").to_numpy(),
        places,
        trained.policy,
        seed="s",
        bundle=trained.bundle if model else None,
    )


def test_questions_take_turns_and_bother_no_household_twice(
    trained_county: Trained, scores: pa.Table, moment: int
) -> None:
    """Four kinds while all have something to ask; the second needs the model."""
    rows, at = rows_window(trained_county.county.ledger, moment, 180)
    asked = ask(trained_county, scores, moment, 12)
    assert len(asked) == 12
    kinds = [re.sub(r"rule \S+ .*", "rule", q.en) for q in asked]
    assert kinds[:4] == [
        "rule", "rules and learned terms differ", "unusual by itself, though scored low", "close to the line",
    ]  # fmt: skip
    households = View(trained_county.county.ledger, at, rows).own("household_id")[[q.position for q in asked]]
    known = households[households >= 0]
    assert len(set(known.tolist())) == len(known)
    assert all(any("一" <= letter <= "鿿" for letter in q.zh) for q in asked)
    without = ask(trained_county, scores, moment, 12, model=False)
    assert not any("differ" in q.en for q in without)
    assert asked == ask(trained_county, scores, moment, 12)


def test_each_question_is_true_of_its_payment(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """What the words say can be seen in the facts."""
    ledger, policy = trained_county.county.ledger, trained_county.policy
    rows, _ = rows_window(ledger, moment, 180)
    probability, odd = scores.column("score").to_numpy(), scores.column("anomaly").to_numpy()
    released = np.array(scores.column("recommendation").to_pylist()) == "release"
    looks = looks_at_rules(ledger, moment, policy)
    seen = set()
    for question in ask(trained_county, scores, moment, 16):
        i = question.position
        assert released[i]
        facts = facts_of(View(ledger, np.array([moment]), rows[[i]]), policy)
        if said := re.fullmatch(r"rule (\S+) (fires|is explained away) and only (\d+) findings .*", question.en):
            place = [rule.code for rule in facts.rules].index(said[1])
            fires = said[2] == "fires"
            assert facts.outcomes[0, place] == (1 if fires else 2)
            assert looks[place if fires else place + len(facts.rules)] == int(said[3]) < TESTED
            seen.add("rule")
        elif question.en.startswith("unusual"):
            assert odd[i] > 0
            assert probability[i] <= np.quantile(probability[released], CERTAIN)
            seen.add("odd")
        elif question.en.startswith("close"):
            assert probability[i] >= np.quantile(probability[released], 0.9)
            seen.add("near")
    assert seen == {"rule", "odd", "near"}


def test_tested_counts_findings_on_hits(trained_county: Trained, moment: int) -> None:
    """Against a loop over every payment with a finding."""
    ledger, policy = trained_county.county.ledger, trained_county.policy
    table = ledger.tables["disbursements"]
    rows = np.nonzero(table.superseded_at == np.iinfo(np.int64).max)[0].astype(np.int64)
    labels = labels_at(ledger, rows, moment)
    looked = rows[labels.outcome >= 0]
    outcomes = facts_of(View.before_payment(ledger, looked), policy).outcomes
    wanted = [*(outcomes == 1).sum(axis=0).tolist(), *(outcomes == 2).sum(axis=0).tolist()]
    assert looks_at_rules(ledger, moment, policy).tolist() == wanted
    assert sum(wanted) > 20
    assert looks_at_rules(ledger, int(table.known_at[0]), policy).sum() == 0


def test_shares_of_places(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Each kind gets its share of all places; none where the policy keeps none."""
    made = queue_of(trained_county, scores, moment, desks__random_share=0.2, desks__uncertain_share=0.2)
    cases = made.cases.to_pylist()
    asked = [c for c in cases if "so that the model learns" in c["summary_en"]]
    drawn = [c for c in cases if c["selected_by"] == "random"]
    assert len(asked) == pytest.approx(0.2 * len(cases), abs=1)
    assert len(drawn) == pytest.approx(0.2 * len(cases), abs=1)
    for case in [*asked, *drawn]:
        assert "not a red flag" in case["summary_en"]
        assert "并非疑点" in case["summary_zh"]
        assert case["typology"] == case["suspect_role"] == ""
        assert len(json.loads(case["members"])) == 1
    assert {c["selected_by"] for c in asked} == {"score"}
    assert asked[0]["rank"] < len(cases) / 2
    none = queue_of(trained_county, scores, moment, desks__random_share=0.0, desks__uncertain_share=0.0)
    assert set(none.draws.column("offered_as").to_pylist()) == {"alert"}


def test_the_record_is_what_was_offered(trained_county: Trained, scores: pa.Table, moment: int, tmp_path: Path) -> None:
    """Every member once, with its chance; kept, read again, and replaced by the same moment's next queue."""
    made = queue_of(trained_county, scores, moment, desks__random_share=0.2, desks__uncertain_share=0.1)
    offered = made.draws.to_pylist()
    members = {(c["case_id"], i) for c in made.cases.to_pylist() for i in json.loads(c["members"])}
    assert {(row["case_id"], row["disbursement_id"]) for row in offered} == members
    assert len(offered) == len(members)
    by_case = {c["case_id"]: c for c in made.cases.to_pylist()}
    for row in offered:
        assert row["queue_at"] == moment
        if row["offered_as"] == "random":
            (said,) = re.findall(r"propensity ([0-9.]+)", by_case[row["case_id"]]["summary_en"])
            assert row["propensity"] == pytest.approx(float(said), abs=6e-7)
        else:
            assert row["propensity"] == 1
    assert draws.kept(tmp_path).num_rows == 0
    assert draws.keep(made.draws.slice(0, 0), tmp_path) is None
    draws.keep(made.draws.slice(0, 3), tmp_path)
    path = draws.keep(made.draws, tmp_path)
    assert path is not None
    assert [p.name for p in path.parent.iterdir()] == [f"{moment}.parquet"]
    assert draws.kept(tmp_path).equals(made.draws.cast(draws.SCHEMA))


def test_what_somebody_looked_at_takes_no_place(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """A payment with a finding teaches nothing new: neither drawn nor asked again."""
    ledger = trained_county.county.ledger
    rows, _ = rows_window(ledger, moment, 180)
    looked = labels_at(ledger, rows, moment).outcome >= 0
    ids = np.array(scores.column("disbursement_id").to_pylist())
    assert looked.sum() > 3
    made = queue_of(trained_county, scores, moment, desks__random_share=0.7, desks__uncertain_share=0.2)
    chosen = {r["disbursement_id"] for r in made.draws.to_pylist() if r["offered_as"] != "alert"}
    assert len(chosen) > 50
    assert not chosen & set(ids[looked].tolist())


def test_alerts_no_desk_can_open_can_still_be_drawn(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Beyond capacity nobody would look: the sample stands for these too, so that an estimate covers everything."""
    made = queue_of(
        trained_county, scores, moment, desks__random_share=0.9, desks__uncertain_share=0.0,
        desks__discipline_capacity=2.0, desks__department_capacity=2.0, desks__owed_capacity=1.0,
    )  # fmt: skip
    frame = made.draws.column("frame")[0].as_py()
    rows, _ = rows_window(trained_county.county.ledger, moment, 180)
    looked = int((labels_at(trained_county.county.ledger, rows, moment).outcome >= 0).sum())
    placed = sum(row["offered_as"] == "alert" for row in made.draws.to_pylist())
    assert frame >= scores.num_rows - placed - looked
    released = sum(r == "release" for r in scores.column("recommendation").to_pylist())
    assert frame > released - looked
