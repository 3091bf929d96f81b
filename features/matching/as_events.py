"""Links at `same` as civil events, each with how sure the link is.

A match counts as an event only at `same`; `unsure` is work for the department desk. An event made here says so in its
source and carries its confidence, so that a death by name alone can never weigh like one by number.
"""

from __future__ import annotations

import json
from typing import Final, Literal

import pyarrow as pa

PREFIX: Final = "list:"
NUMBER_LEVELS: Final = frozenset({"as_given", "rewritten", "old_form", "repaired"})
"""Levels of an identity number that agrees; every other link rests on details alone."""
DEATH_LEVELS: Final = frozenset({"same", "same_weeks"})
"""Levels of a registered death that fits the row's."""
SCHEMA: Final = pa.schema(
    [
        ("row_id", pa.string()),
        ("person_id", pa.string()),
        ("kind", pa.string()),
        ("effective_on", pa.date32()),
        ("source", pa.string()),
        ("basis", pa.string()),
        ("log_odds", pa.float64()),
        ("confidence", pa.float64()),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
    ]
)


def settled_by(agreement: str) -> Literal["nothing", "own_death", "others"]:
    """What told the person from namesakes, beside the row and the person's entry, of a match's `agreement`.

    Their own death on record, something on record about others, or nothing.

    >>> settled_by('{"died": {"level": "same"}, "stranger": {"level": "settled"}}')
    'own_death'
    """
    said = json.loads(agreement)
    if said.get("stranger", {}).get("level") != "settled":
        return "nothing"
    return "own_death" if said.get("died", {}).get("level") in DEATH_LEVELS else "others"


def as_events(matches: pa.Table, department_rows: pa.Table) -> pa.Table:
    """Civil-event rows of the links at `same`, in the order of `row_id`.

    `matches` is what `link` gives, `department_rows` the contract's table (columns `row_id`, `kind`, `source`,
    `effective_on`, `recorded_at`). `source` begins with `list:`; `basis` is `number` where an identity number agreed
    and `details` otherwise; `confidence` is the probability of the link; `recorded_at` is the list's. Raises KeyError
    for a matched row that is not in `department_rows`.
    """
    rows = {
        row["row_id"]: row
        for row in department_rows.select(["row_id", "kind", "source", "effective_on", "recorded_at"]).to_pylist()
    }
    events = []
    for match in matches.to_pylist():
        if match["decision"] != "same":
            continue
        row = rows[match["row_id"]]
        level = json.loads(match["agreement"]).get("id_number", {}).get("level")
        events.append(
            {
                "row_id": match["row_id"],
                "person_id": match["person_id"],
                "kind": row["kind"],
                "effective_on": row["effective_on"],
                "source": f"{PREFIX}{row['source']}"[:64],
                "basis": "number" if level in NUMBER_LEVELS else "details",
                "log_odds": match["log_odds"],
                "confidence": match["probability"],
                "recorded_at": row["recorded_at"],
            }
        )
    events.sort(key=lambda event: event["row_id"])
    return pa.Table.from_pylist(events, schema=SCHEMA)
