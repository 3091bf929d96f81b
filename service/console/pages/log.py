"""The log: who did what to what, when and why; marked look-ups first; whether the chain is sound."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._queue import PERSONAL
from service.console.visit import Sent, Visit, sent, visit
from service.store.audit_lines import Wanted
from service.work.audit.ask_verification import LogState, Walk, ask_verification, log_state
from service.work.audit.flags import FLAGS
from service.work.audit.read import LogLine, read_page
from service.work.errors import WorkError

AT_ONCE: Final = 60
FIRST: Final = 5
"""Marked look-ups shown above the log."""
KINDS: Final = (
    "case", "person", "household", "card", "official", "village", "program", "payment", "run", "report", "account",
    "key", "webhook", "queue", "study", "model", "rule", "log", "table",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What lines are asked for, as it stands in the address; empty for all. Days are local, both included."""

    who: str = ""
    action: str = ""
    kind: str = ""
    about: str = ""
    flag: str = ""
    looks: bool = False
    since: str = ""
    until: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for in particular."""
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it is shown: `path` leads to what it is about, empty where there is no page; `details` as text."""

    line: LogLine
    path: str
    details: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The log.

    * `lines`: newest first; `next`, `first`: addresses of further pages, empty for none
    * `marked`: the newest marked look-ups, shown where nothing particular was asked for
    * `state`: lines, last walk, anchors; `whole`: whether the reader may have the chain walked over
    * `export`: address of the same lines as a file; taking it is a line of the log
    * `kinds`, `flags`: to choose from
    """

    filter: Filter
    lines: tuple[Shown, ...]
    marked: tuple[Shown, ...]
    next: str
    first: str
    export: str
    state: LogState
    whole: bool
    kinds: tuple[str, ...]
    flags: tuple[str, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_LINE: Final = Shown(
    LogLine(
        1042, _AT, "li.na", "case.read", "case", "C1A2B3C4", "519921100204", "核对死亡登记", ("kin", "same_village"),
        {"field": "card"}, "01JDMZ6N3J0000000000000000", "4ae22ead713310043da102b43aeb9be216f635c3a12efb0895b246b1",
    ),
    "/cases/C1A2B3C4", "field: card",
)  # fmt: skip
_WALK: Final = Walk(_AT, 1, 1000, 3, 1, "4ae22ead", ((17, ("内容与写入时不符", "its content is not as written")),))
EXAMPLE: Final = Contents(
    Filter(), (_LINE,), (_LINE,), "/log?before=1042", "/log", "/v1/audit/lines.csv",
    LogState(1042, _WALK, True, 3, 1000, False),
    True, KINDS, tuple(FLAGS),
)  # fmt: skip

PAGE: Final = Page("log", EXAMPLE, "audit.read", nav="log")
router: Final = APIRouter()

_PATHS: Final = {"case": "/cases/", "run": "/runs/", "rule": "/rules/", "model": "/models/"}
_SHORT: Final = Query(max_length=200)


@router.get("/log")
def show(
    visitor: Annotated[Visit, Depends(visit("audit.read"))],
    who: Annotated[str, _SHORT] = "",
    action: Annotated[str, _SHORT] = "",
    kind: Annotated[str, _SHORT] = "",
    about: Annotated[str, _SHORT] = "",
    flag: Annotated[str, _SHORT] = "",
    looks: Annotated[str, _SHORT] = "",
    since: Annotated[str, _SHORT] = "",
    until: Annotated[str, _SHORT] = "",
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Lines of the log, newest first."""
    asked = Filter(
        who.strip(), action.strip(), kind.strip(), about.strip(), flag if flag in FLAGS else "", bool(looks),
        since if _day(since) else "", until if _day(until) else "",
    )  # fmt: skip
    kept = replace(
        asked, who=_plain(asked.who), action=_plain(asked.action), kind=_plain(asked.kind), about=_plain(asked.about)
    )
    if kept != asked:
        # No line holds the number of a person, a card or a phone: it would only stand in the address.
        return visitor.go(_address(kept), "said_personal")
    return visitor.page(PAGE, _contents(visitor, asked, before))


@router.post("/log/verify")
def verify(form: Annotated[Sent, Depends(sent("audit.read"))]) -> Response:
    """Have the whole log walked over now."""
    try:
        ask_verification(form.visit.context, form.visit.principal)
    except WorkError as error:
        form.refused()
        contents = _contents(form.visit, Filter(), None)
        return form.visit.page(PAGE, contents, status=403, problem=(error.chinese, str(error)))
    return form.done("/log", "verify_asked")


def _contents(visitor: Visit, asked: Filter, before: int | None) -> Contents:
    context, who = visitor.context, visitor.principal
    wanted = _wanted(visitor, asked)
    lines = read_page(context, who, wanted, before=before, limit=AT_ONCE)
    marked: list[LogLine] = []
    if asked.empty and before is None:
        marked = read_page(context, who, Wanted(flagged=True), limit=FIRST)
    here = _address(asked)
    more = f"{here}{'&' if '?' in here else '?'}before={lines[-1].line}" if len(lines) == AT_ONCE else ""
    cases = visitor.principal.may("cases.read")
    return Contents(
        asked, tuple(_shown(one, cases) for one in lines), tuple(_shown(one, cases) for one in marked), more,
        here if before is not None else "", _export(wanted), log_state(context), who.sees_everywhere, KINDS,
        tuple(FLAGS),
    )  # fmt: skip


def _plain(text: str) -> str:
    return "" if PERSONAL.search(text) else text


def _wanted(visitor: Visit, asked: Filter) -> Wanted:
    first, last = _day(asked.since), _day(asked.until)
    return Wanted(
        who=asked.who or None, action=asked.action or None, about_kind=asked.kind or None, about=asked.about or None,
        since=dt.datetime.combine(first, dt.time(), visitor.zone) if first else None,
        until=dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), visitor.zone) if last else None,
        flagged=asked.looks, flag=asked.flag or None,
    )  # fmt: skip


def _address(asked: Filter) -> str:
    told = {
        "who": asked.who, "action": asked.action, "kind": asked.kind, "about": asked.about, "flag": asked.flag,
        "looks": "1" if asked.looks else "", "since": asked.since, "until": asked.until,
    }  # fmt: skip
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/log?{query}" if query else "/log"


def _export(wanted: Wanted) -> str:
    told = {
        "who": wanted.who, "action": wanted.action, "about_kind": wanted.about_kind, "about": wanted.about,
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
    }  # fmt: skip
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/v1/audit/lines.csv?{query}" if query else "/v1/audit/lines.csv"


def _shown(line: LogLine, cases: bool) -> Shown:
    prefix = _PATHS.get(line.about_kind, "")
    path = prefix + line.about if prefix and (cases or line.about_kind in ("rule", "model")) else ""
    return Shown(line, path, ", ".join(f"{name}: {_text(value)}" for name, value in line.details.items()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if dt.date(1990, 1, 1) <= found <= dt.date(2200, 1, 1) else None
