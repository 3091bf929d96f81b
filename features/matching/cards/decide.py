"""Which card of a household should stay: one decision a card, from what is on record at one moment.

A household's card is the social-security card of its head where that works and nobody else keeps it, else the member's
card its money already goes to. Other members keep their own social-security card: two spouses with a card each are in
order. A passbook is only to be closed once its holder has a card that works, whenever that was: no date is built in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.card import _people as ties
from features.card._holder import KINDS
from features.matching.cards.payments import Paid
from features.matching.cards.people import People
from features.matching.cards.reasons import PLACE, REASONS
from features.matching.cards.standing import Cards

Codes = NDArray[np.int64]
Bool = NDArray[np.bool_]
SOCIAL, INSTITUTION = KINDS.index("social_security"), KINDS.index("institution")
OPENERS = ("", "household", "kin", "authorised", "official", "stranger", "unregistered")
"""What the opener is to the holder; '' where the holder opened the card."""
NOBODY, HOUSEHOLD, KIN, AUTHORISED, OFFICIAL, STRANGER, UNREGISTERED = range(len(OPENERS))


@dataclass(frozen=True, slots=True)
class Decided:
    """Own cards, aligned with `Cards`: reasons that hold (cards, reasons), which are a household's card, the opener.

    `household` is the holder's, -1 unknown.
    """

    reasons: Bool
    household: Codes
    is_household_card: Bool
    opener: Codes


def first_of(group: Codes, *keys: NDArray[np.generic]) -> Codes:
    """Position of the best row of each group >= 0 (largest keys first, in order); ties go to the first row."""
    rows = np.flatnonzero(group >= 0)
    order = rows[np.lexsort([rows, *[-np.asarray(k, dtype=np.float64)[rows] for k in reversed(keys)], group[rows]])]
    return order[np.append(True, group[order][1:] != group[order][:-1])] if len(order) else order


def related(ledger: Ledger, people: People, at_us: int, person: Codes, other: Codes) -> Codes:
    """What `other` is to `person` (a place in `OPENERS`), NOBODY where either is null or both are one; shape (n,)."""
    out = np.full(len(person), NOBODY, dtype=np.int64)
    asked = np.flatnonzero((person >= 0) & (other >= 0) & (person != other))
    if len(asked) == 0:
        return out
    one, two = person[asked], other[asked]
    view = View(ledger, np.full(len(asked), at_us, dtype=np.int64), None, {"one": one, "two": two})
    found = np.where(people.known[two], STRANGER, UNREGISTERED)
    found[people.official[two]] = OFFICIAL
    found[ties.are_kin(view, "one", "two")] = KIN
    found[ties.authorised(view, "one", "two")] = AUTHORISED
    found[(people.household[one] >= 0) & (people.household[one] == people.household[two])] = HOUSEHOLD
    out[asked] = found
    return out


def decide_own(ledger: Ledger, cards: Cards, people: People, paid: Paid, at_us: int, rules: Rules) -> Decided:
    """Decide on every open card from its holder's and the household's point of view."""
    count, fen, last = _paid_to(cards, paid, len(ledger.vocabulary("card")))
    social, living = cards.open & (cards.kind == SOCIAL), ~people.dead[cards.holder]
    replaced = (cards.replaced_by >= 0) & (cards.replaced_by != cards.card)
    opener = related(ledger, people, at_us, cards.holder, cards.opener)
    custody = np.isin(related(ledger, people, at_us, cards.holder, cards.custodian), (OFFICIAL, STRANGER, UNREGISTERED))
    bound = (cards.phone >= 0) & (cards.phone == people.phone[cards.opener])
    bound &= np.isin(opener, (OFFICIAL, STRANGER, UNREGISTERED)) & (cards.phone != people.phone[cards.holder])
    active = ~np.isnan(cards.activated)
    good = social & ~cards.lost & ~replaced & ~cards.frozen
    works = good & active

    own = np.zeros(len(cards.card), dtype=bool)
    own[first_of(np.where(good, cards.holder, -1), works, ~custody & ~bound, count, cards.opened)] = True
    household = people.household[cards.holder]
    head = people.relation[cards.holder] == _head(ledger)
    choice = own & works & living & ~custody & ~bound
    keep = np.zeros(len(cards.card), dtype=bool)
    keep[first_of(np.where(choice, household, -1), head, fen, cards.opened)] = True

    works_of = np.zeros(len(people.known), dtype=bool)
    works_of[cards.holder[own & works]] = True
    since = np.full(len(people.known), np.inf)
    np.fmin.at(since, cards.holder[social], cards.opened[social])
    since[-1], works_of[-1] = np.inf, False
    first = cards.opened > since[cards.holder]
    registered, account = people.known[cards.holder], cards.kind == INSTITUTION
    waits = (_today(ledger, at_us) - cards.opened) < rules.activation_days
    has_head = np.zeros(len(ledger.vocabulary("household")) + 1, dtype=bool)
    has_head[household[choice & head]] = True
    plain = cards.open & ~social & ~account
    holds = {
        "holder_not_registered": cards.open & ~registered & ~account,
        "holder_dead": cards.open & ~living & ~account,
        "paid_after_closing": ~cards.open & (count > 0) & (last > cards.closed),
        "held_by_another": cards.open & custody,
        "opened_and_bound_by_another": cards.open & bound,
        "lost": cards.open & cards.lost,
        "replaced": cards.open & replaced,
        "second_of_holder": good & ~own,
        "migrated": plain & works_of[cards.holder],
        "not_yet_activated": social & ~active & waits,
        "never_activated": social & ~active & ~waits,
        "no_social_security_card": plain & ~works_of[cards.holder],
        "household_card": keep,
        "institution_card": cards.open & account,
        "own_card": own & works & ~keep,
        "opened_after_own": plain & first,
        "opened_by_proxy": opener > HOUSEHOLD,
        "opened_in_bulk": (opener > HOUSEHOLD) & (cards.opened_with >= rules.bulk_cards),
        "head_has_none": keep & ~has_head[household],
    }
    reasons = np.zeros((len(cards.card), len(REASONS)), dtype=bool)
    for code, mask in holds.items():
        reasons[:, PLACE[code]] = mask
    closing = reasons[:, [k for k, r in enumerate(REASONS) if r.fate in ("close", "check")]].any(axis=1)
    reasons[:, PLACE["payments_still_arrive"]] = closing & cards.open & (count > 0)
    return Decided(reasons, household, keep, opener)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a deployment decides: days payments are looked back, days a new card may wait, cards a day that are bulk."""

    window_days: int = 365
    activation_days: int = 90
    bulk_cards: int = 10


def decide_outside(ledger: Ledger, cards: Cards, people: People, paid: Paid, at_us: int) -> tuple[Codes, Bool]:
    """Entries of `paid` whose card is of another household, and the reasons that hold: (m,) places, (m, reasons)."""
    by_card = np.full(len(ledger.vocabulary("card")) + 1, -1, dtype=np.int64)
    by_card[cards.card] = np.arange(len(cards.card))
    place = by_card[paid.card]
    holder = np.where(place >= 0, np.append(cards.holder, -1)[place], -1)
    home = people.household[holder]
    entry = np.flatnonzero((paid.household >= 0) & ((place < 0) | (home != paid.household)))
    reasons = np.zeros((len(entry), len(REASONS)), dtype=bool)
    if len(entry) == 0:
        return entry, reasons
    payee, holder, place = paid.payee[entry], holder[entry], place[entry]
    what = related(ledger, people, at_us, payee, holder)
    institution = (place >= 0) & (np.append(cards.kind, -1)[place] == INSTITUTION)
    unknown, own = place < 0, (holder == payee) & (holder >= 0)
    told = {
        "card_not_registered": unknown,
        "outside_institution": institution,
        "outside_moved": own & ~institution,
        "outside_authorised": (what == AUTHORISED) & ~institution,
        "outside_kin": np.isin(what, (KIN, HOUSEHOLD)) & ~institution,
    }
    for code, mask in told.items():
        reasons[:, PLACE[code]] = mask
    reasons[:, PLACE["outside_stranger"]] = ~np.any(list(told.values()), axis=0)
    closed = ~np.isnan(np.append(cards.closed, np.nan)[place])
    reasons[:, PLACE["paid_after_closing"]] = closed & (paid.last[entry] > np.append(cards.closed, np.nan)[place])
    return entry, reasons


def _paid_to(cards: Cards, paid: Paid, size: int) -> tuple[Codes, Codes, NDArray[np.float64]]:
    """Payments, fen and last day by card of `cards`, all households together."""
    count, fen = np.zeros(size + 1, dtype=np.int64), np.zeros(size + 1, dtype=np.int64)
    last = np.full(size + 1, -np.inf)
    np.add.at(count, paid.card, paid.count)
    np.add.at(fen, paid.card, paid.fen)
    np.maximum.at(last, paid.card, paid.last)
    return count[cards.card], fen[cards.card], last[cards.card]


def _head(ledger: Ledger) -> int:
    return ledger.tables["persons"].schema.column("relation_to_head").values.index("head")


def _today(ledger: Ledger, at_us: int) -> float:
    return float((at_us + ledger.utc_offset) // 86_400_000_000)
