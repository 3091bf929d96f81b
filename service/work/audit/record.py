"""Add a line to the log, in the transaction of what it tells of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from service.clock import micros
from service.sealing.column import about, seal_bytes
from service.sealing.redaction import without_identity
from service.sealing.seal import Seal
from service.store import audit_lines, jobs
from service.store.audit_lines import AUDIT_REASONS
from service.work.context import Context
from service.work.current_request import request_id

FIRST: Final = "0" * 64
"""What the first line names as the hash before it."""

FIELDS: Final = (
    "line",
    "at",
    "who",
    "action",
    "about_kind",
    "about",
    "division_code",
    "reason",
    "details",
    "request_id",
    "before",
)
"""What the hash of a line covers, in this order. A column that comes later is not covered unless `FORM` changes."""

FORM: Final = "mingbai audit 1"

ANCHOR_EVERY: Final = 1_000
"""After so many lines the head of the chain is written down outside the database."""

ANCHOR_JOB: Final = "audit_anchor"

_SALT = 16
# Made once: a million lines are verified with it.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Line:
    """What was done: `action` as `noun.verb`, to what (`kind` and number), why, and details without personal data.

    * `reason`: free text; kept sealed, the line holds a salted hash of it
    * `details`: JSON of text, whole numbers, true/false, lists and objects; no floats, which databases write otherwise
    * `request_id`: the current request's where none is given
    * `flags`: what makes a look-up worth a second look (`service.work.audit.flags`)
    """

    who: str
    action: str
    about_kind: str
    about: str
    division_code: str | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None
    flags: tuple[str, ...] = ()


def keep_look(context: Context, line: Line, lines: list[Line] | None) -> None:
    """Add the line of a look that changes nothing, in a transaction of its own; or to `lines`, where several looks make
    one page: the caller records them together, before it shows anything."""
    if lines is not None:
        lines.append(line)
        return
    with context.database.write() as connection:
        record(context, connection, line)


def record(context: Context, connection: Connection, *lines: Line) -> None:
    """Add lines; they are kept if and only if the caller's transaction is. Call it last: others wait for the chain.

    Raises TypeError for details that a database could give back otherwise than they were written (floats, moments).
    """
    if not lines:
        return
    # All that takes time comes before the chain is held.
    made = [_row(line, context.seal) for line in lines]
    context.database.alone(connection, "audit")
    start, before = audit_lines.head(connection) or (0, FIRST)
    at = context.clock.now()
    rows: list[dict[str, Any]] = []
    reasons: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    for number, (line, (row, sealed)) in enumerate(zip(lines, made, strict=True), start=start + 1):
        row |= {"line": number, "at": at, "before": before}
        before = row["hash"] = hash_of(row)
        rows.append(row)
        if sealed is not None:
            reasons.append({"line": number, "reason": sealed})
        flags += [{"line": number, "flag": flag} for flag in sorted(set(line.flags))]
    audit_lines.append(connection, rows, reasons, flags)
    if start // ANCHOR_EVERY != (start + len(lines)) // ANCHOR_EVERY:
        jobs.add(connection, ANCHOR_JOB, {}, at, name=ANCHOR_JOB)


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash of a line: over its fields and the hash of the line before. `at` is a moment with offset."""
    return hash_of_fields([micros(row[name]) if name == "at" else row[name] for name in FIELDS])


def hash_of_fields(values: list[Any]) -> str:
    """The hash of a line given as the values of `FIELDS`, `at` in whole microseconds; 64 hexadecimal digits."""
    return hashlib.sha256(_ENCODER.encode([FORM, *values]).encode()).hexdigest()


def hash_of_reason(salted: bytes) -> str:
    """What a line holds in place of its reason: SHA-256 over 16 random bytes and the text."""
    return hashlib.sha256(salted).hexdigest()


def reason_of(seal: Seal, sealed: bytes | None) -> str | None:
    """The text of a sealed reason. Raises SealError when it does not open."""
    return None if sealed is None else seal.open(sealed, about(AUDIT_REASONS.c.reason))[_SALT:].decode()


def _row(line: Line, seal: Seal) -> tuple[dict[str, Any], bytes | None]:
    """A line as it will be kept, but for its place in the chain, and its sealed reason."""
    number = line.request_id or request_id()
    details: dict[str, Any] = _plain(line.details, "details")
    if line.flags:
        details["flags"] = sorted(set(line.flags))
    salted = None if line.reason is None else os.urandom(_SALT) + line.reason.encode("utf-8", "replace")
    row = {
        "who": _clean(line.who),
        "action": _clean(line.action),
        "about_kind": _clean(line.about_kind),
        "about": _clean(line.about),
        "division_code": None if line.division_code is None else _clean(line.division_code),
        "reason": None if salted is None else hash_of_reason(salted),
        "details": details,
        "request_id": None if number is None else _clean(number),
    }
    return row, seal_bytes(seal, AUDIT_REASONS.c.reason, salted)


def _plain(value: Any, where: str) -> Any:
    """A value that every database gives back as it was. Raises TypeError for one that is not."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list | tuple):
        return [_plain(item, where) for item in value]
    if isinstance(value, Mapping):
        return {_clean(str(key)): _plain(item, f"{where}.{key}") for key, item in value.items()}
    raise TypeError(f"{where}: found {type(value).__name__}, expected text, a whole number, true/false or a list")


def _clean(text: str) -> str:
    """Text as both databases keep it: without NUL and lone surrogates; and without an identity number, should one have
    got as far as here."""
    return without_identity(text.replace("\0", "\ufffd").encode("utf-8", "replace").decode())
