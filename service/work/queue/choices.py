"""What somebody may do with a case as it stands: what a page offers. The verbs check again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row

from service.access import Principal
from service.store import accounts
from service.store.accounts import ACCOUNTS
from service.work.queue.assign_case import can_take, principal_of
from service.work.queue.change import may_move
from service.work.queue.close_case import is_second
from service.work.queue.errors import QueueError
from service.work.queue.states import OPEN, OUTCOMES, OpenState, Outcome, State

MOST_PEOPLE = 200
"""So many accounts are offered to give a case to."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody may do with a case.

    * `moves`, `outcomes`: states it may go to, ways it may be closed; empty while a closing waits
    * `works`: notes, attachments and links
    * `takes`, `gives_back`, `assigns`: assignment to oneself, to nobody, to others
    * `signs`: agree to the closing that waits, or refuse it; `withdraws`: take one's own back
    * `reopens`, `clears_by_name`: of a closed case
    * `merges`: put it into another case; `splits`: take payments out
    """

    moves: tuple[OpenState, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    works: bool = False
    takes: bool = False
    gives_back: bool = False
    assigns: bool = False
    signs: bool = False
    withdraws: bool = False
    reopens: bool = False
    clears_by_name: bool = False
    merges: bool = False
    splits: bool = False


def choices_of(who: Principal, row: Row[Any], proposal: Row[Any] | None) -> Choices:
    """What somebody who sees a case may do with it; `proposal` is the closing that waits, None where none does."""
    works = who.may("cases.work")
    if not works:
        return Choices()
    if row.state not in OPEN:
        return Choices(
            works=True,
            reopens=row.state != "merged" and who.may("cases.countersign") and _allowed(who, row, "new"),
            clears_by_name=_allowed(who, row, "cleared_by_name"),
        )
    free = proposal is None
    mergeable = who.may("cases.assign") and _allowed(who, row, "merged")
    return Choices(
        moves=tuple(to for to in OPEN if free and _allowed(who, row, to)),
        outcomes=tuple(to for to in OUTCOMES if free and _allowed(who, row, to)),
        works=True,
        takes=row.assignee_id is None,
        gives_back=row.assignee_id == who.account_id,
        assigns=who.may("cases.assign"),
        signs=proposal is not None and is_second(who, proposal),
        withdraws=proposal is not None and proposal.proposed_by == who.account_id,
        merges=mergeable,
        splits=mergeable and row.member_count > 1,
    )


def _allowed(who: Principal, row: Row[Any], to: str) -> bool:
    try:
        may_move(who, row, cast(State, to))
    except QueueError:
        return False
    return True


def can_be_given_to(connection: Connection, row: Row[Any]) -> list[tuple[int, str]]:
    """Accounts that see a case and work such, by name: number and name; at most `MOST_PEOPLE`.

    Whoever is tied to it is not left out: a list that lacks somebody would tell whose kin they are. Giving it to them
    is refused, with the same words as for one who has all they can take.
    """
    found: list[tuple[int, str]] = []
    after = 0
    while len(found) < MOST_PEOPLE and (few := accounts.page(connection, ACCOUNTS.c.open.is_(True), after, 500)):
        after = few[-1].account_id
        for person in (principal_of(account) for account in few):
            if person is not None and can_take(connection, person, row, []):
                found.append((person.account_id, person.name))
    return sorted(found[:MOST_PEOPLE], key=lambda one: one[1])
