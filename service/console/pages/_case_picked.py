"""Payments chosen on a form: those shown one by one, and those named line by line where there are more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.console.visit import Sent
from service.work.queue.closing import Finding
from service.work.queue.errors import Unfit

SHOWN: Final = 500
"""So many payments stand on a form one by one."""

FOUND: Final = "found-"
"""What stands before a payment's number in the name of its field."""

_FINDINGS: Final[Mapping[str, Finding]] = {
    "confirmed": "confirmed", "查实": "confirmed", "cleared": "cleared", "排除": "cleared", "error": "error",
    "工作差错": "error",
}  # fmt: skip


def differing(form: Sent, usual: str) -> dict[str, Finding]:
    """Payments that were found otherwise than `usual`, from their own fields and the lines below. Raises Unfit."""
    found: dict[str, Finding] = {}
    for name, value in form.fields.items():
        if name.startswith(FOUND) and value:
            found[name.removeprefix(FOUND)] = _finding(value)
    for line in form.get("lines").splitlines():
        number, _, word = line.strip().rpartition(" ")
        if line.strip():
            found[number.strip()] = _finding(word.strip())
    return {number: finding for number, finding in found.items() if finding != usual}


def _finding(word: str) -> Finding:
    if word not in _FINDINGS:
        raise Unfit(
            "differing",
            "Each line is a payment's number, a space, and confirmed, cleared or error.",
            "每行一笔：明细编号、空格、查实（或排除、工作差错）。",
        )
    return _FINDINGS[word]


def picked(form: Sent) -> list[str]:
    """Payments that were ticked or named line by line."""
    named = [line.strip() for line in form.get("lines").splitlines()]
    return [one for one in (*form.lists.get("pick", []), *named) if one]
