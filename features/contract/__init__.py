"""The tables departments, banks and the finance bureau hand over: one file a table.

`TABLES` is found, not written: every file beside this one whose name has no leading underscore is imported and
must declare a `TABLE` of the same name. The order is that of the contract's page, from the ground up.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from features.contract._derived import DERIVED
from features.contract._schema import MAX_ID_LENGTH, Column, ColumnType, Table

__all__ = ["DERIVED", "EVERY_TABLE", "MAX_ID_LENGTH", "TABLES", "Column", "ColumnType", "Table"]

_ORDER: Final = (
    "divisions",
    "persons",
    "households",
    "officials",
    "kinship",
    "authorizations",
    "civil_events",
    "department_rows",
    "certificates",
    "holdings",
    "cards",
    "card_events",
    "card_transactions",
    "programs",
    "program_rates",
    "applications",
    "approvals",
    "notices",
    "payment_runs",
    "disbursements",
    "settlements",
    "complaints",
    "dispositions",
)
"""Order of the contract's page; a table added later stands at the end, by name."""


def _discover() -> dict[str, Table]:
    """Import every table file and return the declarations in contract order.

    Raises TypeError when a file declares no `TABLE`, or one with another name than its file.
    """
    found: dict[str, Table] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        table = getattr(importlib.import_module(f"{__name__}.{module.name}"), "TABLE", None)
        if not isinstance(table, Table) or table.name != module.name:
            raise TypeError(f"features/contract/{module.name}.py must declare TABLE = Table(name={module.name!r}, ...)")
        found[module.name] = table
    place = {name: number for number, name in enumerate(_ORDER)}
    return {name: found[name] for name in sorted(found, key=lambda name: (place.get(name, len(place)), name))}


TABLES: Final[dict[str, Table]] = _discover()

EVERY_TABLE: Final[dict[str, Table]] = {**TABLES, **DERIVED}
"""Handed-over tables, then derived ones: whatever a ledger may hold."""
