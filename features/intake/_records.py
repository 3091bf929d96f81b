"""Where the records of a stretch of CSV begin and end, without parsing their fields.

Two scanners give the same answer. The quick one works on whole arrays and relies on quotes standing only where RFC
4180 allows them; where a stray quote breaks that, it declines and the careful one reads record by record. A record
with a broken quote costs only the physical line it starts on: the next line is read as a new record, so one forgotten
quote cannot swallow a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

MAX_RECORD: Final = 1 << 20
"""Bytes; a record longer than this is taken for a quote that was never closed."""

QUOTE, COMMA, LF, CR = 34, 44, 10, 13

OK, BAD_QUOTE, BAD_RETURN = 0, 1, 2
"""State of a record: sound, a quote where none may stand, a carriage return outside quotes."""

_FIELD: Final = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\r\n][^,\r\n]*+|)'
_RECORD: Final = re.compile(rb"%s(?:,%s)*+(?=(\r?\n)|(\r?\Z))" % (_FIELD, _FIELD))
_COMMA: Final = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"|[^",\r\n][^,\r\n]*+|(,)')


@dataclass(slots=True)
class Records:
    """Records of a buffer that are no blank lines, all arrays of shape (n,).

    `starts` and `ends` are byte positions (without the line break), `lines` physical lines counted from 0 within the
    buffer, `fields` the number of fields, `state` one of OK, BAD_QUOTE, BAD_RETURN. `used` bytes of the buffer belong
    to complete records, `used_lines` line breaks stand in them; the rest waits for more bytes.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    fields: Positions
    state: Positions
    used: int
    used_lines: int


def scan(buffer: bytes, *, at_end: bool) -> Records:
    """Find the records of `buffer`, which begins at the start of a record; `at_end` when no bytes follow it."""
    quick = _scan_quickly(buffer, at_end=at_end)
    return _scan_carefully(buffer, at_end=at_end) if quick is None else quick


def _scan_quickly(buffer: bytes, *, at_end: bool) -> Records | None:
    """Whole-array scan; None where quotes stand where RFC 4180 has none, or a record seems endless."""
    if at_end and buffer and not buffer.endswith(b"\n"):
        padded = _scan_quickly(buffer + b"\n", at_end=True)
        if padded is not None:
            padded.used, padded.used_lines = len(buffer), padded.used_lines - 1
        return padded
    data = np.frombuffer(buffer, np.uint8)
    quotes = np.flatnonzero(data == QUOTE)
    breaks = np.flatnonzero(data == LF)
    outer = breaks[_outside(quotes, breaks)]
    used = int(outer[-1]) + 1 if len(outer) else 0
    if len(buffer) - used > (0 if at_end else MAX_RECORD):
        return None
    quotes = quotes[quotes < used]
    if len(quotes) and not _quotes_are_regular(data[:used], quotes):
        return None
    starts = np.concatenate(([0], outer[:-1] + 1)).astype(np.int64) if len(outer) else np.empty(0, np.int64)
    ends = outer - ((outer > starts) & (data[outer - 1] == CR))
    commas = np.flatnonzero(data[:used] == COMMA)
    commas = commas[_outside(quotes, commas)]
    fields = np.searchsorted(commas, ends) - np.searchsorted(commas, starts) + 1
    returns = np.flatnonzero(data[:used] == CR)
    returns = returns[data[returns + 1] != LF]
    returns = returns[_outside(quotes, returns)]
    if len(returns) and len(quotes):
        return None
    state = np.where(np.searchsorted(returns, ends) > np.searchsorted(returns, starts), BAD_RETURN, OK)
    lines = np.searchsorted(breaks, starts)
    if len(ends) and int((ends - starts).max()) > MAX_RECORD:
        return None
    real = ends > starts
    starts, ends, lines, fields, state = (a[real].astype(np.int64) for a in (starts, ends, lines, fields, state))
    return Records(starts, ends, lines, fields, state, used, int(np.searchsorted(breaks, used)))


def _outside(quotes: Positions, positions: Positions) -> npt.NDArray[np.bool_]:
    """Which positions stand outside quotes, that is after an even number of them."""
    if not len(quotes):
        return np.ones(len(positions), np.bool_)
    return np.asarray(np.searchsorted(quotes, positions) % 2 == 0)


def _quotes_are_regular(data: npt.NDArray[np.uint8], quotes: Positions) -> bool:
    """Whether every opening quote starts a field (or follows its twin) and every closing one ends it."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening - 1]
    starts_field = (opening == 0) | np.isin(before, (COMMA, LF))
    twin = np.zeros(len(opening), np.bool_)
    twin[1:] = closing[:-1] == opening[1:] - 1
    after = data[closing + 1]
    ends_field = np.isin(after, (COMMA, LF, QUOTE))
    with_return = after == CR
    with_return[with_return] = data[closing[with_return] + 2] == LF
    return bool((starts_field | twin).all() and (ends_field | with_return).all())


def _scan_carefully(buffer: bytes, *, at_end: bool) -> Records:
    """Record by record, by regular expression."""
    rows: list[tuple[int, int, int, int, int]] = []
    at = line = 0
    while at < len(buffer):
        found = _RECORD.match(buffer, at)
        sound = found is not None and found.end() - at <= MAX_RECORD
        if found is not None and sound and (found[1] is not None or at_end):
            end, mark = found.end(), OK
            after = end + len(found[1] or found[2] or b"")
        else:
            newline = buffer.find(b"\n", at)
            if not at_end and (newline < 0 or len(buffer) - at <= MAX_RECORD):
                break
            after = newline + 1 if newline >= 0 else len(buffer)
            end = after - 1 if newline >= 0 else after
            end -= buffer[at:end].endswith(b"\r")
            mark = BAD_QUOTE if b'"' in buffer[at:end] else BAD_RETURN
        if end > at:
            width = 1 + sum(m[1] is not None for m in _COMMA.finditer(buffer, at, end)) if mark == OK else 0
            rows.append((at, end, line, width, mark))
        line += buffer.count(b"\n", at, after)
        at = after
    starts, ends, lines, fields, state = np.array(rows, np.int64).reshape(-1, 5).T
    return Records(starts, ends, lines, fields, state, at, line)
