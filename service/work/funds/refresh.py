"""Make stale sums again, a few runs at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from service.store import jobs
from service.store.funds_flows import flows_of, replace_flows
from service.store.payment_sums import atoms, condition_of, replace_sums, stale_keys
from service.store.town_sums import replace_towns
from service.work.context import Context
from service.work.jobs import Hold
from service.work.places import places_of

KIND = "refresh_funds"
AT_ONCE = 8
"""Runs summed in one transaction: a writer elsewhere waits no longer than these take."""


def refresh_funds(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: until nothing is stale. Begun again after a crash it goes on with what is still stale."""
    while refresh_some(context):
        hold.renew()


def refresh_some(context: Context, at_once: int = AT_ONCE) -> bool:
    """Sum some stale runs anew. False when there was none.

    Reading and writing are two transactions: what becomes stale in between has a later stamp and stays marked.
    """
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    town_of = places_of(context).town_of
    with context.database.read() as connection:
        keys = stale_keys(connection, at_once)
        names = [key for key, _ in keys]
        made = atoms(connection, condition_of(names)) if keys else []
        flows = flows_of(connection, condition_of(names), zone) if keys else []
    if not keys:
        return False
    # Lost in a power cut, the marks of what is stale are back with the sums before.
    with context.database.write(lasting=False) as connection:
        replace_sums(connection, keys, made)
        replace_flows(connection, names, flows)
        replace_towns(connection, names, made, flows, town_of)
    return True


def ask_for_refresh(context: Context, connection: Any, *, within: dt.timedelta = dt.timedelta(0)) -> None:
    """Have the sums made again, at once or within some time; asked any number of times it is done once."""
    jobs.add(connection, KIND, {}, context.clock.now() + within, name=KIND)
