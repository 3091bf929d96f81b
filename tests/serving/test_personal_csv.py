"""Cells of CSV files: no spreadsheet runs them, numbers stay numbers, a corrected file gives back what was there."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from service.work.export.csv_safe import NUMBER, csv_lines, csv_safe, restored

TEXTS = st.text(st.sampled_from("=+-@\t\r\n' \"',;＝＋－a1.县"), max_size=6) | st.text(max_size=12)
RUNS = tuple("=+-@\t\r\n＝＋－\uff20")


@given(text=TEXTS)
@example("=1+1")
@example("'=1+1")
@example(" =1+1")
@example("\uff20SUM(1)")
@example("-12.50")
@example("'-12.50")
@example("-1+cmd|' /C calc'!A0")
def test_no_cell_is_run_and_every_cell_comes_back(text: str) -> None:
    """What is left in front is no sign a spreadsheet runs, also behind blanks; `restored` undoes it exactly."""
    cell = csv_safe(text)
    assert NUMBER.fullmatch(cell) or not cell.lstrip(" ").startswith(RUNS)
    assert restored(cell) == text


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), max_size=8), every=st.integers(1, 3))
def test_a_file_has_the_rows_it_was_given(rows: list[tuple[str, str]], every: int) -> None:
    """In pieces of any size; line breaks, quotes and commas inside cells stay inside."""
    text = "".join(csv_lines(("=a", "b"), rows, every=every))
    assert text.startswith("\ufeff")
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert found[0] == ["'=a", "b"]
    assert [tuple(restored(cell) for cell in row) for row in found[1:]] == rows


def test_numbers_stay_numbers() -> None:
    """Typed values are written as they are; nothing is an empty cell."""
    values = (-3, 1.5, Decimal("-396.85"), True, None, "+8613912345678", "-0.5")
    assert [csv_safe(value) for value in values] == ["-3", "1.5", "-396.85", "true", "", "+8613912345678", "-0.5"]
    assert "".join(csv_lines(("a",), [(1,)], mark=False)) == "a\r\n1\r\n"
