"""Deaths that stand on departments' lists without a good number, where a match found whom the row means.

A match is never as good as an event keyed by an identity number: what rests on these rows only asks who somebody is,
and no trained model reads it.
"""

from __future__ import annotations

from features.asof import Pairs, View


def matched_deaths(view: View) -> Pairs:
    """Rows of `matched_events` that tell of the death of the person paid and stand at the moment."""
    found = view.match("matched_events", "person_id")
    return found.where(found.is_("kind", "death"))


def listed_deaths(view: View) -> Pairs:
    """The rows of `department_rows` those deaths stand on, as evidence."""
    found = view.memo(matched_deaths)
    rows = View(view.ledger, view.at[found.query], None, {"row_id": found["row_id"]})
    listed = rows.match("department_rows", "row_id")
    return Pairs(view, "department_rows", found.query[listed.query], listed.row)
