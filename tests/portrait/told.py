"""Everything a portrait is made of, with texts in the place of codes: ledgers number the same things differently."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from features.asof import Ledger
from features.portrait import events, payments, peers
from features.portrait.facts import Facts
from features.portrait.strands import SPACES, Key, Strand, merged
from features.portrait.ties import Around, gather


def run(steps: Iterator[Any]) -> Any:
    """Every step; the last value."""
    last = None
    for step in steps:
        last = step
    return last


def returned(steps: Generator[None, None, Any]) -> Any:
    """Every step; what they return."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value


def rows_of(facts: Facts, numbers: list[str]) -> Any:
    """Rows of payments by number."""
    return facts.rows("disbursements", "disbursement_id", facts.encode("disbursement", numbers))


def thing(facts: Facts, key: Key) -> tuple[str, str]:
    """A thing with its text."""
    return key[0], facts.text(SPACES[key[0]], key[1]) or "?"


def strands(facts: Facts, numbers: list[str], hub: tuple[str, str] | None) -> list[Strand]:
    """Ties around payments and a hub."""
    around = Around(
        facts, rows_of(facts, numbers), None if hub is None else (hub[0], facts.code(SPACES[hub[0]], hub[1]))
    )
    run(gather(around))
    return merged(around.strands)


def ties(ledger: Ledger, at: int, numbers: list[str], hub: tuple[str, str] | None) -> set[tuple[Any, ...]]:
    """The same with texts."""
    facts = Facts(ledger, at)
    return {_tie(facts, one) for one in strands(facts, numbers, hub)}


def _tie(facts: Facts, one: Strand) -> tuple[Any, ...]:
    ends = sorted((thing(facts, one.one), thing(facts, one.other)))
    return (one.kind, *ends, str(one.first), str(one.last), one.count, one.fen)


def happened(ledger: Ledger, at: int, numbers: list[str], officials: list[str]) -> list[tuple[Any, ...]]:
    """Events of payments and officials."""
    facts = Facts(ledger, at)
    told = events.Told(facts, rows_of(facts, numbers), officials=facts.encode("official", officials))
    run(events.gather(told))
    own = dict.fromkeys(facts.codes("disbursements", "disbursement_id", told.rows).tolist(), True)
    return sorted(_event(facts, one) for one in events.chosen(told.found, own, 10_000))


def _event(facts: Facts, one: events.Happened) -> tuple[Any, ...]:
    payment = facts.text("disbursement", one.payment) or ""
    return (one.day, one.kind, thing(facts, one.about), payment, str(one.fen), one.known)


def compared(ledger: Ledger, at: int, number: str, hub: tuple[str, str]) -> list[Any]:
    """A payment and a hub against their peers."""
    facts = Facts(ledger, at)
    rows = rows_of(facts, [number])
    code = facts.code(SPACES[hub[0]], hub[1])
    return [*run(peers.of_payment(facts, int(rows[0]))), *run(peers.of_hub(facts, (hub[0], code), rows))]


def listed(ledger: Ledger, at: int, kind: str, text: str) -> tuple[Any, ...]:
    """All payments of a thing page by page, and their sums."""
    facts = Facts(ledger, at)
    rows = payments.rows_of(facts, kind, [facts.code(payments.OF[kind][0], text)])
    found: list[str] = []
    after = None
    while True:
        numbers, after = payments.page(facts, rows, after, 7)
        found += numbers
        if after is None:
            break
    by_year, by_month, by_item = payments.sums(facts, rows)
    items = sorted((facts.text("program", int(one.key)), one.payments, one.fen) for one in by_item)
    return found, by_year, by_month, items


def some_payments(ledger: Ledger, at: int, count: int, seed: int) -> list[str]:
    """Numbers of payments known by a moment, drawn with a seed."""
    table = ledger.tables["disbursements"]
    known = np.flatnonzero((table.known_at <= at) & (table.superseded_at > at))
    rows = np.random.default_rng(seed).choice(known, min(count, len(known)), replace=False)
    return [
        str(one) for one in ledger.vocabulary("disbursement").decode(table.column("disbursement_id")[np.sort(rows)])
    ]
