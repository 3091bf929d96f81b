"""Who a request comes from."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context


def authenticate(context: Context, *, authorization: str | None, session: str | None) -> Principal | None:
    """The principal behind an API key (`Bearer ...`) or a session; None when neither is good."""
    return None
