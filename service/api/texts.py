"""Texts that people and systems send: what every field of text is held to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line: no control character, so no line break either."""

Lines = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Several lines: line breaks and tabs, no other control character. PostgreSQL keeps no NUL."""
