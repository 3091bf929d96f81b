"""Value lists that more than one table uses."""

from __future__ import annotations

from typing import Final

EVENT_KINDS: Final = (
    "death",
    "imprisoned",
    "released",
    "public_payroll_start",
    "public_payroll_end",
    "moved_out",
    "company_registered",
    "house_bought",
    "vehicle_bought",
)
"""What other departments report about a person (`civil_events.kind`, `department_rows.kind`)."""

DECLARED_RELATIONS: Final = ("spouse", "parent", "child", "sibling", "in_law", "other")
"""How two people are related (`kinship.relation`)."""
