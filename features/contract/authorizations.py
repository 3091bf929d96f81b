"""Lawful proxies: guardians, authorised helpers and institutions."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="authorizations",
    doc="Who may lawfully act or receive for somebody else, and for how long.",
    columns=(
        Column("person_id", "id", True, entity="person", doc="the person acted for"),
        Column("proxy_id", "id", True, entity="person", doc="the proxy: a person, or an institution"),
        Column("kind", "enum", True, ("guardian", "authorized_agent", "institution"), doc="kind of proxy"),
        Column("from_date", "date", True, doc="first day of the authorisation"),
        Column("to_date", "date", doc="last day of the authorisation"),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    clock="recorded_at",
    versioned=False,
    lost_without="lawful proxies, so a card used for somebody else cannot be explained by one",
    evidence=("kind", "person_id", "proxy_id"),
    good_rows=(
        {
            "person_id": "519921195303041232",
            "proxy_id": "519921198805122458",
            "kind": "authorized_agent",
            "from_date": "2018-01-01",
            "to_date": "2020-12-31",
            "recorded_at": "2018-01-03T09:00:00+08:00",
        },
    ),
    bad_rows=(
        (
            {"person_id": "519921195303041232", "proxy_id": "519921198805122458", "kind": "guardian"},
            "from_date",
            "missing",
        ),
        (
            {
                "person_id": "519921195303041232",
                "proxy_id": "519921198805122458",
                "kind": "neighbour",
                "from_date": "2018-01-01",
            },
            "kind",
            "bad_enum",
        ),
    ),
)
