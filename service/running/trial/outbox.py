"""The channel of notices of a trial: a file beside it. Codes for signing in are read there; nobody is real."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.settings import Settings
from service.work.notices.channel import Notice


@dataclass(frozen=True, slots=True)
class TrialOutbox:
    """Appends each notice to a file, newest last."""

    path: Path
    name: str = "trial"

    def send(self, notice: Notice) -> None:
        """Write a notice down."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{notice.number}  {notice.text_zh}\n    {notice.text_en}\n")


def channel(settings: Settings) -> TrialOutbox:
    """The channel of a trial."""
    return TrialOutbox(settings.home / "outbox.txt")
