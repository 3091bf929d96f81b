"""Payment runs as they were sent: one row an upload or reference, with its state, counts, lists and sign-off.

A run's number is our own. `run_id` is the contract's: a correction of some rows sent later carries the same `run_id`
and is a run of its own, so that nothing that was signed is ever reopened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from service.store import facts
from service.store._columns import METADATA, Document, Moment, Number
from service.store.division_paths import DIVISION_PATHS

State = Literal["received", "reading", "scoring", "scored", "signed", "cancelled", "failed"]
STATES: Final[tuple[State, ...]] = ("received", "reading", "scoring", "scored", "signed", "cancelled", "failed")
UNFINISHED: Final[tuple[State, ...]] = ("received", "reading", "scoring")
"""States in which the scoring goes on, and can be cancelled."""
DONE: Final[tuple[State, ...]] = ("scored", "signed")

RUNS = Table(
    "runs",
    METADATA,
    Column("run", Number, primary_key=True),
    # The contract's number; NULL until the first row told it.
    Column("run_id", Text),
    Column("program_id", Text),
    Column("period", Text),
    # What the run lies under as a whole: as told, else the lowest division all its rows lie under.
    Column("division_code", Text),
    Column("planned_on", Text),
    Column("form", Text, nullable=False),  # csv, parquet, jsonl, reference
    # The row of `payment_runs` as it was told, texts by column; NULL where none was.
    Column("told", Document),
    Column("state", Text, nullable=False),
    # Why it failed: {code, en, zh}.
    Column("failure", Document),
    # What is odd and did not keep it from being scored: [{code, en, zh}].
    Column("notes", Document, nullable=False),
    # Name of the sealed upload in the spool folder; NULL once all rows are on record.
    Column("spool", Text),
    Column("upload_bytes", BigInteger, nullable=False),
    # Hash of what was sent: the same again is the same run.
    Column("content", Text, nullable=False),
    # Keyed hash of the Idempotency-Key, which is the sender's own text.
    Column("idempotency", Text),
    Column("sent_by_id", Number, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_by_person", Text),
    Column("sent_divisions", Document, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("scored_at", Moment),
    Column("cancelled_at", Moment),
    # The delivery its rows are counted and quarantined under, among those of `/v1/tables`; NULL for a reference.
    Column("intake_id", Number),
    # rows_read = rows_taken + rows_repeated + rows_quarantined, always. Repeated: a payment that stood in the upload
    # before, as it was or as a later version.
    Column("rows_read", BigInteger, nullable=False, default=0),
    Column("rows_taken", BigInteger, nullable=False, default=0),
    Column("rows_repeated", BigInteger, nullable=False, default=0),
    Column("rows_quarantined", BigInteger, nullable=False, default=0),
    Column("rows_scored", BigInteger, nullable=False, default=0),
    Column("model_version", Text),
    Column("degraded", Boolean, nullable=False, default=False),
    # Goes up with every change of a list: whoever signs says which version was looked at.
    Column("lists_version", Number, nullable=False, default=0),
    Column("compared_with", Number),
    Column("signed_at", Moment),
    Column("signed_by_id", Number),
    Column("signed_by", Text),
    # Counts, amounts and fingerprint of the lists as they were signed.
    Column("signed", Document),
    UniqueConstraint("content"),
    UniqueConstraint("sent_by_id", "idempotency"),
    Index("ix_runs_division_code", "division_code"),
    Index("ix_runs_program_id_division_code", "program_id", "division_code"),
    Index("ix_runs_state", "state"),
    Index("ix_runs_run_id", "run_id"),
    sqlite_autoincrement=True,
)


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Add a run and return its number. Raises IntegrityError where its content or idempotency key is there already."""
    return int(connection.execute(insert(RUNS).values(**values).returning(RUNS.c.run)).scalar_one())


def one(connection: Connection, run: int, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    """A run by its number, where the conditions let it through."""
    return connection.execute(select(RUNS).where(RUNS.c.run == run, *conditions)).first()


def locked(connection: Connection, run: int) -> Row[Any] | None:
    """A run, held by the caller's transaction: others who change it wait."""
    return connection.execute(select(RUNS).where(RUNS.c.run == run).with_for_update()).first()


def sent_before(connection: Connection, content: str, sender: int, idempotency: str | None) -> list[Row[Any]]:
    """Runs of the same content, or of the same sender under the same key; at most two."""
    same = RUNS.c.content == content
    if idempotency is not None:
        same = or_(same, and_(RUNS.c.sent_by_id == sender, RUNS.c.idempotency == idempotency))
    return list(connection.execute(select(RUNS).where(same).order_by(RUNS.c.run)))


def change(connection: Connection, run: int, **values: Any) -> None:
    """Set columns of a run; a value may be an expression of its columns."""
    connection.execute(update(RUNS).where(RUNS.c.run == run).values(**values))


def page(connection: Connection, before: int | None, limit: int, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    """Runs, newest first, from the one before `before` on."""
    asked = select(RUNS).where(*conditions).order_by(RUNS.c.run.desc()).limit(limit)
    return list(connection.execute(asked if before is None else asked.where(RUNS.c.run < before)))


def counts_by_state(connection: Connection) -> dict[str, int]:
    """How many runs are in each state; a state without runs counts 0."""
    found = connection.execute(select(RUNS.c.state, func.count()).group_by(RUNS.c.state))
    return {**dict.fromkeys(STATES, 0), **{str(state): int(count) for state, count in found}}


def rows_waiting(connection: Connection) -> int:
    """Rows taken and not scored yet, over all runs whose scoring goes on."""
    asked = select(func.coalesce(func.sum(RUNS.c.rows_taken - RUNS.c.rows_scored), 0))
    return int(connection.execute(asked.where(RUNS.c.state.in_(UNFINISHED))).scalar_one())


def previous(connection: Connection, run: Row[Any]) -> int | None:
    """The last scored run of the same program and division that was received before this one; None where there is
    none. A further upload under the same `run_id` is no earlier run."""
    if run.program_id is None or run.division_code is None:
        return None
    asked = (
        select(RUNS.c.run)
        .where(
            RUNS.c.program_id == run.program_id,
            RUNS.c.division_code == run.division_code,
            RUNS.c.state.in_(DONE),
            RUNS.c.run < run.run,
            or_(RUNS.c.run_id.is_(None), RUNS.c.run_id != run.run_id),
        )
        .order_by(RUNS.c.run.desc())
        .limit(1)
    )
    found = connection.execute(asked).scalar()
    return None if found is None else int(found)


def spooled(connection: Connection) -> set[str]:
    """Names of uploads that are still needed."""
    return set(connection.execute(select(RUNS.c.spool).where(RUNS.c.spool.is_not(None))).scalars())


def known_divisions(connection: Connection, codes: Sequence[str]) -> dict[str, set[str]]:
    """Each of the divisions that is on record, with every division above it and itself."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(codes), 500):
        asked = select(DIVISION_PATHS).where(DIVISION_PATHS.c.division_code.in_(codes[start : start + 500]))
        for row in connection.execute(asked):
            found.setdefault(str(row.division_code), set()).add(str(row.ancestor_code))
    return found


def last_payments(connection: Connection) -> int:
    """The number of the newest batch of payments on record, 0 where there is none."""
    return facts.last_of(connection, "disbursements")
