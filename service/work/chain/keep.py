"""Keep what the chain is made of as contract rows come in: payments, stages, funds, items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, delete, insert

from service.store.payment_sums import every_key, mark_stale, runs_of
from service.store.payments import ITEMS, PAYMENTS, RUN_FUNDS, STEPS, add_versions
from service.work.context import Context

Rows = list[dict[str, Any]]
_PART = 20_000


def keep(context: Context, connection: Connection, table: str, rows: pa.RecordBatch | pa.Table, seq: int) -> None:
    """Keep accepted rows of a contract table (canonical types) in the transaction that stores them.

    `seq` is the number of their batch. Rows must be new: the same row again must not be handed in.
    """
    make = _KEEPERS.get(table)
    if make is None:
        return
    for batch in rows.to_batches(max_chunksize=_PART) if isinstance(rows, pa.Table) else [rows]:
        make(context, connection, batch.to_pylist(), seq)


PAID: Final = (
    "disbursement_id",
    "submitted_at",
    "run_id",
    "program_id",
    "period",
    "division_code",
    "application_id",
    "person_id",
    "card_id",
    "amount",
    "reissue_of",
)
"""What is read of a payment."""


def payments_of(context: Context, rows: pa.RecordBatch) -> Rows:
    """Rows of `store.payments.PAYMENTS` from rows of `disbursements`, to be kept by `keep_payments`."""
    return _payments(context, rows.select([name for name in PAID if name in rows.schema.names]).to_pylist())


def keep_payments(connection: Connection, kept: Rows, seq: int) -> None:
    """Keep payments and mark the sums they stand in."""
    before = _runs_of(connection, [row["disbursement_id"] for row in kept])
    add_versions(connection, PAYMENTS, "disbursement_id", kept)
    # A payment that was corrected may have stood in another run: that run's sums are others now, too.
    keys = {_run_key(row["run_id"], row["program_id"], row["period"]) for row in kept}
    _stale(connection, keys | before, seq)


def _disbursements(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    keep_payments(connection, _payments(context, rows), seq)


def _payments(context: Context, rows: Rows) -> Rows:
    return [
        {
            "disbursement_id": row["disbursement_id"],
            "known_at": row["submitted_at"],
            "run_id": row.get("run_id"),
            "program_id": row["program_id"],
            "period": row["period"],
            "division_code": row["division_code"],
            "application_id": row.get("application_id"),
            "person": context.seal.hash("person", row["person_id"]),
            "card": context.seal.hash("card", row["card_id"]),
            "card_last_four": row["card_id"][-4:] if len(row["card_id"]) > 4 else "",
            "amount_fen": _fen(row["amount"]),
            "reissue_of": row.get("reissue_of"),
        }
        for row in rows
    ]


def _applications(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    at = _midnight(context)
    _steps(
        connection,
        (("application", row["application_id"], "applied", at(row["applied_on"]), None, None) for row in rows),
    )


def _approvals(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    _steps(
        connection,
        (
            ("application", row["application_id"], row["stage"], row["at"], row.get("result") or "passed", None)
            for row in rows
            if row["at"] is not None
        ),
    )


def _notices(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    at = _midnight(context)
    _steps(
        connection,
        (
            (
                "application",
                row["application_id"],
                "public_notice",
                at(row["posted_from"]),
                "posted",
                _fen(row.get("amount")),
            )
            for row in rows
        ),
    )


def _runs(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    at = _midnight(context)
    kept = [
        {
            "run_id": row["run_id"],
            "known_at": row["created_at"],
            "program_id": row["program_id"],
            "period": row["period"],
            "division_code": row.get("division_code"),
            "funds_received_on": row.get("funds_received_on"),
            "funds_fen": _fen(row.get("funds_amount")),
            "planned_on": row.get("planned_on"),
        }
        for row in rows
    ]
    add_versions(connection, RUN_FUNDS, "run_id", kept)
    _steps(
        connection,
        (
            ("run", row["run_id"], "funds_received", at(row["funds_received_on"]), None, row["funds_fen"])
            for row in kept
            if row["funds_received_on"] is not None
        ),
    )
    _stale(connection, (_run_key(row["run_id"], row["program_id"], row["period"]) for row in kept), seq)


def _settlements(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    _steps(
        connection,
        (("payment", row["disbursement_id"], row["status"], row["at"], None, _fen(row.get("amount"))) for row in rows),
    )
    _stale(connection, _runs_of(connection, [row["disbursement_id"] for row in rows]), seq)


def _programs(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    kept = {
        row["program_id"]: {
            "program_id": row["program_id"],
            "name": row["name"],
            "department": row.get("department"),
            "release_limit_days": row.get("release_limit_days"),
            "notice_days": row.get("notice_days"),
        }
        for row in rows
    }
    connection.execute(delete(ITEMS).where(ITEMS.c.program_id.in_(list(kept))))
    if kept:
        connection.execute(insert(ITEMS), list(kept.values()))


def _divisions(context: Context, connection: Connection, rows: Rows, seq: int) -> None:
    """Sums by township are others where a village lies elsewhere."""
    _stale(connection, every_key(connection), seq)


_KEEPERS: dict[str, Callable[[Context, Connection, Rows, int], None]] = {
    "disbursements": _disbursements,
    "applications": _applications,
    "approvals": _approvals,
    "notices": _notices,
    "payment_runs": _runs,
    "settlements": _settlements,
    "programs": _programs,
    "divisions": _divisions,
}
TABLES = frozenset(_KEEPERS)
"""Contract tables whose rows are kept here."""


def _steps(connection: Connection, steps: Iterable[tuple[Any, ...]]) -> None:
    names = ("subject", "subject_id", "stage", "at", "result", "amount_fen")
    kept = [dict(zip(names, step, strict=True)) for step in steps]
    if kept:
        connection.execute(insert(STEPS), kept)


def _runs_of(connection: Connection, payments: list[str]) -> set[str]:
    """What sums of payments on record, and of those they were made in place of, are kept by."""
    found: set[str] = set()
    for start in range(0, len(payments), 5_000):
        told = runs_of(connection, payments[start : start + 5_000])
        found.update(_run_key(row.run_id, row.program_id, row.period) for row in told)
    return found


def _run_key(run_id: str | None, program_id: str, period: str) -> str:
    """What sums are kept by: the run, or program and period for payments outside any run."""
    return f"run/{run_id}" if run_id else f"item/{program_id}/{period}"


def _stale(connection: Connection, keys: Iterable[str], seq: int) -> None:
    """Mark sums as stale, in order of their keys so that two writers never wait crosswise."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), 5_000):
        mark_stale(connection, wanted[start : start + 5_000], seq)


def _midnight(context: Context) -> Callable[[dt.date], dt.datetime]:
    """When a local day begins."""
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    return lambda day: dt.datetime(day.year, day.month, day.day, tzinfo=zone)


def _fen(amount: Any) -> int | None:
    """Exact yuan as whole fen."""
    return None if amount is None else int(amount * 100)
