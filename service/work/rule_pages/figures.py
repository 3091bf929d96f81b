"""How rules do here: from the newest review a worker made, and from the tables handed over."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.store import studies, supervision
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class Figures:
    """One rule over the payments reviewed. `share` of independent looks confirmed, with its 95 % interval `low`,
    `high`; None where nobody looked. `by_month` counts hits, a count for each month of the review."""

    hits: int
    by_month: tuple[int, ...]
    explained: int
    cannot_tell: int
    confirmed: int
    cleared: int
    errors: int
    at_random: int
    households: int
    share: float | None
    low: float | None
    high: float | None
    off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review: when, over which days and how many payments, months and payments in each, and figures by rule."""

    at: dt.datetime
    first: str
    last: str
    payments: int
    months: tuple[str, ...]
    payments_by_month: tuple[int, ...]
    rules: Mapping[str, Figures]


def newest_review(context: Context) -> Reviewed | None:
    """The newest review; None where none was made yet."""
    with context.database.read() as connection:
        study = studies.newest(connection, "rules")
    if study is None or study.result is None:
        return None
    told = json.loads(study.result)
    return Reviewed(
        dt.datetime.fromisoformat(told["as_of"]), told["first"], told["last"], told["payments"],
        tuple(told["months"]), tuple(told["payments_by_month"]),
        {code: _figures(one) for code, one in told["rules"].items()},
    )  # fmt: skip


def handed_over(context: Context) -> frozenset[str]:
    """Tables of which anything was handed over."""
    with context.database.read() as connection:
        return frozenset(str(row.table_name) for row in supervision.coverage(connection, context.clock.now()))


def _figures(told: Mapping[str, Any]) -> Figures:
    return Figures(
        told["hits"], tuple(told["by_month"]), told["explained"], told["cannot_tell"], told["confirmed"],
        told["cleared"], told["errors"], told["at_random"], told["households"], told["share"], told["low"],
        told["high"], tuple(told["off"]),
    )  # fmt: skip
