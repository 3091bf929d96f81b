"""What passes between web processes and the scorer: frames of a JSON header and what stands behind it.

frame := length (u32, big-endian, of what follows) header length (u32) header (JSON) what is behind it (Arrow IPC stream
of the rows asked for; answers as JSON and long texts; or nothing)
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from service.work.scoring.asked import Answered, Asked, SaidRows, UnavailableError, said

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST: Final = 32 << 20
"""Bytes one frame may have: a thousand scores with their reasons have far fewer."""

_LENGTH: Final = struct.Struct(">I")

_HEADER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class FrameError(Exception):
    """Bytes that are no frame: the connection is closed."""


def frame(header: Mapping[str, Any], rows: bytes = b"") -> bytes:
    """A frame. Raises FrameError when it is larger than any may be."""
    head = _HEADER.encode(header).encode()
    length = _LENGTH.size + len(head) + len(rows)
    if length > LARGEST:
        raise FrameError("larger than any frame")
    return _LENGTH.pack(length) + _LENGTH.pack(len(head)) + head + rows


class Frames:
    """Bytes as they come in, cut into frames."""

    def __init__(self) -> None:
        """Empty."""
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The frames that are whole by now: header and rows. Raises FrameError for what is none."""
        self._held += data
        while len(self._held) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._held)
            if not _LENGTH.size <= length <= LARGEST:
                raise FrameError("found a length no frame has")
            end = _LENGTH.size + length
            if len(self._held) < end:
                return
            (head,) = _LENGTH.unpack_from(self._held, _LENGTH.size)
            start = 2 * _LENGTH.size
            if head > length - _LENGTH.size:
                raise FrameError("found a header longer than its frame")
            try:
                header = json.loads(bytes(self._held[start : start + head]))
            except ValueError as error:
                raise FrameError("found a header that is no JSON") from error
            if not isinstance(header, dict):
                raise FrameError("found a header that is no object")
            rows = bytes(self._held[start + head : end])
            del self._held[:end]
            yield header, rows


def asked_frame(number: int, asked: Asked) -> bytes:
    """The frame that asks for scores; the answer carries the same number. Rows are a stream of Arrow IPC, whose schema
    has as many bytes as the header says: the same ones from call to call, which need no reading again."""
    schema = asked.rows.schema.serialize().to_pybytes()
    header = {"number": number, "do": "score", "who": asked.who, "stamp": asked.stamp, "schema": len(schema)}
    return frame(header, b"".join((schema, asked.rows.serialize().to_pybytes(), _END)))


_END: Final = b"\xff\xff\xff\xff\0\0\0\0"
"""How a stream of Arrow IPC ends."""

_SCHEMAS: Final[dict[bytes, pa.Schema]] = {}
"""Schemas by their bytes, as they came lately."""

_MOST_SCHEMAS: Final = 64


def asked_of(header: Mapping[str, Any], rows: bytes) -> Asked:
    """What a frame asks for. Raises FrameError."""
    import pyarrow as pa

    try:
        length = int(header["schema"])
        message = rows[:length]
        schema = _SCHEMAS.get(message)
        if schema is None:
            schema = pa.ipc.read_schema(pa.py_buffer(message))
            if len(_SCHEMAS) >= _MOST_SCHEMAS:
                _SCHEMAS.clear()
            _SCHEMAS[message] = schema
        batch: pa.RecordBatch = pa.ipc.read_record_batch(pa.py_buffer(rows).slice(length), schema)
        return Asked(batch, tuple(int(i) for i in header["stamp"]), str(header["who"]))
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError, OverflowError) as error:
        raise FrameError("found rows that are no rows") from error


def answered_frame(number: int, answered: Answered) -> bytes:
    """The frame of an answer. Answers and the long texts stand behind it as they are: nobody reads them on the way."""
    header: dict[str, Any] = {"number": number, "degraded": answered.degraded}
    behind: list[bytes] = []
    try:
        rows = [said(row) for row in answered.rows]
    except ValueError:
        # A number JSON does not have: whoever tells the answer finds it, and says so.
        header["rows"] = list(answered.rows)
    else:
        header["said"] = [(state, len(text)) for state, text in rows]
        behind += [text for _, text in rows]
    texts = [text.encode() for text in answered.texts.values()]
    header["texts"] = [(name, len(text)) for name, text in zip(answered.texts, texts, strict=True)]
    return frame(header, b"".join(behind + texts))


def unavailable_frame(number: int, error: UnavailableError) -> bytes:
    """The frame that says that nothing is scored now."""
    told = {"kind": error.kind, "english": error.english, "chinese": error.chinese, "retry_after": error.retry_after}
    return frame({"number": number, "unavailable": told})


def answered_of(header: Mapping[str, Any], behind: bytes) -> Answered:
    """The answer in a frame, of its header and what is behind it. Raises UnavailableError when that is what it says."""
    if told := header.get("unavailable"):
        raise UnavailableError(told["kind"], told["english"], told["chinese"], int(told["retry_after"]))
    degraded = header["degraded"]
    start = 0
    rows: Sequence[Mapping[str, Any]]
    if "rows" in header:
        rows = header["rows"]
    else:
        each: list[tuple[str, bytes]] = []
        for state, length in header["said"]:
            each.append((state, behind[start : start + length]))
            start += length
        rows = SaidRows(each)
    texts: dict[str, str] = {}
    for name, length in header["texts"]:
        texts[name] = behind[start : start + length].decode()
        start += length
    return Answered(rows, texts, (degraded[0], degraded[1]) if degraded else None)
