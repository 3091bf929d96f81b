"""An item's rule in one sentence, for those who are paid by it."""

from __future__ import annotations

import datetime as dt

from service.work.context import Context


def owned_rule(
    context: Context, program_id: str, *, division_code: str | None = None, at: dt.datetime | None = None
) -> tuple[str, str] | None:
    """The rule of an item in one sentence, Chinese and English: who it is for, the rate that holds at `at` (None: now)
    in a division, and how often. None for an item nobody registered.
    """
    raise NotImplementedError
