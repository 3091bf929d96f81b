"""What pages about accounts share: keys, and the words of where somebody may look."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from service.access import EVERYWHERE, Permission, Principal
from service.access.permissions import ROLES
from service.console.visit import Sent
from service.work.access.api_keys import NewKey
from service.work.access.grants import Access
from service.work.access.refused import RefusedError
from service.work.context import Context
from service.work.places import Place as Division
from service.work.places import places_of
from service.work.queue.states import DESKS

KEY_DAYS: Final = (30, 90, 180, 365)
"""How long a new key may hold, days."""
STAFF: Final = tuple(one for one in ROLES if one != "recipient")
"""Roles an account may have."""
MOST_PLACES: Final = 80
"""Divisions offered to choose from; others are given by their codes."""
DEEPEST: Final = 3
"""Steps the list of divisions is set in by."""
MOST_DIVISIONS: Final = 200
"""Divisions of one account."""


@dataclass(frozen=True, slots=True)
class Place:
    """A division: its code (`*` is everywhere) and its name, empty where nobody told of it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: number, name, what it begins with, what it may do (as `words_of` writes it), from which networks,
    until when, when it was used; `state` is holds, over or revoked."""

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


@dataclass(frozen=True, slots=True)
class Offered:
    """A division to choose: its code (`*` is everywhere), its name, and how deep it lies in the list, from 0."""

    code: str
    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class AccessForm:
    """What the form of an account's access holds.

    * `all_roles`: roles there are; `roles`: those that are chosen
    * `places`: divisions to choose from, from the topmost down; `divisions`: codes that are chosen
    * `others`: codes that are chosen and not among `places`, with spaces between
    * `desks`: those that are chosen
    """

    all_roles: tuple[str, ...]
    roles: tuple[str, ...]
    places: tuple[Offered, ...]
    divisions: tuple[str, ...]
    others: str
    desks: tuple[str, ...]


def access_form(context: Context, who: Principal, access: Access) -> AccessForm:
    """The form with an access entered; only places whoever gives it has."""
    tree = places_of(context)
    level = list(tree.tops(who))
    shown: set[str] = set()
    # Whole levels only, and no villages: nobody's access is one village of many.
    while level and len(shown) + len(level) <= MOST_PLACES:
        shown |= {one.code for one in level}
        level = [below for one in level for below in tree.below(one.code) if below.level != "village"]
    listed = [Offered(EVERYWHERE, "")] if who.sees_everywhere else []

    def walk(places: Iterable[Division], depth: int) -> None:
        for one in places:
            if one.code in shown:
                listed.append(Offered(one.code, one.name, min(depth, DEEPEST)))
                walk(tree.below(one.code), depth + 1)

    walk(tree.tops(who), 0)
    offered = {one.code for one in listed}
    others = " ".join(code for code in access.divisions if code not in offered)
    return AccessForm(STAFF, access.roles, tuple(listed), access.divisions, others, access.desks)


def access_sent(form: Sent) -> Access:
    """The access a form holds. Raises RefusedError for what is no division, role or desk."""
    codes = [*form.lists.get("divisions", ()), *form.get("others").replace(",", " ").replace("，", " ").split()]
    bad = next((code for code in codes if not re.fullmatch(r"\*|[0-9A-Za-z._-]{1,64}", code)), None)
    if bad is not None or len(codes) > MOST_DIVISIONS:
        raise RefusedError(
            "not-as-expected",
            f"Divisions: expected codes as 519901, or *, {MOST_DIVISIONS} at most.",
            f"行政区划：应为代码（如 519901）或 *，不超过 {MOST_DIVISIONS} 个。",
        )
    return entered_access(form)


def entered_access(form: Sent) -> Access:
    """What was entered, whatever it is, to stand in the form again."""
    codes = [*form.lists.get("divisions", ()), *form.get("others").replace(",", " ").replace("，", " ").split()]
    return Access(
        tuple(one for one in STAFF if one in form.lists.get("roles", ())),
        tuple(dict.fromkeys(codes[:MOST_DIVISIONS])),
        tuple(one for one in DESKS if one in form.lists.get("desks", ())),
    )


def new_key(form: Sent, account_id: int) -> NewKey:
    """The key a form asks for, for an account."""
    days = form.get("days")
    hold = int(days) if days in {str(one) for one in KEY_DAYS} else KEY_DAYS[0]
    return NewKey(
        account_id,
        form.get("name"),
        cast(tuple[Permission, ...], tuple(form.lists.get("permissions", ()))),
        form.visit.context.clock.now() + dt.timedelta(days=hold),
        addresses=tuple(form.get("addresses").split()),
    )


def number_of(form: Sent, name: str) -> int:
    """A number a form holds; 0, which is none's, for anything else."""
    text = form.get(name)
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


KEY: Final = Key(
    7, "payments", "mb_3f9a1c0b77de", ("runs_read", "runs_send"), ("10.1.0.0/16",),
    dt.datetime(2020, 6, 30, tzinfo=dt.UTC), dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC), "holds",
)  # fmt: skip
"""For examples."""

ACCESS: Final = AccessForm(
    STAFF, ("investigator",), (Offered("*", ""), Offered("519901", "青川县"), Offered("519901100", "桥楼镇", 1)),
    ("519901",),
    "5198", ("discipline",),
)  # fmt: skip
"""For examples."""
