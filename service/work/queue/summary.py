"""What a case says of itself, in both languages, from the payments that are in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row


def summary_of(row: Row[Any], members: Sequence[Row[Any]], amount_fen: int, score: float) -> tuple[str, str]:
    """Chinese and English, as the queue of the command line tells it. A case asked for to learn keeps what it says."""
    if row.offered_as in ("random", "instructive") or not members:
        return row.summary_zh, row.summary_en
    codes = (str(code) for one in members for code in one.codes)
    return told(row.hub_kind, row.typology, codes, len(members), amount_fen, score)


def told(
    hub_kind: str, typology: str, codes: Iterable[str], count: int, amount_fen: int, score: float
) -> tuple[str, str]:
    """The summary of so many payments (fen) at a hub; `codes` are the rules that fired on them."""
    from models.scoring.cases import summary

    return summary(hub_kind, typology, list(codes), count, amount_fen / 100, score)
