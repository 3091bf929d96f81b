"""Is the record of releases whole: the book's chain, the models' files, the reports, pointer and aliases."""

from __future__ import annotations

import json

from models.people import same_person
from models.registry import POINTER, PRIOR, Book, RegistryError, _journal, read_book, root
from models.registry._tracking import aliases, wanted_aliases
from models.registry.standing import pointer_of
from models.release.gate import load
from models.scoring.bundle import digest_of


def verify() -> list[str]:
    """What is wrong with the record, in words; nothing where all holds.

    The chain tells every change but one: lines cut off at the end, which show where MLflow's aliases or the pointer
    know more than the book.
    """
    try:
        entries, book = _journal.read(), read_book()
    except RegistryError as error:
        return [str(error)]
    found: list[str] = []
    for entry in entries:
        if entry.kind == "approved":
            if same_person(str(entry.told["by"]), str(entry.told["proposed_by"])):
                found.append(f"line {entry.seq}: one person proposed and approved model {entry.told['number']}")
            try:
                load(str(entry.told["gate"]))
            except RegistryError as error:
                found.append(f"line {entry.seq}: {error}")
    for number, version in book.versions.items():
        try:
            if version.digest and digest_of(book.bundle_path(number)) != version.digest:
                found.append(f"model {number}: its files were changed since it was trained")
        except (RegistryError, OSError) as error:
            found.append(f"model {number}: {error}")
    return found + _followers(book)


def _followers(book: Book) -> list[str]:
    """Where pointer and aliases do not say what the book says."""
    if not book.standings:
        return []
    found: list[str] = []
    try:
        told = json.loads((root() / POINTER).read_text(encoding="utf-8"))
        wanted = pointer_of(book)["lineages"]
        if told.get("lineages") != wanted:
            found.append(f"{POINTER} does not say what the book says (`mingbai release verify --mend` writes it again)")
    except (OSError, ValueError, AttributeError):
        found.append(f"{POINTER} cannot be read (`mingbai release verify --mend` writes it again)")
    wanted_names, has = wanted_aliases(book), aliases()
    for name in sorted(wanted_names.keys() | has.keys()):
        if wanted_names.get(name) != has.get(name):
            found.append(
                f"alias {name} is {has.get(name, PRIOR)} in MLflow, {wanted_names.get(name, PRIOR)} by the book "
                "(`mingbai release verify --mend` sets it)"
            )
    return found
