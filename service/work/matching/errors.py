"""What is answered to somebody who asks for something matching cannot give. Texts hold no personal data."""

from __future__ import annotations

from typing import Literal

from service.work.errors import WorkError

Kind = Literal["not-there", "conflict", "not-allowed", "not-as-expected"]


class MatchingError(WorkError):
    """`kind` says what sort of no it is."""

    def __init__(self, kind: Kind, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.kind: Kind = kind


def not_there() -> MatchingError:
    """No such row, or outside the scope, or near to whoever asks: the same answer."""
    return MatchingError(
        "not-there",
        "There is no row of that number, or it lies outside your divisions.",
        "没有该名单行，或不在您的管辖范围内。",
    )
