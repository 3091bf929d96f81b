"""Look for identity numbers, cards, phones and names in whatever a service leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from service.store import every_table
from service.work.context import Context

NUMBERS = {
    "persons": ("person_id", "phone"),
    "kinship": ("person_id", "relative_id"),
    "officials": ("person_id",),
    "authorizations": ("person_id",),
    "civil_events": ("person_id",),
    "certificates": ("person_id",),
    "department_rows": ("id_number", "phone"),
    "cards": ("card_id", "phone", "holder_person_id"),
    "card_events": ("card_id",),
    "card_transactions": ("card_id", "counterparty_card_id"),
    "disbursements": ("person_id", "card_id"),
}
"""Columns of the contract that hold numbers of people and cards."""

NAMES = {"persons": ("name",), "officials": ("name",), "disbursements": ("payee_name",), "department_rows": ("name",)}
"""Columns that hold names; those of three characters or more are looked for, shorter ones are words too."""

_DIGITS = re.compile(r"[0-9]{11,}[Xx]?")
_WORDS = re.compile(r"[\u3400-\u9fff·]{3,}")


@dataclass(frozen=True)
class Secrets:
    """What must not be found in clear."""

    numbers: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> Secrets:
        """Everything personal in a county's tables."""

        def values(columns: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
            for table, wanted in columns.items():
                for name in wanted:
                    if table in tables and name in tables[table].column_names:
                        yield from (str(v) for v in tables[table].column(name).unique().to_pylist() if v)

        numbers = frozenset(v for v in values(NUMBERS) if re.fullmatch(r"[0-9]{11,19}|[0-9]{17}X", v))
        names = frozenset(v for v in values(NAMES) if len(v) >= 3 and _WORDS.fullmatch(v))
        return cls(numbers, names)

    @cached_property
    def _ways(self) -> tuple[tuple[re.Pattern[str], frozenset[str], frozenset[int]], ...]:
        """How to look: what runs of characters, for which of the secrets, of which lengths."""
        ways = ((_DIGITS, self.numbers), (_WORDS, self.names))
        return tuple((pattern, secrets, frozenset(map(len, secrets))) for pattern, secrets in ways)

    def within(self, text: str) -> set[str]:
        """Those that stand in a text, also inside a longer run of digits or characters."""
        found: set[str] = set()
        for pattern, secrets, lengths in self._ways:
            for run in pattern.findall(text):
                for length in lengths:
                    windows = (run[i : i + length] for i in range(len(run) - length + 1))
                    found.update(window for window in windows if window in secrets)
        return found

    def within_bytes(self, data: bytes) -> set[str]:
        """Those that stand in bytes, as UTF-8 or as UTF-16."""
        found = self.within(data.decode("utf-8", "ignore"))
        return found | self.within(data.decode("utf-16-le", "ignore"))


def in_database(context: Context, secrets: Secrets) -> dict[str, set[str]]:
    """What stands in clear in any column of any table, by `table.column`."""
    found: dict[str, set[str]] = {}
    with context.database.read() as connection:
        for table in every_table().sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    here = _in_value(secrets, value)
                    if here:
                        found.setdefault(f"{table.name}.{name}", set()).update(here)
    return found


def in_files(folders: Iterable[Path], secrets: Secrets) -> dict[str, set[str]]:
    """What stands in clear in any file under some folders, or in its name."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in (folder,) if folder.is_file() else folder.rglob("*"):
            here = secrets.within(path.name)
            if path.is_file():
                here |= secrets.within_bytes(path.read_bytes())
            if here:
                found[path.name] = here
    return found


def _in_value(secrets: Secrets, value: Any) -> set[str]:
    if isinstance(value, str):
        return secrets.within(value)
    if isinstance(value, bytes):
        return secrets.within_bytes(value)
    if isinstance(value, dict | list):
        return secrets.within(json.dumps(value, ensure_ascii=False))
    return set()
