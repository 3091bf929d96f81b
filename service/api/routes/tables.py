"""Rows of the contract's tables: sent by departments, banks and disbursement systems, and what could not be taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from features.contract import TABLES, Table
from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Problem, not_found, responses
from service.api.uploads import BODY, taken_in
from service.work.errors import UnusableDataError
from service.work.facts import quarantined as reading
from service.work.facts.inside import NotYoursError
from service.work.facts.take import BeingTakenError, Delivery, KeyUsedError, take

router = APIRouter(prefix="/v1/tables", tags=["facts"])

Sender = Annotated[Principal, Depends(needs("facts.send"))]
Reader = Annotated[Principal, Depends(needs("facts.read_quarantine"))]
Name = Annotated[str, Path(max_length=64, description="A table of the data contract.", examples=["settlements"])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same key with the same body is taken once; the answer is the same again.",
    ),
]
Intake = Annotated[int | None, Query(ge=1, le=2**53, description="Of this delivery only.")]
After = Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Delivered(BaseModel):
    """What became of the rows that were sent: `rows` = `accepted` + `quarantined`.

    Of the accepted, `repeated` were on record as they are and `versions` are later rows of a key that was.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "intake_id": 12,
                    "table": "settlements",
                    "rows": 1000,
                    "accepted": 998,
                    "repeated": 3,
                    "versions": 1,
                    "quarantined": 2,
                    "ignored_columns": ["remark"],
                    "first_batch": 40,
                    "last_batch": 40,
                    "taken_before": False,
                    "quarantine": "/v1/tables/settlements/quarantine?intake=12",
                }
            ]
        }
    )

    intake_id: int
    table: str
    rows: int
    accepted: int
    repeated: int
    versions: int
    quarantined: int
    ignored_columns: list[str] = Field(description="Columns the contract does not know; their content was left out.")
    first_batch: int | None = Field(description="Numbers of the batches that hold what was new; null for nothing.")
    last_batch: int | None
    taken_before: bool = Field(description="This delivery was taken before, under the same idempotency key.")
    quarantine: str | None = Field(description="Where the quarantined rows are, with what is wrong with them.")


class Quarantined(BaseModel):
    """A row that was not taken. `line` counts as the file does: physical lines of CSV and JSON lines, rows of Parquet.

    `sent` is the row as it was sent, column to text; under "" the whole line where its fields cannot be told apart.
    """

    quarantine_id: int
    intake_id: int
    line: int
    column: str = Field(examples=["amount"])
    reason: str = Field(examples=["bad_type: money with thousands separator"])
    reason_zh: str = Field(examples=["金额含千分位逗号"])
    found: str = Field(description="The value, masked where it may be personal.", examples=["1,396.85"])
    expected: str = Field(examples=["yuan with two decimals, 396.85"])
    expected_zh: str = Field(examples=["两位小数的金额，如 396.85"])
    sent: dict[str, str] = Field(examples=[{"disbursement_id": "D00004283", "amount": "1,396.85"}])


class QuarantinedPage(BaseModel):
    """Rows in order of their numbers; `next` is the `after` of the next page, null at the end."""

    rows: list[Quarantined]
    next: int | None


@router.post(
    "/{table}",
    responses=responses(400, 401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra={"requestBody": BODY},
)
async def send(table: Name, who: Sender, context: Asked, request: Request, key: Key = None) -> Delivered:
    """Send rows of one table as CSV, JSON lines or Parquet.

    The same row again changes nothing; a row with a key that is on record and a later clock is a version. Rows that do
    not hold are set aside with why, the others are taken. 不合格的行进入隔离区，其余照常接收。
    """
    declared = _table(table)
    try:
        async with taken_in(request, context) as upload:
            delivery = Delivery(
                declared, upload.path, upload.form, upload.content_hash, key, str(request.scope.get("request_id", ""))
            )
            found = await run_in_threadpool(take, context, who, delivery)
    except ClientDisconnect as error:
        raise Problem(
            400, "cut-off", "The request cannot be read", ("The body was cut off.", "请求体不完整。")
        ) from error
    except UnusableDataError as error:
        raise Problem(
            422, "not-the-table", "The request does not hold what is expected", (str(error), error.chinese)
        ) from error
    except NotYoursError as error:
        raise Problem(403, "not-yours", "Not allowed", (str(error), error.chinese)) from error
    except KeyUsedError as error:
        raise Problem(409, "key-used", "Conflict with what is on record", (str(error), error.chinese)) from error
    except BeingTakenError as error:
        raise Problem(
            409,
            "being-taken",
            "Conflict with what is on record",
            (str(error), error.chinese),
            headers={"Retry-After": "5"},
        ) from error
    where = f"/v1/tables/{table}/quarantine?intake={found.intake_id}" if found.quarantined else None
    return Delivered(
        intake_id=found.intake_id,
        table=table,
        rows=found.rows_in,
        accepted=found.accepted,
        repeated=found.repeated,
        versions=found.versions,
        quarantined=found.quarantined,
        ignored_columns=list(found.ignored_columns),
        first_batch=found.first_seq,
        last_batch=found.last_seq,
        taken_before=found.again,
        quarantine=where,
    )


@router.get("/{table}/quarantine", responses=responses(401, 403, 404, 422))
def quarantine(
    table: Name,
    who: Reader,
    context: Asked,
    request: Request,
    intake: Intake = None,
    after: After = 0,
    limit: Limit = 100,
) -> QuarantinedPage:
    """Rows of a table that were not taken: those the caller sent, and those of its divisions. The look is logged."""
    _table(table)
    found = reading.quarantined(
        context, who, table, intake_id=intake, after=after, limit=limit, request_id=_request_id(request)
    )
    rows = [Quarantined(**{name: getattr(row, name) for name in Quarantined.model_fields}) for row in found]
    return QuarantinedPage(rows=rows, next=found[-1].quarantine_id if len(found) == limit else None)


@router.get(
    "/{table}/quarantine.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **responses(401, 403, 404, 422)},
)
def quarantine_csv(
    table: Name, who: Reader, context: Asked, request: Request, intake: Intake = None
) -> StreamingResponse:
    """The same as a CSV file to be corrected and sent again: the contract's columns as sent, then what is wrong."""
    _table(table)

    def pages() -> Iterator[reading.QuarantinedRow]:
        after = 0
        while found := reading.quarantined(
            context, who, table, intake_id=intake, after=after, request_id=_request_id(request)
        ):
            yield from found
            after = found[-1].quarantine_id

    headers = {"Content-Disposition": f'attachment; filename="{table}-quarantine.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(reading.as_csv(table, pages()), media_type="text/csv; charset=utf-8", headers=headers)


def _table(name: str) -> Table:
    """The table of that name. Raises Problem 404 that names those there are."""
    found = TABLES.get(name)
    if found is None:
        problem = not_found(("table", "表"))
        known = ", ".join(TABLES)
        problem.detail = (
            f"The data contract has no table of that name. Known are: {known}.",
            f"数据规范中没有该表。已有：{known}。",
        )
        raise problem
    return found


def _request_id(request: Request) -> str:
    found: Any = request.scope.get("request_id", "")
    return str(found)
