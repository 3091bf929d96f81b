"""The head of the log written down outside the database: who cuts the log's end off, or makes it all again, cannot
make the file say the same.

`<home>/service/audit-anchors.jsonl` holds one JSON line an anchor: number and hash of a line of the log, when it was
written down, the hash of the anchor line before, and a keyed hash over all of it. Copies of the newest anchor belong
where the service's owner cannot reach them: `mingbai audit anchor` prints it, to be sent or written down elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from models import _record
from service.sealing.seal import Seal
from service.store import audit_lines
from service.work.audit.record import FIRST
from service.work.context import Context

FILE: Final = "audit-anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Number and hash of a line of the log at a moment; `before` and `mac` hold the anchors themselves together."""

    line: int
    hash: str
    at: str
    before: str
    mac: str

    @property
    def content(self) -> str:
        """What the keyed hash covers."""
        return f"{self.line} {self.hash} {self.at} {self.before}"


def anchors_file(context: Context) -> Path:
    """Where the anchors of a deployment are."""
    return context.settings.state / FILE


def anchor(context: Context) -> Anchor | None:
    """Write the head of the log down where it has moved on, and return the newest anchor; None for an empty log.

    Doing it again changes nothing. Raises OSError where the file cannot be written.
    """
    path = anchors_file(context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _record.alone(path.with_suffix(".lock")):
        with context.database.read() as connection:
            head = audit_lines.head(connection)
        lines = _record.whole_lines(path)
        newest = _read(lines[-1]) if lines else None
        if head is None or (newest is not None and newest.line >= head[0]):
            return newest
        at = context.clock.now().isoformat()
        made = Anchor(head[0], head[1], at, _hash(lines[-1]) if lines else FIRST, "")
        made = Anchor(made.line, made.hash, made.at, made.before, context.seal.hash("anchor", made.content))
        _record.add_line(path, json.dumps(asdict(made), separators=(",", ":")))
        return made


def read_anchors(path: Path, seal: Seal) -> tuple[dict[int, str], int | None]:
    """Hashes by number of line as they were written down, and the first line of the file that is not as it was written.

    The anchors before that line still hold. Raises OSError.
    """
    found: dict[int, str] = {}
    before = FIRST
    try:
        lines: Sequence[str] = _record.whole_lines(path)
    except UnicodeDecodeError:
        return {}, 1
    for number, text in enumerate(lines, start=1):
        one = _read(text)
        if one is None or one.before != before or not hmac.compare_digest(one.mac, seal.hash("anchor", one.content)):
            return found, number
        found[one.line] = one.hash
        before = _hash(text)
    return found, None


def _read(text: str) -> Anchor | None:
    """An anchor from its line; None where it is none."""
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    expected = {"line": int, "hash": str, "at": str, "before": str, "mac": str}
    if not isinstance(fields, dict) or {name: type(value) for name, value in fields.items()} != expected:
        return None
    return Anchor(**fields)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
