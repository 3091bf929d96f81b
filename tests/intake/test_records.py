"""Both scanners of CSV records agree with each other, with any way of cutting the bytes, and with the csv module."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.intake import _records
from features.intake._records import BAD_QUOTE, BAD_RETURN, OK, Records, _scan_carefully, _scan_quickly, scan

wild = st.lists(
    st.sampled_from([b"a", b"bc", b",", b"\n", b"\r\n", b'"', b'""', b"\r", "王".encode()]), max_size=40
).map(b"".join)
field = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


def told(records: Records, buffer: bytes) -> list[tuple[bytes, int, int, int]]:
    """Record, line, fields and state of every record."""
    columns = (records.starts, records.ends, records.lines, records.fields, records.state)
    rows = zip(*(c.tolist() for c in columns), strict=True)
    return [(buffer[s:e], line, width if state == OK else 0, state) for s, e, line, width, state in rows]


@given(wild)
def test_quick_scan_equals_careful_scan_where_it_does_not_decline(buffer: bytes) -> None:
    quick = _scan_quickly(buffer, at_end=True)
    if quick is not None:
        careful = _scan_carefully(buffer, at_end=True)
        assert told(quick, buffer) == told(careful, buffer)
        assert (quick.used, quick.used_lines) == (careful.used, careful.used_lines)


@given(wild, st.integers(1, 12))
def test_any_cut_of_the_bytes_gives_the_same_records(buffer: bytes, step: int) -> None:
    whole = told(scan(buffer, at_end=True), buffer)
    pieces: list[tuple[bytes, int, int, int]] = []
    rest, line = b"", 0
    for start in range(0, max(len(buffer), 1), step):
        part = rest + buffer[start : start + step]
        found = scan(part, at_end=start + step >= len(buffer))
        pieces += [(r, at + line, width, state) for r, at, width, state in told(found, part)]
        line += found.used_lines
        rest = part[found.used :]
    assert rest == b""
    assert pieces == whole


@given(st.lists(st.lists(field, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_sound(rows: list[list[str]], end: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    buffer = out.getvalue().encode()
    records = scan(buffer, at_end=True)
    assert records.state.tolist() == [OK] * len(rows)
    assert records.fields.tolist() == [len(row) for row in rows]
    breaks = np.cumsum([0] + [1 + sum(cell.count("\n") for cell in row) for row in rows])
    assert records.lines.tolist() == breaks[:-1].tolist()


def test_an_open_quote_costs_one_line() -> None:
    buffer = b'1,a\n2,"b\n3,c\n4,"d"\n'
    assert [(r, state) for r, _, _, state in told(scan(buffer, at_end=True), buffer)] == [
        (b"1,a", OK),
        (b'2,"b', BAD_QUOTE),
        (b"3,c", OK),
        (b'4,"d"', OK),
    ]


def test_a_stray_return_costs_one_row() -> None:
    buffer = b"1,a\rb\n2,c\n"
    assert [state for _, _, _, state in told(scan(buffer, at_end=True), buffer)] == [BAD_RETURN, OK]


def test_a_quote_left_open_for_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_records, "MAX_RECORD", 50)
    buffer = b'1,"a\n' + b"2,b\n" * 30
    records = scan(buffer, at_end=False)
    assert records.state[0] == BAD_QUOTE
    assert (records.state[1:] == OK).all()
    assert len(records.state) == 31
