"""The portrait of a card."""

from __future__ import annotations

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import case_members, personal_values
from service.store.cases import CASES
from service.store.payments import PAYMENTS
from service.store.personal_values import PERSONAL_VALUES
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.portraits._portrait import Subject, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.drawer import digits
from service.work.portraits.shapes import Portrait
from service.work.portraits.words import plain


def card(
    context: Context, who: Principal, portraits: Portraits, card_key: str, *, after: str | None = None, limit: int = 50
) -> Portrait:
    """A card, by keyed hash, with a page of payments behind `after`. Logged, with what is near about it.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    def find(connection: Connection) -> Subject | None:
        found = personal_values.find(connection, "card", card_key, within(who, PERSONAL_VALUES.c.division_code))
        if found is None:
            return None
        number = open_text(context.seal, PERSONAL_VALUES.c.value, found.value) or ""
        return Subject(
            number=number,
            title=plain("card_title", four=digits(number)),
            looked=Looked.at(persons=[found.person_hash], divisions=[found.division_code]),
            cases=CASES.c.case_id.in_(case_members.cases_with(card=card_key))
            | ((CASES.c.hub_kind == "card") & (CASES.c.hub_key == card_key)),
            payments=PAYMENTS.c.card == card_key,
            division_code=found.division_code,
        )

    return portrait(context, who, portraits, "card", card_key, find, after=after, limit=limit)
