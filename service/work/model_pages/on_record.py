"""Every model on record: where it stands, what its proof says, what the gate said, who decided what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.registry import Book, Entry
    from models.registry.standing import Standing, Version

Place = Literal["champion", "challenger", "former", "beside", "shipped"]
"""champion: in force · challenger: scores in shadow · former: was in force · beside: neither · shipped: comes with
mingbai."""

SHIPPED: Final = "prior"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval; None where it cannot be told."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model. `as_of`: the moment it learned up to, `trained_at` when; `since` and `by`: in force since, released by
    whom (empty: at once). Figures are of its proof; `gate` is what the newest comparison said, empty for none."""

    number: str
    version: str
    lineage: str
    place: Place
    as_of: str = ""
    trained_at: dt.datetime | None = None
    since: dt.datetime | None = None
    by: tuple[str, ...] = ()
    precision: Measure = Measure(None)
    average_precision: Measure = Measure(None)
    calibration_error: float | None = None
    judged: int = 0
    confirmed: int = 0
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """An open proposal: which model against which, by whom, why, which open items are accepted, when."""

    number: str
    champion: str
    by: str
    why: str
    accept: tuple[str, ...]
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class County:
    """Where the models of one county's data stand. `before`: what one step back would put in force."""

    lineage: str
    champion: str
    before: str | None
    challenger: str | None
    proposal: Proposed | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the release book about a model, (Chinese, English); `why` as it was written."""

    number: str
    at: dt.datetime | None
    text: tuple[str, str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The record, newest models and events first. `problem`: why it cannot be read, (Chinese, English)."""

    models: tuple[ModelLine, ...]
    counties: tuple[County, ...] = ()
    events: tuple[Event, ...] = ()
    problem: tuple[str, str] | None = field(default=None)


def on_record() -> OnRecord:
    """Everything on record, and the shipped model below it. Never raises: a broken record is told."""
    from models.registry import RegistryError, read_book, read_entries

    try:
        book = read_book()
        entries = read_entries()
        lines = [_line(book, version) for version in reversed(book.versions.values())]
    except RegistryError as error:
        return OnRecord((shipped(),), problem=(f"模型记录无法读取：{error}", str(error)))
    events = [event for entry in entries for event in events_of(entry)]
    return OnRecord(
        (*lines, shipped()),
        tuple(_county(standing) for standing in book.standings.values()),
        tuple(reversed(events)),
    )


def shipped() -> ModelLine:
    """The model that comes with mingbai: in force where nothing was trained here."""
    return ModelLine(SHIPPED, SHIPPED, "", "shipped")


def place_of(book: Book, number: str) -> Place:
    """Where a version stands."""
    for standing in book.standings.values():
        if standing.pile and standing.pile[-1].number == number:
            return "champion"
        if standing.challenger == number:
            return "challenger"
        if any(placed.number == number for placed in standing.pile):
            return "former"
    return "beside"


def _line(book: Book, version: Version) -> ModelLine:
    from models.release.gate import latest

    standing = book.standings[version.lineage]
    placed = next((one for one in standing.pile if one.number == version.number), None)
    place = place_of(book, version.number)
    gate = latest(version.number, standing.champion) if place in ("challenger", "beside") else None
    told = version.metrics
    return ModelLine(
        version.number, version.version, version.lineage, place, version.as_of, moment(version.at),
        moment(placed.since) if placed else None, placed.by if placed else (),
        Measure(
            told.get("precision_at_capacity"),
            told.get("precision_at_capacity_low"),
            told.get("precision_at_capacity_high"),
        ),
        Measure(told.get("average_precision")),
        told.get("calibration_error"), int(told.get("judged", 0)), int(told.get("confirmed", 0)),
        gate.said if gate else "",
    )  # fmt: skip


def _county(standing: Standing) -> County:
    proposal = standing.proposal
    before = None if not standing.pile else standing.pile[-2].number if len(standing.pile) > 1 else SHIPPED
    return County(
        standing.lineage, standing.champion, before, standing.challenger,
        None if proposal is None else Proposed(
            proposal.number, proposal.champion, proposal.by, proposal.why, proposal.accept, moment(proposal.at)
        ),
    )  # fmt: skip


def events_of(entry: Entry) -> tuple[Event, ...]:
    """A line of the book in words, one event for each model it is about."""
    told: Mapping[str, Any] = entry.told
    at, why = moment(entry.at), str(told.get("why", ""))
    accept = "、".join(told.get("accept", ())), ", ".join(told.get("accept", ()))
    taken = (f"，并自行承担：{accept[0]}", f", accepting {accept[1]}") if accept[0] else ("", "")
    if entry.kind == "trained":
        return (Event(str(told["number"]), at, ("训练完成并登记", "trained and put on record")),)
    if entry.kind == "adopted":
        text = ("沿用此前记录中的现役模型", "champion of a record from before the book of releases")
        return (Event(str(told["number"]), at, text),)
    if entry.kind == "proposed":
        zh, en = f"{told['by']} 提议启用{taken[0]}", f"proposed by {told['by']}{taken[1]}"
        return (Event(str(told["number"]), at, (zh, en), why),)
    if entry.kind == "approved":
        zh = f"{told['proposed_by']} 提议，{told['by']} 批准启用{taken[0]}"
        en = f"released by {told['proposed_by']} and {told['by']}{taken[1]}"
        if told.get("same_login"):
            zh, en = f"{zh}（两人使用同一系统账号）", f"{en} (both under one login)"
        return (Event(str(told["number"]), at, (zh, en), why),)
    back = (f"{told['by']} 将其退回", f"taken back by {told['by']}")
    again = (f"退回 {told['from']} 后恢复现役", f"in force again after {told['from']}")
    return (Event(str(told["from"]), at, back, why), Event(str(told["to"]), at, again, why))


def moment(text: str) -> dt.datetime | None:
    """A moment of the record; None where it has none."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
