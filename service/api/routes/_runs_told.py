"""What runs refuse, as problems: one status for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.api.problem import Flaw, Problem, not_found
from service.work.runs.errors import Kind, RunRefusedError

STATUS: Final[dict[Kind, tuple[int, str]]] = {
    "unknown": (404, "Nothing here"),
    "conflict": (409, "Conflict with what is on record"),
    "refused": (403, "Not allowed"),
    "invalid": (422, "The request does not hold what is expected"),
    "too_large": (413, "Too large"),
    "no_space": (503, "Not ready"),
}


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal inside the block into the problem that tells it."""
    try:
        yield
    except RunRefusedError as refused:
        if refused.kind == "unknown":
            raise not_found((refused.english, refused.chinese)) from None
        status, title = STATUS[refused.kind]
        flaws = [Flaw(where=row.column, found=row.reason, expected=row.expected) for row in refused.flaws]
        headers = {"Retry-After": "60"} if status == 503 else {}
        texts = (refused.english, refused.chinese)
        raise Problem(status, refused.code, title, texts, flaws=flaws, headers=headers) from None
