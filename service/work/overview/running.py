"""How the service runs, in a few lines: by what it scores, how fresh its facts are, what needs whoever keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.access import Principal
from service.store import access_requests, facts, jobs, scores, webhooks
from service.store.access_requests import ACCESS_REQUESTS
from service.work.context import Context
from service.work.readiness import Check, readiness


@dataclass(frozen=True, slots=True)
class State:
    """What everybody may know of the service.

    * `model_version`, `degraded`, `scored_at`: of the newest score; `degraded`: it was made by rules alone. None and
      False where nothing was scored yet
    * `facts_at`: when the newest rows came in, None where there are none
    """

    model_version: str | None
    degraded: bool
    scored_at: dt.datetime | None
    facts_at: dt.datetime | None


def state_of(context: Context) -> State:
    """How the service stands."""
    with context.database.read() as connection:
        last, newest = scores.last(connection), facts.newest(connection)
    if last is None:
        return State(None, False, None, newest)
    return State(str(last.model_version), bool(last.degraded), last.scored_at, newest)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What needs whoever keeps the service.

    * `checks`: what was looked at and is not in order
    * `failed`: kinds of jobs that were given up, with how many; `waiting`: jobs that wait or are worked on
    * `undelivered`, `given_up`: events on their way to others, and those nobody took
    * `requests`: changes of access that wait for this administrator's word
    """

    checks: tuple[Check, ...]
    failed: tuple[tuple[str, int], ...]
    waiting: int
    undelivered: int
    given_up: int
    requests: int


def keeping(context: Context, who: Principal) -> Keeping | None:
    """The same for whoever keeps settings or accounts; None for others."""
    if not (who.may("settings.manage") or who.may("accounts.manage")):
        return None
    checks = tuple(one for one in readiness(context) if not one.good)
    with context.database.read() as connection:
        counts = jobs.counts(connection)
        sent = webhooks.counts(connection)
        waits = (
            (ACCESS_REQUESTS.c.state == "waiting")
            & (ACCESS_REQUESTS.c.ends_at > context.clock.now())
            & (ACCESS_REQUESTS.c.asked_by != who.account_id)
        )
        asked = access_requests.page(connection, waits, 0, 100) if who.may("accounts.manage") else []
    return Keeping(
        checks=checks,
        failed=tuple(sorted((kind, n) for (kind, state), n in counts.items() if state == "failed")),
        waiting=sum(n for (_, state), n in counts.items() if state in ("waiting", "working")),
        undelivered=sent.get("waiting", 0),
        given_up=sent.get("dead", 0),
        requests=len(asked),
    )
