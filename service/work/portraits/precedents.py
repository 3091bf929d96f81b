"""Closed cases like one that is open: what was found then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from service.access import Principal
from service.sealing.column import open_text
from service.sealing.redaction import redacted
from service.store import case_members, cases, counter_evidence
from service.store.cases import CASES
from service.store.counter_evidence import COUNTER_EVIDENCE
from service.work.context import Context
from service.work.portraits._case import case_in_sight
from service.work.portraits._cases import case_line
from service.work.portraits.shapes import Precedent
from service.work.portraits.words import NOWHERE, Pair, plain
from service.work.queue.sight import seen_by
from service.work.queue.states import FINDING

LOOKED_AT: Final = 200
"""Closed cases that are compared, those closed last."""

LONGEST: Final = 300
"""Characters of an explanation that are shown."""

TYPOLOGY, HUB_KIND, CODES, SAME_HUB = 0.4, 0.1, 0.3, 0.2
"""What likeness is made of: the same typology, kind of hub, rules that asked (their share), and the very same hub."""


def precedents(context: Context, who: Principal, case_id: str, *, most: int = 6) -> tuple[Precedent, ...]:
    """The closed cases nearest to a case, confirmed and cleared both where there are both; from the database alone.

    Logged. Raises NotThere for a case whoever asks may not see.
    """
    case = case_in_sight(context, who, case_id, "precedents")
    with context.database.read() as connection:
        rows = _closed(connection, who, case.row)
        own = {str(code) for member in case.members for code in member.codes}
        codes = case_members.codes_of(connection, [row.case_id for row in rows])
        near = sorted(
            ((_likeness(case.row, row, own, codes.get(row.case_id, set())), row) for row in rows),
            key=lambda one: (-one[0], -one[1].closed_at.timestamp(), one[1].case_id),
        )
        chosen = _of_each(near, most)
        return tuple(
            Precedent(
                case=case_line(row),
                likeness=round(likeness, 3),
                alike=_alike(case.row, row, own & codes.get(row.case_id, set())),
                explained=_explained(context, connection, row.case_id),
            )
            for likeness, row in chosen
        )


def _closed(connection: Connection, who: Principal, like: Row[Any]) -> list[Row[Any]]:
    """Closed cases of the same typology or at the same hub that somebody may see."""
    seen = [CASES.c.state.in_(list(FINDING)), CASES.c.case_id != like.case_id, *seen_by(connection, who)]
    found: dict[str, Row[Any]] = {}
    for same in (CASES.c.typology == like.typology, CASES.c.hub_key == like.hub_key):
        found |= {row.case_id: row for row in cases.closed_last(connection, [same, *seen], LOOKED_AT)}
    return list(found.values())


def _likeness(one: Row[Any], other: Row[Any], codes: set[str], others: set[str]) -> float:
    both = codes | others
    same_typology, same_kind = one.typology == other.typology, one.hub_kind == other.hub_kind
    same_codes = len(codes & others) / len(both) if both else 0.0
    same_hub = same_kind and one.hub_key == other.hub_key
    return TYPOLOGY * bool(same_typology) + HUB_KIND * bool(same_kind) + CODES * same_codes + SAME_HUB * bool(same_hub)


def _of_each(near: Sequence[tuple[float, Row[Any]]], most: int) -> list[tuple[float, Row[Any]]]:
    """The nearest, in turn of each finding: what only shows one side is no comparison."""
    by_finding: dict[str, list[tuple[float, Row[Any]]]] = defaultdict(list)
    for one in near:
        by_finding[FINDING[one[1].state]].append(one)
    chosen: list[tuple[float, Row[Any]]] = []
    while len(chosen) < most and any(by_finding.values()):
        for finding in ("confirmed", "cleared", "error"):
            if by_finding[finding] and len(chosen) < most:
                chosen.append(by_finding[finding].pop(0))
    return sorted(chosen, key=lambda one: -one[0])


def _alike(one: Row[Any], other: Row[Any], codes: set[str]) -> tuple[Pair, ...]:
    found: list[Pair] = []
    if one.hub_key == other.hub_key:
        found.append(plain("same_hub"))
    if one.typology and one.typology == other.typology:
        found.append(plain("same_typology", code=one.typology))
    if one.hub_kind == other.hub_kind and one.hub_key != other.hub_key:
        found.append(plain("same_hub_kind"))
    if codes:
        found.append(plain("same_rules", n=len(codes)))
    return tuple(found)


def _explained(context: Context, connection: Connection, case_id: str) -> Pair:
    """What people wrote the pattern was, where its closing explained it; whole numbers of anybody are cut."""
    memories = counter_evidence.of_case(connection, case_id)
    if not memories:
        return NOWHERE
    why = redacted(open_text(context.seal, COUNTER_EVIDENCE.c.why, memories[0].why) or "")
    return (why[:LONGEST],) * 2
