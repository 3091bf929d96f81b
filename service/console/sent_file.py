"""A form with one file: who sends it is looked at before the file is taken, and the file is held in memory alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from service.access import Permission
from service.api.asking import context_of
from service.api.problem import Problem
from service.api.same_origin import check_form_token, check_origin
from service.console.visit import TAKEN, Sent, led_again, visit_of
from service.work.access import form_once
from service.work.context import Context
from service.work.queue.attach_file import MEGABYTE
from service.work.queue.errors import TooLarge

OVERHEAD: Final = 16 * 1024
"""What a form adds to its one file, bytes at most."""


@dataclass(slots=True)
class SentFile(Sent):
    """A form with a file somebody sent, for the first time. `too_large`: it was above the limit, and is not here."""

    name: str = ""
    content: bytes = b""
    too_large: TooLarge | None = None


def sent_file(permission: Permission) -> Callable[..., Awaitable[SentFile]]:
    """The dependency of a form with the field `file`, as `service.console.visit.sent` is of others. Fields stand before
    the file. Raises Problem 403 for a form another page made, before its file is read, and 400 for one that is none."""

    async def found(request: Request, context: Annotated[Context, Depends(context_of)]) -> SentFile:
        visit = await run_in_threadpool(visit_of, request, context, permission)
        check_origin(request, context)
        limit = context.settings.attachment_limit_mb
        whole = _Whole(request, limit * MEGABYTE + OVERHEAD)

        def before(fields: dict[str, str]) -> None:
            check_form_token(fields.get("form_token"), visit.form_token)

        parser = _Form(request, whole.pieces(), before)
        try:
            fields, file = await parser.read()
        except (MultiPartException, ClientDisconnect, KeyError, ValueError, UnicodeDecodeError):
            raise _unreadable() from None
        taken = await run_in_threadpool(form_once.take, context, visit.form_token, fields.get("form_key", ""))
        if not taken.first:
            raise await led_again(request, context, taken)
        request.scope[TAKEN] = taken
        lists = {name: [value] for name, value in fields.items()}
        if whole.too_large:
            return SentFile(visit, fields, lists, taken, too_large=TooLarge(limit))
        return SentFile(visit, fields, lists, taken, *file)

    found.permission = permission  # type: ignore[attr-defined]
    found.is_form = True  # type: ignore[attr-defined]
    return found


class _Whole:
    """The body piece by piece. Beyond the limit nothing is passed on; the rest is read, so that an answer arrives."""

    def __init__(self, request: Request, most: int) -> None:
        self._request, self._most = request, most
        self.too_large = False

    async def pieces(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self._request.stream():
            room = self._most - seen
            seen += len(piece)
            self.too_large = seen > self._most
            if room > 0:
                yield piece[:room]


class _Form(MultiPartParser):
    """A form that is never put into a file, and whose fields are looked at when its file begins."""

    spool_max_size = 2**31

    def __init__(
        self, request: Request, pieces: AsyncIterator[bytes], before_file: Callable[[dict[str, str]], None]
    ) -> None:
        super().__init__(request.headers, pieces, max_files=1, max_fields=8, max_part_size=8192)  # type: ignore[arg-type]
        self._before_file = before_file
        self._looked = False

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self._looked = True
            self._before_file(self._fields())

    def _fields(self) -> dict[str, str]:
        return {name: value for name, value in self.items if isinstance(value, str)}

    async def read(self) -> tuple[dict[str, str], tuple[str, bytes]]:
        """Fields, and the file's name and content."""
        form = await self.parse()
        try:
            if not self._looked:
                self._before_file(self._fields())
            file = form.get("file")
            if not isinstance(file, UploadFile):
                return self._fields(), ("", b"")
            return self._fields(), (file.filename or "", await file.read())
        finally:
            # One that was cut off at the limit is no item of the form.
            for one in self._files_to_close_on_error:
                one.close()


def _unreadable() -> Problem:
    return Problem(
        400,
        "cannot-be-read",
        "The request cannot be read",
        ("The form did not arrive whole: choose the file again.", "表单未完整送达：请重新选择文件。"),
    )
