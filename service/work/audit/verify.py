"""Walk the chain of the log and name every line that is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from service.sealing.column import about
from service.sealing.seal import SealError
from service.store import audit_lines
from service.store.audit_lines import AUDIT_REASONS
from service.work.audit.anchor import anchors_file, read_anchors
from service.work.audit.record import FIRST, hash_of_fields, hash_of_reason
from service.work.context import Context

What = Literal[
    "changed",
    "moved",
    "removed",
    "inserted",
    "rewritten",
    "cut_off",
    "reason_changed",
    "reason_removed",
    "flags_changed",
    "anchors_changed",
]

WORDS: Final[dict[What, tuple[str, str]]] = {
    "changed": ("its content is not what was written", "内容与写入时不符"),
    "moved": ("it holds what was written as line {other}", "此处为原第{other}行的内容"),
    "removed": ("lines {line} to {other} are missing", "第{line}至{other}行缺失"),
    "inserted": ("no line was ever written under this number", "该编号从未写入过"),
    "rewritten": ("it was made again: {other} vouches for another", "整行被重写：{other}记录的是另一内容"),
    "cut_off": ("the log ends at line {other}, an anchor knows of more", "日志止于第{other}行，而锚点记录了更多"),
    "reason_changed": ("its reason is not what was written", "理由与写入时不符"),
    "reason_removed": ("its reason is missing", "理由缺失"),
    "flags_changed": ("its marks are not those written with it", "标记与写入时不符"),
    "anchors_changed": (
        "line {other} of the anchors' file is not as it was written",
        "锚点文件第{other}行与写入时不符",
    ),
}
"""What is wrong with a line, in English and Chinese; `{other}` is the other line, or what vouches."""

PAGE: Final = 5_000
NEAR: Final = 1_000
"""How far around a line its content is looked for, to tell a moved line from a changed one."""

AT_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One line that is not as it was written (line 0: the file of anchors)."""

    line: int
    what: What
    other: str = ""

    @property
    def text(self) -> tuple[str, str]:
        """What is wrong, in English and Chinese."""
        english, chinese = (text.format(line=self.line, other=self.other) for text in WORDS[self.what])
        return english, chinese


@dataclass(slots=True)
class Verification:
    """What a walk over the lines `first` to `last` found: of `broken` findings the first `AT_MOST`.

    `head` is the hash of the last line walked over: what can be compared with an anchor kept elsewhere.
    """

    first: int
    last: int
    lines: int = 0
    anchors: int = 0
    broken: int = 0
    head: str = FIRST
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every line is as it was written."""
        return self.broken == 0

    def found(self, line: int, what: What, other: object = "") -> None:
        """Take a finding down."""
        self.broken += 1
        if len(self.findings) < AT_MOST:
            self.findings.append(Finding(line, what, str(other)))


def verify(
    context: Context, *, first: int = 1, last: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Walk over the lines from `first` to `last` (the newest by default). Memory stays the same however many there are.

    `progress` is called after each page with lines done and lines to do. Raises ValueError for a `first` below 1.
    """
    if first < 1:
        raise ValueError(f"found line {first}, expected 1 or more")
    anchors, torn = read_anchors(anchors_file(context), context.seal)
    with context.database.read() as connection:
        head = audit_lines.head(connection)
        # Where the line before is gone, the first one has nothing to follow; a walk from line 1 names what is missing.
        before = FIRST if first == 1 else audit_lines.hash_at(connection, first - 1)
    end = head[0] if head else 0
    walked = Verification(first, end if last is None else min(last, end))
    if torn is not None:
        walked.found(0, "anchors_changed", torn)
    walk = _Walk(context, walked, anchors, first, before)
    after = first - 1 if first > 1 else -(2**62)
    while True:
        with context.database.read() as connection:
            rows = audit_lines.chain(connection, after, walked.last, PAGE)
            flags = audit_lines.flags_between(connection, rows[0][0], rows[-1][0]) if rows else {}
        for row in rows:
            walk.line(row, flags)
        if len(rows) < PAGE:
            break
        after = rows[-1][0]
        if progress is not None:
            progress(walked.lines, walked.last - first + 1)
    walk.end(end)
    return walked


class _Walk:
    """The walk itself: where it is, and what the last line vouched for."""

    def __init__(
        self, context: Context, walked: Verification, anchors: dict[int, str], first: int, before: str | None
    ) -> None:
        self._seal, self._walked, self._anchors = context.seal, walked, anchors
        self._number, self._hash = first - 1, before
        self._bound = about(AUDIT_REASONS.c.reason)

    def line(self, row: Sequence[Any], flags: dict[int, list[str]]) -> None:
        """Look at one line as `audit_lines.chain` gives it."""
        walked = self._walked
        number, told, kept = int(row[0]), str(row[11]), str(row[10])
        walked.lines += 1
        if number < 1:
            walked.found(number, "inserted")
            return
        if number > self._number + 1:
            walked.found(self._number + 1, "removed", number - 1)
            self._hash = None
        if hash_of_fields([number, *row[1:11]]) != told or (number == 1 and kept != FIRST):
            other = self._elsewhere(row, number, told)
            walked.found(number, "changed" if other is None else "moved", "" if other is None else other)
            vouches = None  # What this line says of the next means nothing; one finding is enough.
        else:
            if self._hash is not None and kept != self._hash and number > 1:
                # The line before is sound in itself, and yet this one was written after another.
                walked.found(self._number, "rewritten", f"line {number}")
            self._reason(number, row[7], row[12])
            marks = row[8].get("flags", []) if isinstance(row[8], dict) else []
            if sorted(marks) != flags.get(number, []):
                walked.found(number, "flags_changed")
            vouches = told
        if number in self._anchors:
            walked.anchors += 1
            if self._anchors[number] != told:
                walked.found(number, "rewritten", "an anchor")
        self._number, self._hash = number, vouches
        walked.head = told

    def end(self, newest: int) -> None:
        """After the last line: whether an anchor knows of more."""
        known = max(self._anchors, default=0)
        if known > newest:
            self._walked.found(newest + 1, "cut_off", newest)

    def _reason(self, number: int, held: str | None, sealed: bytes | None) -> None:
        if held is None and sealed is None:
            return
        if held is not None and sealed is None:
            self._walked.found(number, "reason_removed")
            return
        try:
            same = hash_of_reason(self._seal.open(bytes(sealed or b""), self._bound)) == held
        except SealError:
            same = False
        if not same:
            self._walked.found(number, "reason_changed")

    def _elsewhere(self, row: Sequence[Any], number: int, told: str) -> int | None:
        """The number near by under which a line was written; None where its content itself was changed."""
        for away in range(1, NEAR + 1):
            for other in (number - away, number + away):
                if other > 0 and hash_of_fields([other, *row[1:11]]) == told:
                    return other
        return None
