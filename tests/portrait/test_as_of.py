"""What is shown as of a moment: rows that became known later change nothing of it, however they arrived."""

from __future__ import annotations

from typing import Any

import pytest

from features.asof import Ledger
from features.asof._cache import Cache
from features.asof.live import LiveLedger
from features.portrait.facts import Facts
from tests.county import County, known_by
from tests.portrait import told

SHARES = (0.4, 0.8)


def everything(ledger: Ledger, at: int, numbers: list[str]) -> dict[str, Any]:
    """All a page could show."""
    facts = Facts(ledger, at)
    rows = told.rows_of(facts, numbers)
    first = int(rows[0])
    of = {name: str(facts.value("disbursements", name, first)) for name in ("prepared_by", "card_id", "household_id")}
    hubs = [("official", of["prepared_by"]), ("card", of["card_id"]), ("household", of["household_id"]), None]
    outlets = [one for one in told.ties(ledger, at, numbers, None) if one[0] == "drawn_at"]
    phones = [one for one in told.ties(ledger, at, numbers, None) if one[0] == "bound_to" and one[2][0] == "phone"]
    more = [("outlet", one[2][1]) for one in sorted(outlets)[:1]] + [one[2] for one in sorted(phones)[:1]]
    return {
        "ties": [sorted(told.ties(ledger, at, numbers, hub), key=str) for hub in [*hubs, *more]],
        "events": told.happened(ledger, at, numbers, [of["prepared_by"]]),
        "peers": [told.compared(ledger, at, numbers[0], hub) for hub in [*hubs[:3], *more] if hub],
        "lists": [told.listed(ledger, at, kind, text) for kind, text in (
            ("card", of["card_id"]), ("household", of["household_id"]), ("official", of["prepared_by"]),
        )],
    }  # fmt: skip


@pytest.mark.parametrize("share", SHARES)
def test_later_rows_change_nothing(county: County, share: float) -> None:
    """A ledger that ends at the moment, one that goes on, and one the rest arrived in tell the same."""
    at = county.moment(share)
    numbers = told.some_payments(county.ledger, at, 25, seed=int(share * 10))
    whole = everything(county.ledger, at, numbers)
    tables = known_by(county.tables, at)
    assert everything(_opened(tables), at, numbers) == whole
    live = _opened(tables)
    everything(live, at, numbers)  # Indexes are made, and have to follow.
    live.append(county.tables)
    assert everything(live, at, numbers) == whole


def test_the_moment_matters(county: County) -> None:
    """What is shown later is more: else the test above would hold of anything."""
    early, late = county.moment(0.4), county.moment(1.0)
    numbers = told.some_payments(county.ledger, early, 25, seed=1)
    before, after = everything(county.ledger, early, numbers), everything(county.ledger, late, numbers)
    assert len(after["events"]) > len(before["events"])
    assert before["peers"] != after["peers"]


def _opened(tables: Any) -> LiveLedger:
    return LiveLedger(tables, cache=Cache(None))
