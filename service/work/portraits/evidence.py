"""Why a case or payment was asked about, and the rows that rests on."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Reason


def case_reasons(context: Context, who: Principal, case_id: str, *, most: int = 12) -> tuple[Reason, ...]:
    """The reasons of a case's payments, told together by code, strongest first; without rows, from the database alone.

    Logged. Raises NotThere for a case whoever asks may not see.
    """
    raise NotImplementedError


def evidence(
    context: Context, who: Principal, portraits: Portraits, disbursement_id: str, *, code: str | None = None
) -> tuple[Reason, ...]:
    """The reasons of a payment's newest score (or the one with `code`), each with the rows it rests on, masked.

    Logged. Raises NothingThere for a payment whoever asks may not see, UnavailableError when the scorer is away.
    """
    raise NotImplementedError
