"""Make stale sums again, a few runs at a time.

What is to be kept is thought out before the lock of writers is taken, and kept a few rows at a time.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table

from service.store import jobs, kept_sums
from service.store.funds_flows import FUNDS_FLOWS, flows_of
from service.store.payment_sums import FUNDS, FUNDS_DAYS, atoms, condition_of, day_rows, stale_keys, sum_rows
from service.store.town_sums import TOWN_DAYS, TOWN_FLOWS, TOWN_FUNDS, town_atoms, town_rows
from service.work.context import Context
from service.work.jobs import Hold
from service.work.places import places_of

KIND = "refresh_funds"
AT_ONCE = 8
"""Runs summed from one look."""

ROWS = 800
"""So many rows, or one place's, are kept in one transaction: a writer elsewhere waits no longer than these take."""

RENEW_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = 0.005
"""Between two transactions, so that who waits to write comes first."""

Key = tuple[str, int]
"""What sums are kept by, and the stamp of its staleness."""
Rows = dict[Table, list[Mapping[str, Any]]]
"""Rows of each table of sums."""


def refresh_funds(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: until nothing is stale. Begun again after a crash it goes on with what is still stale."""
    renewed = time.monotonic()
    while refresh_some(context):
        # Each renewal takes the lock of writers.
        if hold.stopping() or time.monotonic() - renewed > RENEW_SECONDS:
            hold.renew()
            renewed = time.monotonic()


def refresh_some(context: Context, at_once: int = AT_ONCE) -> bool:
    """Sum some stale runs anew. False when there was none.

    Reading and writing are several transactions: what becomes stale in between has a later stamp and stays marked, and
    a run is marked until all of it is kept.
    """
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    town_of = places_of(context).town_of
    with context.database.read() as connection:
        keys = stale_keys(connection, at_once)
        if not keys:
            return False
        where = condition_of([key for key, _ in keys])
        made, flows = atoms(connection, where), flows_of(connection, where, zone)
    towns = town_atoms(made, town_of)
    rows: dict[Table, Sequence[Mapping[str, Any]]] = {
        FUNDS: sum_rows(made),
        FUNDS_DAYS: day_rows(made),
        FUNDS_FLOWS: flows,
        TOWN_FUNDS: sum_rows(towns),
        TOWN_DAYS: day_rows(towns),
        TOWN_FLOWS: town_rows(flows, town_of),
    }
    by_key: dict[str, Rows] = {key: {table: [] for table in kept_sums.TABLES} for key, _ in keys}
    for table, some in rows.items():
        for row in some:
            by_key[str(row["run_key"])][table].append(row)
    for part in _parts(keys, by_key):
        if len(part) == 1 and _count(by_key[part[0][0]]) > ROWS:
            _keep_long(context, part[0], by_key[part[0][0]])
        else:
            _keep(context, part, by_key)
    return True


def ask_for_refresh(context: Context, connection: Any, *, within: dt.timedelta = dt.timedelta(0)) -> None:
    """Have the sums made again, at once or within some time; asked any number of times it is done once."""
    jobs.add(connection, KIND, {}, context.clock.now() + within, name=KIND)


def _keep(context: Context, keys: Sequence[Key], by_key: Mapping[str, Rows]) -> None:
    """Keep the sums of some runs, whole."""
    # Lost in a power cut, the marks of what is stale are back with the sums before.
    with context.database.write(lasting=False) as connection:
        context.database.alone(connection, "funds")
        there = kept_sums.still_stale(connection, [key for key, _ in keys])
        if not there:
            return
        for table in kept_sums.TABLES:
            kept_sums.replace(connection, table, there, [row for key in there for row in by_key[key][table]])
        kept_sums.made_again(connection, [key for key in keys if key[0] in there])
    time.sleep(PAUSE_SECONDS)


def _keep_long(context: Context, key: Key, rows: Rows) -> None:
    """Keep the sums of a run in many places, table by table and some places at a time."""
    every: dict[Table, list[str]] = {}
    for table, some in rows.items():
        by_place: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in some:
            by_place[str(row["division_code"])].append(row)
        every[table] = list(by_place)
        for places in _together(by_place):
            with context.database.write(lasting=False) as connection:
                context.database.alone(connection, "funds")
                if not kept_sums.still_stale(connection, [key[0]]):
                    return
                fresh = [row for place in places for row in by_place[place]]
                kept_sums.replace_places(connection, table, key[0], places, fresh)
            time.sleep(PAUSE_SECONDS)
    with context.database.write(lasting=False) as connection:
        context.database.alone(connection, "funds")
        if kept_sums.still_stale(connection, [key[0]]):
            for table, places in every.items():
                kept_sums.only_places(connection, table, key[0], places)
            kept_sums.made_again(connection, [key])


def _parts(keys: Sequence[Key], by_key: Mapping[str, Rows]) -> Iterator[list[Key]]:
    """Runs that are kept in one transaction; one with more rows than that by itself."""
    part: list[Key] = []
    held = 0
    for key in keys:
        count = _count(by_key[key[0]])
        if part and held + count > ROWS:
            yield part
            part, held = [], 0
        part.append(key)
        held += count
    if part:
        yield part


def _together(by_place: Mapping[str, Sequence[Any]]) -> Iterator[list[str]]:
    """Places whose rows are kept in one transaction."""
    part: list[str] = []
    held = 0
    for place, rows in by_place.items():
        if part and held + len(rows) > ROWS:
            yield part
            part, held = [], 0
        part.append(place)
        held += len(rows)
    if part:
        yield part


def _count(rows: Rows) -> int:
    return sum(len(some) for some in rows.values())
