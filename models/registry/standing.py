"""Which model is in force for which lineage, derived from the book of releases and from nothing else.

A lineage is the data of one county (see `lineage.py`). Its champions form a pile: the first model is laid down at once,
a release by two people lays one on top, going back takes one away. So nobody can move forward by going back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.registry import _journal
from models.registry._journal import Entry
from models.registry._place import POINTER, RegistryError, root

PRIOR = "prior"
"""The number of the model shipped with mingbai, which lies below every pile."""
UNKNOWN = ""
"""The lineage of models whose data nobody recognised: records from before lineages."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The model in force: its number in the registry, the bundle's own version, and the bundle's folder.

    `lineage` is whose data it is for, `since` when it came into force and `by` who released it ("" where at once).
    """

    number: str
    version: str
    path: Path
    lineage: str = UNKNOWN
    since: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One model on record, as the book tells it; `digest` is the hash of the bundle's files."""

    number: str
    version: str
    lineage: str
    as_of: str
    path: str
    digest: str
    at: str
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """A champion on the pile: number, since when, and by whom."""

    number: str
    since: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal to release a model: against which champion, on which gate report, who asked and why."""

    number: str
    champion: str
    gate: str
    by: str
    login: str
    why: str
    accept: tuple[str, ...]
    at: str
    hash: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one lineage stands: its pile of champions (last in force), its challenger, its open proposal."""

    lineage: str
    pile: tuple[Placed, ...] = ()
    challenger: str | None = None
    proposal: Proposal | None = None

    @property
    def champion(self) -> str:
        """The number in force, `prior` where none of its own is."""
        return self.pile[-1].number if self.pile else PRIOR


@dataclass(frozen=True, slots=True)
class Book:
    """Every version by number, and every lineage's standing in the order lineages appeared."""

    versions: dict[str, Version]
    standings: dict[str, Standing]
    head: str

    def bundle_path(self, number: str) -> Path:
        """The folder of a version's bundle. Raises RegistryError for an unknown number or a folder that is gone."""
        if number not in self.versions:
            raise RegistryError(f"no version {number} is on record in {root()}; `mingbai models` lists them")
        path = root() / self.versions[number].path
        if not path.is_dir():
            raise RegistryError(f"{POINTER} or the book names {path}, which is gone: restore it from a copy")
        return path

    def champion(self, lineage: str) -> Champion | None:
        """The model in force for a lineage, None where that is the shipped one."""
        standing = self.standings.get(lineage)
        if standing is None or not standing.pile:
            return None
        placed = standing.pile[-1]
        path = self.bundle_path(placed.number)
        return Champion(placed.number, self.versions[placed.number].version, path, lineage, placed.since, placed.by)


def read_book() -> Book:
    """The book as it stands; an older record without one is read from its pointer.

    Raises RegistryError where it was changed after it was written or cannot be read.
    """
    entries = _journal.read()
    if not entries and (old := _old_pointer()) is not None:
        entries = (_journal.Entry(0, "", "adopted", UNKNOWN, old, "", ""),)
    return fold(entries)


def fold(entries: Sequence[Entry]) -> Book:
    """What the lines of the book come to."""
    book = Book({}, {}, entries[-1].hash if entries else "")
    for entry in entries:
        told = entry.told
        standing = book.standings.get(entry.lineage, Standing(entry.lineage))
        if entry.kind in ("trained", "adopted"):
            number = str(told["number"])
            book.versions[number] = _version(entry)
            if entry.lineage not in book.standings:
                standing = replace(standing, pile=(Placed(number, entry.at),))
            else:
                standing = replace(standing, challenger=number)
        elif entry.kind == "proposed":
            standing = replace(standing, proposal=_proposal(entry))
        elif entry.kind == "approved":
            number = str(told["number"])
            placed = Placed(number, entry.at, (str(told["proposed_by"]), str(told["by"])))
            left = None if standing.challenger == number else standing.challenger
            standing = replace(standing, pile=(*standing.pile, placed), challenger=left, proposal=None)
        else:
            standing = replace(standing, pile=standing.pile[:-1], proposal=None)
        book.standings[entry.lineage] = standing
    return book


def champion(lineage: str | None = None) -> Champion | None:
    """The model in force, None where none was trained here yet (or people went back to the shipped one).

    Without a lineage: that of the only one on record. MLflow is not imported. Raises RegistryError when the record
    cannot be read, names a folder that is gone, or holds several lineages and none was named.
    """
    book = read_book()
    if lineage is None:
        if len(book.standings) > 1:
            raise RegistryError(
                f"{root()} holds models of several counties ({', '.join(s or '-' for s in book.standings)}): "
                "say which, or hand in its data"
            )
        lineage = next(iter(book.standings), UNKNOWN)
    return book.champion(lineage)


def champion_path() -> Path | None:
    """The folder of the bundle in force, None where none was trained here yet. Raises as `champion` does."""
    found = champion()
    return found.path if found else None


def pointer_of(book: Book) -> dict[str, Any]:
    """What `champion.json` says, for other tools: each lineage's champion, that of the first one in plain sight."""
    told: dict[str, Any] = {}
    for lineage, standing in book.standings.items():
        number = standing.champion
        known = book.versions.get(number)
        told[lineage] = {
            "number": number,
            "version": known.version if known else PRIOR,
            "path": known.path if known else "",
            "since": standing.pile[-1].since if standing.pile else "",
        }
    first = next(iter(told.values()), {"number": PRIOR, "version": PRIOR, "path": ""})
    plain = {name: first[name] for name in ("number", "version", "path")}
    return {**plain, "lineages": told}


def _version(entry: Entry) -> Version:
    told = entry.told
    return Version(
        number=str(told["number"]),
        version=str(told.get("version", "")),
        lineage=entry.lineage,
        as_of=str(told.get("as_of", "")),
        path=str(told["path"]),
        digest=str(told.get("digest", "")),
        at=entry.at,
        metrics=dict(told.get("metrics", {})),
        tags=dict(told.get("tags", {})),
    )


def _proposal(entry: Entry) -> Proposal:
    told = entry.told
    return Proposal(
        number=str(told["number"]),
        champion=str(told["champion"]),
        gate=str(told["gate"]),
        by=str(told["by"]),
        login=str(told.get("login", "")),
        why=str(told["why"]),
        accept=tuple(told.get("accept", ())),
        at=entry.at,
        hash=entry.hash,
    )


def _old_pointer() -> dict[str, Any] | None:
    """`champion.json` of a record from before the book, None where there is none."""
    pointer = root() / POINTER
    try:
        told = json.loads(pointer.read_text(encoding="utf-8"))
        found = {name: str(told[name]) for name in ("number", "version", "path")}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{pointer} cannot be read: train again, or remove it to use the shipped model") from error
    if found["number"] == PRIOR:
        return None
    if not (root() / found["path"]).is_dir():
        raise RegistryError(
            f"{pointer} names {root() / found['path']}, which is gone: train again, or remove {pointer.name}"
        )
    return found
