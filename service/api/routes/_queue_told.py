"""What the queue refuses, as problems: one status for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.api.problem import Flaw, Problem
from service.work.portraits.errors import NothingThere
from service.work.queue.errors import Conflict, NotAllowed, NotThere, QueueError, TooLarge, Unfit, WrongKind

STATUS: Final[tuple[tuple[type[QueueError], int, str], ...]] = (
    (NotThere, 404, "Nothing here"),
    (NothingThere, 404, "Nothing here"),
    (NotAllowed, 403, "Not allowed"),
    (Conflict, 409, "Conflict with what is on record"),
    (Unfit, 422, "The request does not hold what is expected"),
    (TooLarge, 413, "Too large"),
    (WrongKind, 415, "Not a format taken here"),
)


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal of the queue inside the block into the problem that tells it."""
    try:
        yield
    except QueueError as refused:
        status, title = next((number, text) for kind, number, text in STATUS if isinstance(refused, kind))
        flaws = [Flaw(where=refused.where, found="value", expected=str(refused))] if isinstance(refused, Unfit) else []
        raise Problem(status, refused.kind, title, (str(refused), refused.chinese), flaws=flaws) from None
