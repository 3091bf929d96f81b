"""Who works a desk: whom its cases can be given to, and how many each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.store import accounts, assignments
from service.store.accounts import ACCOUNTS
from service.work.context import Context
from service.work.queue.assign_case import principal_of
from service.work.queue.sight import desks_of

MOST: Final = 200
"""So many people are offered."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works a desk: the account's number and name, and how many open cases it has of how many it may."""

    account_id: int
    name: str
    load: int
    most: int


def staff_of(context: Context, who: Principal, desk: str) -> list[Worker]:
    """Open accounts that work a desk, by name; at most `MOST`. Only for whoever assigns: nobody else needs to know who
    has how much. Whether an account may have a certain case is looked at when it is given."""
    if not who.may("cases.assign"):
        return []
    most = int(context.policy["cases.per_person_capacity"])
    found: dict[int, str] = {}
    after = 0
    with context.database.read() as connection:
        while len(found) < MOST and (few := accounts.page(connection, ACCOUNTS.c.open.is_(True), after, 500)):
            after = few[-1].account_id
            for person in (principal_of(account) for account in few):
                if person is not None and person.may("cases.work") and desk in desks_of(person):
                    found[person.account_id] = person.name
        shown = dict(list(found.items())[:MOST])
        loads = assignments.loads_of(connection, list(shown))
    made = [Worker(number, name, loads.get(number, 0), most) for number, name in shown.items()]
    return sorted(made, key=lambda one: one.name)
