"""Payments as people ask for them: whose, of what, where from and how far along. Filled as facts come in.

Every version of a payment is a row, valid from when it became known until a corrected one did, so that any earlier
date can be asked for. No identity number and no card stands here: a keyed hash to find by, four digits to show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from service.store._columns import METADATA, Moment, Number

PAYMENTS = Table(
    "payments",
    METADATA,
    Column("payment", Number, primary_key=True),
    Column("disbursement_id", Text, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("until", Moment),  # When a corrected version became known; NULL for the one that stands.
    Column("run_id", Text),
    Column("program_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("division_code", Text, nullable=False),
    Column("application_id", Text),
    Column("person", Text, nullable=False),  # keyed hash
    Column("card", Text, nullable=False),  # keyed hash
    Column("card_last_four", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reissue_of", Text),
    Index("ix_payments_disbursement_id", "disbursement_id"),
    Index("ix_payments_person_known_at", "person", "known_at"),
    Index("ix_payments_card_known_at", "card", "known_at"),
    Index("ix_payments_run_id", "run_id"),
    Index("ix_payments_program_id_period", "program_id", "period"),
    Index("ix_payments_reissue_of", "reissue_of"),
)

STEPS = Table(
    "payment_steps",
    METADATA,
    Column("step", Number, primary_key=True),
    # An `application` goes through the stages, a `run` receives its funds, a `payment` is answered by the bank.
    Column("subject", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("result", Text),
    Column("amount_fen", BigInteger),
    Index("ix_payment_steps_subject_id_at", "subject_id", "subject", "at"),
)

ITEMS = Table(
    "items",
    METADATA,
    Column("program_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("department", Text),
    Column("release_limit_days", Integer),
    Column("notice_days", Integer),
)

RUN_FUNDS = Table(
    "run_funds",
    METADATA,
    Column("run_funds", Number, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("until", Moment),
    Column("program_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("division_code", Text),
    Column("funds_received_on", Date),
    Column("funds_fen", BigInteger),
    Column("planned_on", Date),
    Index("ix_run_funds_run_id", "run_id"),
    Index("ix_run_funds_program_id_period", "program_id", "period"),
)

FUNDS_STALE = Table(
    "funds_stale",
    METADATA,
    # Runs whose sums are to be made again, and since which batch: what a refresh has not seen stays.
    Column("run_key", Text, primary_key=True),
    Column("stamp", Number, nullable=False),
)


def standing(table: Table, at: dt.datetime | None) -> ColumnElement[bool]:
    """The condition that a version of a row stood at a moment (None: stands now)."""
    if at is None:
        return table.c.until.is_(None)
    return and_(table.c.known_at <= at, or_(table.c.until.is_(None), table.c.until > at))


@cache
def _of_versions(table: Table, key: str) -> tuple[Select[Any], Update, Insert]:
    """What stands of some keys, how it ends, and what is added: made once, as it is asked many times a second."""
    (primary,) = table.primary_key.columns
    there = select(table.c[key], primary, table.c.known_at).where(
        table.c[key].in_(bindparam("keys", expanding=True)), table.c.until.is_(None)
    )
    ends = update(table).where(primary == bindparam("number")).values(until=bindparam("ends", type_=Moment()))
    return there, ends, insert(table)


def add_versions(connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add versions of rows; the one each replaces ends when the new one became known. In order of knowledge."""
    there, ends, added = _of_versions(table, key)
    ordered = sorted(rows, key=lambda row: row["known_at"])
    for start in range(0, len(ordered), 5_000):
        part = ordered[start : start + 5_000]
        keys = [row[key] for row in part]
        before = {row[0]: row for row in connection.execute(there, {"keys": keys})}
        fresh: list[dict[str, Any]] = []
        last: dict[Any, dict[str, Any]] = {}
        ended: list[dict[str, Any]] = []
        for row in part:
            made = {**row, "until": None}
            earlier = last.get(row[key])
            if earlier is not None:
                earlier["until"] = row["known_at"]
            elif row[key] in before:
                found = before[row[key]]
                if found.known_at <= row["known_at"]:
                    ended.append({"number": found[1], "ends": row["known_at"]})
                else:  # Known later than one that came in before: that one goes on standing.
                    made["until"] = found.known_at
            fresh.append(made)
            if made["until"] is None:
                last[row[key]] = made
        if ended:
            connection.execute(ends, ended)
        if fresh:
            connection.execute(added, fresh)
