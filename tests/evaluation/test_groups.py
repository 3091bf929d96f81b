"""Groups: who belongs to which, rates with intervals, what a gate says, all against what is known beforehand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.asof import Ledger
from models.evaluation.groups import Grouping, GroupRates, group_verdict, groupings, measure_groups, rates_by_group
from models.evaluation.groups.surnames import most_common_share, surname
from models.evaluation.judged import judged_of, truth_of
from models.scoring.policy import Policy
from tests.evaluation.county import CHINA, invent

POLICY = Policy.load().values


def rates(
    flagged: list[int], answer: list[int], code: list[int], *, of: Any = "people", **more: Any
) -> tuple[GroupRates, Any]:
    """Rates of two groups, everybody a person of their own unless said otherwise."""
    grouping = Grouping("g", ("a", "b"), np.array(code), of)
    people = more.pop("people", np.arange(len(flagged)))
    found = rates_by_group(np.array(flagged) == 1, np.array(answer), [grouping], POLICY, people=people, **more)
    return found, found.by["g"]


def planted(wrong_a: int, wrong_b: int, n: int = 1000) -> GroupRates:
    """Two groups of n honest people with so many false alarms."""
    flagged = [1] * wrong_a + [0] * (n - wrong_a) + [1] * wrong_b + [0] * (n - wrong_b)
    return rates(flagged, [0] * 2 * n, [0] * n + [1] * n)[0]


def test_counts_are_plain_counts() -> None:
    """A table of two by two, by hand; unknown answers count for selection alone."""
    found, by = rates([1, 1, 0, 0, 1, 0], [1, 0, 0, 1, 0, -1], [0, 0, 0, 0, 1, 1])
    a = by["a"]
    assert (a.selected.hits, a.selected.rows) == (2, 4)
    assert (a.precision.hits, a.precision.rows) == (1, 2)
    assert (a.false_positive.hits, a.false_positive.rows) == (1, 2)
    assert (a.false_negative.hits, a.false_negative.rows) == (1, 2)
    assert (by["b"].selected.rows, by["b"].false_positive.rows, by["b"].false_negative.rows) == (2, 1, 0)
    assert by["b"].false_negative.share is None
    assert found.overall.false_positive.hits == 2
    assert by["a"].held == "not enough data"


def test_truth_measure_and_rates_count_alike() -> None:
    """The measure the judge agrees with and the newer rates: same flagged, same honest, group by group."""
    county = invent()
    ledger = county.ledger()
    truth = truth_of(ledger, county.truth)
    judged, _, _ = judged_of(truth, np.ones(len(truth), bool), county.scores)
    older = measure_groups(judged, ledger)
    at = ledger.tables["disbursements"].known_at[judged.row]
    people = ledger.tables["disbursements"].codes("person_id")[judged.row]
    made = groupings(ledger, judged.row, at)
    newer = rates_by_group(judged.line, judged.irregular.astype(int), made, POLICY, people=people)
    assert {"sex", "age over 80", "phone", "household category", "village size"} <= set(newer.by)
    words = {"M": "men", "F": "women"}
    for name in ("sex", "age over 80", "phone", "household category"):
        for label, group in older.by[name].groups.items():
            wrong = newer.by[name][words.get(label, label)].false_positive
            assert (wrong.hits, wrong.rows) == (group.flagged, group.honest), (name, label)


def test_payments_of_one_person_are_one_witness() -> None:
    """Twenty false alarms on one person are not twenty people's: the interval is wider, an excess is not shown."""
    flagged = [1] * 20 + [0] * 980 + [1] * 2 + [0] * 998
    answer, code = [0] * 2000, [0] * 1000 + [1] * 1000
    alone, by = rates(flagged, answer, code)
    assert by["a"].held == "exceeded"
    people = np.arange(2000) // 20
    _, whole = rates(flagged, answer, code, people=people)
    assert whole["a"].false_positive.hits == by["a"].false_positive.hits
    assert whole["a"].false_positive.events == 1
    assert whole["a"].false_positive.interval[1] > 1.5 * by["a"].false_positive.interval[1]
    assert whole["a"].held == "not shown to hold"
    assert alone.overall.false_positive.independent == pytest.approx(2000, rel=1e-3)


def test_a_village_is_one_event_where_villages_are_compared() -> None:
    """The same alarms in one village or in ten: only ten show that small villages are worse off."""
    flagged = ([1] * 3 + [0] * 27) * 10 + [0] * 1700
    answer, code = [0] * 2000, [0] * 300 + [1] * 1700
    spread = np.arange(2000) // 30
    _, many = rates(flagged, answer, code, of="villages", villages=spread)
    together = np.where(np.array(flagged) == 1, 999, spread)
    _, one = rates(flagged, answer, code, of="villages", villages=together)
    assert many["a"].held == "exceeded"
    assert one["a"].held == "not shown to hold"


def test_weights_undo_the_draw() -> None:
    """A sample that drew the flagged ten times as often gives the rate of all again."""
    rng = np.random.default_rng(1)
    flagged = (rng.random(40_000) < 0.02).astype(int)
    drawn = rng.random(40_000) < np.where(flagged == 1, 0.5, 0.05)
    answer = np.where(drawn, 0, -1)
    weight = np.where(flagged == 1, 2.0, 20.0)
    found, _ = rates(flagged.tolist(), answer.tolist(), [0] * 40_000, weight=weight)
    assert found.overall.false_positive.share == pytest.approx(0.02, rel=0.15)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(80, 400), st.integers(80, 400))
def test_ratio_is_inside_its_interval(a: int, b: int, m: int, n: int) -> None:
    """Whatever the counts, also none: the interval holds the ratio and is never negative."""
    flagged = [1] * a + [0] * (m - a) + [1] * b + [0] * (n - b)
    _, by = rates(flagged, [0] * (m + n), [0] * m + [1] * n)
    for group in by.values():
        if group.ratio is None:
            assert a + b == 0
            continue
        low, high = group.ratio_interval
        assert -1e-9 <= low <= group.ratio + 1e-9
        assert group.ratio <= high + 1e-9


def test_interval_of_the_ratio_covers() -> None:
    """Drawn again and again at a known ratio, nineteen of twenty intervals hold it, roughly."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        flagged = np.concatenate([rng.random(1500) < 0.04, rng.random(3000) < 0.02]).astype(int)
        _, by = rates(flagged.tolist(), [0] * 4500, [0] * 1500 + [1] * 3000)
        low, high = by["a"].ratio_interval
        held += low <= 0.04 / (0.08 / 3) <= high
    assert 0.91 <= held / 300 <= 0.99


def test_the_gate_passes_fails_and_cannot_tell() -> None:
    """A new excess and a worse one fail; an old one that stays is told and passes; too few cannot tell."""
    fair, unfair, worse = planted(20, 20), planted(40, 8), planted(90, 8)
    assert group_verdict(fair, fair, POLICY).said == "passed"
    assert group_verdict(fair, unfair, POLICY).said == "failed"
    stays = group_verdict(unfair, unfair, POLICY)
    assert (stays.said, stays.standing) == ("passed", ("g: a",))
    assert group_verdict(unfair, worse, POLICY).said == "failed"
    assert group_verdict(unfair, fair, POLICY).said == "passed"
    assert group_verdict(planted(4, 4, 100), planted(4, 4, 100), POLICY).said == "cannot tell"
    doubtful = group_verdict(fair, planted(13, 7), POLICY)
    assert doubtful.said == "cannot tell"
    assert "too few payments to show it" in doubtful.why


def test_a_worse_ratio_within_the_tolerance_passes() -> None:
    """An excess that grew by less than the policy's share is not called worse."""
    assert group_verdict(planted(40, 10), planted(40, 9), POLICY).said == "passed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("欧阳刚峰", "欧阳"),
        ("欧明", "欧"),
        ("吉克玉琼", "吉克"),
        ("阿尔·布都", "阿尔"),
        ("陈鹏浩 ", "陈"),
        ("Ana Lee", "Lee"),
        ("", None),
    ],
)
def test_surnames(name: str, expected: str | None) -> None:
    """Compound surnames, clan names, dots, spaces, letters, and nothing."""
    assert surname(name) == expected


def test_share_of_the_commonest_surname() -> None:
    """Those without a surname are no part of it."""
    share, bearers = most_common_share(["欧阳甲乙", "欧阳丙丁", "欧戊", None, " "])
    assert share == pytest.approx(2 / 3)
    assert bearers == 3
    assert most_common_share([]) == (0.0, 0)


def test_villages_count_as_what_they_became() -> None:
    """After a merger both old codes are one village: its size, its surnames, its township."""
    ledger = merged_villages()
    at = np.full(2, int(dt.datetime(2019, 7, 1, tzinfo=CHINA).timestamp() * 1e6))
    found = {one.name: one for one in groupings(ledger, np.arange(2), at)}
    size, single = found["village size"], found["single-surname village"]
    assert [size.labels[k] for k in size.code] == ["120-299", "120-299"]
    assert [single.labels[k] for k in single.code] == ["single surname", "single surname"]
    assert found["township"].labels == ("东镇 (519921100000)",)
    assert found["township"].code.tolist() == [0, 0]


def test_before_the_merger_they_are_two() -> None:
    """A merger that is not yet in force changes nothing."""
    ledger = merged_villages(ends=dt.date(2020, 1, 1))
    at = np.full(2, int(dt.datetime(2019, 7, 1, tzinfo=CHINA).timestamp() * 1e6))
    found = {one.name: one for one in groupings(ledger, np.arange(2), at)}
    assert [found["village size"].labels[k] for k in found["village size"].code] == ["under 120", "under 120"]


def merged_villages(ends: dt.date = dt.date(2018, 6, 30)) -> Ledger:
    """Two villages of eighty, 201 going into 200, three of four people called 欧阳; one payment in each."""
    when = [dt.datetime(2016, 1, 1, tzinfo=CHINA)] * 160
    village = ["519921100200" if n % 2 else "519921100201" for n in range(160)]
    stamp = pa.timestamp("us", tz="UTC")
    return Ledger(
        {
            "persons": pa.table(
                {
                    "person_id": [f"P{n}" for n in range(160)],
                    "name": [f"王{n}" if n % 4 == 0 else f"欧阳{n}号" for n in range(160)],
                    "division_code": village,
                    "recorded_at": pa.array(when, stamp),
                }
            ),
            "divisions": pa.table(
                {
                    "division_code": ["519921100000", "519921100200", "519921100201"],
                    "parent_code": [None, "519921100000", "519921100000"],
                    "name": ["东镇", "甲村", "乙村"],
                    "level": ["township", "village", "village"],
                    "valid_to": pa.array([None, None, ends], pa.date32()),
                    "successor_code": [None, None, "519921100200"],
                }
            ),
            "disbursements": pa.table(
                {
                    "disbursement_id": ["D0", "D1"],
                    "program_id": ["PENSION"] * 2,
                    "period": ["2019-06"] * 2,
                    "person_id": ["P0", "P1"],
                    "card_id": ["C0", "C1"],
                    "amount": pa.array([100, 100], pa.decimal128(18, 2)),
                    "division_code": village[:2],
                    "submitted_at": pa.array([dt.datetime(2019, 6, 1, tzinfo=CHINA)] * 2, stamp),
                }
            ),
        }
    )


def test_unequal_shapes_are_refused() -> None:
    """The array at fault is named."""
    with pytest.raises(ValueError, match="answer: found shape"):
        rates_by_group(np.zeros(3, bool), np.zeros(2, int), [], POLICY, people=np.arange(3))
