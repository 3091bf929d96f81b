"""Look-alikes of a case: what its rules, and the others of its typology, looked for and found."""

from __future__ import annotations

import json
from typing import Final

from service.access import Principal
from service.access.scope import within
from service.clock import micros
from service.store import scores
from service.store.scores import SCORES
from service.work.context import Context
from service.work.portraits._case import CaseInSight, case_in_sight
from service.work.portraits.ask import Portraits
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import Alike
from service.work.portraits.wire import read_all
from service.work.scoring.kept import reasons_of

MOST: Final = 25
"""Payments that are looked at, those with the highest scores."""


def case_alikes(context: Context, who: Principal, portraits: Portraits, case_id: str) -> tuple[Alike, ...]:
    """The innocent situations that were looked for at a case's payments, as known when each was scored: those of rules
    that asked, and of rules of its typology that would have but for one. Logged.

    Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    return alikes_of(context, who, portraits, case_in_sight(context, who, case_id, "alikes"))


def alikes_of(context: Context, who: Principal, portraits: Portraits, case: CaseInSight) -> tuple[Alike, ...]:
    """The same of a case in sight."""
    with context.database.read() as connection:
        scope = [within(who, SCORES.c.division_code)]
        rows = scores.newest_of(connection, case.payments[:MOST], context.clock.now(), *scope)
    asked = {str(one["code"]) for row in rows for one in json.loads(reasons_of(context, row.reasons))}
    payments = [[row.disbursement_id, micros(row.as_of)] for row in rows]
    codes = sorted(asked | _of_typology(str(case.row.typology)))
    if not payments or not codes:
        return ()
    about = {"payments": payments, "codes": codes}
    return read_all(Alike, portraits.look(Asked("look_alikes", case.sight, context.clock.now(), about)))


def _of_typology(typology: str) -> set[str]:
    from models.rules.catalogue import all_rules

    return {rule.code for rule in all_rules() if rule.typology == typology and rule.unless}
