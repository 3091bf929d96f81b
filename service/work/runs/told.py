"""What a sender tells of a run beside its rows: its number, and where it is wanted the row of `payment_runs`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from features.contract import TABLES
from features.intake import QuarantinedRow, accept_rows
from service.work.runs.errors import RunRefusedError

FIELDS: Final = tuple(column.name for column in TABLES["payment_runs"].columns)
"""Every field that may be told: the columns of `payment_runs`."""

TOGETHER: Final = ("program_id", "period", "division_code")
"""Told all or none: they make the row of `payment_runs`."""


def checked(told: Mapping[str, str], now: dt.datetime) -> dict[str, str]:
    """The fields that were told, empty ones left out; `created_at` is now where a row is told without it.

    Raises RunRefusedError (`invalid`) with every field the contract does not take.
    """
    given = {name: text.strip() for name, text in told.items() if text.strip()}
    if unknown := sorted(set(given) - set(FIELDS)):
        raise _invalid(f"unknown fields {', '.join(unknown[:5])}; known are {', '.join(FIELDS)}", flaws=())
    beside = set(given) - {"run_id"}
    lacking = [name for name in TOGETHER if name not in given]
    if beside and lacking:
        raise _invalid(f"fields of a run are told with {', '.join(TOGETHER)}, or none but run_id", flaws=())
    if beside:
        given.setdefault("created_at", now.isoformat())
    row = {"run_id": "R", "created_at": now.isoformat(), **dict.fromkeys(TOGETHER, "2019"), **given}
    flaws = accept_rows(TABLES["payment_runs"], [row]).quarantine
    if flaws:
        raise _invalid("see flaws", flaws=flaws)
    return given


def row_of(told: Mapping[str, Any] | None, run_id: str) -> dict[str, str] | None:
    """The row of `payment_runs`, None where none was told."""
    if not told or "program_id" not in told:
        return None
    return {**{str(name): str(value) for name, value in told.items()}, "run_id": run_id}


def _invalid(what: str, *, flaws: tuple[QuarantinedRow, ...]) -> RunRefusedError:
    return RunRefusedError(
        "invalid", "not-as-expected", f"The fields of the run: {what}.", "批次字段不符合要求。", flaws=flaws
    )
