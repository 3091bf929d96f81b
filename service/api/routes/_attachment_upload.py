"""An attachment as it comes in: held in memory within the limit, never in a file that is not sealed."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from service.api.problem import Problem
from service.work.context import Context
from service.work.queue.attach_file import MEGABYTE
from service.work.queue.errors import TooLarge

OVERHEAD: Final = 16 * 1024
"""What a form adds to its one file, bytes at most."""


class _InMemory(MultiPartParser):
    """A form that is never put into a file: what it holds is personal."""

    spool_max_size = 2**31


async def read_upload(request: Request, context: Context) -> tuple[str, bytes]:
    """Name and content of the file: the field `file` of a form, or the whole body (then without a name).

    Raises Problem 400 for a form that is none or was cut off, TooLarge as soon as there is too much.
    """
    limit = context.settings.attachment_limit_mb
    most = limit * MEGABYTE + OVERHEAD
    held = bytearray()
    try:
        async for piece in request.stream():
            held += piece
            if len(held) > most:
                raise TooLarge(limit)
    except ClientDisconnect:
        raise _unreadable() from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        return unquote(request.headers.get("x-file-name", ""), errors="replace"), bytes(held)

    async def once() -> object:
        yield bytes(held)

    try:
        form = await _InMemory(request.headers, once(), max_files=1, max_fields=4).parse()  # type: ignore[arg-type]
    except (MultiPartException, KeyError, ValueError, UnicodeDecodeError):
        raise _unreadable() from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _unreadable()
        return file.filename or "", await file.read()
    finally:
        await form.close()


def _unreadable() -> Problem:
    return Problem(
        400,
        "cannot-be-read",
        "The request cannot be read",
        ("Expected a form with one field `file`, or the file itself.", "应为含 file 字段的表单，或文件本身。"),
    )
