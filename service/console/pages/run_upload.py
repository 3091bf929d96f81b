"""Send a payment run: a file of its rows, or the number of a run whose rows are on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from service.api.problem import Problem
from service.api.routes._runs_told import STATUS
from service.console.page import Page
from service.console.pages._run_upload import Arriving, arriving
from service.console.visit import Sent, Visit, sent, visit
from service.work.places import Place, Places, items_of, places_of
from service.work.runs.errors import RunRefusedError
from service.work.runs.send import send_reference, send_upload
from service.work.runs.told import FIELDS

MOST_PLACES: Final = 300


@dataclass(frozen=True, slots=True)
class Contents:
    """What the form offers.

    * `programs`: items as (program_id, name); `divisions`: counties and what lies above them, as (code, name)
    * `most_mb`: the largest file taken; `columns`: those a file must have
    * `flaws`: fields of the run that were not as the contract has them: column, (Chinese, English) of what is expected
    """

    programs: tuple[tuple[str, str], ...]
    divisions: tuple[tuple[str, str], ...]
    most_mb: int
    columns: tuple[str, ...]
    flaws: tuple[tuple[str, tuple[str, str]], ...] = ()


PAGE: Final = Page(
    "run_upload",
    Contents(
        (("P02", "耕地地力保护补贴"),),
        (("519921000000", "青山县"),),
        512,
        ("disbursement_id", "amount"),
        (("period", ("如 2019-07", "such as 2019-07")),),
    ),
    "runs.send",
    nav="runs",
)
router: Final = APIRouter()


@router.get("/runs/new")
def show(visitor: Annotated[Visit, Depends(visit("runs.send"))]) -> Response:
    """The form."""
    return visitor.page(PAGE, _contents(visitor))


@router.post("/runs/new/send")
async def send(form: Annotated[Arriving, Depends(arriving)]) -> Response:
    """Take a file in. It is read, scored and put on lists afterwards."""
    visitor = form.visit
    try:
        found = await form.rows()
        told = {name: form.told[name] for name in FIELDS if form.told.get(name)}
        number = _number(visitor.request)
        done = await run_in_threadpool(
            send_upload, visitor.context, visitor.principal, found.upload, found.form, told, None, request_id=number
        )
    except RunRefusedError as error:
        await run_in_threadpool(form.refused)
        return await run_in_threadpool(_again, visitor, form.told, error)
    except Problem as problem:
        await run_in_threadpool(form.refused)
        if problem.status == 403:
            raise
        english, chinese = problem.detail
        unread = RunRefusedError("invalid", problem.kind, english, chinese)
        return await run_in_threadpool(_again, visitor, form.told, unread, problem.status)
    except BaseException:
        await run_in_threadpool(form.refused)
        raise
    location = f"/runs/{done.run.run}"
    await run_in_threadpool(form.done, location)
    return RedirectResponse(location, status_code=303)


@router.post("/runs/new/refer")
def refer(form: Annotated[Sent, Depends(sent("runs.send"))]) -> Response:
    """Take in the rows on record under a run's number."""
    visitor = form.visit
    number = form.get("known_run_id")
    try:
        if not number:
            raise RunRefusedError("invalid", "run-id-missing", "Say the number of the run.", "请填写批次编号。")
        request_id = _number(visitor.request)
        done = send_reference(visitor.context, visitor.principal, number, None, request_id=request_id)
    except RunRefusedError as error:
        form.refused()
        return _again(visitor, form.fields, error)
    return form.done(f"/runs/{done.run.run}")


def _again(visitor: Visit, entered: Mapping[str, str], error: RunRefusedError, status: int | None = None) -> Response:
    """The form as it was filled in, with why nothing was taken."""
    contents = _contents(visitor, error)
    kept = {name: text for name, text in entered.items() if name not in ("form_token", "form_key")}
    problem = (error.chinese, error.english)
    return visitor.page(PAGE, contents, status=status or STATUS[error.kind][0], problem=problem, entered=kept)


def _contents(visitor: Visit, error: RunRefusedError | None = None) -> Contents:
    from features.contract import TABLES

    context = visitor.context
    places = places_of(context)
    items = sorted(items_of(context).items(), key=lambda one: one[1])
    flaws = error.flaws if error else ()
    return Contents(
        programs=tuple(items),
        divisions=tuple((one.code, one.name) for one in _counties(places, places.tops(visitor.principal))),
        most_mb=context.settings.upload_limit_mb,
        columns=tuple(column.name for column in TABLES["disbursements"].columns if column.required),
        flaws=tuple((row.column, (row.expected_zh, row.expected)) for row in flaws),
    )


def _counties(places: Places, tops: tuple[Place, ...]) -> list[Place]:
    """Where a run may be told to lie: somebody's divisions down to their counties."""
    found: list[Place] = []
    waiting = list(reversed(tops))
    while waiting and len(found) < MOST_PLACES:
        here = waiting.pop()
        found.append(here)
        if here.level in ("province", "prefecture"):
            waiting += reversed(places.below(here.code))
    return found


def _number(request: Request) -> str:
    return str(request.scope.get("request_id", ""))
