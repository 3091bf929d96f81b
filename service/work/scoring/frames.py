"""What passes between web processes and the scorer: frames of a JSON header and rows as Arrow IPC.

frame := length (u32, big-endian, of what follows) header length (u32) header (JSON) rows (Arrow IPC stream or nothing)
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.work.scoring.asked import Answered, Asked, UnavailableError

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST: Final = 32 << 20
"""Bytes one frame may have: a thousand scores with their reasons have far fewer."""

_LENGTH: Final = struct.Struct(">I")


class FrameError(Exception):
    """Bytes that are no frame: the connection is closed."""


def frame(header: Mapping[str, Any], rows: bytes = b"") -> bytes:
    """A frame. Raises FrameError when it is larger than any may be."""
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
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
                header = json.loads(self._held[start : start + head])
            except ValueError as error:
                raise FrameError("found a header that is no JSON") from error
            if not isinstance(header, dict):
                raise FrameError("found a header that is no object")
            rows = bytes(self._held[start + head : end])
            del self._held[:end]
            yield header, rows


def asked_frame(number: int, asked: Asked) -> bytes:
    """The frame that asks for scores; the answer carries the same number."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, asked.rows.schema) as writer:
        writer.write_batch(asked.rows)
    header = {"number": number, "do": "score", "who": asked.who, "stamp": asked.stamp}
    return frame(header, sink.getvalue().to_pybytes())


def asked_of(header: Mapping[str, Any], rows: bytes) -> Asked:
    """What a frame asks for. Raises FrameError."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(rows) as reader:
            batch: pa.RecordBatch = reader.read_next_batch()
        return Asked(batch, tuple(int(i) for i in header["stamp"]), str(header["who"]))
    except (pa.ArrowException, StopIteration, OSError, ValueError, KeyError, TypeError) as error:
        raise FrameError("found rows that are no rows") from error


def answered_frame(number: int, answered: Answered) -> bytes:
    """The frame of an answer. The long texts stand behind it as they are: nobody reads them on the way."""
    texts = [text.encode() for text in answered.texts.values()]
    header = {
        "number": number,
        "rows": list(answered.rows),
        "texts": [(name, len(text)) for name, text in zip(answered.texts, texts, strict=True)],
        "degraded": answered.degraded,
    }
    return frame(header, b"".join(texts))


def unavailable_frame(number: int, error: UnavailableError) -> bytes:
    """The frame that says that nothing is scored now."""
    told = {"kind": error.kind, "english": error.english, "chinese": error.chinese, "retry_after": error.retry_after}
    return frame({"number": number, "unavailable": told})


def answered_of(header: Mapping[str, Any], behind: bytes) -> Answered:
    """The answer in a frame, of its header and what is behind it. Raises UnavailableError when that is what it says."""
    if told := header.get("unavailable"):
        raise UnavailableError(told["kind"], told["english"], told["chinese"], int(told["retry_after"]))
    degraded = header["degraded"]
    texts: dict[str, str] = {}
    start = 0
    for name, length in header["texts"]:
        texts[name] = behind[start : start + length].decode()
        start += length
    return Answered(header["rows"], texts, (degraded[0], degraded[1]) if degraded else None)
