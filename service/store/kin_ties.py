"""Who is whose kin, of which household and village, and holds which post: by keyed hashes, for recusal and for marking
look-ups of one's own people. Kept from `kinship`, `persons` and `officials` rows as they come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Index, Table, Text, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Moment
from service.store.division_paths import DIVISION_PATHS

KIN_TIES = Table(
    "kin_ties",
    METADATA,
    # A tie stands twice, once from each side, so that one index answers.
    Column("person_hash", Text, primary_key=True),
    Column("relative_hash", Text, primary_key=True),
    Column("relation", Text, nullable=False),  # what the relative is to the person
    Column("recorded_at", Moment),
)

PERSON_PLACES = Table(
    "person_places",
    METADATA,
    Column("person_hash", Text, primary_key=True),
    Column("household_id", Text),
    Column("division_code", Text, nullable=False),
    Column("recorded_at", Moment),
    Index("ix_person_places_household_id", "household_id"),
    Index("ix_person_places_division_code", "division_code"),
)

OFFICIAL_POSTS = Table(
    "official_posts",
    METADATA,
    Column("official_id", Text, primary_key=True),
    Column("post", Text, primary_key=True),
    Column("division_code", Text, primary_key=True),
    Column("from_on", Text, primary_key=True),  # a date, empty where it is not known
    Column("to_on", Text),
    Column("person_hash", Text),
    Index("ix_official_posts_person_hash", "person_hash"),
    Index("ix_official_posts_division_code", "division_code"),
)

TURNED = {"parent": "child", "child": "parent"}
"""A relation seen from the other side, where it is another."""

_AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """The household (None where unknown) and the village of a person."""

    household_id: str | None
    division_code: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post an official holds or held; dates as `YYYY-MM-DD`, empty or None where open."""

    official_id: str
    post: str
    division_code: str
    from_on: str
    to_on: str | None
    person_hash: str | None


def keep_kin(connection: Connection, rows: Iterable[tuple[str, str, str, dt.datetime | None]]) -> None:
    """Keep ties `(person, relative, relation, recorded_at)`; a later row about the same two replaces the earlier."""
    _keep_newest(
        connection,
        KIN_TIES,
        (
            {"person_hash": person, "relative_hash": relative, "relation": relation, "recorded_at": at}
            for one, other, told, at in rows
            for person, relative, relation in ((one, other, told), (other, one, TURNED.get(told, told)))
        ),
    )


def keep_places(connection: Connection, rows: Iterable[tuple[str, str | None, str, dt.datetime | None]]) -> None:
    """Keep where people belong `(person, household, division, recorded_at)`; the newest row of a person stands."""
    _keep_newest(
        connection,
        PERSON_PLACES,
        (
            {"person_hash": person, "household_id": household, "division_code": division, "recorded_at": at}
            for person, household, division, at in rows
        ),
    )


def keep_posts(connection: Connection, rows: Iterable[Post]) -> None:
    """Keep posts; the same post sent again takes the place of what was there (it may have ended)."""
    for few in _few(rows):
        values = {
            (one.official_id, one.post, one.division_code, one.from_on): {
                "official_id": one.official_id,
                "post": one.post,
                "division_code": one.division_code,
                "from_on": one.from_on,
                "to_on": one.to_on,
                "person_hash": one.person_hash,
            }
            for one in few
        }
        _put(connection, OFFICIAL_POSTS, list(values.values()), newer=False)


def kin_among(connection: Connection, person: str, others: Collection[str]) -> dict[str, str]:
    """Of some people, those who are kin of a person, with what they are to the person."""
    found: dict[str, str] = {}
    for few in _few(sorted(others)):
        asked = select(KIN_TIES.c.relative_hash, KIN_TIES.c.relation).where(
            KIN_TIES.c.person_hash == person, KIN_TIES.c.relative_hash.in_(few)
        )
        found.update((str(row.relative_hash), str(row.relation)) for row in connection.execute(asked))
    return found


def kin_of(connection: Connection, person: str) -> dict[str, str]:
    """Everybody who is kin of a person, with what they are to the person."""
    asked = select(KIN_TIES.c.relative_hash, KIN_TIES.c.relation).where(KIN_TIES.c.person_hash == person)
    return {str(row.relative_hash): str(row.relation) for row in connection.execute(asked)}


def places_of(connection: Connection, persons: Collection[str]) -> dict[str, Place]:
    """Where people belong; those nobody registered are left out."""
    found: dict[str, Place] = {}
    for few in _few(sorted(persons)):
        asked = select(PERSON_PLACES).where(PERSON_PLACES.c.person_hash.in_(few))
        found.update(
            (str(row.person_hash), Place(row.household_id, str(row.division_code))) for row in connection.execute(asked)
        )
    return found


def members_of(connection: Connection, households: Collection[str]) -> dict[str, Place]:
    """The people of some households, by keyed hash, with where they belong."""
    found: dict[str, Place] = {}
    for few in _few(sorted(households)):
        asked = select(PERSON_PLACES).where(PERSON_PLACES.c.household_id.in_(few))
        found.update(
            (str(row.person_hash), Place(row.household_id, str(row.division_code))) for row in connection.execute(asked)
        )
    return found


def posts_of(connection: Connection, *, officials: Collection[str] = (), persons: Collection[str] = ()) -> list[Post]:
    """The posts of officials, named by their number or by the keyed hash of their person."""
    found: dict[tuple[str, ...], Post] = {}
    for column, names in ((OFFICIAL_POSTS.c.official_id, officials), (OFFICIAL_POSTS.c.person_hash, persons)):
        for few in _few(sorted(names)):
            for row in connection.execute(select(OFFICIAL_POSTS).where(column.in_(few))):
                one = Post(row.official_id, row.post, row.division_code, row.from_on, row.to_on, row.person_hash)
                found[one.official_id, one.post, one.division_code, one.from_on] = one
    return list(found.values())


def same_place(connection: Connection, division_code: str, others: Collection[str]) -> set[str]:
    """Of some villages, those that are this one: the same code, or one merged into the other."""
    found = {division_code} & set(others)
    paths = DIVISION_PATHS.c
    for few in _few(sorted(others)):
        asked = select(paths.division_code, paths.ancestor_code).where(
            or_(
                (paths.division_code == division_code) & paths.ancestor_code.in_(few),
                (paths.ancestor_code == division_code) & paths.division_code.in_(few),
            )
        )
        for row in connection.execute(asked):
            found |= {str(row.division_code), str(row.ancestor_code)}
    return found & set(others)


def _keep_newest(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows of a table whose newest version stands; of two in one batch the later known."""
    keys = [column.name for column in table.primary_key]
    for few in _few(rows):
        newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for row in few:
            key = tuple(row[name] for name in keys)
            if key not in newest or _known(row) >= _known(newest[key]):
                newest[key] = row
        _put(connection, table, list(newest.values()), newer=True)


def _known(row: Mapping[str, Any]) -> dt.datetime:
    """When a row was known; one that does not say counts as known always."""
    at: dt.datetime | None = row["recorded_at"]
    return at or dt.datetime.min.replace(tzinfo=dt.UTC)


def _put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, newer: bool) -> None:
    """Insert, or replace what has the same key; with `newer` only where what is there was known earlier."""
    if not rows:
        return
    # In one order everywhere: two batches at once then never wait for each other in a circle.
    keys = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in keys))
    made = (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)
    rest = {column.name: made.excluded[column.name] for column in table.columns if not column.primary_key}
    where = None
    if newer:
        there, comes = table.c.recorded_at, made.excluded.recorded_at
        where = or_(there.is_(None), comes >= there)
    connection.execute(made.on_conflict_do_update(index_elements=keys, set_=rest, where=where), ordered)


def _few(items: Iterable[T]) -> Iterator[list[T]]:
    """Items in lists of a size that both databases take in one statement."""
    waiting = iter(items)
    while few := list(islice(waiting, _AT_ONCE)):
        yield few
