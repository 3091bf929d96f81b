"""Take a delivery: one file of rows of one table, batch by batch, so that neither memory nor the others wait for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from service.access import Principal
from service.store import facts, intakes, quarantine
from service.work.audit.record import Line, record
from service.work.errors import UnusableDataError, WorkError
from service.work.facts.accept import accept
from service.work.facts.hashes import hashes_of
from service.work.facts.inside import check_table, inside
from service.work.facts.refused import conflicting, refused_rows
from service.work.metrics import ROWS as TAKEN

if TYPE_CHECKING:
    from features.contract import Table
    from features.intake.stream import CheckedFile, CheckedRows, Form
    from service.work.context import Context

ROWS: Final = 5_000
"""Rows taken in one transaction: others that write wait no longer than these take."""

BROKEN_OFF: Final = dt.timedelta(seconds=60)
"""A delivery that has not moved on for so long was broken off; it may be taken again."""


class KeyUsedError(WorkError):
    """The idempotency key was used for another delivery."""


class BeingTakenError(WorkError):
    """The same delivery is being taken at this moment."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as it was sent: where it lies, in which form, the hash of its bytes, and the sender's key for it."""

    table: Table
    path: Path
    form: Form
    content_hash: str
    idempotency_key: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery: `rows_in` = `accepted` + `quarantined`.

    `repeated` of the accepted were on record as they are, `versions` are later rows of keys that were. `first_seq` and
    `last_seq` bound its batches, None where nothing was new. `again` says that it was taken before, under this key.
    """

    intake_id: int
    rows_in: int
    accepted: int
    repeated: int
    versions: int
    quarantined: int
    ignored_columns: tuple[str, ...]
    first_seq: int | None
    last_seq: int | None
    again: bool = False


def take(context: Context, who: Principal, delivery: Delivery) -> Taken:
    """Take a delivery. Raises UnusableDataError for a file that cannot be read as the table, naming column and reason,
    NotYoursError for a table that is not the sender's to hand over, KeyUsedError and BeingTakenError.

    Rows of divisions known to lie outside the sender's, and rows about what is on record outside alone, are
    quarantined.
    Rows are kept batch by batch. When it breaks off, sending it again takes the rest: what is on record counts as
    repeated.
    """
    from features.intake.errors import IntakeError
    from features.intake.stream import CheckedFile

    check_table(who, delivery.table)
    try:
        file = CheckedFile(delivery.table, delivery.path, delivery.form)
        intake_id, before = _begin(context, who, delivery)
        if before is not None:
            return _told(before, again=True)
        _take_all(context, who, delivery, file, intake_id)
    except IntakeError as error:
        # The path is where the file was kept here: it says nothing to the sender.
        where = (f"column {error.column}: ", f"列 {error.column}：") if error.column else ("", "")
        raise UnusableDataError(
            f"{where[0]}found {error.found[0]}; expected {error.expected[0]}. {error.do[0]}.",
            f"{where[1]}发现{error.found[1]}；应为{error.expected[1]}。{error.do[1]}。",
        ) from error
    except ValueError as error:
        raise UnusableDataError(str(error), f"文件超出限度：{error}") from error
    with context.database.write() as connection:
        intakes.finish(connection, intake_id, ",".join(file.ignored_columns), context.clock.now())
        row = intakes.one(connection, intake_id)
        assert row is not None  # noqa: S101 - written by this transaction
        found = _told(row)
        counts = {name: getattr(found, name) for name in ("accepted", "repeated", "versions", "quarantined")}
        details = {"table": delivery.table.name, **counts}
        about = str(intake_id)
        record(
            context,
            connection,
            Line(who.name, "facts.take", "intake", about, details=details, request_id=delivery.request_id),
        )
    return found


def _begin(context: Context, who: Principal, delivery: Delivery) -> tuple[int, RowMapping | None]:
    """The number of the delivery, and its row where it was taken before."""
    now = context.clock.now()
    try:
        with context.database.write() as connection:
            # The sender's own text, which may be anything: by hash, as that of a run.
            told = delivery.idempotency_key
            key = None if told is None else context.seal.hash("key", told)
            before = intakes.named(connection, who.name, key) if key else None
            if before is None:
                return intakes.begin(
                    connection,
                    table_name=delivery.table.name,
                    sent_by=who.name,
                    idempotency_key=key,
                    content_hash=delivery.content_hash,
                    begun_at=now,
                    touched_at=now,
                ), None
            number = int(before["intake_id"])
            if (before["content_hash"], before["table_name"]) != (delivery.content_hash, delivery.table.name):
                raise KeyUsedError(
                    "this idempotency key was used for another delivery: send a new one with new content",
                    "该幂等键已用于另一次报送：内容不同请换用新键",
                )
            if before["state"] == "taken":
                return number, before
            # The clock may have been set back meanwhile: what lies in the future was not touched just now.
            if abs(now - before["touched_at"]) < BROKEN_OFF:
                raise _being_taken()
            quarantine.forget(connection, number)
            intakes.restart(connection, number, now)
            return number, None
    except IntegrityError as error:  # Two at once under one key: the other was first.
        raise _being_taken() from error


def _being_taken() -> BeingTakenError:
    return BeingTakenError(
        "this delivery is being taken at this moment: ask again with the same key", "该报送正在接收：请稍后用同一键重试"
    )


def _take_all(context: Context, who: Principal, delivery: Delivery, file: CheckedFile, intake_id: int) -> None:
    with context.database.read() as connection:
        own_from = facts.last_seq(connection) + 1
    for stretch in file:
        for part in _parts(stretch):
            own = inside(context, who, delivery.table, part)
            _take_part(context, who, delivery, own.rows, own.places, intake_id, own_from)


def _parts(stretch: CheckedRows) -> Iterator[CheckedRows]:
    """A stretch in parts that one transaction takes; refused rows go in parts of the same size."""
    from features.intake.stream import CheckedRows

    empty: tuple[Any, ...] = ()
    for start in range(0, max(len(stretch.lines), len(stretch.refused)), ROWS):
        part = slice(start, start + ROWS)
        refused = stretch.refused[part] if stretch.refused else empty
        yield CheckedRows(stretch.batch.slice(start, ROWS), stretch.lines[part], refused, stretch.sent)


def _take_part(
    context: Context,
    who: Principal,
    delivery: Delivery,
    part: CheckedRows,
    places: Mapping[int, str],
    intake_id: int,
    own_from: int,
) -> None:
    """Take some rows in one transaction. `places`: the division of refused rows that name none, by line."""
    table, at = delivery.table, context.clock.now()
    hashes = hashes_of(context.seal, table, part.batch)
    bad = refused_rows(context, part.refused, part.sent, places)
    about = {"intake_id": intake_id, "table_name": table.name, "sent_by": who.name, "at": at}
    with context.database.write() as connection:
        found = accept(
            context,
            connection,
            table,
            part.batch,
            hashes,
            source=f"sent:{who.name}",
            intake_id=intake_id,
            own_from=own_from,
        )
        bad += conflicting(context, table, part, found.conflicts)
        quarantine.add(connection, [{**row, **about} for row in bad])
        accepted = part.batch.num_rows - len(found.conflicts)
        counts = {
            "rows_in": part.rows_in,
            "accepted": accepted,
            "repeated": len(found.repeated),
            "versions": found.versions,
            "quarantined": len(bad),
        }
        intakes.count(connection, intake_id, counts, found.seq, at)
    TAKEN.labels(table.name, "accepted").inc(accepted - len(found.repeated))
    TAKEN.labels(table.name, "repeated").inc(len(found.repeated))
    TAKEN.labels(table.name, "quarantined").inc(len(bad))


def _told(row: RowMapping, *, again: bool = False) -> Taken:
    """A delivery's row as an answer."""
    return Taken(
        intake_id=int(row["intake_id"]),
        rows_in=int(row["rows_in"]),
        accepted=int(row["accepted"]),
        repeated=int(row["repeated"]),
        versions=int(row["versions"]),
        quarantined=int(row["quarantined"]),
        ignored_columns=tuple(name for name in str(row["ignored_columns"]).split(",") if name),
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        again=again,
    )
