"""What goes wrong with a look for a reason whoever looks can act on. Texts hold no personal data."""

from __future__ import annotations

from service.work.queue.errors import QueueError


class NothingThere(QueueError):
    """Nothing of that number, or outside the divisions of whoever asks, or their own: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(
            "not-found",
            "There is nothing of that number, or it lies outside your divisions.",
            "没有该编号对应的内容，或不在您的管辖范围内。",
        )
