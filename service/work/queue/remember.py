"""What was explained is remembered, so that the same innocent pattern does not come back every month; and forgotten
when it expires, grows, or something else turns up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from service.access import Principal
from service.access.scope import within
from service.sealing.column import seal_text
from service.store import counter_evidence
from service.store.counter_evidence import COUNTER_EVIDENCE, QUIETENED
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.change import Actor, checked_reason
from service.work.queue.errors import NotThere
from service.work.queue.open_case import Member, NewCase, hub_of
from service.work.queue.sight import desks_of, recusal_of

if TYPE_CHECKING:
    from service.work.queue.closing import Explained


@dataclass(frozen=True, slots=True)
class Recalled:
    """What memory says of a case to be: the memory that keeps it quiet, or why it comes back in spite of one."""

    memory_id: int | None
    why: str = ""


def remember(
    context: Context,
    connection: Connection,
    who: Actor,
    row: Row[Any],
    members: Sequence[Row[Any]],
    explained: Explained,
) -> list[int]:
    """Remember an explanation of a case, of its hub or of each person, card or household; the memories' numbers."""
    now = context.clock.now()
    numbers = []
    for key, few in sorted(_groups(row, members, explained.about).items()):
        numbers.append(
            counter_evidence.add(
                connection,
                {
                    "case_id": row.case_id,
                    "desk": row.desk,
                    "about_kind": explained.about,
                    "about_key": key,
                    "typology": row.typology,
                    "why": seal_text(context.seal, COUNTER_EVIDENCE.c.why, explained.why.strip()),
                    "evidence": list(explained.evidence),
                    "amount_fen": sum(int(one.amount_fen) for one in few) if few else int(row.amount_fen),
                    "codes": sorted({code for one in few for code in one.codes}),
                    "programs": sorted({str(one.program_id) for one in few}),
                    "division_code": row.division_code,
                    "made_by": who.name,
                    "made_at": now,
                    "expires_at": now + dt.timedelta(days=context.policy["cases.explained_days"]),
                },
            )
        )
    return numbers


def _groups(row: Row[Any], members: Sequence[Row[Any]], about: str) -> dict[str, list[Row[Any]]]:
    if about == "hub":
        return {f"{row.hub_kind}:{row.hub_key}": list(members)}
    column = {"person": "person_hash", "card": "card_hash", "household": "household_id"}[about]
    found: dict[str, list[Row[Any]]] = {}
    for one in members:
        value = getattr(one, column)
        if value:
            found.setdefault(f"{about}:{value}", []).append(one)
    return found


def recall(context: Context, connection: Connection, case: NewCase) -> Recalled:
    """Whether a case to be rests only on what is remembered. Without a memory `memory_id` and `why` are empty."""
    key, _ = hub_of(context, case.hub_kind, case.hub_id)
    hub = counter_evidence.about(connection, [f"{case.hub_kind}:{key}"], case.typology, case.desk)
    if hub:
        # Only the newest counts: what was explained again was looked at again.
        newest = hub[0]
        why = _against(context, newest, case.members)
        return Recalled(newest.memory_id) if not why else Recalled(None, why)
    if not case.members:
        return Recalled(None)
    return _member_by_member(context, connection, case)


def _member_by_member(context: Context, connection: Connection, case: NewCase) -> Recalled:
    """Quiet where every payment is to a person, card or household that was explained."""
    keys = [_keys(one) for one in case.members]
    wanted = {key for few in keys for key in few}
    if not wanted:
        return Recalled(None)
    known: dict[str, Row[Any]] = {}
    for row in counter_evidence.about(connection, wanted, case.typology, case.desk):
        known.setdefault(row.about_key, row)
    if not known:
        return Recalled(None)
    by_memory: dict[int, list[Member]] = {}
    rows = {row.memory_id: row for row in known.values()}
    for one, few in zip(case.members, keys, strict=True):
        found = next((known[key] for key in few if key in known), None)
        if found is None:
            return Recalled(None, "payments to others")
        by_memory.setdefault(found.memory_id, []).append(one)
    for number, members in sorted(by_memory.items()):
        if why := _against(context, rows[number], members):
            return Recalled(None, why)
    return Recalled(min(by_memory))


def _keys(one: Member) -> list[str]:
    pairs = (("person", one.person_hash), ("card", one.card_hash), ("household", one.household_id))
    return [f"{kind}:{value}" for kind, value in pairs if value]


def _against(context: Context, row: Row[Any], members: Sequence[Member]) -> str:
    """What a memory does not explain, in plain words; empty where it explains everything."""
    if row.expires_at <= context.clock.now():
        return "the explanation has expired"
    if {code for one in members for code in one.codes} - set(row.codes):
        return "other rules ask"
    if {one.program_id for one in members} - set(row.programs):
        return "payments of another program"
    amount = sum(one.amount_fen for one in members)
    if amount >= context.policy["cases.explained_times"] * row.amount_fen:
        return "the amount has grown"
    return ""


def quieten(context: Context, connection: Connection, case: NewCase, memory_id: int, division: str | None) -> None:
    """Put a case that is not opened on the list of what is quiet, with the memory it rests on."""
    key, shown = hub_of(context, case.hub_kind, case.hub_id)
    row = {
        "memory_id": memory_id,
        "desk": case.desk,
        "hub_kind": case.hub_kind,
        "hub_key": key,
        "hub_shown": shown,
        "typology": case.typology,
        "division_code": division,
        "amount_fen": sum(one.amount_fen for one in case.members) or case.amount_fen,
        "member_count": len(case.members),
    }
    counter_evidence.quieten(connection, row, context.clock.now())


def list_quietened(
    context: Context, who: Principal, desk: str, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Patterns of a desk that are not opened because they were explained, behind the one numbered `after`, and the
    number to go on from. Somebody tied to the case that was explained does not hear of it here either. Logged."""
    if desk not in desks_of(who):
        raise NotThere
    with context.database.write() as connection:
        conditions = [QUIETENED.c.desk == desk, within(who, QUIETENED.c.division_code)]
        rows = counter_evidence.quietened(connection, conditions, after, limit)
        found = []
        for row in rows:
            memory = counter_evidence.get(connection, row.memory_id)
            if memory is not None and recusal_of(context, connection, who, memory.case_id) is None:
                found.append(dict(row._mapping) | {"case_id": memory.case_id})
        record(context, connection, Line(who.name, "queue.quietened", "queue", desk, details={"shown": len(found)}))
    return found, rows[-1].quietened_id if len(rows) == limit else None


def end_memory(context: Context, who: Principal, memory_id: int, reason: str) -> None:
    """Remember something no longer: the pattern is opened again at the next refresh. Raises NotThere."""
    reason = checked_reason(reason)
    with context.database.write() as connection:
        row = counter_evidence.get(connection, memory_id, within(who, COUNTER_EVIDENCE.c.division_code))
        if row is None or row.desk not in desks_of(who) or recusal_of(context, connection, who, row.case_id):
            raise NotThere
        if counter_evidence.end(connection, memory_id, who.name, context.clock.now()):
            line = Line(
                who.name, "counter_evidence.ended", "counter_evidence", str(memory_id), row.division_code, reason
            )
            record(context, connection, line)
