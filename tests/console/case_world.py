"""A case with scored payments for the tests of its pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from service.sealing.column import seal_text
from service.store import scores
from service.store.scores import SCORES
from service.work.context import Context
from tests.serving.queue_world import VILLAGE, case_row, lay_out, member, new_case, opened

SERIES = "T25.drawn_in_series_at_bank"
CARDS = "T25.two_cards_always_together"
OFF = json.dumps(
    [
        {"code": "T26.swept_alike_to_one_card", "why": "not shared: card_transactions"},
        {"code": "T13.decimal_point_slipped", "why": "shadow since June"},
    ]
)


def reason(
    code: str, weight: float = 1.0, zh: str = "共5天与他户卡连续支取", en: str = "drawn together on 5 days"
) -> Any:
    """A reason as a score holds it."""
    return {
        "code": code,
        "kind": "rule",
        "text_zh": zh,
        "text_en": en,
        "weight": weight,
        "evidence": ["disbursements:D1"],
    }


def scored(context: Context, number: int, reasons: Sequence[Any], **more: Any) -> None:
    """A payment's score."""
    now = context.clock.now()
    row = {
        "disbursement_id": f"D{number}", "kind": "before", "made_by": "live", "program_id": "PENSION",
        "period": "2019-07", "division_code": VILLAGE, "household_id": f"H{number}", "prepared_by": "O1",
        "person_hash": f"p{number}", "card_hash": f"c{number}", "card_last_four": "····0001", "amount_fen": 10_000,
        "submitted_at": now, "score": 0.5, "anomaly": 0.1, "recommendation": "verify", "desk": "discipline",
        "typology": "T25", "suspect_role": "official", "not_applicable": scores.text_id(OFF),
        "reasons": seal_text(context.seal, SCORES.c.reasons, json.dumps(list(reasons), ensure_ascii=False)),
        "model_version": "champion 3", "degraded": False, "as_of": now, "scored_at": now, "fact_seq": 1,
        "run_id": None, "deadline": None, **more,
    }  # fmt: skip
    with context.database.write() as connection:
        scores.add(connection, [row], [OFF])


def a_case(context: Context, payments: int = 3, **more: Any) -> str:
    """An open case of some payments: the first two were asked about by two rules, the others by one."""
    lay_out(context)
    for number in range(1, payments + 1):
        both = [reason(SERIES), reason(CARDS, 0.4, "两户的卡总是先后支取")] if number <= 2 else [reason(SERIES)]
        scored(context, number, both)
    members = [member(n, codes=(SERIES, CARDS) if n <= 2 else (SERIES,)) for n in range(1, payments + 1)]
    return opened(context, new_case(*members, **more)).case_id


def version(context: Context, case_id: str) -> int:
    """A case's version."""
    return int(case_row(context, case_id).version)
