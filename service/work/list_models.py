"""What is on record: every model, every county's standing, and what happened to each model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError
from service.work.in_chinese import in_chinese

if TYPE_CHECKING:
    from models.registry import Book, Entry


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the book about a model, in words."""

    number: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The book as it stands, and its lines in words, oldest first."""

    book: Book
    events: tuple[Event, ...]


def list_models() -> OnRecord:
    """Everything on record. MLflow is not imported. Raises WrongUsageError where the record cannot be read."""
    from models.registry import RegistryError, read_book, read_entries

    try:
        return OnRecord(read_book(), tuple(event for entry in read_entries() for event in _events(entry)))
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def _events(entry: Entry) -> list[Event]:
    told = entry.told
    accepted = f", accepting {', '.join(told['accept'])}" if told.get("accept") else ""
    if entry.kind == "trained":
        return [Event(str(told["number"]), entry.at, "trained and put on record")]
    if entry.kind == "adopted":
        return [Event(str(told["number"]), entry.at, "champion of a record from before the book of releases")]
    if entry.kind == "proposed":
        text = f"proposed by {told['by']} on gate report {str(told['gate'])[:16]}{accepted}: {told['why']}"
        return [Event(str(told["number"]), entry.at, text)]
    if entry.kind == "approved":
        login = " (both under one login)" if told.get("same_login") else ""
        text = f"released by {told['proposed_by']} and {told['by']}{login}{accepted}: {told['why']}"
        return [Event(str(told["number"]), entry.at, text)]
    return [
        Event(str(told["from"]), entry.at, f"taken back by {told['by']}: {told['why']}"),
        Event(str(told["to"]), entry.at, f"in force again after {told['from']}, by {told['by']}"),
    ]
