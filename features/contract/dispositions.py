"""Findings: what came of a payment somebody looked at."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="dispositions",
    doc="Findings on payments. `error` is an honest mistake; a payment without a finding is unlabelled, not clean.",
    columns=(
        Column("disbursement_id", "id", True, entity="disbursement", doc="the payment"),
        Column("outcome", "enum", True, ("confirmed", "cleared", "error"), doc="what was found"),
        Column("typology", "id", doc="code of the kind of irregularity"),
        Column(
            "suspect_role", "enum", values=("official", "agent", "household", "department"), doc="whose doing it was"
        ),
        Column("decided_at", "ts", True, doc="when it was decided"),
        Column(
            "selected_by",
            "enum",
            values=("score", "rule", "complaint", "random", "audit"),
            doc="why this payment was looked at",
        ),
    ),
    key=("disbursement_id",),
    clock="decided_at",
    lost_without="findings to learn from: the score then rests on rules and unusualness alone",
    good_rows=(
        {
            "disbursement_id": "D00004283",
            "outcome": "confirmed",
            "typology": "T01",
            "suspect_role": "official",
            "decided_at": "2018-10-25T15:35:42+08:00",
            "selected_by": "random",
        },
    ),
    bad_rows=(
        (
            {"disbursement_id": "D00004283", "outcome": "proven", "decided_at": "2018-10-25T15:35:42+08:00"},
            "outcome",
            "bad_enum",
        ),
        (
            {
                "disbursement_id": "D00004283",
                "outcome": "cleared",
                "decided_at": "2018-10-25T15:35:42+08:00",
                "selected_by": "hunch",
            },
            "selected_by",
            "bad_enum",
        ),
    ),
)
