"""The portrait of an item."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import within
from service.store.payments import PAYMENTS
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.portraits._portrait import Subject, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.catalogue import catalogue
from service.work.portraits.owned_rule import owned_rule
from service.work.portraits.shapes import Portrait


def program(
    context: Context,
    who: Principal,
    portraits: Portraits,
    program_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Portrait:
    """An item, by its number, with a page of its payments behind `after` as far as they lie in the scope. Logged.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    rule = owned_rule(context, program_id)

    def find(connection: Connection) -> Subject | None:
        if rule is None:
            return None
        name = catalogue(context, connection).programs[program_id]["name"]
        return Subject(
            number=program_id,
            title=(name, name),
            looked=Looked.at(),
            payments=(PAYMENTS.c.program_id == program_id) & within(who, PAYMENTS.c.division_code),
        )

    found = portrait(context, who, portraits, "program", program_id, find, after=after, limit=limit)
    return replace(found, rule=rule or ("", ""))
