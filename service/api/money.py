"""Money in answers: yuan as text with two decimals, exact."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Yuan = Annotated[str, Field(pattern=r"^-?\d+\.\d\d$", examples=["396.85"])]


def yuan(fen: int) -> str:
    """Whole fen as yuan.

    >>> yuan(39685), yuan(-5)
    ('396.85', '-0.05')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
