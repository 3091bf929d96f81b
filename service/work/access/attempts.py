"""Slows guessing down: failures are counted by name and by address, and each further try waits longer.

A try is counted before the password is looked at and taken back when it was right, so that a hundred tries sent at
once count as a hundred. Names that no account has are counted alike: the answers are the same.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from service.store import sign_in_attempts
from service.work.access.refused import RefusedError
from service.work.audit.record import Line, record
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, how long the first wait is, and the longest. Waits double; failures halve each hour
    that passes without one."""

    free: int
    first: dt.timedelta
    longest: dt.timedelta


BY_NAME: Final = Patience(5, dt.timedelta(seconds=30), dt.timedelta(minutes=15))
BY_ADDRESS: Final = Patience(50, dt.timedelta(seconds=30), dt.timedelta(hours=1))
"""An address may be a whole office behind one gateway."""

_LARGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was let through and counted. `subjects` are keyed hashes, with the patience each has."""

    subjects: tuple[tuple[str, Patience], ...]


def begin(context: Context, what: str, name: str, address: str | None) -> Try:
    """Count a try of `what` (`sign-in` ...) for a name, from an address. Raises RefusedError "wait" with the seconds
    while either has to wait, in which case nothing is counted."""
    subjects = [(context.seal.hash("name", f"{what}:{name}"), BY_NAME)]
    if address:
        subjects.append((context.seal.hash("session", f"{what}:address:{_network(address)}"), BY_ADDRESS))
    # In one order, so that two tries never wait for each other's second subject.
    subjects.sort()
    now = context.clock.now()
    waits: list[dt.datetime] = []
    with context.database.write() as connection:
        rows = []
        for subject, _patience in subjects:
            context.database.alone(connection, f"attempts:{subject}")
            row = sign_in_attempts.of(connection, subject)
            rows.append(row)
            # After the clock jumped back a wait is never longer than the longest there is.
            if row is not None and row.wait_until is not None and now < row.wait_until:
                waits.append(row.wait_until)
        if not waits:
            lines = []
            for (subject, patience), row in zip(subjects, rows, strict=True):
                before = 0 if row is None else _left(int(row.failures), row.last_at, now)
                failures = min(before + 1, _LARGEST)
                wait = _wait(patience, failures)
                until = None if wait is None else now + wait
                sign_in_attempts.keep(connection, subject, failures, now, until, new=row is None)
                if wait is not None:
                    details = {"failures": failures, "seconds": int(wait.total_seconds())}
                    kind = "name" if patience is BY_NAME else "address"
                    lines.append(Line("-", f"{what.replace('-', '_')}.slow", kind, subject[:12], details=details))
            record(context, connection, *lines)
    if waits:
        seconds = min(max((until - now).total_seconds() for until in waits), BY_ADDRESS.longest.total_seconds())
        raise RefusedError(
            "wait",
            f"Too many tries; wait {math.ceil(seconds)} seconds.",
            f"尝试次数过多，请等待 {math.ceil(seconds)} 秒。",
            seconds=math.ceil(seconds),
        )
    return Try(tuple(subjects))


def forgive(context: Context, connection: Connection, one: Try, *, whole: bool) -> None:
    """Take a try back that was no failure, in the caller's transaction. `whole`: also forget the name's earlier
    failures, which only a complete sign-in may do."""
    for subject, patience in one.subjects:
        context.database.alone(connection, f"attempts:{subject}")
        row = sign_in_attempts.of(connection, subject)
        if row is None:
            continue
        if whole and patience is BY_NAME:
            sign_in_attempts.clear(connection, subject)
        else:
            sign_in_attempts.keep(connection, subject, max(0, int(row.failures) - 1), row.last_at, None, new=False)


def forget_name(context: Context, connection: Connection, what: str, name: str) -> None:
    """Forget the failures of a name: somebody who runs the service lets it in again."""
    sign_in_attempts.clear(connection, context.seal.hash("name", f"{what}:{name}"))


def _left(failures: int, last_at: dt.datetime, now: dt.datetime) -> int:
    """What is left of earlier failures: half for every hour since the last."""
    hours = max(0, int((now - last_at).total_seconds() // 3600))
    return failures >> min(hours, 30)


def _wait(patience: Patience, failures: int) -> dt.timedelta | None:
    """How long the next try waits after this many failures."""
    if failures < patience.free:
        return None
    doubled = patience.first * 2.0 ** min(failures - patience.free, 20)
    return min(doubled, patience.longest)


def _network(address: str) -> str:
    """An address as it is counted: whole for IPv4, the /64 of IPv6, of which one person has all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
