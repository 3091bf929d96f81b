"""Facts from other departments about a person known by a good identity number."""

from __future__ import annotations

from features.contract._schema import Column, Table
from features.contract._values import EVENT_KINDS

TABLE = Table(
    name="civil_events",
    doc="Deaths, prison terms, payroll, moves, companies, houses and vehicles, keyed by identity number.",
    columns=(
        Column("person_id", "id", True, entity="person", doc="whom the event is about"),
        Column("kind", "enum", True, EVENT_KINDS, doc="what happened"),
        Column("effective_on", "date", True, doc="when it happened"),
        Column("source", "id", entity="source", doc="the department that reported it"),
        Column("recorded_at", "ts", True, doc="when the platform learned of it"),
    ),
    clock="recorded_at",
    versioned=False,
    lost_without="deaths, prison terms, public payroll, moves away and assets",
    evidence=("kind", "effective_on", "person_id"),
    good_rows=(
        {
            "person_id": "519921195303041232",
            "kind": "death",
            "effective_on": "2019-01-10",
            "source": "civil_affairs",
            "recorded_at": "2019-03-01T14:39:05+08:00",
        },
    ),
    bad_rows=(
        (
            {"person_id": "519921195303041232", "kind": "death", "effective_on": "2019-01-10"},
            "recorded_at",
            "missing",
        ),
        (
            {
                "person_id": "519921195303041232",
                "kind": "dead",
                "effective_on": "2019-01-10",
                "recorded_at": "2019-03-01T14:39:05+08:00",
            },
            "kind",
            "bad_enum",
        ),
        (
            {
                "person_id": "519921195303041232",
                "kind": "death",
                "effective_on": "2019-01-10",
                "recorded_at": "2019-03-01T14:39:05",
            },
            "recorded_at",
            "bad_type",
        ),
    ),
)
