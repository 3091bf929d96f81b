"""Moments in query strings."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Query

At = Annotated[
    dt.datetime | None,
    Query(description="as it stood at this moment; without an offset UTC is meant", examples=["2019-07-01T00:00:00Z"]),
]


def aware(at: dt.datetime | None) -> dt.datetime | None:
    """A moment with an offset; one without is taken as UTC."""
    return at if at is None or at.tzinfo else at.replace(tzinfo=dt.UTC)
