"""What a closing says, and carrying it out: findings for training, what is remembered, the case closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, Row

from service.store import attachments, case_members
from service.work.audit.record import Line
from service.work.context import Context
from service.work.queue.change import REASON_LETTERS, Actor, Change, keep
from service.work.queue.errors import Unfit
from service.work.queue.remember import remember
from service.work.queue.states import FINDING, OUTCOMES, Outcome

Finding = Literal["confirmed", "cleared", "error"]
ROLES: Final = ("official", "agent", "household", "department")
SOURCE: Final = "queue"
About = Literal["hub", "person", "card", "household"]


@dataclass(frozen=True, slots=True)
class Explained:
    """An innocent explanation to be remembered: of the pattern at the hub, or of each person, card or household.

    `evidence` are numbers of attachments of the case.
    """

    about: About
    why: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """How a case is closed. `differing` names payments for which something else was found than for the rest.

    `typology` and `suspect_role` correct those of the case.
    """

    outcome: Outcome
    typology: str | None = None
    suspect_role: str | None = None
    differing: Mapping[str, Finding] | None = None
    explained: Explained | None = None

    def document(self) -> dict[str, Any]:
        """As a proposal keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Closing:
        """From what a proposal keeps."""
        told = document.get("explained")
        explained = Explained(told["about"], told["why"], tuple(told["evidence"])) if told else None
        return cls(
            document["outcome"], document["typology"], document["suspect_role"], document["differing"], explained
        )


def check(connection: Connection, row: Row[Any], closing: Closing) -> None:
    """Raises Unfit where a closing does not fit the case."""
    if closing.outcome not in OUTCOMES:
        raise Unfit("outcome", f"Expected one of {', '.join(OUTCOMES)}.", "结论不在可选范围内。")
    if closing.suspect_role not in (None, *ROLES):
        raise Unfit("suspect_role", f"Expected one of {', '.join(ROLES)}.", "角色不在可选范围内。")
    members = {m.disbursement_id for m in case_members.of_case(connection, row.case_id, active=True)}
    differing = closing.differing or {}
    if set(differing) - members:
        raise Unfit("differing", "Names a payment that is not in this case.", "所列发放明细不在该核查件中。")
    found = {differing.get(one, FINDING[closing.outcome]) for one in members}
    if members and closing.outcome == "confirmed" and "confirmed" not in found:
        raise Unfit("differing", "A confirmed case needs a confirmed payment.", "查实的核查件至少有一笔为查实。")
    if closing.outcome != "confirmed" and "confirmed" in found:
        raise Unfit("differing", "Only a confirmed case has confirmed payments.", "只有查实的核查件才可有查实明细。")
    if closing.explained is None:
        return
    if closing.outcome not in ("cleared", "cleared_by_name"):
        raise Unfit("explained", "Only what is cleared was explained.", "只有予以了结的情形可记录合规解释。")
    if not 0 < len(closing.explained.why.strip()) <= REASON_LETTERS:
        raise Unfit("explained.why", f"1 to {REASON_LETTERS} letters are needed.", "请填写解释（1 至 2000 字）。")
    for number in closing.explained.evidence:
        if attachments.get(connection, row.case_id, number) is None:
            raise Unfit("explained.evidence", "Names no attachment of this case.", "所列附件不属于该核查件。")


def close(
    context: Context, connection: Connection, who: Actor, row: Row[Any], closing: Closing, change: Change
) -> tuple[int, list[Line]]:
    """Close a case that is locked: findings of its payments for trainings to come, what is remembered, the state.

    `change` says by which action and why. Gives the new version and lines for the log, which the caller records last.
    """
    from service.work.facts.take_rows import take_rows

    now = context.clock.now()
    members = case_members.of_case(connection, row.case_id, active=True)
    differing = closing.differing or {}
    if closing.explained is not None:
        remember(context, connection, who, row, members, closing.explained)
    rows = []
    for one in members:
        finding = differing.get(one.disbursement_id, FINDING[closing.outcome])
        values = {"outcome": finding, "decided_at": now, "active": False}
        case_members.change(connection, row.case_id, one.disbursement_id, values)
        rows.append(_disposition(row, one, closing, finding, now))
    version, line = keep(context, connection, who, row, change)
    if rows:
        take_rows(context, connection, "dispositions", rows, source=SOURCE)
    return version, [line]


def _disposition(
    row: Row[Any], member: Row[Any], closing: Closing, finding: Finding, at: dt.datetime
) -> dict[str, Any]:
    """A finding as a row of the contract. An honest error has nobody behind it."""
    role = closing.suspect_role or (row.suspect_role if row.suspect_role in ROLES else None)
    return {
        "disbursement_id": member.disbursement_id,
        "outcome": finding,
        "typology": closing.typology or row.typology or None,
        "suspect_role": role if finding == "confirmed" else None,
        "decided_at": at.isoformat(timespec="microseconds"),
        "selected_by": member.selected_by,
    }


def closes(
    closing: Closing, action: str, reason: str, details: Mapping[str, Any], request: str | None = None
) -> Change:
    """The change of a closing."""
    told = {"outcome": closing.outcome, "explained": closing.explained is not None, **details}
    return Change(action, cast(str, closing.outcome), {}, reason, told, request, event="closed")
