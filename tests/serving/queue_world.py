"""A small tree of divisions, people and cases for the tests of the queue."""

from __future__ import annotations

from typing import Any

from service.access import Principal, Role
from service.store import accounts, cases, division_paths, kin_ties
from service.store.kin_ties import Post
from service.work.audit.record import record
from service.work.context import Context
from service.work.queue.change import SERVICE
from service.work.queue.open_case import Member, NewCase, Opened, open_case

COUNTY, TOWNSHIP = "519900000000", "519901000000"
VILLAGE, OTHER = "519901001000", "519901002000"
ELSEWHERE, FAR = "519800000000", "519801001000"
TREE: list[dict[str, str | None]] = [
    {"division_code": COUNTY, "parent_code": None, "successor_code": None},
    {"division_code": TOWNSHIP, "parent_code": COUNTY, "successor_code": None},
    {"division_code": VILLAGE, "parent_code": TOWNSHIP, "successor_code": None},
    {"division_code": OTHER, "parent_code": TOWNSHIP, "successor_code": None},
    {"division_code": ELSEWHERE, "parent_code": None, "successor_code": None},
    {"division_code": FAR, "parent_code": ELSEWHERE, "successor_code": None},
]


def lay_out(context: Context) -> None:
    """Keep the tree."""
    with context.database.write() as connection:
        division_paths.replace(connection, TREE)


def somebody(number: int, *roles: Role, divisions: tuple[str, ...] = (COUNTY,), **more: Any) -> Principal:
    """Somebody who works cases of the county."""
    return Principal(number, f"{roles[0]}-{number}", frozenset(roles), divisions, "session", **more)


def with_account(context: Context, who: Principal) -> Principal:
    """Give somebody an account; the principal as they come in by it."""
    values = {
        "name": who.name, "must_change": False, "totp_on": False, "open": True, "made_by": "test",
        "made_at": context.clock.now(), "person": who.person, "official_id": who.official_id,
    }  # fmt: skip
    with context.database.write() as connection:
        number = accounts.add(connection, values, who.roles, who.divisions, who.desks)
    return Principal(
        number, who.name, who.roles, who.divisions, "session", desks=who.desks, person=who.person,
        official_id=who.official_id,
    )  # fmt: skip


def member(number: int | str, **more: Any) -> Member:
    """A payment of 100 yuan in the village."""
    values: dict[str, Any] = {
        "disbursement_id": f"D{number}", "amount_fen": 10_000, "score": 0.5, "program_id": "PENSION",
        "loss_fen": 5_000, "household_id": f"H{number}", "division_code": VILLAGE, "person_hash": f"p{number}",
        "card_hash": f"c{number}", "card_last_four": "····0001", "codes": ("T01.paid_after_death",),
    }  # fmt: skip
    return Member(**values | more)


def new_case(*members: Member, **more: Any) -> NewCase:
    """A case of the discipline desk at an official."""
    values: dict[str, Any] = {
        "desk": "discipline", "hub_kind": "official", "hub_id": "O1", "typology": "T25", "suspect_role": "official",
        "summary_zh": "一名经办人员关联3笔发放", "summary_en": "3 payments at an official", "members": members,
    }  # fmt: skip
    return NewCase(**values | more)


def opened(context: Context, case: NewCase) -> Opened:
    """Open a case as the service does."""
    with context.database.write() as connection:
        done = open_case(context, connection, SERVICE, case)
        record(context, connection, *done.lines)
    return done


def case_row(context: Context, case_id: str) -> Any:
    """A case as it stands."""
    with context.database.read() as connection:
        return cases.get(connection, case_id)


def audit_actions(context: Context, about: str) -> list[str]:
    """What the log says was done to a case, in order."""
    from sqlalchemy import select

    from service.store.audit_lines import AUDIT_LINES

    with context.database.read() as connection:
        asked = select(AUDIT_LINES.c.action).where(AUDIT_LINES.c.about == about).order_by(AUDIT_LINES.c.line)
        return list(connection.execute(asked).scalars())


def kin(context: Context, one: str, other: str, relation: str = "sibling") -> None:
    """Two people, by keyed hash, are kin."""
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(one, other, relation, None)])


def lives(context: Context, person: str, division: str, household: str | None = None) -> None:
    """Somebody lives somewhere."""
    with context.database.write() as connection:
        kin_ties.keep_places(connection, [(person, household, division, None)])


def holds(context: Context, official: str, post: str, division: str, person: str | None = None) -> None:
    """An official holds a post."""
    with context.database.write() as connection:
        kin_ties.keep_posts(connection, [Post(official, post, division, "", None, person)])
