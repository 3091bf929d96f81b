"""A case as looks at it begin: whether it may be seen, which payments are in it, what it is about. Logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from service.access import Principal
from service.sealing.column import open_text
from service.store import case_members
from service.store.cases import CASES
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.portraits.sight import Sight
from service.work.queue.open_case import PERSONAL_HUBS
from service.work.queue.sight import case_at_work

MOST_PAYMENTS: Final = 2_000
"""Payments of a case that are looked at, those with the highest scores first."""


@dataclass(frozen=True, slots=True)
class CaseInSight:
    """A case somebody may see.

    * `row`: the case; `members`: rows of its payments, those with the highest scores first
    * `hub_id`: what it is about, as the history writes it: may be a number of somebody
    * `sight`: what whoever asks may be told of
    """

    row: Row[Any]
    members: list[Row[Any]]
    hub_id: str
    sight: Sight

    @property
    def payments(self) -> list[str]:
        """The numbers of the payments."""
        return [str(member.disbursement_id) for member in self.members]

    @property
    def about(self) -> dict[str, Any]:
        """What a look at it is told."""
        return {
            "payments": self.payments,
            "hub_kind": str(self.row.hub_kind),
            "hub_id": self.hub_id,
            "typology": str(self.row.typology),
        }


def case_in_sight(context: Context, who: Principal, case_id: str, *actions: str) -> CaseInSight:
    """A case to be looked at once or several times together; each of the `actions` stands in the log (`case.graph`
    ...). Raises NotThere."""
    with case_at_work(context, who, case_id, actions[0]) as (connection, row):
        found = CaseInSight(row, members_of(connection, row), hub_id_of(context, row), Sight.of(connection, who))
        told = {"payments": len(found.members)}
        lines = [Line(who.name, f"case.{one}", "case", case_id, row.division_code, None, told) for one in actions]
        record(context, connection, *lines)
        return found


def members_of(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    """The payments in a case; of a closed one those that were in it when it was closed."""
    found = case_members.of_case(connection, row.case_id, active=True)
    if not found and not row.is_open:
        found = [one for one in case_members.of_case(connection, row.case_id) if one.decided_at is not None]
    found.sort(key=lambda one: (-one.score, one.disbursement_id))
    return found[:MOST_PAYMENTS]


def hub_id_of(context: Context, row: Row[Any]) -> str:
    """The hub of a case as the history writes it."""
    if row.hub_kind in PERSONAL_HUBS:
        return open_text(context.seal, CASES.c.hub_sealed, row.hub_sealed) or ""
    return str(row.hub_key)


def moment(context: Context, at: dt.datetime | None) -> dt.datetime:
    """The moment of a look: the one asked for, never one that has not come."""
    now = context.clock.now()
    return now if at is None else min(at, now)
