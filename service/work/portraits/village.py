"""The portrait of a village or township."""

from __future__ import annotations

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import under
from service.store import division_paths
from service.store.cases import CASES
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.places import places_of
from service.work.portraits._portrait import Subject, in_scope, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Portrait


def village(
    context: Context,
    who: Principal,
    portraits: Portraits,
    division_code: str,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Portrait:
    """A village or township, by its code, with a page of payments behind `after`. Logged.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    name = places_of(context).name(division_code)

    def find(connection: Connection) -> Subject | None:
        if not division_paths.knows(connection, division_code) or not in_scope(connection, who, {division_code}):
            return None
        return Subject(
            number=division_code,
            title=(name, name),
            looked=Looked.at(divisions=[division_code]),
            cases=under(division_code, CASES.c.division_code),
            division_code=division_code,
        )

    return portrait(context, who, portraits, "village", division_code, find, after=after, limit=limit)
