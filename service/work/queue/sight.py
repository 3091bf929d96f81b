"""Which cases somebody sees: by division, by desk, and never one's own.

Somebody is tied to a case by kin, post or village: the case touches a payment to them, to kin or to their household,
an official who is kin, somebody of their village, or their own post. The answer to them is that there is no such case;
that it was refused stands in the log, for auditors. Anything else would tell them that somebody near them is asked
about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, or_, true

from service.access import Principal, Role
from service.access.scope import within
from service.store import case_ties, cases, division_paths, kin_ties
from service.store.cases import CASES
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.errors import NotThere
from service.work.queue.states import DESKS, Desk

DESKS_OF: Final[dict[Role, tuple[Desk, ...]]] = {
    "investigator": ("discipline",),
    "department_verifier": ("department", "owed"),
    "supervisor": DESKS,
    "auditor": DESKS,
}
"""The desks a role works where an account names none."""

MOST_NEAR: Final = 1_000

REASONS: Final = {
    "person": "own or kin",
    "household": "own household",
    "official": "own post",
    "village": "own village",
    "post": "same post",
}
"""Kinds of ties, as the log names them."""


def desks_of(who: Principal) -> tuple[str, ...]:
    """The desks whose cases somebody sees."""
    if who.desks:
        return who.desks
    return tuple(desk for desk in DESKS if any(desk in DESKS_OF.get(role, ()) for role in who.roles))


def ties_of(connection: Connection, who: Principal) -> list[str]:
    """What keeps somebody off cases, as `case_ties` writes it. Empty where nothing is known of them."""
    keys: set[str] = set()
    selves = {who.person} if who.person else set()
    officials = [who.official_id] if who.official_id else []
    posts = kin_ties.posts_of(connection, officials=officials, persons=selves)
    # An account that names an official names the person behind the post.
    selves |= {post.person_hash for post in posts if post.person_hash}
    for me in selves:
        keys |= {f"person:{one}" for one in (me, *kin_ties.kin_of(connection, me))}
        place = kin_ties.places_of(connection, [me]).get(me)
        if place is not None:
            # Villages are merged: the old one and the new one are the same neighbours.
            keys |= _villages(place.division_code, division_paths.around(connection, place.division_code))
            if place.household_id:
                keys.add(f"household:{place.household_id}")
    for post in posts:
        keys |= {f"official:{post.official_id}", f"post:{post.division_code}"}
        # Village and township officials are too near to what is paid there; a county's are not for that alone.
        if post.post.startswith(("village_", "township_")):
            keys |= _villages(post.division_code, division_paths.under(connection, post.division_code))
    keys |= {f"official:{one}" for one in officials}
    return sorted(keys)


def _villages(code: str, near: set[str]) -> set[str]:
    """Keys of villages. A home or a township that holds a thousand divisions is a slip in the register."""
    return {f"village:{one}" for one in (near if len(near) <= MOST_NEAR else {code})}


def recusal_of(context: Context, connection: Connection, who: Principal, case_id: str) -> str | None:
    """Why somebody must not see or touch a case, in a word of `REASONS`; None where nothing ties them to it."""
    found = case_ties.shared(connection, case_id, ties_of(connection, who))
    return REASONS[found[0].partition(":")[0]] if found else None


def seen_by(connection: Connection, who: Principal) -> list[ColumnElement[bool]]:
    """The conditions on CASES that leave what somebody may see: every list, count and search carries them."""
    return [*in_reach(who), case_ties.untied(ties_of(connection, who))]


def in_reach(who: Principal) -> list[ColumnElement[bool]]:
    """Scope and desks, without recusal. A verifier also sees what any desk has given to the department."""
    desks: ColumnElement[bool] = CASES.c.desk.in_(desks_of(who))
    if set(desks_of(who)) == set(DESKS):
        desks = true()
    elif "department_verifier" in who.roles:
        desks = or_(desks, CASES.c.state == "with_department")
    return [within(who, CASES.c.division_code), desks]


def refused(context: Context, connection: Connection, who: Principal, row: Row[Any], action: str) -> bool:
    """Whether somebody is tied to a case; the refusal is written to the log, for the caller to keep."""
    why = recusal_of(context, connection, who, row.case_id)
    if why is None:
        return False
    line = Line(
        who.name, "case.refused", "case", row.case_id, row.division_code, details={"tie": why, "asked_for": action}
    )
    record(context, connection, line)
    return True


@contextmanager
def case_at_work(context: Context, who: Principal, case_id: str, action: str) -> Iterator[tuple[Connection, Row[Any]]]:
    """A transaction with a case held against other changes. Raises NotThere for a case nobody may know of.

    A refusal is kept in the log although nothing else is done.
    """
    with context.database.write() as connection:
        row = cases.lock(connection, case_id)
        if row is not None and cases.get(connection, case_id, *in_reach(who)) is None:
            row = None
        if row is not None and not refused(context, connection, who, row, action):
            yield connection, row
            return
    raise NotThere


@contextmanager
def cases_at_work(
    context: Context, who: Principal, numbers: Sequence[str], action: str
) -> Iterator[tuple[Connection, list[Row[Any]]]]:
    """The same for several cases, all or none."""
    with context.database.write() as connection:
        # Whoever locks more than one case waits here first: two who do never wait for each other in a circle.
        context.database.alone(connection, "queue")
        found = {number: cases.lock(connection, number) for number in sorted(set(numbers))}
        there = all(
            row is not None and cases.get(connection, number, *in_reach(who)) is not None
            for number, row in found.items()
        )
        rows = [row for row in found.values() if row is not None] if there else []
        if there and not any([refused(context, connection, who, row, action) for row in rows]):
            by_number = {str(row.case_id): row for row in rows}
            yield connection, [by_number[number] for number in numbers]
            return
    raise NotThere
