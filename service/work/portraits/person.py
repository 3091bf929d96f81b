"""The portrait of a person."""

from __future__ import annotations

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import case_members, kin_ties, personal_values
from service.store.cases import CASES
from service.store.payments import PAYMENTS
from service.store.personal_values import PERSONAL_VALUES
from service.work.audit.flags import Looked
from service.work.context import Context
from service.work.portraits._portrait import Subject, portrait
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Portrait
from service.work.portraits.words import plain


def person(
    context: Context,
    who: Principal,
    portraits: Portraits,
    person_key: str,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Portrait:
    """A person, by keyed hash, with a page of payments behind `after`. Logged, with what is near about it.

    Raises NothingThere where there is none, it lies outside the divisions of whoever asks, or is their own.
    """

    def find(connection: Connection) -> Subject | None:
        scope = within(who, PERSONAL_VALUES.c.division_code)
        found = personal_values.find(connection, "identity_number", person_key, scope)
        if found is None:
            return None
        home = kin_ties.places_of(connection, [person_key]).get(person_key)
        division = home.division_code if home else found.division_code
        return Subject(
            number=open_text(context.seal, PERSONAL_VALUES.c.value, found.value) or "",
            title=plain("person"),
            looked=Looked.at(persons=[person_key], divisions=[division]),
            cases=CASES.c.case_id.in_(case_members.cases_with(person=person_key)),
            payments=PAYMENTS.c.person == person_key,
            division_code=division,
        )

    return portrait(context, who, portraits, "person", person_key, find, after=after, limit=limit)
