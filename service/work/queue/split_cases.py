"""Merge cases, and split one: by people only, never by a refresh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from service.access import Principal
from service.sealing.column import seal_text
from service.store import (
    case_history,
    case_links,
    case_members,
    case_reports,
    case_ties,
    cases,
    division_paths,
    outbox,
)
from service.store.case_history import CASE_HISTORY
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.change import Change, actor, checked_reason, done_before, keep, may_move, same_request
from service.work.queue.due import due_in
from service.work.queue.errors import Conflict, Unfit
from service.work.queue.open_case import needs_two, place_of, question_of
from service.work.queue.sight import case_at_work, cases_at_work
from service.work.queue.states import OPEN
from service.work.queue.summary import summary_of


def merge_cases(context: Context, who: Principal, case_id: str, version: int, into: str, reason: str) -> int:
    """Put a case's payments into another open case of the same desk; the other's new version.

    The first ends as `merged`, linked `part_of` the other, which keeps out whoever either kept out and takes two people
    to close if either did. The same asked twice is done once. Raises NotThere, NotAllowed, Conflict and Unfit.
    """
    reason = checked_reason(reason)
    if case_id == into:
        raise Unfit("into", "A case is not merged into itself.", "核查件不能并入自身。")
    with cases_at_work(context, who, [case_id, into], "merge") as (connection, (row, other)):
        request = same_request(context, actor(who), "merge", {"into": into, "reason": reason})
        if done_before(connection, row, version, request):
            return int(other.version)
        may_move(who, row, "merged")
        if other.state not in OPEN or other.desk != row.desk:
            raise Conflict(
                "not-to-that-case",
                "Only an open case of the same desk takes another in.",
                "只能并入同一处置部门的未结核查件。",
            )
        moved = case_members.of_case(connection, case_id, active=True)
        case_members.let_go(connection, case_id)
        # Those that were in the other before come back to it.
        before = {m.disbursement_id for m in case_members.of_case(connection, into)}
        for one in moved:
            if one.disbursement_id in before:
                case_members.change(connection, into, one.disbursement_id, {"active": True})
        fresh = [dict(one._mapping) | {"case_id": into} for one in moved if one.disbursement_id not in before]
        case_members.add(connection, fresh)
        case_ties.copy(connection, case_id, into)
        _, first = keep(
            context,
            connection,
            actor(who),
            row,
            Change("merged", "merged", {"member_count": 0}, reason, {"into": into}, request, "merged", lapses=True),
        )
        link = {"case_id": case_id, "other_id": into, "kind": "part_of", "at": context.clock.now(), "who": who.name}
        case_links.add(connection, link)
        values = _sums(context, connection, other, bool(row.two_people))
        taken = Change("took_in", other.state, values, reason, {"from": case_id, "payments": len(moved)}, lapses=True)
        new, second = keep(context, connection, actor(who), other, taken)
        record(context, connection, first, second)
        return new


def split_case(
    context: Context, who: Principal, case_id: str, version: int, payments: Sequence[str], reason: str
) -> str:
    """Take payments out of a case into a new one of the same question; the new case's number.

    It is linked `part_of` the first, keeps out whoever that kept out, and takes two people to close if that did. The
    same asked twice is done once. Raises NotThere, NotAllowed, Conflict and Unfit.
    """
    reason = checked_reason(reason)
    wanted = sorted(set(payments))
    with case_at_work(context, who, case_id, "split") as (connection, row):
        request = same_request(context, actor(who), "split", {"payments": wanted, "reason": reason})
        if done_before(connection, row, version, request):
            then = case_history.at_version(connection, case_id, version + 1)
            return str(then.details["into"]) if then is not None else case_id
        # Splitting is merging the other way: the same people may.
        may_move(who, row, "merged")
        there = {m.disbursement_id: m for m in case_members.of_case(connection, case_id, active=True)}
        if not wanted or not set(wanted) < set(there):
            raise Unfit(
                "payments", "Some but not all payments of this case are needed.", "应为该核查件的部分发放明细。"
            )
        now = context.clock.now()
        number = cases.new_id()
        part = cases.next_part(connection, cases.identity(row))
        made = dict(row._mapping) | {
            "case_id": number, "part": part, "version": 1, "opened_at": now, "changed_at": now, "state": "new",
            "state_since": now, "due_at": due_in(context, "new", now), "held_from": None, "escalated_at": None,
            "assignee_id": None, "assignee": None, "member_count": 0,
        }  # fmt: skip
        cases.add(connection, made)
        case_members.let_go(connection, case_id, wanted)
        case_members.add(
            connection, [dict(there[one]._mapping) | {"case_id": number, "active": True} for one in wanted]
        )
        case_ties.copy(connection, case_id, number)
        link = {"case_id": number, "other_id": case_id, "kind": "part_of", "at": now, "who": who.name}
        case_links.add(connection, link)
        new = cases.get(connection, number)
        assert new is not None  # noqa: S101 - added above
        cases.change(connection, number, 1, _sums(context, connection, new, bool(row.two_people)))
        history = {
            "case_id": number, "at": now, "who": who.name, "account_id": who.account_id, "action": "opened",
            "from_state": "", "to_state": "new", "version": 2, "details": {"from": case_id, "payments": len(wanted)},
            "reason": seal_text(context.seal, CASE_HISTORY.c.reason, reason),
        }  # fmt: skip
        case_history.add(connection, history)
        told = {"case_id": number, "desk": row.desk, "state": "new", "division_code": new.division_code}
        outbox.add(connection, "org.mingbai.case.opened", f"cases/{number}", told, now)
        details = {"into": number, "payments": len(wanted)}
        values = _sums(context, connection, row, bool(row.two_people))
        change = Change("split", row.state, values, reason, details, request, lapses=True)
        _, line = keep(context, connection, actor(who), row, change)
        opened = Line(who.name, "case.opened", "case", number, new.division_code, reason, {"from": case_id})
        record(context, connection, opened, line)
        return number


def _sums(context: Context, connection: Connection, row: Row[Any], two: bool) -> dict[str, Any]:
    """What a case is worth after its payments changed; its summary is told again with the new numbers."""
    count, amount, loss, score = case_members.sums(connection, row.case_id)
    members = case_members.of_case(connection, row.case_id, active=True)
    codes = {one.division_code for one in members if one.division_code}
    zh, en = summary_of(row, members, amount, score)
    return {
        "member_count": count,
        "amount_fen": amount,
        "loss_fen": loss,
        "rank_key": place_of(context, loss, case_reports.keys_of(connection, row.case_id)),
        "score": score,
        "summary_zh": zh,
        "summary_en": en,
        "question_id": question_of(connection, zh, en),
        "division_code": division_paths.nearest_above(connection, codes) if codes else row.division_code,
        "two_people": two or bool(row.two_people) or needs_two(context, amount, score),
    }
