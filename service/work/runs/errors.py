"""What is answered to somebody who asks for something a run cannot give. Texts hold no personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from features.intake import QuarantinedRow

Kind = Literal["unknown", "conflict", "refused", "invalid", "too_large", "no_space"]


class RunRefusedError(Exception):
    """`kind` says what sort of no it is, `code` is a word with dashes, the texts say what to do.

    `flaws` are fields of a run's own row that the contract does not take.
    """

    def __init__(
        self, kind: Kind, code: str, english: str, chinese: str, *, flaws: Sequence[QuarantinedRow] = ()
    ) -> None:
        super().__init__(code)
        self.kind, self.code, self.english, self.chinese, self.flaws = kind, code, english, chinese, tuple(flaws)


def unknown_run() -> RunRefusedError:
    """No such run, or outside the scope: the same answer."""
    return RunRefusedError("unknown", "not-found", "run", "批次")
