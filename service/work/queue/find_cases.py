"""Lists of cases: the queue of a desk, filters, search by words, by number, and by person or card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, false, func

from service.access import Principal
from service.access.scope import under
from service.store import case_lists, case_members, cases, division_paths
from service.store.case_lists import Place, Sort, place_of
from service.store.cases import CASES, NOT_ALERT, OVERDUE
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.errors import Unfit
from service.work.queue.open_case import hub_of
from service.work.queue.sight import seen_by

FEW: Final = 20_000
"""Up to so many cases are found by what is rarest in a search, and sorted; more are read along the order."""

FEW_ELSEWHERE: Final = 2_000
"""The same where an index finds cases but not in the order asked for, so that each has to be fetched to be sorted; what
more have is met soon along the order."""

FEW_DIVISIONS: Final = 3_000
"""Up to so many divisions their cases are looked up division by division."""

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


def find_cases(
    context: Context,
    who: Principal,
    wanted: Filter,
    after: str | None,
    limit: int,
    sort: Sort = "rank",
    lines: list[Line] | None = None,
) -> Page:
    """One page of cases somebody may see, in order of the queue or another (`service.store.case_lists.Sort`). Logged,
    with its filters; a look for nobody may add its line to `lines` instead, which the caller records before anything is
    shown.

    Raises Unfit for a cursor that is none.
    """
    start = _start(after)
    with context.database.read() as connection:
        seen = seen_by(connection, who)
        few = _few(context, connection, who, wanted, start, sort)
        if few is None:
            conditions = [*_conditions(context, connection, wanted, along=sort != "rank"), *seen]
            found = list(connection.execute(case_lists.page(conditions, start, limit + 1, sort)))
        else:
            conditions = [*_conditions(context, connection, wanted), *seen]
            found = case_lists.first_of(connection, few, conditions, limit + 1, sort)
        shown = found[:limit]
    # A search that takes long holds up nobody who writes; nothing is shown before the look is on the log.
    if lines is not None and not (wanted.person_id or wanted.household_id or wanted.card_id):
        lines.append(_line(who, wanted, len(shown)))
    else:
        with context.database.write() as connection:
            _log(context, connection, who, wanted, len(shown))
    return Page(shown, None if len(found) <= limit else "{}.{}".format(*place_of(shown[-1], sort)))


def _few(
    context: Context, connection: Connection, who: Principal, wanted: Filter, after: Place | None, sort: Sort
) -> list[Place] | None:
    """Places of the cases that what is rarest in a search leaves; None where that are many, or nothing is rare.

    A filter by desk, state, typology or assignee is no such thing in the order of the queue: each has an index in it.
    """
    if wanted.escalated:
        return case_lists.places(connection, [OVERDUE], after, FEW, sort)
    rare: list[ColumnElement[bool]] = [*_members(context, wanted), *_hub(context, wanted)]
    if not rare and wanted.text:
        rare = _words(connection, wanted.text)[:1]
    if not rare:
        code = [wanted.division] if wanted.division else [] if who.sees_everywhere else list(who.divisions)
        if code and division_paths.few_under(connection, code, FEW_DIVISIONS):
            rare = [CASES.c.division_code.in_(division_paths.all_under(code))]
    most = FEW
    if not rare and sort != "rank":
        rare, most = _narrow(wanted), FEW_ELSEWHERE
    if not rare:
        return None
    if wanted.open is not None:
        rare.append(CASES.c.is_open == wanted.open)
    return case_lists.places(connection, rare, after, most, sort)


def _narrow(wanted: Filter) -> list[ColumnElement[bool]]:
    """A filter that has an index in the order of the queue alone, the narrowest there is; there may be none."""
    if wanted.assignee_id is not None:
        return [CASES.c.assignee_id == wanted.assignee_id]
    if wanted.offered_as and wanted.offered_as != "alert":
        return [CASES.c.offered_as == wanted.offered_as, NOT_ALERT]
    if wanted.typology:
        return [CASES.c.typology == wanted.typology]
    if wanted.state:
        return [CASES.c.state == wanted.state]
    return [CASES.c.assignee_id.is_(None)] if wanted.unassigned else []


def _start(after: str | None) -> Place | None:
    if after is None:
        return None
    value, _, number = after.partition(".")
    if not re.fullmatch(r"-?[0-9]{1,18}", value) or not NUMBER.fullmatch(number):
        raise Unfit("after", "Expected what the page before gave as `next`.", "应为上一页返回的 next 值。")
    return int(value), number


def _conditions(
    context: Context, connection: Connection, wanted: Filter, along: bool = False
) -> list[ColumnElement[bool]]:
    """What is wanted, as conditions. `along`: the order is followed whatever else has an index: a database that took
    one of those would have to sort all it finds by it."""
    found: list[ColumnElement[bool]] = []
    if wanted.open is not None:
        found.append(CASES.c.is_open == wanted.open)
    if wanted.desk:
        found.append(CASES.c.desk == wanted.desk)
    for column, value in (
        (CASES.c.state, wanted.state),
        (CASES.c.typology, wanted.typology),
        (CASES.c.assignee_id, wanted.assignee_id),
        (CASES.c.offered_as, wanted.offered_as),
        (CASES.c.hub_kind, wanted.hub_kind),
    ):
        if value not in (None, ""):
            found.append((func.coalesce(column, column) if along else column) == value)
    if wanted.offered_as and wanted.offered_as != "alert" and not along:
        found.append(NOT_ALERT)
    if wanted.unassigned:
        nobody = CASES.c.assignee_id
        found.append((func.coalesce(nobody, nobody) if along else nobody).is_(None))
    if wanted.escalated:
        found.append(OVERDUE)
    if wanted.division:
        found.append(under(wanted.division, CASES.c.division_code))
    found += _hub(context, wanted)
    found += _members(context, wanted)
    if wanted.text:
        found += _words(connection, wanted.text)
    return found


def _hub(context: Context, wanted: Filter) -> list[ColumnElement[bool]]:
    if not wanted.hub_id:
        return []
    kinds = [wanted.hub_kind] if wanted.hub_kind else ["official", "card", "phone", "device"]
    return [CASES.c.hub_key.in_(sorted({hub_of(context, kind, wanted.hub_id)[0] for kind in kinds}))]


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
    """A condition for each word, what is rarest first: a case's number, a hub's, an amount in yuan, a typology, and the
    words of the question in either language. Each follows an index; nothing reads every summary."""
    exact: list[ColumnElement[bool]] = []
    plain: list[str] = []
    typologies: list[ColumnElement[bool]] = []
    for word in text.strip()[:WORD].split():
        if NUMBER.fullmatch(word.upper()):
            exact.append(CASES.c.case_id == word.upper())
        elif re.fullmatch("[Tt][0-9]{2}", word):
            typologies.append(CASES.c.typology == word.upper())
        elif re.fullmatch(r"[0-9][0-9,]{0,14}(\.[0-9]{1,2})?", word):
            exact.append(CASES.c.amount_fen == int(Decimal(word.replace(",", "")) * 100))
        elif re.search("[0-9]", word):
            exact.append(CASES.c.hub_key == word)
        else:
            plain.append(word)
    if plain:
        questions = cases.questions_with(connection, plain)
        typologies.insert(0, CASES.c.question_id.in_(questions) if questions else false())
    return [*exact, *typologies]


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
        record(context, connection, _line(who, wanted, shown))


def _line(who: Principal, wanted: Filter, shown: int) -> Line:
    """The line of a look at a list."""
    return Line(who.name, "case.listed", "queue", wanted.desk or "all", details={**wanted.plain(), "shown": shown})
