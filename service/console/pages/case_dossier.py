"""The dossier of a case: what it holds, and the Word document itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.dossier.facts import PARTS, Part
from service.console.dossier.write import write
from service.console.page import Page
from service.console.pages._case_dossier import gathered
from service.console.pages._case_example import HEAD
from service.console.pages._case_shapes import Head
from service.console.pages._case_told import head
from service.console.visit import Visit, visit
from service.work.dossier.give_out import give_out
from service.work.places import places_of
from service.work.queue.read_folder import Amounts, read_folder

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, the parts one may choose, and whether long numbers in notes are cut too."""

    head: Head
    parts: tuple[str, ...]
    cut: bool


PAGE: Final = Page("case_dossier", Contents(HEAD, PARTS, True), "cases.read", nav="queue", width="read")
router: Final = APIRouter()


@router.get("/cases/{case_id}/dossier")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))], case_id: CaseNumber) -> Response:
    """What a dossier holds, to choose from."""
    context, who = visitor.context, visitor.principal
    with told():
        few = Amounts(payments=0, history=1, notes=0, files=0, whole=False)
        found = read_folder(context, who, case_id, few)
    shown = head(context, who, found.row, places_of(context))
    return visitor.page(PAGE, Contents(shown, PARTS, not who.may("persons.unmask")))


@router.get("/cases/{case_id}/dossier.docx")
def download(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    case_id: CaseNumber,
    part: Annotated[list[Part] | None, Query()] = None,
    chosen: bool = False,
) -> Response:
    """The Word document, with every part or those `chosen`. It is in the log before the first byte leaves."""
    parts = frozenset[str](part or ()) if chosen else frozenset[str](PARTS)
    with told():
        of = gathered(visitor, case_id, parts)
        content = write(of, visitor.zone)
        give_out(visitor.context, visitor.principal, case_id, of.number, content, parts)
    name = quote(f"核查件{of.number}卷宗.docx", safe="")
    return Response(
        content,
        media_type=DOCX,
        headers={
            "Content-Disposition": f"attachment; filename=\"{of.number}.docx\"; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
