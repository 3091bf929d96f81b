"""The book of releases: one line an event, each naming the hash of the line before, so that a change shows.

Lines are only ever added. A line that a crash left half-written at the end is not a line: readers pass over it and the
next writer takes it away. It holds numbers, hashes and the names of those who decided; no payment, no person paid.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models._record import add_line, whole_lines
from models.registry._place import RegistryError, root

FILE = "releases.jsonl"
START = "0" * 64
Kind = Literal["adopted", "trained", "proposed", "approved", "rolled_back"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: its place, when (ISO 8601, as handed in), what, of which lineage, and the particulars in `told`."""

    seq: int
    at: str
    kind: Kind
    lineage: str
    told: Mapping[str, Any]
    before: str
    hash: str


class BrokenBookError(RegistryError):
    """The book was changed after it was written; the message names the line."""


def read() -> tuple[Entry, ...]:
    """Every line of the book, oldest first. Raises BrokenBookError at the first that does not follow its forerunner."""
    try:
        lines = whole_lines(root() / FILE)
    except OSError as error:
        raise RegistryError(f"{root() / FILE} cannot be read: {error.strerror}; restore it from a copy") from error
    except UnicodeDecodeError as error:
        raise BrokenBookError(f"{FILE} cannot be read; restore it from a copy") from error
    found: list[Entry] = []
    before = START
    for number, line in enumerate(lines, start=1):
        try:
            plain = json.loads(line)
            told = Entry(**{name: plain.pop(name) for name in ("seq", "at", "kind", "lineage")}, **plain)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BrokenBookError(f"{FILE}, line {number}: cannot be read; restore it from a copy") from error
        if told.seq != number or told.before != before or told.hash != _hash(told):
            raise BrokenBookError(
                f"{FILE}, line {number}: it was changed, or lines before it are missing; restore it from a copy"
            )
        found.append(told)
        before = told.hash
    return tuple(found)


def append(kind: Kind, lineage: str, told: Mapping[str, Any], at: str) -> Entry:
    """Add a line and return it. The caller holds the record's lock (`alone`)."""
    entries = read()
    before = entries[-1].hash if entries else START
    bare = Entry(len(entries) + 1, at, kind, lineage, dict(told), before, "")
    made = Entry(bare.seq, at, kind, lineage, bare.told, before, _hash(bare))
    add_line(root() / FILE, json.dumps(_plain(made) | {"hash": made.hash}, ensure_ascii=False))
    return made


def _plain(entry: Entry) -> dict[str, Any]:
    names = ("seq", "at", "kind", "lineage", "told", "before")
    return {name: getattr(entry, name) for name in names}


def _hash(entry: Entry) -> str:
    text = json.dumps(_plain(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
