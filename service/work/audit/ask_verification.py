"""Whether the log is sound, for a page: the last walk over it, the anchors written down elsewhere, and a fresh walk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.store import audit_lines, audit_verifications, jobs
from service.work.audit.anchor import anchors_file, read_anchors
from service.work.audit.jobs import VERIFY_JOB
from service.work.audit.record import Line, record
from service.work.audit.verify import Finding
from service.work.context import Context
from service.work.errors import WorkError

ASKED: Final = f"{VERIFY_JOB}:asked"


class NotEverywhereError(WorkError):
    """The chain has no parts: who sees a part of the log cannot verify it."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The last walk over the whole log: when, over which lines, how many anchors it held against them, findings."""

    at: dt.datetime
    first: int
    last: int
    anchors: int
    broken: int
    head: str
    findings: tuple[tuple[int, tuple[str, str]], ...]


@dataclass(frozen=True, slots=True)
class LogState:
    """How the log stands: its lines, the last walk (None: never), whether one waits, anchors written down and the line
    the newest names, and whether the anchors' file itself is as it was written."""

    lines: int
    walk: Walk | None
    waiting: bool
    anchors: int
    newest_anchor: int | None
    anchors_sound: bool


def log_state(context: Context) -> LogState:
    """How the log stands, without walking over it."""
    with context.database.read() as connection:
        head = audit_lines.head(connection)
        newest = audit_verifications.newest(connection)
        waiting = jobs.is_pending(connection, ASKED)
    path = anchors_file(context)
    anchors, broken = read_anchors(path, context.seal) if path.exists() else ({}, None)
    walk = newest and Walk(
        newest.at, newest.first, newest.last, newest.anchors, newest.broken, newest.head,
        tuple((one.line, (one.text[1], one.text[0])) for one in (Finding(**told) for told in newest.findings)),
    )  # fmt: skip
    return LogState(head[0] if head else 0, walk, waiting, len(anchors), max(anchors, default=None), broken is None)


def ask_verification(context: Context, who: Principal) -> None:
    """Have the whole log walked over now. Raises NotEverywhereError for somebody who sees a part of it."""
    if not who.sees_everywhere:
        raise NotEverywhereError(
            "The chain has no parts: this needs the scope of everywhere.", "链条不可分割：需要全域范围的权限。"
        )
    now = context.clock.now()
    with context.database.write() as connection:
        jobs.add(connection, VERIFY_JOB, {}, now, name=ASKED)
        record(context, connection, Line(who.name, "log.verification_asked", "log", "all"))
