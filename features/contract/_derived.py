"""Tables that are made here from handed-over ones: nobody hands them in, and the ledger reads them where they are."""

from __future__ import annotations

from typing import Final

from features.contract._schema import Column, Table
from features.contract._values import EVENT_KINDS

MATCHED_EVENTS: Final = Table(
    name="matched_events",
    doc="Rows of departments' lists and the person each was found to mean, where the match says `same`.",
    columns=(
        Column("row_id", "id", True, entity="row", doc="the row of `department_rows`"),
        Column("person_id", "id", entity="person", doc="who is meant; empty in a version that takes a match back"),
        Column("kind", "enum", True, EVENT_KINDS, doc="what happened, as the list says"),
        Column("effective_on", "date", True, doc="when it happened"),
        Column("source", "id", entity="source", doc="the list"),
        Column(
            "basis", "enum", values=("number", "details"), doc="whether an identity number agreed, or details alone"
        ),
        Column("log_odds", "number", doc="natural logarithm of the odds that row and person are the same"),
        Column("recorded_at", "ts", True, doc="when both row and person were on record, or when a later run decided"),
    ),
    key=("row_id",),
    clock="recorded_at",
    lost_without="events that only lists without identity numbers tell of (made by matching, never handed in)",
)

DERIVED: Final[dict[str, Table]] = {MATCHED_EVENTS.name: MATCHED_EVENTS}
"""Derived tables by name. They lie in the store beside the handed-over ones, and a reload leaves them alone."""
