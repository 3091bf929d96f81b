"""Bodies too large for memory: written as they come in, within a limit, to a file without a name, sealed.

A body may take an hour to come in. In clear its rows lie only while they are read, in another file without a name:
nobody else can open it, and whatever ends this process ends it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from service.api._sealed_body import SealedBody
from service.api.problem import Problem
from service.work.context import Context

if TYPE_CHECKING:
    from features.intake.stream import Form

FORMS: Final[dict[str, Form]] = {
    "text/csv": "csv",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/vnd.apache.parquet": "parquet",
    "application/x-parquet": "parquet",
}
"""Forms rows are taken in, by Content-Type."""

BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}}
        for kind in ("text/csv", "application/x-ndjson", "application/vnd.apache.parquet")
    },
}
"""`requestBody` of a route that takes rows, for `openapi_extra`."""

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that was taken in whole: where it lies, how long it is, the hash of its bytes, the form it says it has."""

    path: Path
    size: int
    content_hash: str
    form: Form


@asynccontextmanager
async def taken_in(request: Request, context: Context) -> AsyncIterator[Upload]:
    """The body as a file that lives as long as the block.

    Raises Problem 415 for another form or a compressed body, 413 beyond the limit, 503 where there is no space for it.
    A body that is cut off is never seen by the block.
    """
    form = _form(request)
    limit = context.settings.upload_limit_mb << 20
    with suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > limit:
            raise _too_large(context)
    try:
        body = await run_in_threadpool(SealedBody, context.seal, context.settings.state / "spool")
    except OSError as error:
        raise _no_space() from error
    try:
        digest, size, held = hashlib.sha256(), 0, bytearray()
        try:
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise _too_large(context)
                held += piece
                if len(held) >= _PIECE:
                    digest.update(held)
                    await run_in_threadpool(body.write, bytes(held))
                    held.clear()
            digest.update(held)
            await run_in_threadpool(body.write, bytes(held))
            clear = body.opened()
            path = await run_in_threadpool(clear.__enter__)
        except OSError as error:
            raise _no_space() from error
        try:
            yield Upload(path, size, digest.hexdigest(), form)
        finally:
            clear.__exit__(None, None, None)
    finally:
        body.close()


def _form(request: Request) -> Form:
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise Problem(
            415,
            "compressed-body",
            "Not a format taken here",
            (
                "Send the body without Content-Encoding; Parquet is compressed inside.",
                "请不要压缩请求体；Parquet本身已压缩。",
            ),
        )
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    found = FORMS.get(kind.strip().lower())
    charset = rest.lower().replace(" ", "").replace('"', "")
    if found is None or ("charset=" in charset and "charset=utf-8" not in charset):
        raise Problem(
            415,
            "form-not-taken",
            "Not a format taken here",
            (
                "Send text/csv (UTF-8), application/x-ndjson or application/vnd.apache.parquet as Content-Type.",
                "请以 text/csv（UTF-8）、application/x-ndjson 或 application/vnd.apache.parquet 报送。",
            ),
        )
    return found


def _too_large(context: Context) -> Problem:
    most = context.settings.upload_limit_mb
    return Problem(
        413,
        "too-large",
        "Too large",
        (f"At most {most} MB are taken at once: send it in parts.", f"单次报送不超过 {most} MB，请分批报送。"),
    )


def _no_space() -> Problem:
    return Problem(
        503,
        "no-space",
        "Not ready",
        ("The body cannot be kept here at the moment.", "服务器暂时无法保存请求内容。"),
        headers={"Retry-After": "60"},
    )
