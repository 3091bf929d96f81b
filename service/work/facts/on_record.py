"""Whose a row is that names no division, or one of the sender's: by what is on record of the payment, run, person,
household, card or application it speaks of.

Whoever is on record nowhere is evidence, as a village nobody knows is. Whoever is on record elsewhere alone is not the
sender's to speak of: a bank's answer, a withdrawal or an approval counts wherever the payment is. People and cards that
a division of the sender's pays are its own to speak of, wherever they are registered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final

from service.access import Principal
from service.access.scope import within
from service.store import fact_keys, whose
from service.store.payments import PAYMENTS
from service.store.runs import known_divisions
from service.store.whose import Places
from service.work.facts.batches import opened
from service.work.facts.hashes import keys_of

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

    from service.work.context import Context

SPEAKS_OF: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "disbursements": (("disbursement_id", "payment"),),
    "settlements": (("disbursement_id", "payment"),),
    "payment_runs": (("run_id", "run"),),
    "applications": (("application_id", "application"),),
    "approvals": (("application_id", "application"),),
    "notices": (("application_id", "application"),),
    "cards": (("card_id", "card"),),
    "card_events": (("card_id", "card"),),
    "card_transactions": (("card_id", "card"),),
    "certificates": (("person_id", "person"),),
    "authorizations": (("person_id", "person"),),
    "households": (("household_id", "household"),),
    "holdings": (("household_id", "household"),),
    "complaints": (("person_id", "person"), ("card_id", "card")),
}
"""What rows of a table speak of: column and kind of thing."""

_PAID: Final = {"person": PAYMENTS.c.person, "card": PAYMENTS.c.card}


def elsewhere(
    context: Context, connection: Connection, divisions: Collection[str], table: str, rows: pa.RecordBatch
) -> dict[int, str]:
    """Rows (by position) that speak of something on record outside some divisions alone, with where it is on record."""
    found: dict[int, str] = {}
    for column, kind in SPEAKS_OF.get(table, ()):
        if column not in rows.schema.names:
            continue
        told = rows.column(column).to_pylist()
        far = _far(context, connection, divisions, kind, {value for value in told if value is not None})
        found |= {place: far[value] for place, value in enumerate(told) if value in far}
    return found


def payments_elsewhere(
    context: Context, connection: Connection, divisions: Collection[str], numbers: Collection[str]
) -> set[str]:
    """Of some payments, by number, those on record outside some divisions alone."""
    return set(_far(context, connection, divisions, "payment", set(numbers)))


def _far(
    context: Context, connection: Connection, divisions: Collection[str], kind: str, values: set[str]
) -> dict[str, str]:
    """Of some things those that are on record elsewhere alone, with a division they are on record in."""
    hashed = {one: one for one in values}
    if kind in _PAID:
        hashed = {context.seal.hash("card" if kind == "card" else "person", one): one for one in values}
    places = _PLACES[kind](context, connection, hashed.keys())
    above = known_divisions(connection, sorted({code for codes in places.values() for code in codes}))
    far: dict[str, str] = {}
    for reference, codes in places.items():
        known = sorted(code for code in codes if code in above)
        if known and not any(above[code] & set(divisions) for code in known):
            far[reference] = known[0]
    if far and kind in _PAID:
        sender = Principal(0, "sender", frozenset(), tuple(divisions), "command")
        paid = whose.paid_within(connection, _PAID[kind], far.keys(), within(sender, PAYMENTS.c.division_code))
        far = {reference: code for reference, code in far.items() if reference not in paid}
    return {hashed[reference]: code for reference, code in far.items()}


def _applications(context: Context, connection: Connection, numbers: Collection[str]) -> Places:
    """Where applications were made: their rows lie in batches, and which ones the keys on record tell."""
    import pyarrow as pa

    from features.contract import TABLES

    table, ordered = TABLES["applications"], sorted(numbers)
    keys = keys_of(context.seal, table, pa.RecordBatch.from_pydict({"application_id": pa.array(ordered, pa.string())}))
    standing = fact_keys.standing(connection, table.name, keys)
    found: Places = {}
    for _, content in whose.batches(connection, {rows[-1].seq for rows in standing.values()}):
        batch = opened(context, content).select(["application_id", "division_code"])
        for number, code in zip(batch["application_id"].to_pylist(), batch["division_code"].to_pylist(), strict=True):
            if number in numbers and code is not None:
                found[number] = {code}
    return found


_PLACES: Final[dict[str, Callable[[Context, Connection, Any], Places]]] = {
    "payment": lambda _, connection, values: whose.of_payments(connection, values),
    "run": lambda _, connection, values: whose.of_runs(connection, values),
    "person": lambda _, connection, values: whose.of_persons(connection, values),
    "household": lambda _, connection, values: whose.of_households(connection, values),
    "card": lambda _, connection, values: whose.of_cards(connection, values),
    "application": _applications,
}
