"""Text as XML takes it."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without characters that no XML document may hold."""
    return _NOT_XML.sub("\ufffd", text)


def inside(text: str) -> str:
    """The text between tags."""
    return escape(clean(text))


def attribute(text: str) -> str:
    """The text as a quoted attribute."""
    return quoteattr(clean(text))
