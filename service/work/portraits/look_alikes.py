"""Which innocent situations were looked for at payments that rules asked about, and what was found: in the history."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from service.work.portraits.drawer import Drawer
from service.work.portraits.look_graph import payments_of
from service.work.portraits.shapes import Alike

if TYPE_CHECKING:
    from features.asof import View


def look_alikes(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[Alike]]:
    """`payments`: (number, moment of its score in microseconds) pairs; `codes`: rules. One rule a step."""
    from models.rules.catalogue import all_rules

    view = _view(drawer, about["payments"])
    found: list[Alike] = []
    if view is None:
        return found
    settings = drawer.context.policy.settings
    wanted = set(about["codes"])
    for rule in all_rules():
        if rule.code not in wanted or not rule.unless or rule.off(view):
            continue
        asked = rule.when.evaluate(view, settings).true
        if asked.any():
            for unless in rule.unless:
                truth = unless.condition.evaluate(view, settings)
                there, unknown = int((asked & truth.true).sum()), int((asked & truth.unknown).sum())
                rest = int(asked.sum()) - there - unknown
                found.append(Alike(rule.code, (unless.zh, unless.en), there, rest, unknown))
        yield
    return found


def _view(drawer: Drawer, payments: list[tuple[str, int]]) -> View | None:
    """The payments that may be told of, each as of the moment it was scored at; None where there is none."""
    import numpy as np

    from features.asof import View

    known = drawer.facts.ledger.tables["disbursements"].known_at
    rows: list[int] = []
    at: list[int] = []
    for number, moment in payments:
        own, _ = payments_of(drawer, [str(number)])
        # The version that was scored: what corrected it later is not what was asked about.
        own = own[known[own] <= moment]
        if len(own):
            rows.append(int(own[-1]))
            at.append(int(moment))
    if not rows:
        return None
    return View(drawer.facts.ledger, np.array(at, np.int64), np.array(rows, np.int64))
