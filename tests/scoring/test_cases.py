"""The queue: every alert in one case, desks within their capacity, a random sample whose odds are on record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.asof import View
from models.scoring.cases import build_cases
from models.scoring.policy import Policy
from models.scoring.sample import draw
from models.scoring.select import rows_window
from tests.county import Trained, csv_bytes, scored

COLUMNS = (
    "case_id", "rank", "desk", "hub_kind", "hub_id", "typology", "suspect_role", "score", "amount_at_risk",
    "expected_loss", "members", "summary_zh", "summary_en", "selected_by",
)  # fmt: skip
HUBS = {"official", "card", "phone", "device", "outlet", "household", "run", "village"}
PLENTY = {"desks.discipline_capacity": 1e4, "desks.department_capacity": 1e4, "desks.owed_capacity": 1e4}
Row = dict[str, Any]


def with_values(policy: Policy, **values: float) -> Policy:
    """The policy with some keys changed; `__` stands for the dot."""
    return replace(policy, values={**policy.values, **{k.replace("__", "."): v for k, v in values.items()}})


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


def queue(trained: Trained, scores: pa.Table, moment: int, policy: Policy | None = None) -> list[Row]:
    """The cases as rows, members read from JSON."""
    table = build_cases(trained.county.ledger, scores, moment, policy or trained.policy)
    assert tuple(table.column_names) == COLUMNS
    found: list[Row] = table.to_pylist()
    return [{**row, "members": json.loads(row["members"])} for row in found]


def for_learning(case: Row) -> bool:
    """Whether a place is kept for learning: drawn at random, or chosen because the model knows little."""
    return case["selected_by"] == "random" or "so that the model learns" in case["summary_en"]


def alerts(scores: pa.Table) -> set[str]:
    """Payments above the line."""
    return {row["disbursement_id"] for row in scores.to_pylist() if row["recommendation"] != "release"}


def test_every_alert_is_in_exactly_one_case(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """With capacity for all: none lost, none twice, and nothing else but the random sample."""
    policy = replace(trained_county.policy, values={**trained_county.policy.values, **PLENTY})
    cases = queue(trained_county, scores, moment, policy)
    members = [i for case in cases if not for_learning(case) for i in case["members"]]
    assert len(members) > 20
    assert len(members) == len(set(members))
    assert set(members) == alerts(scores)
    drawn = [i for case in cases if for_learning(case) for i in case["members"]]
    assert len(drawn) == len(set(drawn))
    assert not set(drawn) & alerts(scores)


def test_values_are_the_contracts(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Ranks without a gap, lists of values, sums that are those of the members."""
    cases = queue(trained_county, scores, moment)
    by_id = {row["disbursement_id"]: row for row in scores.to_pylist()}
    table = trained_county.county.tables["disbursements"]
    amount = dict(zip(table.column("disbursement_id").to_pylist(), table.column("amount").to_pylist(), strict=True))
    assert [case["rank"] for case in cases] == list(range(1, len(cases) + 1))
    assert len({case["case_id"] for case in cases}) == len(cases)
    for case in cases:
        assert case["desk"] in {"discipline", "department", "owed"}
        assert case["hub_kind"] in HUBS
        assert case["hub_id"]
        assert case["selected_by"] in {"score", "rule", "random"}
        assert case["members"]
        assert case["amount_at_risk"] == float(sum(amount[i] for i in case["members"]))
        assert case["score"] == pytest.approx(np.mean([by_id[i]["score"] for i in case["members"]]), abs=2e-6)
        assert 0 <= case["expected_loss"] <= 12 * case["amount_at_risk"] + 0.01
        assert any("一" <= letter <= "鿿" for letter in case["summary_zh"])
        assert case["summary_en"]
        if not for_learning(case):
            assert case["desk"] in {by_id[i]["desk"] for i in case["members"]}
            leading = case["members"][0]
            assert by_id[leading]["score"] == max(by_id[i]["score"] for i in case["members"])


def test_ranked_by_expected_loss(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """The places for learning apart, the more a case would cost the earlier it comes."""
    losses = [c["expected_loss"] for c in queue(trained_county, scores, moment) if not for_learning(c)]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("capacity", [0, 1, 3])
def test_no_desk_gets_more_than_it_can_open(
    trained_county: Trained, scores: pa.Table, moment: int, capacity: int
) -> None:
    """What does not fit is the least costly; the others stay as they are."""
    policy = with_values(
        trained_county.policy,
        desks__discipline_capacity=capacity, desks__department_capacity=capacity, desks__owed_capacity=capacity,
    )  # fmt: skip
    few = [c for c in queue(trained_county, scores, moment, policy) if not for_learning(c)]
    every = [c for c in queue(trained_county, scores, moment) if not for_learning(c)]
    for desk in ("discipline", "department", "owed"):
        mine = [c["case_id"] for c in few if c["desk"] == desk]
        assert mine == [c["case_id"] for c in every if c["desk"] == desk][:capacity]


def test_random_places_and_their_odds(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """The share of places the policy keeps, spread through the queue, each with the chance it was drawn by."""
    policy = with_values(trained_county.policy, desks__random_share=0.2)
    cases = queue(trained_county, scores, moment, policy)
    drawn = [case for case in cases if case["selected_by"] == "random"]
    assert len(drawn) == round(0.2 * (len(cases) - len(drawn)) / 0.8)
    assert len(drawn) >= 2
    for case in drawn:
        (said,) = re.findall(r"propensity ([0-9.]+)", case["summary_en"])
        assert 0 < float(said) <= 1
        assert said in case["summary_zh"]
        assert len(case["members"]) == 1
        assert case["typology"] == case["suspect_role"] == ""
    assert drawn[0]["rank"] <= len(cases) // 2


def test_propensities_are_those_of_the_draw(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Over many seeds a payment is drawn as often as its propensity says."""
    county = trained_county.county
    rows, at = rows_window(county.ledger, moment, 180)
    released = np.nonzero(np.array(scores.column("recommendation").to_pylist()) == "release")[0][:150]
    probability = scores.column("score").to_numpy()
    times: dict[int, int] = {}
    said: dict[int, float] = {}
    for seed in range(200):
        for i, p in draw(View(county.ledger, at, rows), released, probability, 15, seed=str(seed)):
            times[i] = times.get(i, 0) + 1
            said[i] = p
    for low, high in ((0.0, 0.1), (0.1, 0.2), (0.2, 1.01)):
        inside = [i for i, p in said.items() if low <= p < high]
        if len(inside) > 5:
            wanted = np.mean([said[i] for i in inside])
            assert np.mean([times[i] / 200 for i in inside]) == pytest.approx(wanted, rel=0.35)


def test_the_same_queue_twice(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Byte for byte, and whatever the order of the score file."""
    ledger, policy = trained_county.county.ledger, trained_county.policy
    once = csv_bytes(build_cases(ledger, scores, moment, policy))
    assert once == csv_bytes(build_cases(ledger, scores, moment, policy))
    order = np.random.default_rng(3).permutation(scores.num_rows)
    mixed = queue(trained_county, scores.take(pa.array(order)), moment)
    plain = queue(trained_county, scores, moment)
    assert {c["case_id"] for c in mixed} == {c["case_id"] for c in plain}


def test_a_score_from_another_folder_is_refused(trained_county: Trained, scores: pa.Table, moment: int) -> None:
    """Payments that are not in the data cannot be grouped."""
    other = scores.set_column(0, "disbursement_id", pa.array([f"X{i}" for i in range(scores.num_rows)]))
    with pytest.raises(KeyError, match="not in the data"):
        build_cases(trained_county.county.ledger, other, moment, trained_county.policy)


def test_nothing_above_the_line_makes_no_case(trained_county: Trained, moment: int) -> None:
    """A quiet month opens nothing."""
    county = trained_county.county
    rows, at = rows_window(county.ledger, moment, 40)
    calm = scored(county, replace(trained_county.bundle, line=1.0, verify_line=1.0), trained_county.policy, rows, at)
    assert build_cases(county.ledger, calm, moment, trained_county.policy).num_rows == 0
