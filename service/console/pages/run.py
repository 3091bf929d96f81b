"""One payment run: how far it is, what came of it, its lists, and the signature under them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from service.api.routes._runs_told import STATUS
from service.api.routes._runs_told import told as problems
from service.console.page import Page
from service.console.pages._run_parts import (
    ASKED,
    BAD,
    CHANGED,
    SCORED,
    SIGNING,
    AskedLine,
    BadLine,
    ChangeLine,
    ScoredLine,
    Share,
    Signing,
    asked_line,
    bad_line,
    change_line,
    scored_line,
    shares,
)
from service.console.pages._runs import AT_ONCE, LINE, Pair, RunLine, address, line_of, told
from service.console.visit import Sent, Visit, sent, visit
from service.store.run_changes import Change
from service.store.runs import UNFINISHED
from service.work.places import items_of, places_of
from service.work.runs.cancel import cancel, resume
from service.work.runs.errors import RunRefusedError
from service.work.runs.lists import Lists
from service.work.runs.overview import of_one
from service.work.runs.questions import questions_of_run
from service.work.runs.results import changes_of, quarantine_page, scores_page
from service.work.runs.sign import sign
from service.work.runs.summary import summed_up

View = Literal["overview", "verify", "review", "release", "quarantine", "changes"]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `line`: the run; `view`: which part of it; `unfinished`: its scoring goes on, the page looks again by itself
    * `failure`, `notes`: why it broke off, what is odd: (Chinese, English)
    * `shares`: rows by recommendation; `signing`: the lists, None until it is scored; `signed_hash`: of the lists as
      they were signed
    * `changes`: people by change, empty where there was no run to compare with; `compared_with`: its number, 0 for none
    * `change`: which change is listed; `model`: the model's version; `repeated`: rows that stood in the upload before
    * `asked`, `scored`, `bad`, `changed`: rows of the view, the others empty; `next`, `first`: further pages
    * `may_read_bad`: quarantined rows may be read
    """

    line: RunLine
    view: View
    unfinished: bool
    failure: Pair | None
    notes: tuple[Pair, ...]
    shares: tuple[Share, ...]
    signing: Signing | None
    signed_hash: str
    changes: tuple[tuple[str, int], ...]
    compared_with: int
    change: Change
    model: str
    read: int
    repeated: int
    asked: tuple[AskedLine, ...] = ()
    scored: tuple[ScoredLine, ...] = ()
    bad: tuple[BadLine, ...] = ()
    changed: tuple[ChangeLine, ...] = ()
    next: str = ""
    first: str = ""
    may_read_bad: bool = True


PAGE: Final = Page(
    "run",
    Contents(
        LINE,
        "overview",
        False,
        ("缺少必备数据表", "Tables are missing"),
        (("评分过程中模型已更换", "Another model came into force"),),
        shares({"release": 1_160, "verify": 14, "review": 26}),
        SIGNING,
        "9f2c41d07b88",
        (("new", 4), ("gone", 2), ("amount", 31), ("card", 1)),
        12,
        "new",
        "prior/3f2a",
        1_204,
        2,
        (ASKED,),
        (SCORED,),
        (BAD,),
        (CHANGED,),
        "/runs/17?view=verify&after=50",
        "/runs/17",
    ),
    "runs.read",
    nav="runs",
)
router: Final = APIRouter()

Run = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/runs/{run:int}")
def show(
    run: Run,
    visitor: Annotated[Visit, Depends(visit("runs.read"))],
    view: Annotated[View, Query()] = "overview",
    change: Annotated[Change, Query()] = "new",
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:
    """A run, and one view of it."""
    with problems():
        return visitor.page(PAGE, _contents(visitor, run, view, change, after))


@router.post("/runs/{run:int}/sign")
def sign_off(run: Run, form: Annotated[Sent, Depends(sent("runs.sign"))]) -> Response:
    """Sign the lists that were looked at."""
    visitor = form.visit
    try:
        numbers = {name: int(form.get(name)) for name in Lists.__slots__}
        sign(visitor.context, visitor.principal, run, Lists(**numbers), request_id=_number(visitor.request))
    except ValueError:
        return _refused(form, run, _unreadable())
    except RunRefusedError as error:
        return _refused(form, run, error)
    return form.done(f"/runs/{run}", "said_signed")


@router.post("/runs/{run:int}/cancel")
def cancel_scoring(run: Run, form: Annotated[Sent, Depends(sent("runs.send"))]) -> Response:
    """Stop the scoring of a run. Payments are not touched."""
    visitor = form.visit
    try:
        cancel(visitor.context, visitor.principal, run, request_id=_number(visitor.request))
    except RunRefusedError as error:
        return _refused(form, run, error)
    return form.done(f"/runs/{run}", "said_cancelled")


@router.post("/runs/{run:int}/resume")
def resume_scoring(run: Run, form: Annotated[Sent, Depends(sent("runs.send"))]) -> Response:
    """Take the scoring up again."""
    visitor = form.visit
    try:
        resume(visitor.context, visitor.principal, run, request_id=_number(visitor.request))
    except RunRefusedError as error:
        return _refused(form, run, error)
    return form.done(f"/runs/{run}", "said_resumed")


def _refused(form: Sent, run: int, error: RunRefusedError) -> Response:
    """The run as it stands, with why nothing was done."""
    form.refused()
    with problems():
        if error.kind == "unknown":
            raise error
        contents = _contents(form.visit, run, "overview", "new", 0)
    return form.visit.page(PAGE, contents, status=STATUS[error.kind][0], problem=(error.chinese, error.english))


def _unreadable() -> RunRefusedError:
    return RunRefusedError(
        "invalid",
        "not-as-expected",
        "The form holds no lists. Look again, then sign.",
        "表单内容不完整，请重新核对后签批。",
    )


def _contents(visitor: Visit, run: int, view: View, change: Change, after: int) -> Contents:
    """The run and one of its views. Raises RunRefusedError where there is none to be seen."""
    context, who = visitor.context, visitor.principal
    row, summary = summed_up(context, who, run)
    places = places_of(context)
    line = line_of(of_one(context, who, row), places, items_of(context), context.clock.now())
    lists = summary.lists
    if row.signed is not None:
        lists = Lists(**{name: row.signed[name] for name in Lists.__slots__})
    changes = tuple((summary.changes or {}).items())
    found = Contents(
        line=line,
        view=view,
        unfinished=row.state in UNFINISHED,
        failure=told(row.failure),
        notes=tuple(pair for note in row.notes if (pair := told(note))),
        shares=shares(summary.recommended) if summary.recommended else (),
        signing=Signing(**lists.as_document()) if lists else None,
        signed_hash=row.signed["fingerprint"] if row.signed else "",
        changes=changes,
        compared_with=int(row.compared_with or 0),
        change=change,
        model=row.model_version or "",
        read=int(row.rows_read),
        repeated=int(row.rows_repeated),
        may_read_bad=who.may("facts.read_quarantine"),
    )
    return _with_rows(visitor, found, run, after)


def _with_rows(visitor: Visit, found: Contents, run: int, after: int) -> Contents:
    """The same with the rows of its view behind a place."""
    context, who = visitor.context, visitor.principal
    limit, number = AT_ONCE + 1, _number(visitor.request)
    places = places_of(context)
    last = 0
    rows: list[Any]
    if found.view == "verify":
        rows = questions_of_run(context, who, run, after, limit, request_id=number)
        now = context.clock.now()
        lines = tuple(asked_line(one, places, now) for one in rows[:AT_ONCE])
        found, last = replace(found, asked=lines), lines[-1].place if lines else 0
    elif found.view in ("release", "review"):
        on: Literal["release"] | None = "release" if found.view == "release" else None
        said = None if on else "review"
        rows = scores_page(context, who, run, after, limit, on, recommendation=said, request_id=number)
        scored = tuple(scored_line(context, who, one, places) for one in rows[:AT_ONCE])
        found, last = replace(found, scored=scored), scored[-1].place if scored else 0
    elif found.view == "quarantine" and found.may_read_bad:
        rows = quarantine_page(context, who, run, after, limit, request_id=number)
        bad = rows[:AT_ONCE]
        found, last = replace(found, bad=tuple(bad_line(one) for one in bad)), bad[-1].quarantine_id if bad else 0
    elif found.view == "changes" and found.compared_with:
        rows = changes_of(context, who, run, found.change, after, limit)
        changed = tuple(change_line(one, found.change, places) for one in rows[:AT_ONCE])
        found, last = replace(found, changed=changed), int(rows[:AT_ONCE][-1].place) if changed else 0
    else:
        return found
    asked = {"view": found.view, "change": found.change if found.view == "changes" else ""}
    return replace(
        found,
        next=address(f"/runs/{run}", **asked, after=last) if len(rows) > AT_ONCE else "",
        first=address(f"/runs/{run}", **asked) if after else "",
    )


def _number(request: Request) -> str:
    return str(request.scope.get("request_id", ""))
