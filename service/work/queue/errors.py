"""What goes wrong with cases for a reason whoever asks can act on. Texts hold no personal data."""

from __future__ import annotations

from service.work.errors import WorkError


class QueueError(WorkError):
    """A request about a case that cannot be done; `kind` is a word with dashes for programs."""

    def __init__(self, kind: str, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.kind = kind


class NotThere(QueueError):
    """No such case, or outside the scope or the desks, or one's own: the answer is the same, so nothing is told."""

    def __init__(self) -> None:
        super().__init__(
            "not-found",
            "There is no case of that number, or it lies outside your divisions.",
            "没有该核查件，或不在您的管辖范围内。",
        )


class Conflict(QueueError):
    """Not as things stand: changed meanwhile, not from this state, waits for somebody else."""


class NotAllowed(QueueError):
    """Somebody else may do this, not whoever asks."""


class Unfit(QueueError):
    """What was sent does not fit: `where` names the field."""

    def __init__(self, where: str, english: str, chinese: str) -> None:
        super().__init__("not-as-expected", english, chinese)
        self.where = where


class TooLarge(QueueError):
    """A file above the limit."""

    def __init__(self, limit_mb: int) -> None:
        super().__init__("too-large", f"An attachment may have {limit_mb} MB at most.", f"附件不得超过 {limit_mb} MB。")


class WrongKind(QueueError):
    """A file whose content is of no kind that is taken."""

    def __init__(self) -> None:
        super().__init__(
            "not-a-format-taken",
            "By its content this is none of: PDF, PNG, JPEG, DOCX, XLSX, CSV, plain text.",
            "按内容判断，该文件不是 PDF、PNG、JPEG、DOCX、XLSX、CSV 或纯文本。",
        )


def stale(version: int) -> Conflict:
    """Somebody changed the case since it was read."""
    return Conflict(
        "stale",
        f"The case was changed meanwhile and has version {version}: read it again.",
        f"该核查件已被更改，当前版本为 {version}：请重新读取。",
    )
