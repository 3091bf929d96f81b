"""Give a case to somebody, or let the service give those that wait to who has least."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from sqlalchemy import Connection, Row

from service.access import Principal, Role
from service.store import accounts, assignments, case_lists, case_ties, cases
from service.store.accounts import ACCOUNTS
from service.store.cases import CASES
from service.work.audit.record import record
from service.work.context import Context
from service.work.queue.change import Actor, Change, actor, checked_reason, done_before, keep, same_request
from service.work.queue.errors import Conflict, NotAllowed, Unfit
from service.work.queue.sight import case_at_work, in_reach, seen_by, ties_of
from service.work.queue.states import DESKS, OPEN

WORKING: Final = frozenset({"investigator", "supervisor", "department_verifier"})
AT_ONCE: Final = 500
WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Given:
    """One case that was given to somebody."""

    case_id: str
    account_id: int


def assign_case(
    context: Context, who: Principal, case_id: str, version: int, account_id: int | None, reason: str
) -> int:
    """Give a case to an account, or to nobody; its new version. The same asked twice is done once.

    Whoever may work cases may take one nobody has, and give back one's own; the rest takes `cases.assign`. Raises
    NotThere, NotAllowed, Conflict, and Unfit with the same words whether the account is not there, does not see the
    case, has all it can take or is tied to it: who is kin of whom is not to be found out by trying.
    """
    reason = checked_reason(reason)
    with case_at_work(context, who, case_id, "assign") as (connection, row):
        request = same_request(context, actor(who), "assign", {"to": account_id, "reason": reason})
        if done_before(connection, row, version, request):
            return int(row.version)
        _may(who, row, account_id)
        person = None if account_id is None else _fit(context, connection, row, account_id)
        new, line = give(context, connection, actor(who), row, person, reason, request)
        record(context, connection, line)
        return new


def _may(who: Principal, row: Row[Any], account_id: int | None) -> None:
    if row.state not in OPEN:
        raise Conflict("closed", "This case is closed.", "该核查件已结案。")
    takes = account_id == who.account_id and row.assignee_id is None
    gives_back = account_id is None and row.assignee_id == who.account_id
    if not who.may("cases.assign") and not (takes or gives_back):
        raise NotAllowed(
            "not-allowed",
            "Giving cases to others takes the permission cases.assign.",
            "分派他人需要 cases.assign 权限。",
        )


def _fit(context: Context, connection: Connection, row: Row[Any], account_id: int) -> Principal:
    account = accounts.by_number(connection, account_id)
    person = None if account is None else principal_of(account)
    load = assignments.load_of(connection, account_id)
    full = row.assignee_id != account_id and load >= context.policy["cases.per_person_capacity"]
    if person is None or full or not can_take(connection, person, row, ties_of(connection, person)):
        raise Unfit(
            "account_id",
            "This account cannot take this case: choose another.",
            "该账号不能承办此件：请另选人员。",
        )
    return person


def can_take(connection: Connection, person: Principal, row: Row[Any], ties: list[str]) -> bool:
    """Whether somebody works such cases, sees this one and is not tied to it (`ties` of `ties_of`)."""
    if not person.may("cases.work") or cases.get(connection, row.case_id, *in_reach(person)) is None:
        return False
    return not case_ties.shared(connection, row.case_id, ties)


def principal_of(account: accounts.Account) -> Principal | None:
    """Somebody who works cases, as they would come in; None for an account that is closed or works none."""
    roles = frozenset(cast(Role, role) for role in account.roles if role in get_args(Role))
    if not account.open or not roles & WORKING:
        return None
    return Principal(
        account.account_id, account.name, roles, account.divisions, "session",
        desks=account.desks, person=account.person, official_id=account.official_id,
    )  # fmt: skip


def give(
    context: Context,
    connection: Connection,
    who: Actor,
    row: Row[Any],
    person: Principal | None,
    reason: str | None,
    request: str | None = None,
) -> tuple[int, Any]:
    """Give a case that is locked; its new version and the line for the log."""
    now = context.clock.now()
    if person is None:
        assignments.end(connection, row.case_id, now)
    else:
        assignments.begin(connection, row.case_id, person.account_id, row.desk, now, who.name)
    values = {
        "assignee_id": None if person is None else person.account_id,
        "assignee": None if person is None else person.name,
    }
    details = {"to": "" if person is None else person.name, "had": row.assignee or ""}
    return keep(
        context, connection, who, row, Change("assigned", row.state, values, reason, details, request, event="assigned")
    )


def assign_waiting(context: Context, who: Principal) -> list[Given]:
    """Give new cases nobody has to those with room, the most urgent first, each to whoever has least.

    A desk takes up at most its week's capacity; nobody gets more than `cases.per_person_capacity`, a case outside their
    divisions or desks, or one they are tied to. Only cases whoever asks sees are given. Raises NotAllowed.
    """
    if not who.may("cases.assign"):
        raise NotAllowed("not-allowed", "This takes the permission cases.assign.", "需要 cases.assign 权限。")
    given: list[Given] = []
    with context.database.write() as connection:
        context.database.alone(connection, "queue")
        staff = _staff(connection)
        ties = {person.account_id: ties_of(connection, person) for person in staff}
        loads = assignments.loads(connection)
        taken = assignments.taken_up(connection, context.clock.now() - WEEK)
        left = {d: int(context.policy[f"cases.{d}_week_capacity"]) - taken.get(d, 0) for d in DESKS}
        most = context.policy["cases.per_person_capacity"]
        lines = []
        for desk in DESKS:
            waiting = [CASES.c.is_open.is_(True), CASES.c.desk == desk, CASES.c.assignee_id.is_(None)]
            asked = case_lists.page([*waiting, CASES.c.state == "new", *seen_by(connection, who)], None, AT_ONCE)
            for few in connection.execute(asked).all():
                if left[desk] <= 0:
                    break
                row = cases.lock(connection, few.case_id)
                if row is None or row.assignee_id is not None or row.state != "new":
                    continue
                for person in sorted(staff, key=lambda p: (loads.get(p.account_id, 0), p.account_id)):
                    if loads.get(person.account_id, 0) >= most:
                        break
                    if can_take(connection, person, row, ties[person.account_id]):
                        _, line = give(context, connection, actor(who), row, person, None)
                        lines.append(line)
                        loads[person.account_id] = loads.get(person.account_id, 0) + 1
                        left[desk] -= 1
                        given.append(Given(row.case_id, person.account_id))
                        break
        record(context, connection, *lines)
    return given


def _staff(connection: Connection) -> list[Principal]:
    """Everybody who works cases. Supervisors assign; they get none by themselves."""
    found: list[Principal] = []
    after = 0
    while few := accounts.page(connection, ACCOUNTS.c.open.is_(True), after, 500):
        after = few[-1].account_id
        made = [principal_of(account) for account in few]
        found += [one for one in made if one is not None and one.roles & {"investigator", "department_verifier"}]
    return found
