"""Names of accounts and keys: what they look like, so that the log can hold them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SOUND: Final = re.compile(r"[^\W_][\w.@-]{1,63}")
_LONG_NUMBER: Final = re.compile(r"\d{7}")
"""A phone, a card or an identity number has more digits in a row than any name needs."""


def folded(name: str) -> str:
    """One spelling of a name: lower case, one form of Unicode, no spaces around."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def is_sound(name: str) -> bool:
    """Whether a folded name may be an account's or a key's: 2 to 64 letters, digits or `.@-_`, of any script, that
    begins with a letter or digit and holds no long number, since names stand in the log."""
    return bool(_SOUND.fullmatch(name)) and not _LONG_NUMBER.search(name)
