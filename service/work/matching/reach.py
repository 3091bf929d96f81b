"""Which rows of lists somebody may see: those of their divisions, and none of their own people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, or_

from service.access import Principal
from service.access.scope import within
from service.store import kin_ties
from service.store.match_answers import MATCH_ANSWERS
from service.store.match_rows import MATCH_ROWS
from service.work.queue.sight import ties_of

PERSON = "person:"
HOUSEHOLD = "household:"


def rows_in_reach(connection: Connection, who: Principal) -> list[ColumnElement[bool]]:
    """Conditions on MATCH_ROWS: scope, and nobody near."""
    return [within(who, MATCH_ROWS.c.division_code), _not_near(connection, who, MATCH_ROWS.c.person_hash)]


def answers_in_reach(connection: Connection, who: Principal) -> list[ColumnElement[bool]]:
    """The same on MATCH_ANSWERS."""
    return [within(who, MATCH_ANSWERS.c.division_code), _not_near(connection, who, MATCH_ANSWERS.c.person_hash)]


def _not_near(connection: Connection, who: Principal, person: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a person is neither whoever asks nor their kin nor of their household: others decide whether
    somebody's own mother is the one a list calls dead."""
    keys = ties_of(connection, who)
    near = {key.removeprefix(PERSON) for key in keys if key.startswith(PERSON)}
    households = {key.removeprefix(HOUSEHOLD) for key in keys if key.startswith(HOUSEHOLD)}
    near |= set(kin_ties.members_of(connection, households))
    return or_(person.is_(None), person.not_in(sorted(near)))
