"""What goes wrong for a reason the user can act on. Everything else is a defect."""

from __future__ import annotations


class WorkError(Exception):
    """A message for the user, in English and, where it differs from a mere path or number, in Chinese."""

    def __init__(self, english: str, chinese: str = "") -> None:
        super().__init__(english)
        self.chinese = chinese


class UnusableDataError(WorkError):
    """The data handed over cannot be used."""


class WrongUsageError(WorkError):
    """What was asked makes no sense: an option, a policy, a model folder, a run that is not there."""
