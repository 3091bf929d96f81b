"""One case: what is asked and why, everything known about it, and what whoever looks may do."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.pages import _case_forms
from service.console.pages._case_view import PAGE as _PAGE
from service.console.pages._case_view import view
from service.console.visit import Visit, visit
from service.work.queue.attach_file import read_attachment

PAGE: Final = _PAGE
router: Final = APIRouter()
router.include_router(_case_forms.router)


@router.get("/cases/{case_id}")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))], case_id: CaseNumber) -> Response:
    """The case."""
    with told():
        return view(visitor, case_id)


@router.get("/cases/{case_id}/files/{attachment_id}")
def file(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    case_id: CaseNumber,
    attachment_id: Annotated[int, Path(ge=1, le=2**53)],
) -> Response:
    """An attachment, to be saved and never to be shown in place."""
    with told():
        found, kind, content = read_attachment(visitor.context, visitor.principal, case_id, attachment_id)
    plain = f'filename="attachment.{found.kind}"'
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f"attachment; {plain}; filename*=UTF-8''{quote(found.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
