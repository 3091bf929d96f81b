"""Open a case over payments somebody names: after a complaint, or because an audit asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.access.scope import within
from service.store import case_members, case_reports, cases, reports
from service.store.reports import REPORTS
from service.store.scores import SCORES
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.alerts import members_scored
from service.work.queue.change import actor, checked_reason
from service.work.queue.errors import Conflict, NotThere, Unfit
from service.work.queue.open_case import Member, NewCase, Opened, one_hand, open_case
from service.work.queue.sight import desks_of, recusal_of, seen_by
from service.work.queue.states import DESKS, Desk
from service.work.queue.summary import told

AT_MOST: Final = 1_000
Source = Literal["complaint", "audit"]


class _Tied(Exception):
    """Whoever opens the case must not see it: nothing of it is kept."""


def open_by_hand(
    context: Context,
    who: Principal,
    desk: Desk,
    payments: Sequence[str],
    source: Source,
    typology: str,
    reason: str,
    report: str | None = None,
) -> Opened:
    """Open a case over scored payments that share a household, an official or a village, or continue the one opened so.
    `report`: the number of the recipient's report it is opened on, which names one of them; its maker can follow it.

    Raises Unfit for payments nobody scored or outside the scope (the same words for both), Conflict where some are in
    open cases already, and NotThere, logged as a refusal, for somebody tied to them.
    """
    reason = checked_reason(reason)
    wanted = sorted(set(payments))
    if not 0 < len(wanted) <= AT_MOST:
        raise Unfit("payments", f"1 to {AT_MOST} payments are needed.", f"应为 1 至 {AT_MOST} 笔发放明细。")
    if desk not in DESKS or desk not in desks_of(who):
        raise Unfit("desk", "Expected one of your desks.", "应为您所在的处置部门。")
    try:
        with context.database.write() as connection:
            one_hand(context, connection)
            members = _members(context, connection, who, wanted, source)
            case = _case(desk, members, source, typology, reason)
            if report is not None:
                case = replace(case, ties=_on_report(connection, who, report, wanted))
            done = open_case(context, connection, actor(who), case)
            if recusal_of(context, connection, who, done.case_id) is not None:
                raise _Tied
            record(context, connection, *done.lines)
            return done
    except _Tied:
        with context.database.write() as connection:
            line = Line(who.name, "case.refused", "queue", desk, details={"asked_for": "open", "payments": len(wanted)})
            record(context, connection, line)
        raise NotThere from None
    except IntegrityError as error:
        raise Conflict("opened-meanwhile", "Somebody opened it meanwhile.", "已被他人同时立件。") from error


def _members(
    context: Context, connection: Connection, who: Principal, wanted: Sequence[str], source: Source
) -> list[Member]:
    found = members_scored(context, connection, wanted, within(who, SCORES.c.division_code))
    if set(found) != set(wanted):
        raise Unfit(
            "payments",
            "Some were never scored, or lie outside your divisions.",
            "部分发放明细未经评分或不在您的管辖范围内。",
        )
    held = case_members.held(connection, wanted)
    if held:
        if any(recusal_of(context, connection, who, number) is not None for number in sorted(set(held.values()))):
            # To say that they are in open cases would tell of a case one must not know of.
            raise _Tied
        seen = seen_by(connection, who)
        told_of = [n for n in sorted(set(held.values())) if cases.get(connection, n, *seen) is not None][:10]
        raise Conflict(
            "in-open-cases",
            f"Some are in open cases already: {', '.join(told_of) or 'not yours to see'}.",
            f"部分已在未结核查件中：{'、'.join(told_of) or '您无权查看'}。",
        )
    return [replace(found[one], selected_by=source) for one in wanted]


def _on_report(connection: Connection, who: Principal, number: str, payments: Sequence[str]) -> frozenset[str]:
    row = reports.by_number(connection, number, within(who, REPORTS.c.division_code))
    if row is None or row.disbursement_id not in payments:
        raise Unfit("report", "Expected a report of one of these payments.", "应为反映所列发放明细之一的群众反映。")
    return frozenset({f"{case_reports.PREFIX}{number}"})


def _case(desk: Desk, members: Sequence[Member], source: Source, typology: str, reason: str) -> NewCase:
    kind, hub = _hub(members)
    amount = sum(one.amount_fen for one in members)
    score = sum(one.score for one in members) / len(members)
    codes = [code for one in members for code in one.codes]
    zh, en = told(kind, typology, codes, len(members), amount, score)
    return NewCase(
        desk, kind, hub, typology, "", zh, en, selected_by=source, offered_as="person", members=tuple(members),
        reason=reason, details={"source": source},
    )  # fmt: skip


def _hub(members: Sequence[Member]) -> tuple[str, str]:
    """What the payments share: the household, else one who prepared them, else the village."""
    households = {one.household_id for one in members}
    if len(households) == 1 and (household := next(iter(households))):
        return "household", household
    officials = frozenset.intersection(*(one.officials for one in members))
    if officials:
        return "official", min(officials)
    villages = {one.division_code for one in members}
    if len(villages) == 1 and (village := next(iter(villages))):
        return "village", village
    raise Unfit(
        "payments",
        "They share neither a household, an official nor a village: open a case for each.",
        "所列明细无共同的农户、经办人或村：请分别立件。",
    )
