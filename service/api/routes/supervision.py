"""The port of discipline inspection and audit: read-only, as of any date."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.moments import At, aware
from service.api.money import Yuan, yuan
from service.api.problem import Flaw, Problem, responses
from service.api.routes.funds import SumBody, sum_body
from service.api.texts import Line
from service.work.supervision.export import Kind
from service.work.supervision.file import ExportError, export_file
from service.work.supervision.in_force import in_force_at
from service.work.supervision.state import cases_then, running_state

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])

Watches = Annotated[Principal, Depends(needs("supervision.read"))]


class CoverageBody(BaseModel):
    """What a department handed over of one table; no rows and no date where it shares nothing."""

    table: str
    rows: int
    newest_at: dt.datetime | None


class ModelBody(BaseModel):
    """A model in force for one county's data; `by` is empty where the first one came into force by itself."""

    lineage: str = Field(examples=["5c0d1f"])
    number: str = Field(examples=["7"])
    version: str = Field(examples=["2019-06-30-7f3a1c"])
    since: str = Field(examples=["2019-07-01T01:00:00+00:00"])
    by: list[str] = Field(examples=[["li.na", "wang.qiang"]])


class RuleBody(BaseModel):
    """A rule as it stood; `why` where it was not live."""

    code: str = Field(examples=["T01.paid_after_death"])
    title_zh: str = Field(examples=["死亡后仍发放"])
    title_en: str = Field(examples=["Paid after death"])
    state: str = Field(examples=["live"])
    why: str = Field(examples=[""])


class InForceBody(BaseModel):
    """Models and rules in force; no model means the one shipped with mingbai."""

    models: list[ModelBody]
    rules: list[RuleBody]


class StateBody(BaseModel):
    """The running state as it stood."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2019-07-01T00:00:00Z",
                    "runs": {"scored": 2, "signed": 11},
                    "cases": {"discipline": {"new": 14, "preliminary_check": 3}},
                    "money": None,
                    "late_programs": [],
                    "coverage": [{"table": "persons", "rows": 6015, "newest_at": "2019-06-30T20:00:00Z"}],
                    "rules_live": 96,
                    "rules_not_live": 11,
                    "models": [],
                }
            ]
        }
    )
    at: dt.datetime
    runs: dict[str, int]
    cases: dict[str, dict[str, int]]
    money: SumBody | None
    late_programs: list[SumBody]
    coverage: list[CoverageBody]
    rules_live: int
    rules_not_live: int
    models: list[ModelBody]


class CaseThenBody(BaseModel):
    """A case as it stood at the moment asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_id": "C7K2M9QXD4B",
                    "desk": "discipline",
                    "hub_kind": "card",
                    "hub_shown": "····0017",
                    "typology": "T22",
                    "suspect_role": "official",
                    "selected_by": "score",
                    "division_code": "519921100204",
                    "summary_zh": "一张卡收取四户补贴，请核实。",
                    "summary_en": "One card takes what four households are paid. Why?",
                    "amount": "2184.00",
                    "opened_at": "2019-06-01T01:00:00Z",
                    "state": "preliminary_check",
                    "since": "2019-06-12T02:00:00Z",
                }
            ]
        }
    )
    case_id: str
    desk: str
    hub_kind: str
    hub_shown: str
    typology: str
    suspect_role: str
    selected_by: str
    division_code: str | None
    summary_zh: str
    summary_en: str
    amount: Yuan
    opened_at: dt.datetime
    state: str
    since: dt.datetime


class CasesThenBody(BaseModel):
    """Cases by number; `next` continues the list, null at its end."""

    cases: list[CaseThenBody]
    next: str | None


class ExportRequest(BaseModel):
    """What is to be exported and why; the reason goes to the log."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "graph", "form": "ftm", "reason": "Annual audit 2019, file 17", "division_code": "519921100"}
            ]
        }
    )
    kind: Kind
    form: Literal["csv", "parquet", "ftm"]
    reason: Annotated[Line, Field(min_length=5, max_length=300)]
    at: dt.datetime | None = None
    division_code: Annotated[Line, Field(max_length=64)] | None = None
    program_id: Annotated[Line, Field(max_length=64)] | None = None
    period: Annotated[Line, Field(max_length=16)] | None = None


@router.get("/state", responses=responses(401, 403, 422))
def state(context: Asked, who: Watches, at: At = None) -> StateBody:
    """Runs, cases, money, lateness, what departments hand over, and what is in force, as of any date."""
    found = running_state(context, who, aware(at))
    live = sum(rule.state == "live" for rule in found.in_force.rules)
    return StateBody(
        at=found.at,
        runs=found.runs,
        cases=found.cases,
        money=sum_body(found.money) if found.money else None,
        late_programs=[sum_body(one) for one in found.late_programs],
        coverage=[CoverageBody(table=one.table, rows=one.rows, newest_at=one.newest_at) for one in found.coverage],
        rules_live=live,
        rules_not_live=len(found.in_force.rules) - live,
        models=[
            ModelBody(lineage=m.lineage, number=m.number, version=m.version, since=m.since, by=list(m.by))
            for m in found.in_force.models
        ],
    )


@router.get("/cases", responses=responses(401, 403, 422))
def cases(
    context: Asked,
    who: Watches,
    at: At = None,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> CasesThenBody:
    """Cases as they stood at any date."""
    found = cases_then(context, who, aware(at), after=after, limit=limit)
    bodies = [
        CaseThenBody(
            case_id=one.case_id,
            desk=one.desk,
            hub_kind=one.hub_kind,
            hub_shown=one.hub_shown,
            typology=one.typology,
            suspect_role=one.suspect_role,
            selected_by=one.selected_by,
            division_code=one.division_code,
            summary_zh=one.summary_zh,
            summary_en=one.summary_en,
            amount=yuan(one.amount_fen),
            opened_at=one.opened_at,
            state=one.state,
            since=one.since,
        )
        for one in found
    ]
    return CasesThenBody(cases=bodies, next=bodies[-1].case_id if len(bodies) == limit else None)


@router.get("/in-force", responses=responses(401, 403, 422))
def in_force(context: Asked, who: Watches, at: At = None) -> InForceBody:
    """Models and rules in force at any date."""
    found = in_force_at(aware(at) or context.clock.now())
    return InForceBody(
        models=[
            ModelBody(lineage=m.lineage, number=m.number, version=m.version, since=m.since, by=list(m.by))
            for m in found.models
        ],
        rules=[
            RuleBody(code=r.code, title_zh=r.title_zh, title_en=r.title_en, state=r.state, why=r.why)
            for r in found.rules
        ],
    )


@router.post(
    "/exports",
    responses=responses(401, 403, 422)
    | {
        200: {
            "description": "The file",
            "content": {"text/csv": {}, "application/vnd.apache.parquet": {}, "application/x-ndjson": {}},
        }
    },
    response_class=StreamingResponse,
)
def export(asked: ExportRequest, context: Asked, who: Watches) -> StreamingResponse:
    """A file of payments, scores or cases (CSV, Parquet), or of the graph (FollowTheMoney, JSON lines)."""
    at = aware(asked.at) or context.clock.now()
    try:
        made = export_file(
            context, who, asked.kind, asked.form, asked.reason, at=at, division_code=asked.division_code,
            program_id=asked.program_id, period=asked.period,
        )  # fmt: skip
    except ExportError as error:
        raise Problem(
            422,
            "not-as-expected",
            "The request does not hold what is expected",
            (str(error), error.chinese),
            flaws=[
                Flaw(where="body.form", found=asked.form, expected="ftm" if asked.kind == "graph" else "csv or parquet")
            ],
        ) from error
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(made.pieces, media_type=made.media_type, headers=headers)
