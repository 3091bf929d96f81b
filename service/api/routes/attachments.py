"""Files of cases: attached, listed, given out again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.api.routes._attachment_upload import read_upload
from service.api.routes._queue_bodies import After, CaseNumber, Limit
from service.api.routes._queue_told import told
from service.work.queue.attach_file import attach_file, list_attachments, read_attachment
from service.work.queue.file_kinds import KINDS

router = APIRouter(prefix="/v1/cases/{case_id}/attachments", tags=["cases"])

_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": _FILE,
        },
    }
}
_GIVEN_OUT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(KINDS.values(), _FILE)}
}


class AttachedBody(BaseModel):
    """The attachment's number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"attachment_id": 5}]})

    attachment_id: int


class AttachmentBody(BaseModel):
    """What an attachment is; `kind` by its content, `size` in bytes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "attachment_id": 5,
                    "at": "2019-07-02T02:30:00Z",
                    "who": "li.wen",
                    "name": "授权书.pdf",
                    "kind": "pdf",
                    "size": 48211,
                }
            ]
        }
    )

    attachment_id: int
    at: dt.datetime
    who: str
    name: str
    kind: str
    size: int


class AttachmentsBody(BaseModel):
    """Attachments of a case, in order; `next` goes into `after`, null at the end."""

    attachments: list[AttachmentBody]
    next: int | None


@router.post("", status_code=201, responses=responses(400, 401, 403, 404, 413, 415, 422), openapi_extra=_BODY)
async def attach(
    request: Request, context: Asked, who: Annotated[Principal, Depends(needs("cases.work"))], case_id: CaseNumber
) -> AttachedBody:
    """Attach a PDF, PNG, JPEG, DOCX, XLSX, CSV or text, told by its content. A form with the field `file`, or the file
    itself with its name (percent-encoded) in the header `X-File-Name`."""
    with told():
        name, content = await read_upload(request, context)
        number = await run_in_threadpool(attach_file, context, who, case_id, name, content)
    return AttachedBody(attachment_id=number)


@router.get("", responses=responses(401, 403, 404, 422))
def attachments(
    context: Asked,
    who: Annotated[Principal, Depends(needs("cases.read"))],
    case_id: CaseNumber,
    after: After = 0,
    limit: Limit = 100,
) -> AttachmentsBody:
    """What is attached to a case."""
    with told():
        found = list_attachments(context, who, case_id, after, limit)
    return AttachmentsBody(
        attachments=[
            AttachmentBody(
                attachment_id=one.attachment_id, at=one.at, who=one.who, name=one.name, kind=one.kind, size=one.size
            )
            for one in found
        ],
        next=found[-1].attachment_id if len(found) == limit else None,
    )


@router.get("/{attachment_id}", response_class=Response, responses=_GIVEN_OUT | responses(401, 403, 404, 422))
def attachment(
    context: Asked,
    who: Annotated[Principal, Depends(needs("cases.read"))],
    case_id: CaseNumber,
    attachment_id: Annotated[int, Path(ge=1, le=2**53)],
) -> Response:
    """The file itself, to be saved and never to be shown in place."""
    with told():
        found, kind, content = read_attachment(context, who, case_id, attachment_id)
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
