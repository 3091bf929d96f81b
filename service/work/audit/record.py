"""Add a line to the log, in the transaction of what it tells of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from service.clock import micros
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context

FIRST = "0" * 64
"""What the first line names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What was done: `action` as `noun.verb`, to what (`kind` and number), why, and details without personal data."""

    who: str
    action: str
    about_kind: str
    about: str
    division_code: str | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None


def record(context: Context, connection: Connection, *lines: Line) -> None:
    """Add lines; they are kept if and only if the caller's transaction is. Call it last: others wait for the chain."""
    if not lines:
        return
    context.database.alone(connection, "audit")
    last = connection.execute(
        select(AUDIT_LINES.c.line, AUDIT_LINES.c.hash).order_by(AUDIT_LINES.c.line.desc()).limit(1)
    ).first()
    number, before = (int(last.line), str(last.hash)) if last else (0, FIRST)
    at = context.clock.now()
    rows = []
    for line in lines:
        number += 1
        row: dict[str, Any] = {
            "line": number,
            "at": at,
            "who": line.who,
            "action": line.action,
            "about_kind": line.about_kind,
            "about": line.about,
            "division_code": line.division_code,
            "reason": line.reason,
            "details": dict(line.details),
            "request_id": line.request_id,
            "before": before,
        }
        before = row["hash"] = hash_of(row)
        rows.append(row)
    connection.execute(insert(AUDIT_LINES), rows)


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash of a line: over all its fields and the hash of the line before. `at` is a moment with offset."""
    content = [micros(value) if key == "at" else value for key, value in sorted(row.items()) if key != "hash"]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
