"""Payments of somebody's own: to, prepared by or in a village of keys as `case_ties` writes them.

A payment's score says of which household it is and who prepared it; one that was never scored is known by its person,
the household the register has the person in, and its village.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select

from service.store import scores
from service.store.kin_ties import PERSON_PLACES
from service.store.payments import PAYMENTS

_TO = ("person:", "household:")


def persons(keys: Sequence[str], person: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a keyed hash is that of a person, or of somebody the register has in a household, of keys."""
    households = select(PERSON_PLACES.c.person_hash).where(PERSON_PLACES.c.household_id.in_(_of(keys, "household:")))
    return or_(person.in_(_of(keys, "person:")), person.in_(households))


def to(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a row of PAYMENTS is to a person or a household of keys."""
    mine = [key for key in keys if key.startswith(_TO)]
    if not mine:
        return false()
    return or_(persons(mine, PAYMENTS.c.person), scores.some_of(PAYMENTS.c.disbursement_id, scores.near(mine)))


def near(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a row of PAYMENTS is to somebody of keys, prepared by one of them, or in a village of them."""
    return or_(
        persons(keys, PAYMENTS.c.person),
        PAYMENTS.c.division_code.in_(_of(keys, "village:")),
        scores.some_of(PAYMENTS.c.disbursement_id, scores.near(keys)),
    )


def _of(keys: Sequence[str], kind: str) -> list[str]:
    return [key.removeprefix(kind) for key in keys if key.startswith(kind)]
