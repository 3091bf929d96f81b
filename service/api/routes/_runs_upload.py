"""A run's upload as it streams in: to disk in bounded memory, refused as soon as it is too large, gone when cut off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from service.api.problem import Problem
from service.work.context import Context
from service.work.runs.spool import Upload, too_large

FORMS: Final = {
    "text/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
    "application/x-ndjson": "jsonl",
}
"""Forms of an upload by content type."""

_ENDINGS: Final = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_FIELD_BYTES: Final = 4096
_FIELDS: Final = 32
_JSON_BYTES: Final = 65_536
_AT_ONCE: Final = 1 << 18


def limit_of(context: Context) -> int:
    """The largest upload taken, bytes."""
    return context.settings.upload_limit_mb * 1_000_000


def content_type(request: Request) -> str:
    """The content type without its parameters. Raises Problem 415 for a body that is compressed as a whole."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise unsupported("a body with Content-Encoding", "带 Content-Encoding 的内容")
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def unsupported(found: str, found_zh: str) -> Problem:
    """Problem 415."""
    taken = ", ".join([*FORMS, "multipart/form-data", "application/json"])
    return Problem(
        415,
        "not-taken",
        "Not a format taken here",
        (f"Found {found}; taken are {taken}.", f"不支持{found_zh}；可用格式：{taken}。"),
    )


async def read_json(request: Request) -> dict[str, Any]:
    """A small JSON object. Raises Problem 400 and 413."""
    held = bytearray()
    async for data in _body(request):
        held += data
        if len(held) > _JSON_BYTES:
            raise Problem(
                413,
                "upload-too-large",
                "Too large",
                ("A reference is a small JSON object; send rows as CSV or Parquet.", "引用应为简短的 JSON 对象。"),
            )
    try:
        found = json.loads(held)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable("The body is no JSON object.", "内容不是 JSON 对象。")
    return found


async def spool_raw(request: Request, context: Context) -> Upload:
    """The body as it is, finished. Raises Problem 400 where it was cut off, RunRefusedError."""
    upload = _begin(request, context)
    with upload:
        async for data in _pieces(request):
            await run_in_threadpool(upload.write, data)
        await run_in_threadpool(upload.finish)
    return upload


@dataclass(slots=True)
class FormData:
    """A multipart form: the fields, the file and its form."""

    upload: Upload
    fields: dict[str, str] = field(default_factory=dict)
    form: str = ""


async def spool_form(
    request: Request, context: Context, before_file: Callable[[dict[str, str]], None] | None = None
) -> FormData:
    """A multipart form with one file, finished. `before_file` is given the fields that came before the file when it
    begins, in a thread; what it raises ends the upload there. Raises Problem 400 and 415, RunRefusedError."""
    _, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if not boundary:
        raise _unreadable("The form has no boundary.", "表单缺少 boundary。")
    upload = _begin(request, context)
    with upload:
        found = FormData(upload)
        parts = _Parts(found, before_file)
        most = limit_of(context) + _FIELDS * _FIELD_BYTES * 2
        try:
            parser = MultipartParser(boundary, parts.callbacks(), max_size=most)
            async for data in _pieces(request):
                await run_in_threadpool(parser.write, data)
            parser.finalize()
        except FormParserError as error:
            raise _unreadable("The form cannot be read.", "表单无法读取。") from error
        if not parts.ended:
            raise _cut_off()
        if not found.form:
            raise _unreadable("The form holds no file.", "表单中没有文件。")
        await run_in_threadpool(upload.finish)
    return found


class _Parts:
    """What the parser calls: the file goes to disk as it comes, fields are held up to a length."""

    def __init__(self, found: FormData, before_file: Callable[[dict[str, str]], None] | None) -> None:
        self.ended = False
        self._before_file = before_file
        self._found = found
        self._headers: dict[str, str] = {}
        self._name, self._value = bytearray(), bytearray()
        self._field: str | None = None
        self._text = bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_headers_finished": self._choose,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._headers, self._field = {}, None
        self._text.clear()

    def _header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name.clear()
        self._value.clear()

    def _choose(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition"))
        if b"filename" not in options:
            self._field = options.get(b"name", b"").decode("utf-8", "replace")
            if len(self._found.fields) >= _FIELDS:
                raise _unreadable("The form has too many fields.", "表单字段过多。")
            return
        if self._found.form:
            raise _unreadable("The form holds more than one file.", "表单中有多个文件。")
        if self._before_file is not None:
            self._before_file(dict(self._found.fields))
        kind = self._headers.get("content-type", "").partition(";")[0].strip().lower()
        name = options[b"filename"].decode("utf-8", "replace").lower()
        ending = next((form for end, form in _ENDINGS.items() if name.endswith(end)), "")
        self._found.form = FORMS.get(kind, ending)
        if not self._found.form:
            raise unsupported("a file of another kind", "该类型的文件")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._found.upload.write(bytes(data[start:end]))
            return
        self._text += data[start:end]
        if len(self._text) > _FIELD_BYTES:
            raise _unreadable("A field of the form is too long.", "表单字段过长。")

    def _end(self) -> None:
        if self._field is not None:
            self._found.fields[self._field] = self._text.decode("utf-8", "replace")

    def _finish(self) -> None:
        self.ended = True


def _begin(request: Request, context: Context) -> Upload:
    """A new upload; refused before a byte is read where the caller says that it is too large."""
    limit = limit_of(context)
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit + _FIELDS * _FIELD_BYTES:
        raise too_large(limit)
    return Upload(context, limit)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces large enough to be worth a thread's while."""
    held = bytearray()
    async for data in _body(request):
        held += data
        if len(held) >= _AT_ONCE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Problem 400 where the caller went away."""
    try:
        async for data in request.stream():
            yield data
    except ClientDisconnect:
        raise _cut_off() from None


def _cut_off() -> Problem:
    return _unreadable(
        "The upload was cut off. Nothing was kept; send it again.", "上传中断，未保存任何内容；请重新提交。"
    )


def _unreadable(english: str, chinese: str) -> Problem:
    return Problem(400, "unreadable", "The request cannot be read", (english, chinese))
