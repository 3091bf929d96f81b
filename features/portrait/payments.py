"""Payments of a person, card, household, official, village or program: pages of them, and sums by year, month, item."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.asof.ledger import MICROSECONDS_A_DAY
from features.portrait.facts import Facts, Int64

OF: Final = {
    "person": ("person", "person_id"),
    "card": ("card", "card_id"),
    "household": ("household", "household_id"),
    "official": ("official", "prepared_by"),
    "village": ("division", "division_code"),
    "program": ("program", "program_id"),
}
"""By whom payments are listed: the identifier space and the column of `disbursements`."""


@dataclass(frozen=True, slots=True)
class Total:
    """Payments added up: `key` a year `2019`, a month `2019-07` or a code of a program; money in fen."""

    key: str | int
    payments: int
    fen: int


def rows_of(facts: Facts, kind: str, codes: Collection[int]) -> Int64:
    """Rows of payments of a thing (of villages several codes) that stood at the moment, the oldest first."""
    return facts.rows("disbursements", OF[kind][1], list(codes))


def inside(facts: Facts, rows: Int64, divisions: Collection[int] | None) -> Int64:
    """Of some payments those in divisions; all where divisions is None."""
    if divisions is None or not len(rows):
        return rows
    where = facts.codes("disbursements", "division_code", rows)
    return rows[np.isin(where, np.fromiter(divisions, np.int64))]


def page(
    facts: Facts, rows: Int64, after: tuple[int, str] | None, limit: int
) -> tuple[list[str], tuple[int, str] | None]:
    """Numbers of up to `limit` payments, newest first, behind `after`; and the place of the last where more follow.

    A place is a payment's moment (microseconds UTC) and number: it stays where payments come in meanwhile.
    """
    known = facts.known("disbursements", rows)
    found: list[str] = []
    last: tuple[int, str] | None = None
    end = len(rows) if after is None else int(np.searchsorted(known, after[0], side="right"))
    while end > 0:
        # All of one moment at once, in order of their numbers: a run is handed in at one moment.
        start = int(np.searchsorted(known, known[end - 1], side="left"))
        at = int(known[end - 1])
        some = rows[start:end]
        numbers = sorted(
            str(one) for one in facts.texts("disbursement", facts.codes("disbursements", "disbursement_id", some))
        )
        if after is not None and at == after[0]:
            numbers = [one for one in numbers if one > after[1]]
        for number in numbers:
            if len(found) == limit:
                return found, last
            found.append(number)
            last = at, number
        end = start
    return found, None


def sums(facts: Facts, rows: Int64) -> tuple[list[Total], list[Total], list[Total]]:
    """Payments by year and by month they were handed in (oldest first), and by item (largest first)."""
    if not len(rows):
        return [], [], []
    fen = np.nan_to_num(facts.numbers("disbursements", "amount", rows))
    local = (facts.known("disbursements", rows) + facts.ledger.utc_offset) // MICROSECONDS_A_DAY
    month = local.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    by_month = [
        Total(f"{1970 + key // 12}-{key % 12 + 1:02d}", count, money) for key, count, money in _added(month, fen)
    ]
    by_year = [Total(str(1970 + key), count, money) for key, count, money in _added(month // 12, fen)]
    item = facts.codes("disbursements", "program_id", rows)
    by_item = sorted((Total(*one) for one in _added(item, fen)), key=lambda one: (-one.fen, one.key))
    return by_year, by_month, by_item


def _added(keys: Int64, fen: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[tuple[int, int, int]]:
    """Key, count and sum of each key, ascending."""
    names, place = np.unique(keys, return_inverse=True)
    counts, money = np.bincount(place), np.bincount(place, fen)
    return [
        (key, count, round(much))
        for key, count, much in zip(names.tolist(), counts.tolist(), money.tolist(), strict=True)
    ]
