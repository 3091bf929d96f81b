"""What tables, columns and values of the contract are called on a screen, in Chinese and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

Pair = tuple[str, str]
"""(Chinese, English)."""

NOWHERE: Pair = ("", "")


@cache
def words() -> dict[str, dict[str, Pair]]:
    """Words by section (`tables`, `columns`, `values`, `plain`) and key."""
    read = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return {section: {key: (one["zh"], one["en"]) for key, one in found.items()} for section, found in read.items()}


def table_word(table: str) -> Pair:
    """What a table is called. Raises KeyError for one nobody named."""
    return words()["tables"][table]


def column_word(table: str, column: str) -> Pair:
    """What a column is called in a table. Raises KeyError for one nobody named."""
    columns = words()["columns"]
    return columns.get(f"{table}.{column}") or columns[column]


def value_word(table: str, column: str, value: str | None) -> Pair:
    """What a value is called; a value of a department's own as it is; empty for null.

    >>> value_word("officials", "post", "village_accountant"), value_word("cards", "kind", "institution")
    (('村会计', 'village accountant'), ('机构账户', "institution's account"))
    """
    if not value:
        return NOWHERE
    values = words()["values"]
    return values.get(f"{table}.{column}.{value}") or values.get(f"{column}.{value}") or (value, value)


def plain(key: str, **values: object) -> Pair:
    """A word of the portraits' own with its values.

    >>> plain("age", n=78)
    ('78 岁', 'aged 78')
    """
    zh, en = words()["plain"][key]
    return zh.format(**values), en.format(**values)


def joined(*parts: Pair) -> Pair:
    """Several words in one line, those that are empty left out."""
    return "，".join(zh for zh, _ in parts if zh), ", ".join(en for _, en in parts if en)
