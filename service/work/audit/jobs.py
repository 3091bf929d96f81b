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
EVERY: Final = {ANCHOR_JOB: dt.timedelta(hours=1), VERIFY_JOB: dt.timedelta(days=1)}


def write_anchor(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Write the head of the log down outside the database; comes again in an hour, or after `ANCHOR_EVERY` lines."""
    anchor(context)
    _again(context, ANCHOR_JOB)


def verify_log(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Walk over the whole log and keep what was found, every night; a broken line makes an event."""

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
    _again(context, VERIFY_JOB)


def _again(context: Context, kind: str) -> None:
    """Due again; begun twice after a crash, it is still due once."""
    with context.database.write() as connection:
        jobs.add(connection, kind, {}, context.clock.now() + EVERY[kind], name=kind)


JOBS: Final[dict[str, Handler]] = {ANCHOR_JOB: write_anchor, VERIFY_JOB: verify_log}
"""Kinds of jobs of this package and what does them."""

RECURRING: Final = tuple(EVERY)
"""Kinds to be added once, under their own name, when a worker starts; each adds itself again."""
