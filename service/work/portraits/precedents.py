"""Closed cases like one that is open: what was found then."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context
from service.work.portraits.shapes import Precedent


def precedents(context: Context, who: Principal, case_id: str, *, most: int = 6) -> tuple[Precedent, ...]:
    """The closed cases nearest to a case, confirmed and cleared both where there are both; from the database alone.

    Logged. Raises NotThere for a case whoever asks may not see.
    """
    raise NotImplementedError
