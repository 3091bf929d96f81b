"""What a screen shows of a number: its last four digits."""

from __future__ import annotations


def last_four(value: str | None) -> str:
    """The last four characters behind dots, `····1232`; all dots where there are no more than four."""
    if not value:
        return ""
    return "····" + (value[-4:] if len(value) > 4 else "")
