"""Close a case: one finding for its payments, others for those that differ, why, and what explained it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, cast, get_args

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.page import Page
from service.console.pages._case_example import EXAMPLE, HEAD, MEMBER, STEPS
from service.console.pages._case_forms import entered, status_of, version_of
from service.console.pages._case_picked import SHOWN, differing
from service.console.pages._case_rules import typologies
from service.console.pages._case_shapes import FileShown, Head, MemberShown, StepShown
from service.console.pages._case_told import files_of, head, member, step
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.places import items_of, places_of
from service.work.queue.close_case import close_case
from service.work.queue.closing import ROLES, About, Closing, Explained
from service.work.queue.errors import QueueError, Unfit
from service.work.queue.read_folder import Amounts, read_folder
from service.work.queue.states import FINDING, OUTCOMES, Outcome


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `outcomes`: ways the case may be closed
    * `members`: its payments one by one; `more`: how many more there are, to be named line by line
    * `typologies`, `roles`: what may be corrected; `files`: attachments an explanation may rest on
    * `chosen`: numbers of attachments that were ticked on a form that was refused
    * `meanwhile`: what changed since the form was filled in
    """

    head: Head
    outcomes: tuple[str, ...]
    members: tuple[MemberShown, ...]
    more: int
    typologies: tuple[str, ...]
    roles: tuple[str, ...]
    files: tuple[FileShown, ...]
    chosen: tuple[str, ...] = ()
    meanwhile: tuple[StepShown, ...] = ()


PAGE: Final = Page(
    "case_close",
    Contents(HEAD, OUTCOMES, (MEMBER,), 3, ("T25", "T26"), ROLES, EXAMPLE.files, ("5",), STEPS[:1]),
    "cases.work",
    nav="queue",
    width="read",
)
router: Final = APIRouter()


@router.get("/cases/{case_id}/close")
def show(visitor: Annotated[Visit, Depends(visit("cases.work"))], case_id: CaseNumber) -> Response:
    """The form. Where the case cannot be closed now its own page says why."""
    with told():
        return _page(visitor, case_id)


@router.post("/cases/{case_id}/close/send")
def close(form: Annotated[Sent, Depends(sent("cases.work"))], case_id: CaseNumber) -> Response:
    """Close the case, or propose it to a second person."""
    visitor = form.visit
    try:
        closing = _closing(form)
        done = close_case(
            visitor.context, visitor.principal, case_id, version_of(form), closing, form.get("close_reason")
        )
    except WorkError as error:
        form.refused()
        read_at = version_of(form) if isinstance(error, QueueError) and error.kind == "stale" else None
        with told():
            return _page(
                visitor, case_id, status=status_of(error), problem=(error.chinese, str(error)), given=entered(form),
                chosen=tuple(form.lists.get("evidence", ())), read_at=read_at,
            )  # fmt: skip
    return form.done(f"/cases/{case_id}", "said_proposed" if done.waits else "said_closed")


def _closing(form: Sent) -> Closing:
    outcome = form.get("close_outcome")
    if outcome not in OUTCOMES:
        raise Unfit("outcome", "Choose a finding.", "请选择结论。")
    explained = None
    about, why = form.get("explained_about"), form.get("explained_why")
    if about:
        if about not in get_args(About):
            raise Unfit("explained", "Choose what the explanation is about.", "请选择合规解释的对象。")
        numbers = tuple(int(one) for one in form.lists.get("evidence", ()) if one.isascii() and one.isdigit())
        explained = Explained(cast(About, about), why, numbers)
    elif why:
        raise Unfit("explained", "Choose what the explanation is about.", "请选择合规解释的对象。")
    closed_as: Outcome = outcome
    return Closing(
        closed_as, form.get("close_typology") or None, form.get("close_role") or None,
        differing(form, FINDING[closed_as]) or None, explained,
    )  # fmt: skip


def _page(
    visitor: Visit,
    case_id: str,
    *,
    status: int = 200,
    problem: tuple[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    chosen: tuple[str, ...] = (),
    read_at: int | None = None,
) -> Response:
    context, who = visitor.context, visitor.principal
    folder = read_folder(
        context, who, case_id, Amounts(payments=SHOWN, history=1, notes=0, whole=False), read_at=read_at
    )
    if not folder.choices.outcomes and problem is None:
        return visitor.go(f"/cases/{case_id}")
    places, items = places_of(context), items_of(context)
    active = tuple(member(who, one, places, items) for one in folder.members if one.active)
    contents = Contents(
        head(context, who, folder.row, places), folder.choices.outcomes, active,
        max(0, int(folder.row.member_count) - len(active)), typologies(), ROLES, files_of(folder), chosen,
        tuple(step(one) for one in folder.meanwhile),
    )  # fmt: skip
    return visitor.page(PAGE, contents, status=status, problem=problem, entered=given)
