"""Who stands behind a card: small questions about pairs of people, as known at each pair's moment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof import _reduce as reduce

Bool = NDArray[np.bool_]
Codes = NDArray[np.int64]


def sub(view: View, which: NDArray[np.integer] | Bool, keys: Mapping[str, NDArray[np.generic]]) -> View:
    """A view over some queries of `view` (positions or a mask; positions may repeat), with key columns of its own."""
    chosen = np.flatnonzero(which) if which.dtype == np.bool_ else which
    return View(view.ledger, view.at[chosen], None, {name: np.asarray(v, dtype=np.int64) for name, v in keys.items()})


def household_of(view: View, person: str) -> Codes:
    """Household of the person in key column `person` of the view, -1 unknown."""
    return np.asarray(view.lookup("persons", "household_id", {"person_id": view.own(person)}), dtype=np.int64)


def in_force(pairs: Pairs) -> Pairs:
    """Authorisations whose days hold the moment."""
    ends = pairs["to_date"]
    return pairs.where((pairs["from_date"] <= pairs.at) & (np.isnan(ends) | (ends >= np.floor(pairs.at))))


def authorised(view: View, person: str, proxy: str) -> Bool:
    """Whether `proxy` may act for `person` on record. False where authorisations are not shared."""
    if not view.has("authorizations") or view.n == 0:
        return np.zeros(view.n, dtype=bool)
    keys = {"person_id": view.own(person), "proxy_id": view.own(proxy)}
    return in_force(view.match("authorizations", keys)).count() > 0


def are_kin(view: View, one: str, other: str) -> Bool:
    """Whether two people are kin on record, in either direction. False where kinship is not shared."""
    if not view.has("kinship") or view.n == 0:
        return np.zeros(view.n, dtype=bool)
    forward = view.match("kinship", {"person_id": view.own(one), "relative_id": view.own(other)})
    backward = view.match("kinship", {"person_id": view.own(other), "relative_id": view.own(one)})
    return (forward.count() + backward.count()) > 0


def share_helper(view: View, one: str, other: str) -> Bool:
    """Whether one person helps both on record, or one of the two helps the other."""
    helped = authorised(view, one, other) | authorised(view, other, one)
    if not view.has("authorizations") or view.n == 0:
        return helped
    left = in_force(view.match("authorizations", {"person_id": view.own(one)}))
    right = in_force(view.match("authorizations", {"person_id": view.own(other)}))
    shift = np.int64(len(view.ledger.vocabulary("person")) + 1)
    mine = left.query.astype(np.int64) * shift + left["proxy_id"].astype(np.int64)
    theirs = right.query.astype(np.int64) * shift + right["proxy_id"].astype(np.int64)
    common = np.isin(mine, theirs)
    helped[left.query[common]] = True
    return helped


def lived_together(view: View, one: str, other: str) -> Bool:
    """Whether one of two people was paid, at any time on record, as a member of the other's present household."""
    first, second = household_of(view, one), household_of(view, other)
    there = view.running("disbursements", {"person_id": view.own(one), "household_id": second})
    back = view.running("disbursements", {"person_id": view.own(other), "household_id": first})
    return np.asarray((there + back) > 0, dtype=np.bool_)


def unrelated(view: View, one: str, other: str) -> Bool:
    """Whether two people belong to different known households, are not kin, and share no helper on record."""
    first, second = household_of(view, one), household_of(view, other)
    apart = (first >= 0) & (second >= 0) & (first != second)
    tied = are_kin(view, one, other) | share_helper(view, one, other)
    return np.asarray(apart & ~tied, dtype=np.bool_)


def any_by(query: NDArray[np.integer], mask: Bool, n: int) -> Bool:
    """For each of n queries whether one of its pairs is true."""
    return np.bincount(query[mask], minlength=n) > 0


def distinct_by(query: NDArray[np.integer], codes: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Number of different codes >= 0 among the pairs of each of n queries."""
    found: NDArray[np.float64] = reduce.distinct(query.astype(np.int32), codes.astype(np.float64), n)
    return found
