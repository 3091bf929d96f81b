"""The chain of stages an application went through, and whose hands."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="approvals",
    doc="The chain: household reports, village assesses, list posted, township reviews, county determines, release.",
    columns=(
        Column("application_id", "id", True, entity="application", doc="the application"),
        Column(
            "stage",
            "enum",
            True,
            (
                "household_report",
                "village_assessment",
                "public_notice",
                "township_review",
                "county_determination",
                "finance_release",
            ),
            doc="stage of the chain",
        ),
        Column("official_id", "id", entity="official", doc="who handled it"),
        Column("at", "ts", True, doc="when it was handled"),
        Column("result", "enum", values=("passed", "returned", "rejected"), doc="how it ended"),
        Column("recused_official_id", "id", entity="official", doc="who stepped aside"),
    ),
    clock="at",
    versioned=False,
    lost_without="who approved what and when: same hands, gaps, own kin, approvals before the notice ended",
    evidence=("stage", "application_id"),
    good_rows=(
        {
            "application_id": "A0001176",
            "stage": "township_review",
            "official_id": "O10056",
            "at": "2017-10-28T11:13:33+08:00",
            "result": "passed",
            "recused_official_id": "O10057",
        },
    ),
    bad_rows=(
        (
            {"application_id": "A0001176", "stage": "village_review", "at": "2017-10-28T11:13:33+08:00"},
            "stage",
            "bad_enum",
        ),
        (
            {
                "application_id": "A0001176",
                "stage": "public_notice",
                "at": "2017-10-28T11:13:33+08:00",
                "result": "ok",
            },
            "result",
            "bad_enum",
        ),
        ({"application_id": "A0001176", "stage": "public_notice"}, "at", "missing"),
    ),
)
