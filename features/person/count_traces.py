"""Traces of the payee besides payments: phone, family, kin, holdings, certificates, events, own use of a card."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person import _newcomers


def _compute(view: View) -> Float:
    total = np.zeros(view.n)
    for trace in _newcomers.traces(view):
        total += trace
    return total


registered = (
    world()
    .add("persons", person_id="N1", household_id="HN1", phone=None, recorded_at="2018-04-01T09:00:00")
    .add("persons", person_id="N2", household_id="HN2", phone=None, recorded_at="2018-04-02T09:00:00")
)

count_traces = Feature(
    name="count_traces",
    title=("补贴以外的生活痕迹数", "traces of the payee besides payments"),
    unit="count",
    null="none",
    needs=("persons",),
    compute=_compute,
    cases=(
        Case("phone and family", world().paid("P1"), 2.0),
        Case("phone only", world().paid("P3"), 1.0),
        Case("nothing", registered.paid("N1", card_id="CN1"), 0.0),
        Case(
            "draws cash",
            registered.add("cards", card_id="CN1", holder_person_id="N1")
            .add("card_transactions", card_id="CN1")
            .paid("N1", card_id="CN1"),
            1.0,
        ),
    ),
)
