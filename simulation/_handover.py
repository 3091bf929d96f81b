"""What departments hand over: everything, or, where the data are poor, only some tables and columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.contract import TABLES
from simulation._streams import Streams

_OFTEN_MISSING = {
    "card_transactions": 0.5,
    "kinship": 0.4,
    "complaints": 0.4,
    "notices": 0.35,
    "card_events": 0.3,
    "authorizations": 0.3,
    "households": 0.3,
    "department_rows": 0.3,
    "holdings": 0.25,
    "certificates": 0.25,
    "approvals": 0.15,
    "settlements": 0.1,
}
"""How often a county with poor data lacks each table."""
_KEPT = {
    ("persons", "household_id"),
    ("disbursements", "run_id"),
    ("disbursements", "household_id"),
    ("disbursements", "application_id"),
    ("divisions", "parent_code"),
}
"""Optional columns that even poor data carry: without them hardly anything of the county is left."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Tables that are not shared, and columns that come empty."""

    missing: frozenset[str] = frozenset()
    empty: frozenset[tuple[str, str]] = frozenset()

    def shared(self, name: str, table: pa.Table) -> pa.Table | None:
        """The table as handed over, in the contract's order of columns; None where it is not shared at all.

        Raises ValueError where the table does not have exactly the contract's columns.
        """
        wanted = [column.name for column in TABLES[name].columns]
        if sorted(wanted) != sorted(table.column_names):
            raise ValueError(f"{name} has columns {table.column_names}, the contract says {wanted}")
        if name in self.missing:
            return None
        table = table.select(wanted)
        for place, column in enumerate(wanted):
            if (name, column) in self.empty:
                field = table.schema.field(column)
                table = table.set_column(place, field, pa.nulls(table.num_rows, field.type))
        return table


def draw(seed: int, profile: str) -> Handover:
    """Everything for most profiles; for `poor_data` two tables or more are missing and some columns are empty."""
    if profile != "poor_data":
        return Handover()
    rng: np.random.Generator = Streams(seed)("handover")
    missing = {name for name, share in _OFTEN_MISSING.items() if rng.random() < share}
    order = rng.permutation(len(_OFTEN_MISSING)).tolist()
    for place in order[: max(0, 2 - len(missing))]:
        missing.add(list(_OFTEN_MISSING)[place])
    optional = [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if not column.required
        and column.name != table.clock
        and (table.name, column.name) not in _KEPT
        and table.name not in ("programs", "program_rates", "divisions", "dispositions")
    ]
    empty = [optional[i] for i in rng.permutation(len(optional))[: int(rng.integers(3, 12))].tolist()]
    return Handover(frozenset(missing), frozenset(empty))
