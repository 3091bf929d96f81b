"""A case as its pages show it, from what the work layer gives: names of places and items, words of rules, paths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from service.access import Principal
from service.console.pages._case_rules import blind_to, look_alikes, next_steps, role_of, title_of
from service.console.pages._case_shapes import (
    Doing,
    FileShown,
    Head,
    LinkShown,
    MemberShown,
    NoteShown,
    OffShown,
    PrecedentShown,
    ReasonShown,
    RememberedShown,
    ReportShown,
    StepShown,
    Text,
    WaitingShown,
    Whole,
)
from service.work.context import Context
from service.work.places import Places, items_of, places_of
from service.work.portraits.paths import page_of
from service.work.portraits.shapes import Precedent, Reason
from service.work.queue.read_case import Step
from service.work.queue.read_folder import Far, Folder
from service.work.queue.working_days import local_day
from service.work.recipients.report import KINDS

if TYPE_CHECKING:
    from sqlalchemy import Row

SOON: Final = dt.timedelta(days=3)
MOST_STEPS: Final = 6
MOST_LOOKED_UP: Final = ("official", "household", "village", "card")
"""Kinds of hubs that have a page of their own."""

_BACK: Final = {"part_of": "has_part", "duplicate_of": "has_duplicate", "related": "related"}


def whole(
    context: Context,
    who: Principal,
    folder: Folder,
    reasons: Sequence[Reason],
    precedents: Sequence[Precedent],
    after: str = "",
) -> Whole:
    """Everything about a case. `after`: behind which payment its page of payments begins."""
    places, items = places_of(context), items_of(context)
    row = folder.row
    order = [one.code for one in reasons]
    shown = tuple(_reason(who, row, one, reasons[0].weight) for one in reasons)
    return Whole(
        head=head(context, who, row, places, shown),
        reasons=shown,
        next_steps=tuple(dict.fromkeys(step for one in shown for step in one.next_steps))[:MOST_STEPS],
        precedents=tuple(_precedent(one) for one in precedents),
        members=tuple(member(who, one, places, items, order) for one in folder.members),
        more_members=folder.members[-1].disbursement_id if folder.more_members else "",
        found=tuple(sorted(folder.found.items())),
        notes=tuple(NoteShown(one.at, one.who, one.text) for one in folder.notes),
        earlier_notes=folder.earlier_notes,
        files=files_of(folder),
        links=tuple(_link(row, one) for one in folder.links),
        waiting=_waiting(folder),
        remembered=tuple(
            RememberedShown(one.about, one.why, one.made_by, one.expires_at, one.ended) for one in folder.remembered
        ),
        history=tuple(step(one) for one in folder.history),
        earlier=folder.earlier,
        off=_off(folder),
        models=folder.models,
        doing=_doing(context, who, folder),
        meanwhile=tuple(step(one) for one in folder.meanwhile),
        reports=tuple(_reported(who, one) for one in folder.reports),
    )


def head(context: Context, who: Principal, row: Row[Any], places: Places, reasons: Sequence[ReasonShown] = ()) -> Head:
    """What stands above every page of a case."""
    now = context.clock.now()
    leading = [one for one in reasons if one.kind != "model" and one.code.startswith(f"{row.typology}.")]
    asks = leading[0].title if leading else ("", "")
    looked_up = row.hub_kind in MOST_LOOKED_UP and who.may("lookups.read")
    late = row.is_open and row.due_at is not None and row.due_at <= now and row.state != "held"
    return Head(
        case_id=row.case_id, version=int(row.version), desk=row.desk, state=row.state, is_open=bool(row.is_open),
        asks=asks, summary=(row.summary_zh, row.summary_en), hub_kind=row.hub_kind,
        hub=places.full_name(row.hub_shown) if row.hub_kind == "village" else row.hub_shown,
        hub_path=page_of(row.hub_kind, row.hub_key) if looked_up else "",
        typology=row.typology, suspect_role=row.suspect_role, selected_by=row.selected_by, offered_as=row.offered_as,
        score=float(row.score), amount_fen=int(row.amount_fen), loss_fen=int(row.loss_fen),
        payments=int(row.member_count), place=places.full_name(row.division_code),
        division_code=row.division_code or "", assignee=row.assignee or "", mine=row.assignee_id == who.account_id,
        opened_at=row.opened_at, state_since=row.state_since, due_at=row.due_at, closed_at=row.closed_at, late=late,
        soon=row.is_open and not late and row.due_at is not None and row.due_at - now <= SOON,
        two_people=bool(row.two_people), held_from=row.held_from or "",
    )  # fmt: skip


def _reason(who: Principal, row: Row[Any], one: Reason, strongest: float) -> ReasonShown:
    payment = quote(one.disbursement_id, safe="")
    path = f"/cases/{row.case_id}/evidence?payment={payment}&code={quote(one.code, safe='')}"
    return ReasonShown(
        code=one.code, kind=one.kind, title=title_of(one.code), text=one.text, payments=one.payments,
        of=max(int(row.member_count), one.payments), share=one.weight / strongest if strongest > 0 else 0.0,
        path=path if one.disbursement_id else "", role=role_of(one.code),
        rule_path=f"/rules/{one.code}" if role_of(one.code) and who.may("models.read") else "",
        blind_to=blind_to(one.code), next_steps=next_steps(one.code), alikes=look_alikes(one.code),
    )  # fmt: skip


def member(
    who: Principal, one: Row[Any], places: Places, items: Mapping[str, str], order: Sequence[str] = ()
) -> MemberShown:
    """A payment of a case; `order` are the codes of the reasons that are shown with it."""
    looks = who.may("lookups.read")
    return MemberShown(
        disbursement_id=one.disbursement_id, item=items.get(one.program_id, one.program_id),
        household_id=one.household_id or "", place=places.full_name(one.division_code), card=one.card_last_four,
        amount_fen=int(one.amount_fen), score=float(one.score),
        asks=tuple(title_of(code) for code in one.codes if code not in order),
        active=bool(one.active), outcome=one.outcome or "", path=page_of("payment", one.disbursement_id),
        household_path=page_of("household", one.household_id) if looks and one.household_id else "",
        marks=tuple(order.index(code) + 1 for code in one.codes if code in order),
    )  # fmt: skip


def files_of(folder: Folder) -> tuple[FileShown, ...]:
    """Its attachments."""
    return tuple(FileShown(one.attachment_id, one.name, one.kind, one.size, one.who, one.at) for one in folder.files)


def step(one: Step) -> StepShown:
    """Something that happened."""
    details = tuple((name, str(value)) for name, value in one.details.items() if value not in (None, "", False))
    return StepShown(
        one.at, one.who, one.action, one.from_state, one.to_state, one.version, one.reason, details
    )  # fmt: skip


def _reported(who: Principal, row: Row[Any]) -> ReportShown:
    words = KINDS.get(row.kind, (row.kind, row.kind))
    path = f"/reports/{row.number}" if who.may("cases.work") else ""
    return ReportShown(row.number, words, row.made_at, row.state == "answered", path)


def _link(row: Row[Any], one: Far) -> LinkShown:
    far = one.row
    kind = one.kind if one.from_here else _BACK[one.kind]
    first = row.case_id if one.from_here else far.case_id
    return LinkShown(
        far.case_id, kind, (far.summary_zh, far.summary_en), far.state, far.desk, int(far.amount_fen), first, one.kind
    )


def _waiting(folder: Folder) -> WaitingShown | None:
    one = folder.waiting
    if one is None:
        return None
    names = {file.attachment_id: file.name for file in folder.files}
    explained = one.explained
    return WaitingShown(
        one.outcome, one.typology or "", one.suspect_role or "", tuple(sorted(one.differing.items())),
        explained.about if explained else "", explained.why if explained else "",
        tuple(names.get(number, str(number)) for number in (explained.evidence if explained else ())),
        one.reason, one.proposer, one.at,
    )  # fmt: skip


def _doing(context: Context, who: Principal, folder: Folder) -> Doing:
    may = {one.name: getattr(folder.choices, one.name) for one in fields(folder.choices)}
    today = local_day(context, context.clock.now())
    return Doing(
        **may,
        unmasks=who.may("persons.unmask") and bool(folder.members),
        people=folder.people,
        attachment_mb=context.settings.attachment_limit_mb,
        hold_until=today + dt.timedelta(days=int(context.policy["cases.held_days"])),
    )


def _precedent(one: Precedent) -> PrecedentShown:
    case = one.case
    return PrecedentShown(
        case.case_id, case.outcome or case.state, case.summary, case.amount_fen, case.member_count, case.closed_at,
        one.likeness, one.alike, one.explained,
    )  # fmt: skip


def _off(folder: Folder) -> tuple[OffShown, ...]:
    """Rules by why they said nothing."""
    found: dict[str, list[Text]] = {}
    for code, why, _ in folder.off:
        found.setdefault(why, []).append(title_of(code))
    shown = []
    for why, titles in found.items():
        for part in why.split("; "):
            if part.startswith("not shared: "):
                tables = dict.fromkeys(one.partition(".")[0] for one in part.removeprefix("not shared: ").split(", "))
                shown.append(OffShown("not_shared", tuple(tables), "", tuple(titles)))
            elif part.startswith("no lists were matched"):
                shown.append(OffShown("not_matched", (), "", tuple(titles)))
            elif part.startswith("muted"):
                shown.append(OffShown("muted", (), "", tuple(titles)))
            else:
                shown.append(OffShown("resting", (), part, tuple(titles)))
    return tuple(shown)
