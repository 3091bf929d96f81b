"""Lists of cases: the queue of a desk, filters, search by words, by number, and by person or card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, false

from service.access import Principal
from service.access.scope import under
from service.store import assignments, case_members, cases
from service.store.cases import CASES
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.assign_case import WEEK
from service.work.queue.errors import Unfit
from service.work.queue.open_case import hub_of
from service.work.queue.sight import desks_of, seen_by
from service.work.queue.states import DESKS, OPEN

FEW: Final = 2_000
"""Up to so many cases are found first and sorted then."""

WORD: Final = 100
NUMBER: Final = re.compile(r"C[0-9A-HJKMNP-TV-Z]{10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What cases are wanted. None, or an empty text, leaves a field out; `open` None takes closed ones too.

    `person_id`, `card_id` and `phone` are looked for by keyed hash and kept nowhere.
    """

    open: bool | None = True
    desk: str | None = None
    state: str | None = None
    typology: str | None = None
    division: str | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    escalated: bool = False
    offered_as: str | None = None
    hub_kind: str | None = None
    hub_id: str | None = None
    household_id: str | None = None
    disbursement_id: str | None = None
    text: str | None = None
    person_id: str | None = None
    card_id: str | None = None
    phone: str | None = None

    def plain(self) -> dict[str, Any]:
        """What may be kept and logged: fields that are set, without words and hubs somebody typed in."""
        left_out = {"person_id", "card_id", "phone", "hub_id", "text"}
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in left_out}
        return {name: value for name, value in found.items() if value not in (None, False, "") or name == "open"}


@dataclass(frozen=True, slots=True)
class Page:
    """Cases in their order, and what to hand in for those behind them; None at the end."""

    cases: list[Row[Any]]
    after: str | None


def find_cases(context: Context, who: Principal, wanted: Filter, after: str | None, limit: int) -> Page:
    """One page of cases somebody may see, in order of the queue. Logged, with its filters.

    Raises Unfit for a cursor that is none.
    """
    start = _start(after)
    with context.database.write() as connection:
        conditions = [*_conditions(context, connection, wanted), *seen_by(connection, who)]
        # Walking the order is quick where many fit, sorting where few do.
        narrow = _selective(who, wanted) and cases.few(connection, conditions, FEW)
        found = connection.execute(cases.page(conditions, start, limit + 1, narrow=narrow)).all()
        shown = list(found[:limit])
        _log(context, connection, who, wanted, len(shown))
    last = shown[-1] if len(found) > limit else None
    return Page(shown, None if last is None else f"{last.rank_key}.{last.case_id}")


def _selective(who: Principal, wanted: Filter) -> bool:
    """Whether what is wanted may be so little that walking the order would take long."""
    named = (wanted.state, wanted.typology, wanted.assignee_id, wanted.division, wanted.text, wanted.hub_id)
    more = (wanted.person_id, wanted.card_id, wanted.phone, wanted.household_id, wanted.disbursement_id)
    some = wanted.escalated or wanted.hub_kind or wanted.offered_as or wanted.desk
    return bool(some) or not who.sees_everywhere or any(one not in (None, "") for one in (*named, *more))


def _start(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    rank, _, number = after.partition(".")
    if not re.fullmatch(r"-?[0-9]{1,18}", rank) or not NUMBER.fullmatch(number):
        raise Unfit("after", "Expected what the page before gave as `next`.", "应为上一页返回的 next 值。")
    return int(rank), number


def _conditions(context: Context, connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.open is not None:
        found.append(CASES.c.is_open == wanted.open)
    for column, value in (
        (CASES.c.desk, wanted.desk),
        (CASES.c.state, wanted.state),
        (CASES.c.typology, wanted.typology),
        (CASES.c.assignee_id, wanted.assignee_id),
        (CASES.c.offered_as, wanted.offered_as),
        (CASES.c.hub_kind, wanted.hub_kind),
    ):
        if value not in (None, ""):
            found.append(column == value)
    if wanted.unassigned:
        found.append(CASES.c.assignee_id.is_(None))
    if wanted.escalated:
        found.append(CASES.c.escalated_at.is_not(None))
    if wanted.division:
        found.append(under(wanted.division, CASES.c.division_code))
    if wanted.hub_id:
        kinds = [wanted.hub_kind] if wanted.hub_kind else ["official", "card", "phone", "device"]
        found.append(CASES.c.hub_key.in_({hub_of(context, kind, wanted.hub_id)[0] for kind in kinds}))
    found += _members(context, wanted)
    if wanted.text:
        found += _words(connection, wanted.text)
    return found


def _members(context: Context, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.person_id:
        person = context.seal.hash("person", wanted.person_id)
        found.append(CASES.c.case_id.in_(case_members.cases_with(person=person)))
    if wanted.card_id:
        card = context.seal.hash("card", wanted.card_id)
        found.append(CASES.c.case_id.in_(case_members.cases_with(card=card)))
    if wanted.household_id:
        found.append(CASES.c.case_id.in_(case_members.cases_with(household=wanted.household_id)))
    if wanted.disbursement_id:
        found.append(CASES.c.case_id.in_(case_members.cases_with(payment=wanted.disbursement_id)))
    if wanted.phone:
        found.append(CASES.c.hub_key == hub_of(context, "phone", wanted.phone)[0])
    return found


def _words(connection: Connection, text: str) -> list[ColumnElement[bool]]:
    """Words of the summary; numbers among them are looked for in the cases of questions the words stand in."""
    text = text.strip()[:WORD]
    if NUMBER.fullmatch(text.upper()):
        return [CASES.c.case_id == text.upper()]
    words = text.split()
    plain = [word for word in words if not re.search("[0-9]", word)]
    questions = cases.questions_with(connection, plain)
    if not questions:
        return [false()]
    found: list[ColumnElement[bool]] = [CASES.c.question_id.in_(questions)] if plain else []
    return [*found, *(cases.summary_with(word) for word in words if word not in plain)]


def _log(context: Context, connection: Connection, who: Principal, wanted: Filter, shown: int) -> None:
    """What was looked for: a person or card by keyed hash, marked when it is somebody near."""
    details: Mapping[str, Any] = {**wanted.plain(), "shown": shown}
    if wanted.person_id:
        person = context.seal.hash("person", wanted.person_id)
        about = ("person", person)
        look_up(context, connection, who, "case.searched", about, Looked.at(persons=[person]), details=details)
    elif wanted.household_id:
        looked = Looked.at(households=[wanted.household_id])
        about = ("household", wanted.household_id)
        look_up(context, connection, who, "case.searched", about, looked, details=details)
    elif wanted.card_id:
        card = context.seal.hash("card", wanted.card_id)
        record(context, connection, Line(who.name, "case.searched", "card", card, details=details))
    else:
        record(context, connection, Line(who.name, "case.listed", "queue", wanted.desk or "all", details=details))


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """Open cases of one desk by state, and what it may still take up this week."""

    desk: str
    states: dict[str, int]
    week_capacity: int
    taken_up: int


def count_queues(context: Context, who: Principal) -> list[DeskCounts]:
    """The desks somebody sees, with the cases they see there. Logged."""
    with context.database.write() as connection:
        counts = cases.counts(connection, seen_by(connection, who))
        taken = assignments.taken_up(connection, context.clock.now() - WEEK)
        record(context, connection, Line(who.name, "queue.counted", "queue", "all"))
    desks = [desk for desk in DESKS if desk in desks_of(who) or any(key[0] == desk for key in counts)]
    return [
        DeskCounts(
            desk,
            {state: counts.get((desk, state), 0) for state in OPEN},
            int(context.policy[f"cases.{desk}_week_capacity"]),
            taken.get(desk, 0),
        )
        for desk in desks
    ]
