"""What keys asked about single payments, hour by hour, in the log: whoever may have payments scored learns what is
known of whoever they name, also of people registered elsewhere.

Nothing is written while somebody waits for a score. A payment that is scored is on record with the key that sent it;
every hour what came since is counted and told in one line a key and hour. How far that is stands in the same
transaction: a crash repeats nothing and leaves nothing out. Refusals are on no record: they are told at the first and
then each time their number has doubled (`note_refused`), so that a thousand make ten lines, and a crash hides less than
half.
"""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from service.access import EVERYWHERE, Principal
from service.store import Database, accounts, api_keys, facts, followers
from service.store.kin_ties import places_of
from service.store.runs import known_divisions
from service.work.audit.record import Line, record
from service.work.facts.batches import opened
from service.work.facts.follow_live import LIVE

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from service.work.context import Context
    from service.work.jobs import Hold

KIND: Final = "payments_asked"
ASKED: Final = "payments.asked"
REFUSED: Final = "payments.refused"
EVERY: Final = dt.timedelta(hours=1)
BATCHES: Final = 200
"""Batches looked through at once."""


@dataclass(slots=True)
class _Sums:
    """By key and hour: payments, those of people registered outside the key's divisions alone, those that came in one
    batch with another key's (of which it is not told whose they were: they count with each)."""

    payments: Counter[tuple[str, str]] = field(default_factory=Counter)
    elsewhere: Counter[tuple[str, str]] = field(default_factory=Counter)
    shared: Counter[tuple[str, str]] = field(default_factory=Counter)


def payments_asked(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: tell what was asked since it last ran, and come again in an hour. What was asked before it ran for the
    first time is not told."""
    from service.store import jobs

    tell(context, hold)
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, context.clock.now() + EVERY, name=KIND)


def tell(context: Context, hold: Hold | None = None) -> int:
    """Tell what was asked since this was last done; how many lines that made."""
    with context.database.write() as connection:
        last = facts.last_seq(connection)
        if followers.begin(connection, KIND, last):
            return 0
        since = followers.seq_of(connection, KIND)
    found = _Sums()
    scopes: dict[str, frozenset[str]] = {}
    at = since
    while at < last:
        with context.database.read() as connection:
            rows = facts.sent_between(connection, at, last, LIVE, BATCHES)
            for row in rows:
                _count(context, connection, row, scopes, found)
        at = int(rows[-1]["seq"]) if len(rows) == BATCHES else last
        if hold is not None:
            hold.renew()
    lines = [_line(one, found) for one in sorted(found.payments)]
    with context.database.write() as connection:
        # Where another worker was first nothing is told twice.
        if last == since or not followers.advance(connection, KIND, since, last):
            return 0
        record(context, connection, *lines)
    return len(lines)


def _count(
    context: Context, connection: Connection, row: RowMapping, scopes: dict[str, frozenset[str]], found: _Sums
) -> None:
    keys = str(row["source"]).removeprefix(LIVE).split(",")
    hour = _hour(row["received_at"])
    persons = opened(context, row["content"]).column("person_id").to_pylist()
    homes: list[set[str]] | None = None
    for key in keys:
        found.payments[key, hour] += len(persons)
        found.shared[key, hour] += len(persons) if len(keys) > 1 else 0
        if key not in scopes:
            scopes[key] = _scope(connection, key)
        if EVERYWHERE in scopes[key]:
            continue
        homes = homes if homes is not None else _homes(context, connection, persons)
        found.elsewhere[key, hour] += sum(bool(above) and not above & scopes[key] for above in homes)


def _homes(context: Context, connection: Connection, persons: Iterable[str]) -> list[set[str]]:
    """Of people the divisions above their homes, theirs included; empty for those nobody registered."""
    hashes = [context.seal.hash("person", one) for one in persons]
    places = places_of(connection, set(hashes))
    above = known_divisions(connection, sorted({place.division_code for place in places.values()}))
    return [above.get(places[one].division_code, set()) if one in places else set() for one in hashes]


def _scope(connection: Connection, name: str) -> frozenset[str]:
    """The divisions of a key (`account/key`) or an account as they are now; none where it is gone."""
    account_name, _, key_name = name.partition("/")
    account = accounts.by_name(connection, account_name)
    if account is None:
        return frozenset()
    key = api_keys.by_name(connection, account.account_id, key_name) if key_name else None
    return frozenset(key.divisions if key is not None and key.divisions else account.divisions)


def _line(one: tuple[str, str], found: _Sums) -> Line:
    key, hour = one
    details: dict[str, Any] = {"hour": hour, "payments": found.payments[one], "elsewhere": found.elsewhere[one]}
    if found.shared[one]:
        details["shared"] = found.shared[one]
    return Line(key, ASKED, "key", key, details=details)


def _hour(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:00Z")


class _Refusals:
    """Refusals of the hour by key, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[str, int, int]] = {}

    def add(self, key: str, hour: str, count: int) -> int | None:
        """Count; the number to be told now, None where it has not doubled since it was told last."""
        with self._lock:
            then, total, told = self._found.get(key, (hour, 0, 0))
            if then != hour:
                total, told = 0, 0
            total += count
            due = total >= max(1, 2 * told)
            self._found[key] = (hour, total, total if due else told)
            return total if due else None


_REFUSALS: weakref.WeakKeyDictionary[Database, _Refusals] = weakref.WeakKeyDictionary()


def count_outside(places: Iterable[object]) -> int:
    """How many payments of a call were refused because they lie outside the sender's divisions (`places` as
    `scoring.inside.prepared` gives them)."""
    refused = (one for one in places if isinstance(one, list))
    return sum(any(flaw["found"].startswith("outside_divisions") for flaw in flaws) for flaws in refused)


def note_refused(context: Context, who: Principal, count: int) -> None:
    """Note that payments outside a sender's divisions were refused; in the log at the first of an hour and each time
    their number has doubled."""
    hour = _hour(context.clock.now())
    total = _REFUSALS.setdefault(context.database, _Refusals()).add(who.name, hour, count)
    if total is not None:
        with context.database.write() as connection:
            record(
                context, connection, Line(who.name, REFUSED, "key", who.name, details={"hour": hour, "refused": total})
            )
