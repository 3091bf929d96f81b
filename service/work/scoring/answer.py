"""A score's row as it is told: the contract's fields, a deadline, and nothing sealed left."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.work.scoring.kept import reasons_of

if TYPE_CHECKING:
    from service.work.context import Context


def told(context: Context, row: Mapping[str, Any], *, seen_before: bool = False) -> dict[str, Any]:
    """A row of `store.scores.SCORES` as JSON: `reasons` a list, moments ISO 8601 in the data's local time.

    `as_of` is written as `mingbai score` writes it. `seen_before` says that the payment was on record with this score.
    """
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))

    def local(moment: dt.datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone).isoformat()

    return {
        "state": "scored",
        "disbursement_id": row["disbursement_id"],
        "score": row["score"],
        "anomaly": row["anomaly"],
        "recommendation": row["recommendation"],
        "deadline": local(row["deadline"]),
        "desk": row["desk"],
        "typology": row["typology"],
        "suspect_role": row["suspect_role"],
        "reasons": json.loads(reasons_of(context, row["reasons"])),
        "not_applicable": row["not_applicable"],
        "model_version": row["model_version"],
        "degraded": row["degraded"],
        "as_of": local(row["as_of"]),
        "scored_at": local(row["scored_at"]),
        "kind": row["kind"],
        "fact_seq": row["fact_seq"],
        "seen_before": seen_before,
    }


def refused(disbursement_id: str, where: str, found: tuple[str, str], expected: tuple[str, str]) -> dict[str, Any]:
    """The answer to a payment that cannot be taken although each value is of its type."""
    flaw = {
        "where": where,
        "found": found[0],
        "expected": expected[0],
        "found_zh": found[1],
        "expected_zh": expected[1],
    }
    return {"state": "refused", "disbursement_id": disbursement_id, "flaws": [flaw]}


def waits(disbursement_id: str) -> dict[str, Any]:
    """The answer to a payment that is on record and is scored as soon as the history holds it."""
    return {"state": "waiting", "disbursement_id": disbursement_id, "look_at": f"/v1/scores/{disbursement_id}"}
