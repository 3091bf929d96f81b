"""What else is kept when rows of a table come in: ties, the chain of payments, the tree of divisions, jobs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from service.store import division_paths, jobs
from service.store.personal_values import ValueKind
from service.work.audit.keep_ties import Sealed, keep_sealed, keep_ties, missing
from service.work.chain.keep import keep as keep_chain
from service.work.chain.keep import keep_payments, payments_of
from service.work.facts.batches import read_after
from service.work.funds.refresh import ask_for_refresh
from service.work.notices.make import note_paid
from service.work.recipients.keep import keep_recipients

if TYPE_CHECKING:
    import pyarrow as pa

    from service.work.context import Context

RESCORE: Final = "rescore"
"""The job that scores again what came back from banks, people and departments."""

TOUCHING: Final = ("settlements", "card_transactions", "card_events", "complaints", "civil_events", "matched_events")
"""Tables whose rows say something new about payments that were scored before."""

SOON: Final = dt.timedelta(seconds=30)
"""So long later a payment is scored again: what arrives together is looked at together."""

SUMS_SOON: Final = dt.timedelta(minutes=1)
"""Sums of payments that come one by one are made again within this time, of rows of tables at once."""

CHAIN: Final = frozenset(
    {"applications", "approvals", "notices", "payment_runs", "settlements", "programs", "divisions"}
)


@dataclass(frozen=True, slots=True)
class Following:
    """What follows from payments: values of people and cards nobody has sent yet, sealed, and rows of the chain in the
    payments' order."""

    values: dict[ValueKind, list[Sealed]]
    payments: list[dict[str, Any]]

    def keep(self, context: Context, connection: Connection, seq: int) -> None:
        """Keep all of it in a transaction, with the number of the payments' batch."""
        keep_sealed(connection, self.values)
        keep_payments(connection, self.payments, seq)
        # A run that comes payment by payment would have its sums made with every one of them.
        ask_for_refresh(context, connection, within=SUMS_SOON)


def payments_follow(context: Context, connection: Connection, rows: pa.RecordBatch) -> Following:
    """Think over what follows from payments that were taken, reading only: whoever keeps it then holds up whoever else
    writes as little as can be."""
    import pyarrow as pa

    return Following(missing(context, connection, pa.Table.from_batches([rows])), payments_of(context, rows))


def follow_up(context: Context, connection: Connection, table: str, rows: pa.RecordBatch, seq: int) -> None:
    """Keep what follows from rows that were taken, in the transaction that takes them."""
    import pyarrow as pa

    if table == "disbursements":
        payments_follow(context, connection, rows).keep(context, connection, seq)
        ask_for_refresh(context, connection)
        return
    keep_ties(context, connection, table, pa.Table.from_batches([rows]))
    keep_chain(context, connection, table, rows, seq)
    if table in CHAIN:
        ask_for_refresh(context, connection)
    if table == "persons":
        keep_recipients(context, connection, pa.Table.from_batches([rows]))
    if table == "settlements":
        note_paid(context, connection, rows.select(["disbursement_id", "status", "at"]).to_pylist())
    if table == "divisions":
        division_paths.replace(connection, _divisions(context, connection))
    if table in TOUCHING:
        jobs.add(connection, RESCORE, {}, context.clock.now() + SOON, name=RESCORE)


def _divisions(context: Context, connection: Connection) -> list[dict[str, Any]]:
    """Every division as it stands, those of the caller's transaction among them."""
    standing: dict[str, dict[str, Any]] = {}
    for _, _, rows in read_after(context, connection, 0, tables=["divisions"]):
        names = [n for n in ("division_code", "parent_code", "successor_code") if n in rows.column_names]
        standing.update((row["division_code"], row) for row in rows.select(names).to_pylist())
    return list(standing.values())
