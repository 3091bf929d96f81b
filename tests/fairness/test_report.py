"""The full report says everything, the public one nothing that points at few people or a place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.evaluation.groups import Grouping, rates_by_group
from models.fairness.causes import Cause
from models.fairness.proxies import Carrier, Proxy
from models.fairness.report import GroupReport, public
from models.fairness.swap import Swap
from models.scoring.policy import Policy

AT_LEAST = 20


@pytest.fixture(scope="module")
def report() -> GroupReport:
    """Three categories, one of them with three false alarms, and two townships."""
    rng = np.random.default_rng(2)
    n = 6000
    code = rng.integers(0, 3, n)
    flagged = np.zeros(n, bool)
    for label, hits in enumerate((60, 40, 3)):
        flagged[np.nonzero(code == label)[0][:hits]] = True
    answer = np.zeros(n, int)
    answer[rng.choice(np.nonzero(~flagged)[0], 300, replace=False)] = 1
    made = [
        Grouping("household category", ("general", "low_income", "extreme_poverty"), code),
        Grouping("township", ("东镇 (519921100000)", "西镇 (519921101000)"), rng.integers(0, 2, n), "villages"),
    ]
    rates = rates_by_group(flagged, answer, made, Policy.load().values, people=np.arange(n))
    return GroupReport(
        "2019-07-01", "2019-12-31", "2019-07-01-abc", rates, ("a note <b>",),
        (Cause("sex", "women", "T27.one_device_on_many_cards", 29, 10.29, 3, 0.47, 0),),
        (Proxy("sex", "women", 900, 2000, 0.75, (0.74, 0.76), (Carrier("count_x", 0.3, 0.08, 0.01, 0.1, ()),)),),
        (Swap("sex", 0, 6000, 0, 0, 0, 0.0, 0.0),),
    )  # fmt: skip


def counts(report: GroupReport, kind: str) -> dict[str, Any]:
    """Hits of one kind of rate by household category, as in the JSON."""
    by = json.loads(report.to_json())["rates"]["by"]["household category"]
    return {label: group[kind]["hits"] for label, group in by.items()}


def test_the_full_report_holds_everything(report: GroupReport) -> None:
    """Counts as they are; both languages; HTML escapes; one table row a group."""
    assert counts(report, "false_positive") == {"general": 60, "low_income": 40, "extreme_poverty": 3}
    text, page = report.to_markdown(), report.to_html()
    for word in ("T27.one_device_on_many_cards", "东镇", "误报", "count_x", "extreme_poverty", "not shown to hold"):
        assert word in text
        assert word in page
    assert "a note &lt;b&gt;" in page
    assert "<script" not in page


def test_the_public_report_gives_no_small_count_away(report: GroupReport) -> None:
    """The small group is masked, and another with it, so that the difference to the total says nothing; no places."""
    shown = public(report, AT_LEAST)
    assert counts(shown, "false_positive") == {"general": 60, "low_income": None, "extreme_poverty": None}
    text = shown.to_html() + shown.to_markdown() + shown.to_json()
    for word in ("东镇", "519921", "township", "count_x", "T27."):
        assert word not in text
    for group in shown.rates.by["household category"].values():
        for kind in ("selected", "precision", "false_positive", "false_negative"):
            rate = getattr(group, kind)
            assert not 0 < rate.hits < AT_LEAST
            assert not 0 < rate.rows - rate.hits < AT_LEAST or rate.hits < 0
            assert rate.people == -1
    hidden = shown.rates.by["household category"]["extreme_poverty"]
    assert (hidden.ratio, hidden.ratio_interval, hidden.held) == (None, None, "not enough data")
    assert report.rates.by["household category"]["extreme_poverty"].ratio is not None


def test_nothing_is_masked_where_all_counts_are_large(report: GroupReport) -> None:
    """A threshold of one hides places and causes alone."""
    assert counts(public(report, 1), "false_positive") == counts(report, "false_positive")


def test_a_swap_that_moved_a_few_stays_inside(report: GroupReport) -> None:
    """How many a change took over the line is a count like any other."""
    few = replace(report, swaps=(*report.swaps, Swap("phone", 10, 6000, 400, 3, 40, -0.0002, 0.1)))
    assert [swap.name for swap in public(few, AT_LEAST).swaps] == ["sex"]
    assert [swap.name for swap in public(few, 3).swaps] == ["sex", "phone"]
