"""A handful of values is read as a column of them is: the same values, the same refusals."""

from __future__ import annotations

from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import Column, ColumnType
from features.intake._few import FEW
from features.intake._types import from_many_texts, from_text

NEAR = {
    "date": "2019-02-28 2019-02-29 2020-02-29 0999-01-01 1000-01-01 9999-12-31 2019-1-1 2019-13-01",
    "ts": "2019-09-01T09:30:00+08:00 2019-09-01T09:30Z 2019-09-01T09:30:00.5+08 2019-09-01T09:30:00.1234567Z "
    "2019-09-01T24:00:00Z 9999-12-31T23:59:59-23:59 1000-01-01T00:00:00+23:59 2019-09-01T09:30:00+0800 "
    "2019-09-01T09:30:60Z 2019-09-01T09:30:00.123456+08:00 2019-02-29T00:00:00Z",
    "money": "1.00 -0.00 0.005 1.0 1234567890123456.00 12345678901234567.00 1,000.00 1.00\n "
    "-9999999999999999.99 \u0663.\u0660\u0660",
    "number": "1 -1.5 .5 5. . 1e3 1e308 1e309 1e-400 1e9999 nan inf -0 123456789012345678.123456789012345678 \u0661",
    "int": "1 -7 007 123456789012345678 1234567890123456789 1.0 +1 -",
    "bool": "true false True TRUE 1",
    "list": "a a|b a||b |a a| " + "x" * 64 + " " + "x" * 65,
    "period": "2019 2019Q1 2019Q5 2019-07 2019-13 19",
    "id": "x " + "x" * 64 + " " + "x" * 65 + " 刘" + "刘" * 63,
    "enum": "a b A a ",
    "text": "x 刘学福 \0 a\0b",
}
"""Values at the edge of each type."""


def same(column: Column, texts: list[str | None]) -> None:
    """Compare both ways of reading."""
    array = pa.array(texts, pa.string())
    few, few_bad = from_text(column, array)
    many, many_bad = from_many_texts(column, array)
    assert few.equals(many), texts
    assert few.type == many.type
    told = [False] * len(texts)
    assert (told if few_bad is None else few_bad.tolist()) == (told if many_bad is None else many_bad.tolist()), texts


@pytest.mark.parametrize("kind", get_args(ColumnType))
def test_at_the_edges(kind: ColumnType) -> None:
    """Each value alone and beside others, required and not."""
    values = [*NEAR[kind].split(" "), "", None]
    for required in (False, True):
        column = Column("c", kind, required, ("a", "b") if kind == "enum" else ())
        for value in values:
            same(column, [value])
        for start in range(0, len(values), FEW):
            same(column, list(values[start : start + FEW]))


@given(
    kind=st.sampled_from(get_args(ColumnType)),
    texts=st.lists(
        st.none()
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
        | st.from_regex(
            r"[0-9]{4}-[0-1][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,7})?)?"
            r"(Z|[+-][0-2][0-9]:?[0-5][0-9]))?",
            fullmatch=True,
        )
        | st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
        max_size=FEW,
    ),
)
def test_whatever_is_sent(kind: ColumnType, texts: list[str | None]) -> None:
    """Any text, and texts that look like moments and numbers."""
    same(Column("c", kind, False, ("a", "b") if kind == "enum" else ()), texts)
