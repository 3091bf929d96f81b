"""What access refuses, as problems: one status for each kind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.api.problem import Flaw, Problem
from service.work.access.refused import Kind, RefusedError

STATUS: Final[dict[Kind, tuple[int, str]]] = {
    "wrong-sign-in": (401, "Not signed in"),
    "code-needed": (401, "A code is needed"),
    "wait": (429, "Wait"),
    "busy": (503, "Too much at once"),
    "not-there": (404, "Nothing here"),
    "conflict": (409, "Not as things are"),
    "not-allowed": (403, "Not allowed"),
    "not-as-expected": (422, "The request does not hold what is expected"),
    "provider": (503, "The provider does not answer"),
}


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal inside the block into the problem that tells it."""
    try:
        yield
    except RefusedError as refused:
        status, title = STATUS[refused.kind]
        flaws = [Flaw(where=refused.where, found="value", expected=str(refused))] if refused.where else []
        headers = {} if refused.seconds is None else {"Retry-After": str(math.ceil(refused.seconds))}
        if status == 401:
            # Says that it takes a form and no browser dialogue.
            headers["WWW-Authenticate"] = "Session"
        raise Problem(
            status, refused.kind, title, (str(refused), refused.chinese), flaws=flaws, headers=headers
        ) from None
