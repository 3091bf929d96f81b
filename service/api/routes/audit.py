"""The log for whoever checks those who check: lines, marked look-ups, and whether the chain is sound."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Problem, responses
from service.api.texts import Line as Text
from service.store import audit_verifications
from service.store.audit_lines import Wanted
from service.work.audit.flags import Flag
from service.work.audit.read import LogLine, export, read_page
from service.work.audit.verify import Finding, verify
from service.work.export.csv_safe import csv_lines

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Auditor = Annotated[Principal, Depends(needs("audit.read"))]
Word = Annotated[Text, Field(min_length=1, max_length=200)]
Cursor = Annotated[int | None, Query(ge=1, le=2**53, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]

AT_ONCE = 20_000
"""Lines one request verifies at most: about a second. The worker walks over the whole log every night."""

COLUMNS = (
    "line",
    "at",
    "who",
    "action",
    "about_kind",
    "about",
    "division_code",
    "reason",
    "flags",
    "details",
    "request_id",
    "hash",
)


class LogLineBody(BaseModel):
    """One line: who did what to what, when and why. `flags` mark a look-up of one's own people or village."""

    line: int = Field(examples=[1042])
    at: dt.datetime = Field(examples=["2019-07-01T01:00:00Z"])
    who: str = Field(examples=["li.na"])
    action: str = Field(examples=["case.read"])
    about_kind: str = Field(examples=["case"])
    about: str = Field(examples=["C-12"])
    division_code: str | None = Field(examples=["519921100204"])
    reason: str | None = Field(examples=["核对死亡登记来源"])
    flags: list[str] = Field(examples=[["same_village"]])
    details: dict[str, Any] = Field(examples=[{"field": "card"}])
    request_id: str | None = Field(examples=["01JDMZ6N3J0000000000000000"])
    hash: str = Field(examples=["4ae22ead713310043da102b43aeb9be216f635c3a12efb0895b246b182dd6db2"])


class LogPage(BaseModel):
    """Lines, newest first; `next` is the `after` of the next page, null at the end."""

    lines: list[LogLineBody]
    next: int | None = Field(examples=[1001])


class FindingBody(BaseModel):
    """A line that is not as it was written; line 0 is the file of anchors."""

    line: int = Field(examples=[17])
    what: str = Field(examples=["changed"])
    text: str = Field(examples=["its content is not what was written"])
    text_zh: str = Field(examples=["内容与写入时不符"])


class WalkBody(BaseModel):
    """What a walk over lines `first` to `last` found; `head` is the hash of the last one, to hold against an anchor."""

    first: int = Field(examples=[1])
    last: int = Field(examples=[1042])
    lines: int = Field(examples=[1042])
    anchors: int = Field(examples=[3])
    sound: bool = Field(examples=[True])
    broken: int = Field(examples=[0])
    head: str = Field(examples=["4ae22ead713310043da102b43aeb9be216f635c3a12efb0895b246b182dd6db2"])
    findings: list[FindingBody]


class NightlyBody(WalkBody):
    """The last walk over the whole log, by the worker."""

    at: dt.datetime = Field(examples=["2019-07-01T01:00:00Z"])


class VerificationBody(BaseModel):
    """The walk over the lines that were asked for, where to go on (`next`, null at the end), and the last whole one."""

    walk: WalkBody
    next: int | None = Field(examples=[None])
    last_whole: NightlyBody | None


class Filters:
    """What lines are asked for, from the query. No identity number, card or phone stands in a line, so none is here."""

    def __init__(
        self,
        who: Annotated[Word | None, Query(examples=["li.na"])] = None,
        action: Annotated[Word | None, Query(examples=["case.read"])] = None,
        about_kind: Annotated[Word | None, Query(examples=["case"])] = None,
        about: Annotated[Word | None, Query(examples=["C-12"])] = None,
        since: Annotated[AwareDatetime | None, Query(description="from this moment on")] = None,
        until: Annotated[AwareDatetime | None, Query(description="before this moment")] = None,
    ) -> None:
        self.wanted = Wanted(who=who, action=action, about_kind=about_kind, about=about, since=since, until=until)


@router.get("/lines", operation_id="read_log", responses=responses(401, 403, 422))
def read_log(
    context: Asked, who_asks: Auditor, filters: Annotated[Filters, Depends()], after: Cursor = None, limit: Limit = 100
) -> LogPage:
    """Lines of the log, newest first."""
    return _page(read_page(context, who_asks, filters.wanted, before=after, limit=limit), limit)


@router.get(
    "/lines.csv",
    operation_id="export_log",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **responses(401, 403, 422)},
)
def export_log(context: Asked, who_asks: Auditor, filters: Annotated[Filters, Depends()]) -> StreamingResponse:
    """The same as a CSV file, every line that was asked for; the export is itself a line of the log."""
    lines = export(context, who_asks, filters.wanted)
    rows = ([_cell(getattr(line, name)) for name in COLUMNS] for line in lines)
    return StreamingResponse(
        csv_lines(COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="log.csv"', "X-Content-Type-Options": "nosniff"},
    )


@router.get("/flags", operation_id="read_flagged_lookups", responses=responses(401, 403, 422))
def read_flagged_lookups(
    context: Asked,
    who_asks: Auditor,
    flag: Annotated[Flag | None, Query(examples=["kin"])] = None,
    who: Annotated[Word | None, Query(examples=["li.na"])] = None,
    after: Cursor = None,
    limit: Limit = 100,
) -> LogPage:
    """Look-ups of one's own people, household, village or post, newest first."""
    wanted = Wanted(who=who, flag=flag, flagged=True)
    return _page(read_page(context, who_asks, wanted, before=after, limit=limit), limit)


@router.get("/verification", operation_id="verify_log", responses=responses(401, 403, 422))
def verify_log(
    context: Asked,
    who_asks: Auditor,
    start: Annotated[int, Query(alias="from", ge=1, le=2**53, description="First line to look at.")] = 1,
    limit: Annotated[int, Query(ge=1, le=AT_ONCE)] = AT_ONCE,
) -> VerificationBody:
    """Walk over the chain from a line on. Needs a scope of everywhere: the chain has no parts."""
    if not who_asks.sees_everywhere:
        raise Problem(
            403,
            "not-everywhere",
            "Not allowed",
            ("The chain has no parts: this needs the scope of everywhere.", "链条不可分割：需要全域范围的权限。"),
        )
    found = verify(context, first=start, last=start + limit - 1)
    with context.database.read() as connection:
        newest = audit_verifications.newest(connection)
    walk = WalkBody(
        first=found.first,
        last=found.last,
        lines=found.lines,
        anchors=found.anchors,
        sound=found.sound,
        broken=found.broken,
        head=found.head,
        findings=[_finding(one) for one in found.findings],
    )
    whole = newest and NightlyBody(
        at=newest.at,
        first=newest.first,
        last=newest.last,
        lines=newest.lines,
        anchors=newest.anchors,
        sound=newest.broken == 0,
        broken=newest.broken,
        head=newest.head,
        findings=[_finding(Finding(**one)) for one in newest.findings],
    )
    more = found.last == start + limit - 1 and found.lines > 0
    return VerificationBody(walk=walk, next=start + limit if more else None, last_whole=whole)


def _page(lines: list[LogLine], limit: int) -> LogPage:
    return LogPage(
        lines=[
            LogLineBody(**{name: getattr(line, name) for name in COLUMNS} | {"flags": list(line.flags)})
            for line in lines
        ],
        next=lines[-1].line if len(lines) == limit else None,
    )


def _finding(one: Finding) -> FindingBody:
    english, chinese = one.text
    return FindingBody(line=one.line, what=one.what, text=english, text_zh=chinese)


def _cell(value: Any) -> Any:
    """A value of a line as a cell: moments with their offset, marks joined by `|`, details as JSON."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value
