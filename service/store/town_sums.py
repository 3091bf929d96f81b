"""Sums and flows of money by township: the same as by village, added up, so that whoever looks at a county reads a
tenth of the rows. A village nobody knows stands for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Index, Table

from service.store._columns import METADATA
from service.store.funds_flows import flow_columns
from service.store.payment_sums import ADDED, Atom, day_columns, sum_columns

TOWN_FUNDS = Table(
    "town_funds",
    METADATA,
    *sum_columns(),
    Index("ix_town_funds_run_key", "run_key"),
    Index("ix_town_funds_division_code", "division_code"),
)

TOWN_DAYS = Table("town_days", METADATA, *day_columns(), Index("ix_town_days_run_key", "run_key"))

TOWN_FLOWS = Table(
    "town_flows",
    METADATA,
    *flow_columns(),
    Index("ix_town_flows_run_key", "run_key"),
    Index("ix_town_flows_division_code", "division_code"),
)

_CHANGES: Final = ("arrived", *ADDED)
_NAMED: Final = ("run_key", "run_id", "program_id", "period", "division_code", "day", "days")


def town_atoms(made: Iterable[Atom], town_of: Callable[[str], str]) -> list[Atom]:
    """Sums of villages by township."""
    found: dict[tuple[Any, ...], Atom] = {}
    for atom in made:
        town = town_of(atom.division_code)
        key = (atom.run_id, atom.program_id, atom.period, town)
        one = found.get(key)
        if one is None:
            found[key] = replace(atom, division_code=town, days_to_pay=dict(atom.days_to_pay))
            continue
        for name in ADDED:
            setattr(one, name, getattr(one, name) + getattr(atom, name))
        one.first_submitted_at = min(filter(None, (one.first_submitted_at, atom.first_submitted_at)), default=None)
        one.last_paid_at = max(filter(None, (one.last_paid_at, atom.last_paid_at)), default=None)
        for days, payments in atom.days_to_pay.items():
            one.days_to_pay[days] = one.days_to_pay.get(days, 0) + payments
    return list(found.values())


def town_rows(flows: Iterable[Mapping[str, Any]], town_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Flows of villages by township."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in flows:
        key = tuple(town_of(row[name]) if name == "division_code" else row[name] for name in _NAMED)
        held = found.setdefault(key, [0] * len(_CHANGES))
        for place, name in enumerate(_CHANGES):
            held[place] += row[name]
    return [
        {**dict(zip(_NAMED, key, strict=True)), **dict(zip(_CHANGES, values, strict=True))}
        for key, values in found.items()
        if any(values)
    ]
