"""A row that comes alone is read the short way where nothing is wrong with it: the same as the general way."""

from __future__ import annotations

from typing import Any

import pytest

from features.contract import TABLES, Table
from features.intake import accept_rows
from features.intake import rows as ways
from features.intake._one import one_good_row


def rows(table: Table) -> list[dict[str, Any]]:
    """Rows good and bad, with fields too many, without any, and with what is no text."""
    good: dict[str, Any] = dict(table.good_rows[0])
    odd: list[dict[str, Any]] = [
        {},
        {**good, "unheard_of": "1"},
        dict.fromkeys(good),
        {**good, table.columns[0].name: "\ud800"},
    ]
    values: tuple[object, ...] = (3, 1.5, True, [], "x" * 65, "\0", "\ufffd")
    odd += [{**good, table.columns[0].name: value} for value in values]
    return [*map(dict, table.good_rows), *(dict(row) for row, *_ in table.bad_rows), *odd]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_same_as_the_general_way(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    given = rows(table)
    short = [accept_rows(table, [row]) for row in given]
    assert one_good_row(table, table.good_rows[0], ways.as_text, "\ufffd") is not None
    monkeypatch.setattr(ways, "one_good_row", lambda *_: None)
    for row, one in zip(given, short, strict=True):
        other = accept_rows(table, [row])
        assert one.batch.schema.equals(other.batch.schema), row
        assert one.batch.equals(other.batch), row
        told = [(a.lines, a.quarantine, a.rows_in, a.accepted, a.ignored) for a in (one, other)]
        assert told[0] == told[1], row
