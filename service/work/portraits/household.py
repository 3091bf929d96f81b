"""The portrait of a household."""

from __future__ import annotations

from sqlalchemy import Connection

from service.access import Principal
from service.store import case_members, kin_ties
from service.store.cases import CASES
from service.store.payment_ties import persons
from service.store.payments import PAYMENTS
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.portraits._portrait import Subject, in_scope, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Portrait
from service.work.portraits.words import plain


def household(
    context: Context,
    who: Principal,
    portraits: Portraits,
    household_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Portrait:
    """A household, by its number, with a page of payments behind `after`. Logged, with what is near about it.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    def find(connection: Connection) -> Subject | None:
        members = kin_ties.members_of(connection, [household_id])
        villages = {place.division_code for place in members.values()}
        if not in_scope(connection, who, villages):
            return None
        return Subject(
            number=household_id,
            title=plain("household_title", id=household_id),
            looked=Looked.at(households=[household_id], persons=members, divisions=villages),
            cases=CASES.c.case_id.in_(case_members.cases_with(household=household_id))
            | ((CASES.c.hub_kind == "household") & (CASES.c.hub_key == household_id)),
            payments=persons([f"household:{household_id}"], PAYMENTS.c.person),
            division_code=min(villages, default=None),
        )

    return portrait(context, who, portraits, "household", household_id, find, after=after, limit=limit)
