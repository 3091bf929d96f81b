"""Cases: the hub that explains most, each alert once, hubs of everything explain nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scoring.grouping import group_alerts
from models.scoring.hubs import Hubs


def _hubs(pairs: list[tuple[int, int, int]]) -> Hubs:
    rows = np.unique(np.array(pairs, dtype=np.int64).reshape(-1, 3), axis=0)
    return Hubs(rows[:, 0], rows[:, 1], rows[:, 2])


def test_the_clerk_behind_six_is_one_case_and_the_officer_behind_all_is_none() -> None:
    n, alerts = 200, np.arange(6)
    pairs = [(i, 0, 99) for i in range(n)] + [(i, 0, 7) for i in range(8)] + [(i, 5, 1000 + i) for i in range(n)]
    probability = np.full(n, 0.001)
    probability[alerts] = 0.6
    signals = {int(i): frozenset({"discipline/T25"}) for i in alerts}
    groups = group_alerts(_hubs(pairs), probability, alerts, signals, own={int(i): (5, 1000 + int(i)) for i in alerts})
    assert [(g.kind, g.code, g.members.tolist()) for g in groups] == [(0, 7, [0, 1, 2, 3, 4, 5])]


def test_alerts_of_different_kinds_at_one_hub_are_different_cases() -> None:
    pairs = [(i, 0, 7) for i in range(4)] + [(i, 5, 50 + i) for i in range(100)]
    probability = np.full(100, 0.001)
    probability[:4] = 0.7
    signals = {
        0: frozenset({"discipline/T25"}),
        1: frozenset({"discipline/T25"}),
        2: frozenset({"owed/T39"}),
        3: frozenset({"owed/T39"}),
    }
    groups = group_alerts(_hubs(pairs), probability, np.arange(4), signals, own={i: (5, 50 + i) for i in range(4)})
    assert sorted((g.signal, g.members.tolist()) for g in groups) == [("discipline/T25", [0, 1]), ("owed/T39", [2, 3])]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_alert_is_in_exactly_one_case(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 30))
    pairs = [
        (i, kind, data.draw(st.integers(0, 4)))
        for i in range(n)
        for kind in data.draw(st.lists(st.integers(0, 7), max_size=3))
    ] + [(i, 5, 100 + i) for i in range(n)]
    alerts = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1)))), dtype=np.int64)
    signals = {
        int(i): frozenset(
            data.draw(st.sets(st.sampled_from(["discipline/T25", "owed/T39", "department/"]), min_size=1))
        )
        for i in alerts
    }
    probability = np.linspace(0.01, 0.9, n)
    groups = group_alerts(_hubs(pairs), probability, alerts, signals, own={int(i): (5, 100 + int(i)) for i in alerts})
    taken = sorted(int(i) for g in groups for i in g.members)
    assert taken == alerts.tolist()
