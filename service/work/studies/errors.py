"""What is answered to somebody who asks for a study that cannot be made. Texts hold no personal data."""

from __future__ import annotations

from service.work.errors import WorkError


class StudyError(WorkError):
    """A study that makes no sense, or is not there; `kind` is a word with dashes."""

    def __init__(self, kind: str, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.kind = kind


def unknown_study() -> StudyError:
    """No study of that number and kind."""
    return StudyError("not-found", "There is no study of that number.", "没有该编号的测算。")
