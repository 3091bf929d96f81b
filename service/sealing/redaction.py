"""The last line of defence: long numbers taken out of a text that should have held none.

What may be an identity number (18 or 15 digits), a card (16 to 19) or a phone (11, beginning with 1) becomes its last
four digits behind dots. Names cannot be told from words; they are kept out by never being written.
"""

from __future__ import annotations

import re

_LONG = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{15}|[0-9]{16,19}|(?:\+?86[- ]?)?1[3-9][0-9]{9}"
    r"|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?)(?![0-9A-Za-z])"
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def redacted(text: str) -> str:
    """The text with every number that may be personal cut to its last four digits.

    >>> redacted("card 6212261234567890123 of run R-2019-07-000123")
    'card ····0123 of run R-2019-07-000123'
    """
    return _LONG.sub(lambda found: f"····{found[0][-4:]}", text)


def without_identity(text: str) -> str:
    """The text with identity numbers alone cut, those with a right check character: other numbers of 18 digits may be
    numbers of payments and stay.

    >>> without_identity("519921195303041232 and 519921195303041233")
    '····1232 and 519921195303041233'
    """
    return _IDENTITY.sub(lambda found: f"····{found[0][-4:]}" if _checks(found[0]) else found[0], text)


def _checks(number: str) -> bool:
    """Whether the check character is right (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == "10X98765432"[total % 11]
