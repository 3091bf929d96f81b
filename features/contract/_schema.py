"""What a handed-over table is: columns with types, a key, a clock, and what is lost without it.

Every file beside this one whose name has no leading underscore declares exactly one `TABLE`. The declarations
are the single source for intake (types, keys, enums), the ledger (clocks, entities), the simulator and the
generated page `docs/data-contract.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["id", "text", "date", "ts", "money", "number", "int", "bool", "enum", "list", "period"]
"""`id` opaque, at most 64 characters; `text` free; `date` YYYY-MM-DD; `ts` ISO 8601 with an offset; `money` yuan
with exactly two decimals; `number` decimal; `int` whole; `bool` true/false; `enum` one of `values`; `list` ids
joined by `|`; `period` 2019, 2019Q1 or 2019-07."""

MAX_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `entity` names the identifier space an `id` or `text` column belongs to (person, card, official, name, ...):
    columns of the same entity are comparable across tables. None means the value is compared with nothing.
    """

    name: str
    type: ColumnType
    required: bool = False
    values: tuple[str, ...] = ()
    entity: str | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract.

    `key` lists the columns that identify a row; the whole row where it is empty. `clock` is the column that says
    when the platform knew the row (`recorded_at`, or the dagger column); None for reference data that is always
    known. `versioned` tables take a corrected row (same key, later clock) as a new version.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    clock: str | None = None
    required: bool = False
    versioned: bool = True
    in_file_order: bool = False
    """Where the clock is part of the thing itself (the day a card was opened) and not the time of a record: a version
    then stands after the row it corrects and has a later clock. Elsewhere versions may come in any order."""
    lost_without: str = ""
    evidence: tuple[str, ...] = ()
    """Columns of an evidence reference where they differ from `key`; the last one is always an id column, so that
    whoever splits `table:a/b` at its last separator finds the identifier of something in the data."""
    good_rows: Sequence[Mapping[str, str]] = ()
    bad_rows: Sequence[tuple[Mapping[str, str], str, str]] = ()
    """Each bad row with the column and the reason (`bad_type`, `bad_enum`, `missing`, ...) that must be reported."""

    def column(self, name: str) -> Column:
        """The column called `name`. Raises KeyError naming the table when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}")

    @property
    def evidence_key(self) -> tuple[str, ...]:
        """Columns whose values, joined by `/`, make a `table:key` evidence reference."""
        return self.evidence or self.key
