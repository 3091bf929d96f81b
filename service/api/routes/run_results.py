"""What came of a run: scores as pages and files, the two lists, quarantined rows, what differs from the last run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.money import Yuan, yuan
from service.api.problem import responses
from service.api.routes._runs_bodies import QuestionsBody, loaded, question_body
from service.api.routes._runs_told import told
from service.api.routes.runs import Run
from service.store.run_changes import Change
from service.store.run_rows import List
from service.work.context import Context
from service.work.runs.questions import questions_of_run
from service.work.runs.results import (
    changes_of,
    contract_row,
    file_to_correct,
    quarantine_page,
    scores_csv,
    scores_page,
    scores_parquet,
)

router = APIRouter(prefix="/v1/runs", tags=["runs"])

After = Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before; 0: from the start.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Reader = Annotated[Principal, Depends(needs("runs.read"))]

_PIECE = 1 << 18


class ScoredBody(BaseModel):
    """A row with its score: the contract's columns, its place in the upload, the list it stands on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "place": 1,
                    "list": "release",
                    "disbursement_id": "D00004283",
                    "division_code": "519921100204",
                    "amount": "546.00",
                    "score": 0.0031,
                    "anomaly": 0.2,
                    "recommendation": "release",
                    "desk": "none",
                    "typology": "",
                    "suspect_role": "",
                    "reasons": [],
                    "not_applicable": [],
                    "model_version": "prior/…",
                    "as_of": "2019-07-01T09:00:00+08:00",
                }
            ]
        }
    )

    place: int
    list: Literal["release", "verify", "corrected"]
    disbursement_id: str
    division_code: str
    amount: Yuan
    score: float
    anomaly: float
    recommendation: Literal["release", "verify", "review"]
    desk: str
    typology: str
    suspect_role: str
    reasons: Any = Field(description="The contract's list of reasons, strongest first.")
    not_applicable: Any = Field(description="The contract's list of rules that could not run, with why.")
    model_version: str
    as_of: str


class ScoresBody(BaseModel):
    """A page of scored rows; `next` is the `after` of the following page, null on the last."""

    items: list[ScoredBody]
    next: int | None


@router.get("/{run}/scores", responses=responses(401, 403, 404, 422))
def scores(run: Run, request: Request, context: Asked, who: Reader, after: After = 0, limit: Limit = 100) -> ScoresBody:
    """Scores in the order of the upload, also while the scoring goes on: what is there is there for good."""
    return _page(context, who, run, after, limit, None, request)


@router.get("/{run}/lists/release", responses=responses(401, 403, 404, 422))
def release_list(
    run: Run, request: Request, context: Asked, who: Reader, after: After = 0, limit: Limit = 100
) -> ScoresBody:
    """Payments to be made: those nobody asks about, those to be looked at after payment, those released meanwhile. As
    it was signed, once it is."""
    return _page(context, who, run, after, limit, "release", request)


@router.get("/{run}/lists/verify", responses=responses(401, 403, 404, 422))
def verify_list(
    run: Run, request: Request, context: Asked, who: Reader, after: After = 0, limit: Limit = 100
) -> QuestionsBody:
    """Payments that are asked about, each with its deadline and what became of the question. Once the lists are signed
    the rows stay, and `state` says which of them have been released or sent back since."""
    with told():
        found = questions_of_run(context, who, run, after, limit, request_id=_number(request))
    return QuestionsBody(
        items=[question_body(one) for one in found], next=found[-1].row.place if len(found) == limit else None
    )


@router.get(
    "/{run}/scores/file",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The contract's score columns.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **responses(401, 403, 404, 422),
    },
)
def scores_file(
    run: Run,
    request: Request,
    context: Asked,
    who: Reader,
    form: Annotated[Literal["csv", "parquet"], Query(description="form of the file")] = "csv",
    on: Annotated[List | None, Query(alias="list", description="rows of one list; all where it is left out")] = None,
) -> StreamingResponse:
    """All scores as a file in the contract's columns, as `mingbai score` writes them."""
    name = f"run-{run}-{on or 'scores'}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    with told():
        if form == "csv":
            lines = scores_csv(context, who, run, on, request_id=_number(request))
            return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
        file = scores_parquet(context, who, run, on, request_id=_number(request))
    return StreamingResponse(_bytes(file), media_type="application/vnd.apache.parquet", headers=headers)


class QuarantinedBody(BaseModel):
    """A row that was not taken: line and column of the upload, why, what was expected. Values are masked where they may
    be personal; the file to correct holds the rows as they were sent."""

    number: int
    line: int
    column: str = Field(examples=["amount"])
    reason: str = Field(examples=["bad_type: not an amount of money"])
    reason_zh: str = Field(examples=["不是金额"])
    found: str = Field(examples=["1,396.85"])
    expected: str = Field(examples=["yuan with two decimals, 396.85"])
    expected_zh: str = Field(examples=["两位小数的金额，如 396.85"])


class QuarantineBody(BaseModel):
    """A page of quarantined rows; `next` is the `after` of the following page, null on the last."""

    items: list[QuarantinedBody]
    next: int | None


@router.get("/{run}/quarantine", responses=responses(401, 403, 404, 422))
def quarantined_rows(
    run: Run,
    request: Request,
    context: Asked,
    who: Annotated[Principal, Depends(needs("facts.read_quarantine"))],
    after: After = 0,
    limit: Limit = 100,
) -> QuarantineBody:
    """Rows that could not be taken. They hold up no others."""
    with told():
        found = quarantine_page(context, who, run, after, limit, request_id=_number(request))
    items = [
        QuarantinedBody(
            number=row.quarantine_id,
            line=row.line,
            column=row.column,
            reason=row.reason,
            reason_zh=row.reason_zh,
            found=row.found,
            expected=row.expected,
            expected_zh=row.expected_zh,
        )
        for row in found
    ]
    return QuarantineBody(items=items, next=items[-1].number if len(items) == limit else None)


@router.get(
    "/{run}/quarantine/file",
    response_class=StreamingResponse,
    responses={
        200: {"description": "CSV to correct.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **responses(401, 403, 404, 422),
    },
)
def quarantine_file(
    run: Run,
    request: Request,
    context: Asked,
    who: Annotated[Principal, Depends(needs("facts.read_quarantine"))],
) -> StreamingResponse:
    """The quarantined rows as they were sent, to be corrected and sent again as a run under the same run_id."""
    headers = {
        "Content-Disposition": f'attachment; filename="run-{run}-to-correct.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    with told():
        lines = file_to_correct(context, who, run, request_id=_number(request))
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


class ChangeBody(BaseModel):
    """A person whose payments differ from the last run of the same program and division: all rows of the person
    together, the first of them by number. `before_` is the last run."""

    place: int
    disbursement_id: str | None
    before_disbursement_id: str | None
    division_code: str = Field(examples=["519921100204"])
    household_id: str | None
    rows: int
    before_rows: int
    amount: Yuan | None
    before_amount: Yuan | None
    card_last_four: str | None
    before_card_last_four: str | None


class ChangesBody(BaseModel):
    """A page of changes; `next` is the `after` of the following page, null on the last."""

    items: list[ChangeBody]
    next: int | None


@router.get("/{run}/changes", responses=responses(401, 403, 404, 422))
def changes(
    run: Run,
    context: Asked,
    who: Reader,
    change: Annotated[Change, Query(description="new, gone, another amount, another card")],
    after: After = 0,
    limit: Limit = 100,
) -> ChangesBody:
    """What differs from the last run of the same program and division. A change is no suspicion: people are born, move
    and get new cards."""
    with told():
        found = changes_of(context, who, run, change, after, limit)
    return ChangesBody(items=[_change(row) for row in found], next=found[-1].place if len(found) == limit else None)


def _page(
    context: Context, who: Principal, run: int, after: int, limit: int, on: List | None, request: Request
) -> ScoresBody:
    with told():
        found = scores_page(context, who, run, after, limit, on, request_id=_number(request))
    return ScoresBody(
        items=[_scored(context, who, row) for row in found], next=found[-1].place if len(found) == limit else None
    )


def _scored(context: Context, who: Principal, row: Row[Any]) -> ScoredBody:
    columns = contract_row(context, who, row)
    columns["reasons"] = loaded(columns["reasons"])
    columns["not_applicable"] = loaded(columns["not_applicable"])
    return ScoredBody(
        place=row.place, list=row.list, division_code=row.division_code, amount=yuan(row.amount_fen), **columns
    )


def _change(row: Row[Any]) -> ChangeBody:
    return ChangeBody(
        place=row.place,
        disbursement_id=row.disbursement_id,
        before_disbursement_id=row.before_disbursement_id,
        division_code=row.division_code,
        household_id=row.household_id,
        rows=row.rows,
        before_rows=row.before_rows,
        amount=None if row.amount_fen is None else yuan(row.amount_fen),
        before_amount=None if row.before_amount_fen is None else yuan(row.before_amount_fen),
        card_last_four=row.card_last_four,
        before_card_last_four=row.before_card_last_four,
    )


def _bytes(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _number(request: Request) -> str:
    return str(request.scope.get("request_id", ""))
