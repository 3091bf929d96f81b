"""Where what a row speaks of is on record: the divisions of payments, runs, people, households and cards, in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Connection, bindparam, select

from service.store.facts import FACT_BATCHES
from service.store.kin_ties import PERSON_PLACES
from service.store.payments import PAYMENTS, RUN_FUNDS
from service.store.personal_values import PERSONAL_VALUES

Places = dict[str, set[str]]
"""Divisions by what lies in them; what nobody knows is not in it."""

_AT_ONCE = 2_000


def of_payments(connection: Connection, numbers: Collection[str]) -> Places:
    """Where payments were made, as they stand now."""
    return _found(connection, PAYMENTS.c.disbursement_id, PAYMENTS.c.division_code, numbers, PAYMENTS.c.until.is_(None))


def of_runs(connection: Connection, numbers: Collection[str]) -> Places:
    """Which divisions payment runs are on record for, by their own row."""
    return _found(connection, RUN_FUNDS.c.run_id, RUN_FUNDS.c.division_code, numbers, RUN_FUNDS.c.until.is_(None))


def of_persons(connection: Connection, hashes: Collection[str]) -> Places:
    """Where people are registered; of those nobody registered, where they were paid when they were first heard of."""
    found = _found(connection, PERSON_PLACES.c.person_hash, PERSON_PLACES.c.division_code, hashes)
    return _values(connection, "identity_number", set(hashes) - found.keys()) | found


def of_households(connection: Connection, numbers: Collection[str]) -> Places:
    """Where the people of households are registered."""
    return _found(connection, PERSON_PLACES.c.household_id, PERSON_PLACES.c.division_code, numbers)


def of_cards(connection: Connection, hashes: Collection[str]) -> Places:
    """Where the holders of cards are registered; of a card known from payments alone, where it was first paid to."""
    return _values(connection, "card", hashes)


def paid_within(
    connection: Connection, column: ColumnElement[str], values: Collection[str], scope: ColumnElement[bool]
) -> set[str]:
    """Of some values of a column of PAYMENTS those with a payment that stands and lies in the scope."""
    found: set[str] = set()
    for few in _few(values):
        asked = select(column).where(column.in_(few), PAYMENTS.c.until.is_(None), scope).distinct()
        found.update(str(value) for value in connection.execute(asked).scalars())
    return found


def batches(connection: Connection, numbers: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """Number and sealed content of some batches of facts, in order, a few at a time."""
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), 16):
        few = ordered[start : start + 16]
        asked = select(FACT_BATCHES.c.seq, FACT_BATCHES.c.content).where(FACT_BATCHES.c.seq.in_(few))
        for row in connection.execute(asked.order_by(FACT_BATCHES.c.seq)):
            yield int(row.seq), bytes(row.content)


def _values(connection: Connection, kind: str, references: Collection[str]) -> Places:
    column = PERSONAL_VALUES.c
    return _found(connection, column.reference, column.division_code, references, column.kind == kind)


def _found(
    connection: Connection,
    key: Column[str],
    division: Column[str],
    values: Collection[str],
    *conditions: ColumnElement[bool],
) -> Places:
    found: Places = {}
    asked = select(key, division).where(key.in_(bindparam("few", expanding=True)), division.is_not(None), *conditions)
    for few in _few(values):
        for value, code in connection.execute(asked, {"few": few}):
            if value in found:
                found[value].add(code)
            else:
                found[value] = {code}
    return found


def _few(values: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
