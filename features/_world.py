"""A tiny invented world for the cases beside features and rules: state a situation in a line, get a ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from features._world_defaults import DEFAULTS, base_rows
from features.asof import Ledger, View
from features.contract import EVERY_TABLE
from features.contract._schema import Column

Row = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Rows by table, never changed in place: every method gives a new world.

    `without` names tables (or `table.column`s) that were not shared.
    """

    rows: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    without: frozenset[str] = frozenset()
    focus: str | None = None
    _cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def add(self, table: str, **columns: Any) -> World:
        """The world with one more row; missing required columns take the defaults of `_world_defaults.py`."""
        schema = EVERY_TABLE[table]
        known = {c.name for c in schema.columns}
        if strange := set(columns) - known:
            raise KeyError(f"table {table} has no column {sorted(strange)}")
        number = sum(1 for name, _ in self.rows if name == table) + 1
        row: Row = {k: (v.format(n=number) if isinstance(v, str) else v) for k, v in DEFAULTS[table].items()}
        row.update(columns)
        focus = str(row["disbursement_id"]) if table == "disbursements" else self.focus
        return replace(self, rows=(*self.rows, (table, tuple(row.items()))), focus=focus, _cache={})

    def paid(
        self, person: str = "P1", program: str = "PENSION", *, at: str = "2019-04-20T10:00:00", **columns: Any
    ) -> World:
        """One more disbursement, which becomes the one that is asked about.

        Without further columns it goes to the person's own household and card (H of the base world, C + number), for
        the month before `at` (or the year, for annual programs), in the person's village.
        """
        when = at if "T" in at else f"{at}T10:00:00"
        period = when[:4] if program in ("LAND", "HOUSING", "MACHINE", "RELIEF") else when[:7]
        own: Row = {
            "person_id": person,
            "program_id": program,
            "submitted_at": when,
            "card_id": person.replace("P", "C"),
            "household_id": self._fact("persons", "person_id", person, "household_id"),
            "payee_name": self._fact("persons", "person_id", person, "name"),
            "division_code": self._fact("persons", "person_id", person, "division_code") or "519901101001",
            "period": period,
        }
        return self.add("disbursements", **{**own, **columns})

    def died(self, person: str, *, on: str, recorded: str, source: str | None = "civil_affairs") -> World:
        """A death in the civil events."""
        return self.event(person, "death", on=on, recorded=recorded, source=source)

    def event(
        self, person: str, kind: str, *, on: str, recorded: str | None = None, source: str | None = None
    ) -> World:
        """A civil event; recorded on the same day where nothing else is said."""
        return self.add(
            "civil_events", person_id=person, kind=kind, effective_on=on, recorded_at=recorded or on, source=source
        )

    def listed(
        self,
        person: str | None,
        kind: str = "death",
        *,
        on: str,
        recorded: str,
        basis: str = "details",
        row: str = "R1",
    ) -> World:
        """A row of a department's list that was found to mean a person; None takes what was found back."""
        made = self
        if person is not None:
            made = self.add("department_rows", row_id=row, kind=kind, effective_on=on, recorded_at=recorded)
        return made.add(
            "matched_events",
            row_id=row,
            person_id=person,
            kind=kind,
            effective_on=on,
            recorded_at=recorded,
            basis=basis,
        )

    def about(self, disbursement_id: str) -> World:
        """The same world, asked about another disbursement."""
        return replace(self, focus=disbursement_id)

    def lacking(self, *needs: str) -> World:
        """The same world where these tables (or `table.column`s) were not shared."""
        return replace(self, without=self.without | set(needs), _cache={})

    def change(self, table: str, key: str, value: str, **columns: Any) -> World:
        """The same world with columns changed in every row of `table` whose column `key` equals `value`."""
        rows = tuple(
            (name, tuple({**dict(row), **columns}.items()))
            if name == table and dict(row).get(key) == value
            else (name, row)
            for name, row in self.rows
        )
        return replace(self, rows=rows, _cache={})

    def drop(self, table: str) -> World:
        """The same world with no row in `table` (the table is still shared)."""
        return replace(self, rows=tuple(r for r in self.rows if r[0] != table), _cache={})

    @cached_property
    def ledger(self) -> Ledger:
        """The rows as a ledger."""
        return Ledger(self.tables())

    def tables(self) -> dict[str, pa.Table]:
        """The tables of this world that were shared."""
        return {name: self._arrow(name) for name in EVERY_TABLE if name not in self.without}

    def view(self, *, as_of: str | None = None) -> View:
        """The disbursement asked about, as of its own submission, or of a later moment."""
        table = self.ledger.tables["disbursements"]
        ids = table.arrow("disbursement_id").to_pylist()
        rows = np.array([max(i for i, v in enumerate(ids) if v == self.focus)], dtype=np.int64)
        if as_of is None:
            return View.before_payment(self.ledger, rows)
        moment = pa.scalar(_ts(as_of), pa.timestamp("us", tz="UTC")).cast(pa.int64()).as_py()
        return View(self.ledger, np.array([moment]), rows)

    def _fact(self, table: str, key: str, value: str, column: str) -> Any:
        found = [dict(row).get(column) for name, row in self.rows if name == table and dict(row).get(key) == value]
        return found[-1] if found else None

    def _arrow(self, table: str) -> pa.Table:
        schema = EVERY_TABLE[table]
        rows = [dict(row) for name, row in self.rows if name == table]
        columns = [c for c in schema.columns if f"{table}.{c.name}" not in self.without]
        arrays = [pa.array([_typed(c, row.get(c.name)) for row in rows], _arrow_type(c)) for c in columns]
        return pa.table(dict(zip([c.name for c in columns], arrays, strict=True)))


@cache
def world() -> World:
    """The base world (see `_world_defaults.py`): a county, two townships, three villages, programs, people, cards."""
    made = World()
    for table, row in base_rows():
        made = made.add(table, **row)
    return replace(made, focus=None)


def _arrow_type(column: Column) -> pa.DataType:
    types: dict[str, pa.DataType] = {
        "date": pa.date32(),
        "ts": pa.timestamp("us", tz="UTC"),
        "money": pa.decimal128(18, 2),
        "number": pa.float64(),
        "int": pa.int64(),
        "bool": pa.bool_(),
        "list": pa.list_(pa.string()),
    }
    return types.get(column.type, pa.string())


def _typed(column: Column, value: Any) -> Any:
    if value is None or value == "":
        return None
    if column.type == "date":
        return dt.date.fromisoformat(str(value)[:10])
    if column.type == "ts":
        return _ts(str(value))
    if column.type == "money":
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if column.type == "number":
        return float(value)
    if column.type == "int":
        return int(value)
    if column.type == "bool":
        return value in (True, "true")
    if column.type == "list":
        return value.split("|") if isinstance(value, str) else list(value)
    if column.type == "enum" and value not in column.values:
        raise ValueError(f"{column.name}: {value!r} is not one of {column.values}")
    return str(value)


def _ts(text: str) -> dt.datetime:
    """Local time (+08:00) where no offset is written; a bare date is its midday."""
    moment = dt.datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=8)))
