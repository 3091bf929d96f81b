"""What every portrait does: look whether it may be seen, put the look on the log, ask the history, add what the
database knows; while the history is away, show the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection

from service.access import Principal
from service.store import division_paths, kin_ties
from service.store.payments_of import page_standing
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.context import Context
from service.work.places import places_of
from service.work.portraits._cases import cases_where
from service.work.portraits._lines import payment_lines
from service.work.portraits.ask import Portraits
from service.work.portraits.errors import NothingThere
from service.work.portraits.look_things import Drawn
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import Portrait
from service.work.portraits.sight import Sight
from service.work.portraits.wire import read
from service.work.portraits.words import Pair
from service.work.queue.sight import ties_of
from service.work.scoring.asked import UnavailableError

Kind = Literal["household", "person", "card", "official", "village", "program"]
MOST: Final = 200
"""Payments of one page at most."""

_MICRO: Final = dt.timedelta(microseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing as the database knows it.

    * `number`: what the history calls it, which may be a number of somebody; empty where the database does not know
    * `title`: what it is called while the history is away
    * `looked`: whom and what a look at it is a look at; `division_code` where it lies, where that is known
    * `payments`: the condition on PAYMENTS of its payments, None where the database cannot list them
    * `cases`: the condition on CASES of the cases it is in
    """

    number: str
    title: Pair
    looked: Looked
    cases: ColumnElement[bool] | None = None
    payments: ColumnElement[bool] | None = None
    division_code: str | None = None


def portrait(
    context: Context,
    who: Principal,
    portraits: Portraits,
    kind: Kind,
    key: str,
    find: Callable[[Connection], Subject | None],
    *,
    after: str | None,
    limit: int,
) -> Portrait:
    """A thing with a page of payments. `find` looks for it within the scope of whoever asks.

    Raises NothingThere where `find` finds nothing, the history says that it lies outside the scope, or it is whoever
    asks, kin of theirs, or their household; the last is on the log.
    """
    limit = max(1, min(limit, MOST))
    with context.database.write() as connection:
        subject = find(connection)
        refused = subject is not None and is_own(connection, who, subject.looked)
        if subject is not None:
            verb = f"{kind}.refused" if refused else f"{kind}.looked_up"
            look_up(context, connection, who, verb, (kind, key), subject.looked, division_code=subject.division_code)
        sight = Sight.of(connection, who)
    if subject is None or refused:
        raise NothingThere
    away: Pair | None = None
    drawn: Drawn | None = None
    try:
        about = {"kind": kind, "id": subject.number, "after": after, "limit": limit, "brief": after is not None}
        drawn = read(Drawn, portraits.look(Asked("portrait", sight, context.clock.now(), about)))
    except UnavailableError as error:
        away = (error.chinese, str(error))
    places = places_of(context)
    with context.database.read() as connection:
        if drawn is None:
            numbers, further = _listed(connection, subject, after, limit)
            drawn = Drawn(there=True, title=subject.title, numbers=tuple(numbers), after=further)
        if not drawn.there:
            raise NothingThere
        return Portrait(
            kind=kind,
            key=key,
            title=drawn.title,
            facts=drawn.facts,
            people=drawn.people,
            cards=drawn.cards,
            posts=drawn.posts,
            payments=payment_lines(context, connection, who, places, drawn.numbers),
            after=drawn.after,
            by_year=drawn.by_year,
            by_month=drawn.by_month,
            by_item=drawn.by_item,
            graph=drawn.graph,
            events=drawn.events,
            peers=drawn.peers,
            cases=() if subject.cases is None else cases_where(connection, who, subject.cases),
            away=away,
        )


def in_scope(connection: Connection, who: Principal, divisions: Collection[str]) -> bool:
    """Whether any of some divisions lies in somebody's scope; of none, for those who see everywhere."""
    if who.sees_everywhere:
        return True
    return bool(set(divisions) - division_paths.outside(connection, divisions, who.divisions))


def is_own(connection: Connection, who: Principal, looked: Looked) -> bool:
    """Whether a look is one at oneself, kin, or one's own household or post."""
    ties = set(ties_of(connection, who))
    if not ties:
        return False
    behind = kin_ties.posts_of(connection, officials=looked.officials) if looked.officials else []
    members = kin_ties.members_of(connection, looked.households) if looked.households else {}
    persons = {*looked.persons, *members, *(post.person_hash for post in behind if post.person_hash)}
    keys = {f"person:{one}" for one in persons}
    keys |= {f"household:{one}" for one in looked.households} | {f"official:{one}" for one in looked.officials}
    homes = kin_ties.places_of(connection, persons)
    keys |= {f"household:{home.household_id}" for home in homes.values() if home.household_id}
    return bool(keys & ties)


def _listed(connection: Connection, subject: Subject, after: str | None, limit: int) -> tuple[list[str], str | None]:
    """A page of payments from the database alone, and where the next one begins."""
    if subject.payments is None:
        return [], None
    at, _, number = (after or "").partition("-")
    place = (_EPOCH + int(at) * _MICRO, number) if at.isascii() and at.isdigit() and len(at) < 19 and number else None
    found = page_standing(connection, subject.payments, place, limit + 1)
    if len(found) <= limit:
        return [one for one, _ in found], None
    last, known = found[limit - 1]
    return [one for one, _ in found[:limit]], f"{(known - _EPOCH) // _MICRO}-{last}"
