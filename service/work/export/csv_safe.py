"""Cells of a CSV file that a spreadsheet opens as text, never as a formula.

>>> csv_safe("=1+1"), csv_safe("-12.50"), csv_safe(-3)
("'=1+1", '-12.50', '-3')
>>> restored(csv_safe("=1+1"))
'=1+1'
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
"""What stays as it is although it begins with a sign: a spreadsheet reads it as the number it is."""

# Spreadsheets also take full-width signs for formulas, and skip blanks before them; an apostrophe that was there
# already gets another, so that `restored` gives back exactly what was there.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－\uff20]|'*[\t\r\n]")


def csv_safe(value: Any) -> str:
    """A value as the text of a cell: None is empty, booleans `true`/`false`, numbers stay numbers, and text that a
    spreadsheet could run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = str(value)
    if _FORMULA.match(text) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def restored(cell: str) -> str:
    """A cell as it was before `csv_safe`: what somebody corrected and sends again."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def csv_lines(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, every: int = 1000, mark: bool = True
) -> Iterator[str]:
    """A CSV file (RFC 4180) in pieces of `every` rows, safe cells. With the byte order mark Excel reads Chinese; leave
    it out (`mark=False`) where programs read the file."""
    held = io.StringIO()
    if mark:
        held.write("\ufeff")
    writer = csv.writer(held)
    writer.writerow([csv_safe(name) for name in header])
    for count, row in enumerate(rows, start=1):
        writer.writerow([csv_safe(value) for value in row])
        if count % every == 0:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()
