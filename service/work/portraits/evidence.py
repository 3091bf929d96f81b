"""Why a case or payment was asked about, and the rows that rests on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.access import Principal
from service.access.scope import within
from service.store import scores
from service.store.scores import SCORES
from service.work.context import Context
from service.work.portraits._case import case_in_sight
from service.work.portraits._payment import payment_in_sight
from service.work.portraits.ask import Portraits
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import EvidenceRow, Reason
from service.work.portraits.wire import read
from service.work.scoring.kept import reasons_of
from service.work.scoring.shown import not_near

MOST_PAYMENTS: Final = 500
"""Payments of a case whose reasons are read, those with the highest scores."""

MOST_ROWS: Final = 40
"""Rows shown of one reason."""

MOST_AT_ONCE: Final = 160
"""Rows shown of all reasons of one payment."""


def case_reasons(context: Context, who: Principal, case_id: str, *, most: int = 12) -> tuple[Reason, ...]:
    """The reasons of a case's payments, told together by code, strongest first; without rows, from the database alone.

    Logged. Raises NotThere for a case whoever asks may not see.
    """
    case = case_in_sight(context, who, case_id, "reasons")
    with context.database.read() as connection:
        asked = [within(who, SCORES.c.division_code)]
        rows = scores.newest_of(connection, case.payments[:MOST_PAYMENTS], context.clock.now(), *asked)
    strongest: dict[str, tuple[float, str, Mapping[str, Any]]] = {}
    said: Counter[str] = Counter()
    for row in rows:
        for one in _reasons(context, row.reasons):
            code, weight = str(one["code"]), float(one["weight"])
            said[code] += 1
            if code not in strongest or weight > strongest[code][0]:
                strongest[code] = weight, row.disbursement_id, one
    # What was said of most payments, and most strongly: the sum of what each would weigh.
    order = sorted(strongest, key=lambda code: (-strongest[code][0] * said[code], code))
    return tuple(
        _reason(strongest[code][2], payments=said[code], disbursement_id=strongest[code][1]) for code in order[:most]
    )


def evidence(
    context: Context, who: Principal, portraits: Portraits, disbursement_id: str, *, code: str | None = None
) -> tuple[Reason, ...]:
    """The reasons of a payment's newest score (or the one with `code`), each with the rows it rests on, masked.

    Rows are shown as they stood when it was scored; those of nobody who may be told of are left out and counted.
    Logged. Raises NothingThere for a payment whoever asks may not see, UnavailableError when the scorer is away.
    """
    payment = payment_in_sight(context, who, disbursement_id, "evidence")
    with context.database.read() as connection:
        asked = (within(who, SCORES.c.division_code), not_near(connection, who))
        rows = scores.newest_of(connection, [disbursement_id], context.clock.now(), *asked)
    if not rows:
        return ()
    reasons = [one for one in _reasons(context, rows[0].reasons) if code is None or one["code"] == code]
    keys: list[list[str]] = []
    left = MOST_AT_ONCE
    for one in reasons:
        keys.append([str(key) for key in one.get("evidence", ())][: min(MOST_ROWS, left)])
        left -= len(keys[-1])
    wanted = [key for some in keys for key in some]
    about = {"keys": wanted}
    told: Sequence[Any] = portraits.look(Asked("evidence", payment.sight, rows[0].as_of, about)) if wanted else []
    shown = iter([None if one is None else read(EvidenceRow, one) for one in told])
    found = []
    for one, some in zip(reasons, keys, strict=True):
        kept = tuple(row for row in (next(shown) for _ in some) if row is not None)
        left_out = len(one.get("evidence", ())) - len(kept)
        found.append(_reason(one, disbursement_id=disbursement_id, rows=kept, left_out=left_out))
    return tuple(found)


def _reasons(context: Context, sealed: bytes | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(reasons_of(context, sealed))
    return found


def _reason(one: Mapping[str, Any], **more: Any) -> Reason:
    return Reason(
        code=str(one["code"]),
        kind=str(one["kind"]),
        text=(str(one["text_zh"]), str(one["text_en"])),
        weight=float(one["weight"]),
        **more,
    )
