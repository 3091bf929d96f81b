"""Rows of the history that a reason rests on, with the columns a person needs, masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from service.sealing.masked import last_four
from service.sealing.redaction import redacted
from service.work.portraits.drawer import Drawer, surname
from service.work.portraits.shapes import EvidenceRow
from service.work.portraits.words import Pair, column_word, plain, table_word, value_word

if TYPE_CHECKING:
    from features.contract import Column

MOST: Final = 200
"""Rows shown of one look."""

LEFT_OUT: Final = frozenset({"sex", "address", "log_odds", "tolerance"})
"""Columns no reason rests on, or that say where somebody lives."""

NUMBERS: Final = frozenset({"person", "card", "phone"})
"""Identifier spaces whose values are somebody's numbers: last four digits."""

WORDED: Final = {"category": "", "holding_kind": "kind", "certificate_kind": "kind"}
"""Columns of texts that mostly hold a word of the contract; with the column that declares it where it is another."""

NAMES: Final = frozenset({"name"})
"""Identifier spaces whose values are names of people: first character."""


def evidence(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[EvidenceRow | None]]:
    """`keys`: references `table:key` as reasons have them; one row for each, None where it is not told."""
    found: list[EvidenceRow | None] = []
    for key in list(about["keys"])[:MOST]:
        found.append(_row(drawer, str(key)))
        yield
    return found


def _row(drawer: Drawer, key: str) -> EvidenceRow | None:
    table, _, value = key.partition(":")
    row = find_row(drawer, table, value)
    if row < 0 or not _may_be_told(drawer, table, row):
        return None
    columns = list(pairs_of(drawer, table, row))
    zh, en = (tuple((name[i], value[i]) for name, value in columns) for i in (0, 1))
    return EvidenceRow(key=redacted(key), table=table_word(table), columns=zh, columns_en=en)


def find_row(drawer: Drawer, table: str, value: str) -> int:
    """The newest row on record at the moment that a reference names; -1 where there is none."""
    from features.asof.ledger import entity_of
    from features.contract import EVERY_TABLE

    schema, facts = EVERY_TABLE.get(table), drawer.facts
    held = facts.table(table)
    if schema is None or held is None:
        return -1
    key = schema.evidence_key
    parts = value.split("/")
    # An id of a department may hold a slash: the last column takes what is left.
    parts = [*parts[: len(key) - 1], "/".join(parts[len(key) - 1 :])]
    ids = [(name, part) for name, part in zip(key, parts, strict=False) if schema.column(name).type == "id"]
    if not ids or len(parts) != len(key):
        return -1
    name, text = ids[-1]
    space = entity_of(schema.column(name))
    code = facts.code(space, text) if space is not None else -1
    rows = facts.rows(table, name, [code]) if code >= 0 else None
    if rows is None or not len(rows):
        return -1
    named = held.evidence(rows)
    same = [row for row, one in zip(rows.tolist(), named, strict=True) if one == f"{table}:{value}"]
    return same[-1] if same else -1


def _may_be_told(drawer: Drawer, table: str, row: int) -> bool:
    """Whether nobody the row names lies outside the divisions, or is near whoever looks."""
    facts = drawer.facts
    schema = facts.ledger.tables[table].schema
    kinds = {"person": "person", "card": "card", "household": "household", "official": "official"}
    named = []
    for column in schema.columns:
        kind = kinds.get(column.entity or "")
        if kind is not None and (code := int(facts.ledger.tables[table].column(column.name)[row])) >= 0:
            named.append((kind, code))
    if "division_code" in {column.name for column in schema.columns}:
        division = int(facts.ledger.tables[table].column("division_code")[row])
        # Rates and posts of divisions above hold below them.
        if not (drawer.reach.sees(division) or (division in drawer.reach.above)):
            return False
    return len(drawer.named(named)) == len(set(named))


def pairs_of(drawer: Drawer, table: str, row: int) -> Iterable[tuple[Pair, Pair]]:
    """Name and value of the columns of a row that say something, in both languages."""
    held = drawer.facts.ledger.tables[table]
    for column in held.schema.columns:
        if column.name in LEFT_OUT or not held.has(column.name):
            continue
        value = drawer.facts.value(table, column.name, row)
        if value is not None and value != "" and value != []:
            yield column_word(table, column.name), _shown(drawer, table, column, row, value)


def _shown(drawer: Drawer, table: str, column: Column, row: int, value: Any) -> Pair:
    """A value as a screen shows it."""
    if column.entity in NUMBERS or column.name in ("id_number", "value"):
        return (last_four(str(value)),) * 2
    if column.entity in NAMES:
        return (surname(str(value)),) * 2
    if column.name == "birth_date":
        return (str(value.year),) * 2
    if column.entity == "division":
        return (drawer.place(int(drawer.facts.ledger.tables[table].column(column.name)[row])),) * 2
    if column.entity == "program" and isinstance(value, str) and table != "programs":
        return (drawer.item(int(drawer.facts.ledger.tables[table].column(column.name)[row])),) * 2
    if column.type == "enum" or column.name in WORDED:
        return value_word(table, WORDED.get(column.name) or column.name, str(value))
    if isinstance(value, bool):
        return plain("yes" if value else "no")
    if column.type == "money":
        return (f"{Decimal(value) / 100:,.2f}",) * 2
    if isinstance(value, dt.datetime):
        return (value.strftime("%Y-%m-%d %H:%M"),) * 2
    if isinstance(value, float):
        return (f"{value:,.4f}".rstrip("0").rstrip("."),) * 2
    if isinstance(value, list):
        return ("、".join(map(str, value)), ", ".join(map(str, value)))
    return (redacted(str(value)),) * 2
