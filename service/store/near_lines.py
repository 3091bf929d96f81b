"""Lines of the log about something of keys as `case_ties` writes them: their cases, people, households, posts, cards
and payments. Whoever is kept off these must not read in the log that somebody looked at them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select

from service.store import case_ties, payment_ties
from service.store.audit_lines import AUDIT_LINES
from service.store.kin_ties import PERSON_PLACES
from service.store.payments import PAYMENTS
from service.store.personal_values import PERSONAL_VALUES

PAYMENT_KINDS = ("payment", "disbursement")


def near(keys: Sequence[str]) -> ColumnElement[bool]:
    """The condition on AUDIT_LINES that a line is about something of keys. Each look is by an index, line by line."""
    about = AUDIT_LINES.c.about
    people = [key.removeprefix("person:") for key in keys if key.startswith("person:")]
    households = [key.removeprefix("household:") for key in keys if key.startswith("household:")]
    officials = [key.removeprefix("official:") for key in keys if key.startswith("official:")]
    home = exists(
        select(literal(1)).where(PERSON_PLACES.c.household_id == about, PERSON_PLACES.c.person_hash.in_(people))
    )
    card = exists(
        select(literal(1)).where(
            PERSONAL_VALUES.c.kind == "card",
            PERSONAL_VALUES.c.reference == about,
            payment_ties.persons(keys, PERSONAL_VALUES.c.person_hash),
        )
    )
    payment = exists(select(literal(1)).where(PAYMENTS.c.disbursement_id == about, payment_ties.near(keys)))
    return or_(
        and_(_kind("case"), about.in_(case_ties.tied_numbers(keys))),
        and_(_kind("person"), payment_ties.persons(keys, about)),
        and_(_kind("household"), or_(about.in_(households), home)),
        and_(_kind("official"), about.in_(officials)),
        and_(_kind("card"), card),
        and_(_kind(*PAYMENT_KINDS), payment),
    )


def _kind(*names: str) -> ColumnElement[bool]:
    return AUDIT_LINES.c.about_kind.in_(names)
