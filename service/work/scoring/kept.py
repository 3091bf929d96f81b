"""Scores as rows of the database, with the events they make: for single payments, runs and re-scoring alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal

from service.sealing.column import open_text, seal_text
from service.sealing.masked import last_four
from service.store import outbox, scores

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

    from models.scoring.few import Scored
    from service.work.context import Context

SEALED = scores.SCORES.c.reasons

ASKING = "org.mingbai.payment.asks"
"""Event of a payment that is recommended for a look."""

CHANGED = "org.mingbai.payment.changed"
"""Event of a payment whose recommendation is another than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How scores were made: before payment or after, who asked (`live`, `run:<number>`, `rescore`), what was known."""

    kind: Literal["before", "after"]
    made_by: str
    fact_seq: int
    at: dt.datetime
    degraded: bool = False


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

COLUMNS: Final = (
    "disbursement_id",
    "run_id",
    "program_id",
    "period",
    "division_code",
    "household_id",
    "prepared_by",
    "person_id",
    "card_id",
    "amount",
    "submitted_at",
)
"""What is read of a payment."""


def rows_of(
    context: Context, found: pa.Table | Sequence[Scored], payments: pa.Table, made: Made
) -> list[dict[str, Any]]:
    """Rows of `store.scores.SCORES` from scores in the contract's form and the payments they are of, row by row.

    `found` has `models.scoring.score.SCHEMA`, or is what `score_few` gives; `payments` has the contract's columns of
    disbursements in canonical types; both have shape (n,) and the same order. `not_applicable_text` of each row is the
    text, not its name.
    """
    days = dt.timedelta(days=context.policy["line.verify_days"])
    rows: list[dict[str, Any]] = []
    lines = [_line(one) for one in found] if isinstance(found, Sequence) else found.to_pylist()
    texts: dict[str, str] = {}
    for score, payment in zip(lines, _payments(payments), strict=True):
        off = score["not_applicable"]
        if off not in texts:
            texts[off] = scores.text_id(off)
        verify = score["recommendation"] == "verify"
        reasons = score["reasons"]
        rows.append(
            {
                "disbursement_id": payment["disbursement_id"],
                "kind": made.kind,
                "made_by": made.made_by,
                "run_id": payment.get("run_id"),
                "program_id": payment["program_id"],
                "period": payment["period"],
                "division_code": payment["division_code"],
                "household_id": payment.get("household_id"),
                "prepared_by": payment.get("prepared_by"),
                "person_hash": context.seal.hash("person", payment["person_id"]),
                "card_hash": context.seal.hash("card", payment["card_id"]),
                "card_last_four": last_four(payment["card_id"]),
                "amount_fen": int(payment["amount"] * 100),
                "submitted_at": _EPOCH + dt.timedelta(microseconds=payment["submitted_at"]),
                "score": score["score"],
                "anomaly": score["anomaly"],
                "recommendation": score["recommendation"],
                "deadline": made.at + days if verify and made.kind == "before" else None,
                "desk": score["desk"],
                "typology": score["typology"],
                "suspect_role": score["suspect_role"],
                "reasons": None if reasons == "[]" else seal_text(context.seal, SEALED, reasons),
                "not_applicable": texts[off],
                "not_applicable_text": off,
                "model_version": score["model_version"],
                "degraded": made.degraded,
                "as_of": dt.datetime.fromisoformat(score["as_of"]),
                "scored_at": made.at,
                "fact_seq": made.fact_seq,
            }
        )
    return rows


def _line(score: Scored) -> dict[str, Any]:
    return {field.name: getattr(score, field.name) for field in fields(score)}


def _payments(payments: pa.Table) -> list[dict[str, Any]]:
    """What is read of payments, row by row; moments as microseconds."""
    import pyarrow as pa

    there = [name for name in COLUMNS if name in payments.column_names]
    found: list[dict[str, Any]] = []
    for batch in payments.to_batches():
        columns = [batch.column(batch.schema.get_field_index(name)) for name in there]
        told = [c.view(pa.int64()).to_pylist() if pa.types.is_timestamp(c.type) else c.to_pylist() for c in columns]
        found += [dict(zip(there, values, strict=True)) for values in zip(*told, strict=True)]
    return found


def keep(
    connection: Connection,
    rows: list[dict[str, Any]],
    *,
    events: bool = True,
    texts_kept: Collection[str] = frozenset(),
) -> None:
    """Keep rows from `rows_of` and, for those that are not released, an event each; in the caller's transaction.

    `events=False` for a run, which tells of itself as a whole. `texts_kept` are names of texts known to be on record.
    """
    texts = {row["not_applicable_text"] for row in rows if row["not_applicable"] not in texts_kept}
    plain = [{key: value for key, value in row.items() if key != "not_applicable_text"} for row in rows]
    scores.add(connection, plain, texts)
    for row in plain if events else ():
        if row["recommendation"] != "release":
            tell(connection, row, ASKING)


def tell(connection: Connection, row: dict[str, Any], kind: str, **more: Any) -> None:
    """Add the event of one payment's score: what a machine needs to know, and nothing personal."""
    names = ("disbursement_id", "run_id", "division_code", "recommendation", "desk", "typology", "suspect_role")
    data = {name: row[name] for name in names} | {"score": row["score"], "kind": row["kind"], **more}
    if row["deadline"] is not None:
        data["deadline"] = row["deadline"].isoformat()
    outbox.add(connection, kind, f"payments/{row['disbursement_id']}", data, row["scored_at"])


def reasons_of(context: Context, sealed: bytes | None) -> str:
    """The contract's JSON list of reasons out of a row's sealed `reasons`."""
    return open_text(context.seal, SEALED, sealed) or "[]"
