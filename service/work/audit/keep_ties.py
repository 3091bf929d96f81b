"""Keep who belongs to whom and the sealed values of people and cards, from rows as they come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from service.sealing.column import about
from service.store import kin_ties, personal_values
from service.store.kin_ties import Post
from service.store.personal_values import PERSONAL_VALUES, ValueKind
from service.work.context import Context

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "persons": ("person_id", "household_id", "division_code", "recorded_at", "name", "phone"),
    "kinship": ("person_id", "relative_id", "relation", "recorded_at"),
    "officials": ("official_id", "post", "division_code", "from_date", "to_date", "person_id"),
    "cards": ("card_id", "holder_person_id"),
    "disbursements": ("person_id", "card_id", "division_code", "payee_name"),
}
"""The tables whose rows hold ties or whole numbers, and the columns that are read."""

Rows = list[tuple[Any, ...]]
Value = tuple[str, str, str | None, str | None, dt.datetime | None]
"""Reference, the value itself, division, person's hash, when it was known."""
Sealed = tuple[str, bytes, str | None, str | None, dt.datetime | None]
"""The same with the value sealed."""


def keep_ties(context: Context, connection: Connection, table: str, rows: pa.Table) -> None:
    """Keep what accepted rows say of ties and of people, in the caller's transaction; persons as keyed hashes.

    `rows` are rows of a contract table as intake makes them (canonical Arrow types; optional columns may be missing).
    Other tables change nothing; the same rows again change nothing either.
    """
    if table not in COLUMNS or rows.num_rows == 0:
        return
    for few in _columns(rows, COLUMNS[table]):
        _KEEPERS[table](context, connection, few)


def _persons(context: Context, connection: Connection, rows: Rows) -> None:
    told = [(context.seal.hash("person", row[0]), *row) for row in rows]
    kin_ties.keep_places(connection, ((person, h, d, at) for person, _, h, d, at, _, _ in told))
    _keep(context, connection, "identity_number", [(p, number, d, p, at) for p, number, _, d, at, _, _ in told])
    _keep(context, connection, "name", [(p, name, d, p, at) for p, _, _, d, at, name, _ in told if name])
    _keep(context, connection, "phone", [(p, phone, d, p, at) for p, _, _, d, at, _, phone in told if phone])


def _kinship(context: Context, connection: Connection, rows: Rows) -> None:
    hash = context.seal.hash
    kin_ties.keep_kin(connection, ((hash("person", p), hash("person", r), relation, at) for p, r, relation, at in rows))


def _officials(context: Context, connection: Connection, rows: Rows) -> None:
    kin_ties.keep_posts(
        connection,
        (
            Post(
                official,
                post,
                division or "",
                _day(begun) or "",
                _day(ended),
                None if person is None else context.seal.hash("person", person),
            )
            for official, post, division, begun, ended, person in rows
        ),
    )


def _cards(context: Context, connection: Connection, rows: Rows) -> None:
    hash = context.seal.hash
    owners = {hash("card", card): hash("person", holder) for card, holder in rows}
    places = kin_ties.places_of(connection, set(owners.values()))
    values: list[Value] = []
    for card, _ in rows:
        reference = hash("card", card)
        place = places.get(owners[reference])
        values.append((reference, card, place.division_code if place else None, owners[reference], None))
    keep_sealed(connection, _unknown(context, connection, {"card": values}))


def missing(context: Context, connection: Connection, rows: pa.Table) -> dict[ValueKind, list[Sealed]]:
    """Of rows of `disbursements` what nobody has sent yet, sealed: people and cards nobody registered are known from
    their payments alone. Nothing is changed; `keep_sealed` keeps it, and keeping twice changes nothing."""
    found: dict[ValueKind, list[Sealed]] = {}
    for few in _columns(rows, COLUMNS["disbursements"]):
        for kind, values in _missing_of(context, connection, few).items():
            found.setdefault(kind, []).extend(values)
    return found


def keep_sealed(connection: Connection, values: Mapping[ValueKind, Sequence[Sealed]]) -> None:
    """Keep what `missing` found."""
    for kind, some in values.items():
        personal_values.keep(connection, kind, some)


def _disbursements(context: Context, connection: Connection, rows: Rows) -> None:
    keep_sealed(connection, _missing_of(context, connection, rows))


def _missing_of(context: Context, connection: Connection, rows: Rows) -> dict[ValueKind, list[Sealed]]:
    told = [(context.seal.hash("person", row[0]), context.seal.hash("card", row[1]), *row) for row in rows]
    persons: list[Value] = [(p, number, d, p, None) for p, _, number, _, d, _ in told]
    cards: list[Value] = [(c, card, d, p, None) for p, c, _, card, d, _ in told]
    names: list[Value] = [(p, name, d, p, None) for p, _, _, _, d, name in told if name]
    return _unknown(context, connection, {"identity_number": persons, "card": cards, "name": names})


_KEEPERS: Final[dict[str, Callable[[Context, Connection, Rows], None]]] = {
    "persons": _persons,
    "kinship": _kinship,
    "officials": _officials,
    "cards": _cards,
    "disbursements": _disbursements,
}


def _keep(context: Context, connection: Connection, kind: ValueKind, values: Sequence[Value]) -> None:
    """Seal values and keep them."""
    personal_values.keep(connection, kind, _sealed(context, values))


def _sealed(context: Context, values: Iterable[Value]) -> list[Sealed]:
    bound = about(PERSONAL_VALUES.c.value)
    return [
        (reference, context.seal.seal(value.encode("utf-8", "replace"), bound), division, person, at)
        for reference, value, division, person, at in values
    ]


def _unknown(
    context: Context, connection: Connection, values: Mapping[ValueKind, Sequence[Value]]
) -> dict[ValueKind, list[Sealed]]:
    """The values nobody has sent yet, sealed: most payments are to people and cards that are known, so one look at what
    is there mostly ends it."""
    there = personal_values.known(connection, {value[0] for some in values.values() for value in some})
    found: dict[ValueKind, list[Sealed]] = {}
    for kind, some in values.items():
        if first := {value[0]: value for value in reversed(some) if (kind, value[0]) not in there}:
            found[kind] = _sealed(context, first.values())
    return found


def _columns(rows: pa.Table, names: Sequence[str]) -> Iterator[Rows]:
    """Rows of some columns in lists of a bounded length; a column nobody handed over is None throughout."""
    there = set(rows.column_names)
    for batch in rows.select([name for name in names if name in there]).to_batches(max_chunksize=5_000):
        columns = batch.to_pydict()
        yield list(zip(*(columns.get(name) or [None] * batch.num_rows for name in names), strict=True))


def _day(value: dt.date | None) -> str | None:
    """A date as text, None where there is none."""
    return None if value is None else value.isoformat()
