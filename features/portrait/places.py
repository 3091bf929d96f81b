"""In which division things lie, as the register says at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import numpy as np

from features.portrait.facts import NONE, Facts
from features.portrait.strands import Key


def divisions_of(facts: Facts, things: Collection[Key], paid_in: Mapping[Key, int]) -> dict[Key, int]:
    """The division (code) of persons, households, officials, villages, and of cards by their holder; -1 where the
    register does not say. What lies nowhere (phones, devices, outlets) is left out.

    `paid_in` says where somebody or something is paid that the register does not know.
    """
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, code in things:
        by_kind[kind].append(code)
    found: dict[Key, int] = {}
    cards = [*by_kind["card"], *by_kind["collector"]]
    holders = _values(facts, "cards", "card_id", "holder_person_id", cards)
    persons = [*by_kind["person"], *(one for one in holders.values() if one >= 0)]
    homes = _values(facts, "persons", "person_id", "division_code", persons)
    for kind in ("card", "collector"):
        for code in by_kind[kind]:
            found[kind, code] = homes.get(holders.get(code, -1), -1)
    for code in by_kind["person"]:
        found["person", code] = homes.get(code, -1)
    for kind, table, key in (("household", "households", "household_id"), ("official", "officials", "official_id")):
        where = _values(facts, table, key, "division_code", by_kind[kind])
        for code in by_kind[kind]:
            found[kind, code] = where.get(code, -1)
    for code in by_kind["village"]:
        found["village", code] = code
    return {thing: where if where >= 0 else paid_in.get(thing, -1) for thing, where in found.items()}


def _values(facts: Facts, table: str, key: str, column: str, codes: Collection[int]) -> dict[int, int]:
    """A column of codes in the newest row on record of each code."""
    newest = facts.newest(table, key, list(codes))
    rows = np.array(list(newest.values()), np.int64) if newest else NONE
    return dict(zip(newest, facts.codes(table, column, rows).tolist(), strict=True))
