"""What of the log is done by the worker: anchors every hour, the whole chain walked over every night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from service.store import audit_verifications, jobs, outbox
from service.work.audit.anchor import anchor
from service.work.audit.record import ANCHOR_JOB, Line, record
from service.work.audit.verify import PAGE, verify
from service.work.context import Context
from service.work.jobs import Handler, Hold

VERIFY_JOB: Final = "audit_verify"
BROKEN: Final = "org.mingbai.log.broken"


def write_anchor(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Write the head of the log down outside the database; comes again where `every_seconds` says so."""
    anchor(context)
    _again(context, ANCHOR_JOB, arguments)


def verify_log(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Walk over the whole log and keep what was found; a broken line also makes an event and a line of the log."""

    def progress(done: int, _of: int) -> None:
        if done % (PAGE * 10) == 0:
            hold.renew()

    found = verify(context, progress=progress)
    at = context.clock.now()
    with context.database.write() as connection:
        audit_verifications.add(
            connection,
            at=at,
            first=found.first,
            last=found.last,
            lines=found.lines,
            anchors=found.anchors,
            broken=found.broken,
            head=found.head,
            findings=[{"line": one.line, "what": one.what, "other": one.other} for one in found.findings],
        )
        if not found.sound:
            first = found.findings[0]
            outbox.add(connection, BROKEN, "log", {"line": first.line, "what": first.what, "broken": found.broken}, at)
        details = {"last": found.last, "broken": found.broken}
        record(context, connection, Line("worker", "log.verified", "log", str(found.last), details=details))
    _again(context, VERIFY_JOB, arguments)


def _again(context: Context, kind: str, arguments: Mapping[str, Any]) -> None:
    """Due again after `every_seconds`; begun twice after a crash, it is still due once."""
    every = arguments.get("every_seconds")
    if not every:
        return
    due = context.clock.now() + dt.timedelta(seconds=int(every))
    with context.database.write() as connection:
        jobs.add(connection, kind, dict(arguments), due, name=f"{kind} recurring")


JOBS: Final[dict[str, Handler]] = {ANCHOR_JOB: write_anchor, VERIFY_JOB: verify_log}
"""Kinds of jobs of this package and what does them."""

RECURRING: Final[dict[str, dt.timedelta]] = {
    ANCHOR_JOB: dt.timedelta(hours=1),
    VERIFY_JOB: dt.timedelta(days=1),
}
"""What comes again: begun once by `begin_recurring`, each then adds itself again."""


def begin_recurring(context: Context) -> None:
    """See that the recurring jobs of the log are waiting; to be called when the service starts, as often as it does."""
    with context.database.write() as connection:
        for kind, every in RECURRING.items():
            arguments = {"every_seconds": int(every.total_seconds())}
            jobs.add(connection, kind, arguments, context.clock.now(), name=f"{kind} recurring")
