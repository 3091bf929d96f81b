"""Exports for those who supervise: payments, scores, cases, the graph, each with a reason that goes to the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from service.console.page import Page
from service.console.pages._supervision import AS_OF_EXAMPLE, AsOf, as_of
from service.console.visit import Sent, Visit, sent, visit
from service.work.supervision.export import HEADERS, Kind
from service.work.supervision.file import FORMS, ExportError, export_file

KINDS: Final[tuple[Kind, ...]] = ("payments", "scores", "cases", "graph")
SHORTEST, LONGEST = 5, 300


@dataclass(frozen=True, slots=True)
class Contents:
    """The form, and which columns each kind has."""

    as_of: AsOf
    columns: tuple[tuple[str, tuple[str, ...]], ...]


EXAMPLE: Final = Contents(AS_OF_EXAMPLE, (("payments", ("disbursement_id", "amount")),))

PAGE: Final = Page("supervision_exports", EXAMPLE, "supervision.read", nav="supervision")
router: Final = APIRouter()


@router.get("/supervision/exports")
def show(visitor: Annotated[Visit, Depends(visit("supervision.read"))], at: str = "") -> Response:
    """What can be taken out."""
    return visitor.page(PAGE, _contents(visitor, at))


@router.post("/supervision/exports/take")
def take(form: Annotated[Sent, Depends(sent("supervision.read"))]) -> Response:
    """Take a file. Each is a line of the log; the page stays where it is, and may ask for another."""
    visitor = form.visit
    kind, written = form.get("kind"), form.get("form")
    reason = form.get("why")
    try:
        if kind not in KINDS or written not in FORMS:
            raise ExportError("There is no such export.", "没有这种导出。")
        if not SHORTEST <= len(reason) <= LONGEST:
            raise ExportError(
                f"Give a reason of {SHORTEST} to {LONGEST} characters.", f"请用 {SHORTEST} 至 {LONGEST} 个字写明理由。"
            )
        made = export_file(
            visitor.context, visitor.principal, kind, written, reason,
            at=as_of(visitor, form.get("at")).at, division_code=form.get("division") or None,
            program_id=form.get("program") or None, period=form.get("period") or None,
        )  # fmt: skip
    except ExportError as error:
        form.refused()
        problem = (error.chinese, str(error))
        contents = _contents(visitor, form.get("at"))
        return visitor.page(PAGE, contents, status=422, problem=problem, entered=form.fields)
    # Sent again, the form leads to the page and takes no second file.
    form.done("/supervision/exports")
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(made.pieces, media_type=made.media_type, headers=headers)


def _contents(visitor: Visit, at: str) -> Contents:
    return Contents(as_of(visitor, at), tuple(HEADERS.items()))
