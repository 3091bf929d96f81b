"""What pages about accounts share: keys, and the words of where somebody may look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.access import EVERYWHERE
from service.work.context import Context
from service.work.places import places_of

KEY_DAYS: Final = (30, 90, 180, 365)
"""How long a new key may hold, days."""


@dataclass(frozen=True, slots=True)
class Place:
    """A division: its code (`*` is everywhere) and its name, empty where nobody told of it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: number, name, what it begins with, what it may do (as `words_of` writes it), from which networks, until when, when it was used;
    `state` is holds, over or revoked."""

    number: int
    name: str
    prefix: str
    permissions: tuple[str, ...]
    addresses: tuple[str, ...]
    expires_at: dt.datetime
    used_at: dt.datetime | None
    state: str


def named(context: Context, codes: Iterable[str]) -> tuple[Place, ...]:
    """Divisions with their names."""
    places = places_of(context)
    found = []
    for code in codes:
        name = "" if code == EVERYWHERE else places.full_name(code)
        found.append(Place(code, "" if name == code else name))
    return tuple(found)


def words_of(permissions: Iterable[str]) -> tuple[str, ...]:
    """Permissions as the words name them.

    >>> words_of(["facts.read_quarantine"])
    ('facts_read_quarantine',)
    """
    return tuple(one.replace(".", "_") for one in permissions)


def keys_of(context: Context, rows: Sequence[Any]) -> tuple[Key, ...]:
    """Keys as pages show them, newest first."""
    now = context.clock.now()
    return tuple(
        Key(
            int(row.key_id),
            str(row.name),
            f"mb_{row.prefix}",
            words_of(row.permissions),
            tuple(row.addresses),
            row.expires_at,
            row.used_at,
            "revoked" if row.revoked_at is not None else "over" if row.expires_at <= now else "holds",
        )
        for row in sorted(rows, key=lambda one: -int(one.key_id))
    )


KEY: Final = Key(
    7, "payments", "mb_3f9a1c0b77de", ("runs_read", "runs_send"), ("10.1.0.0/16",),
    dt.datetime(2020, 6, 30, tzinfo=dt.UTC), dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC), "holds",
)  # fmt: skip
"""For examples."""
