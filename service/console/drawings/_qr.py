"""A text as a square a telephone's camera reads."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from service.console.words import Words

EXAMPLE: Final = "otpauth://totp/Mingbai:wang.fang?secret=JBSWY3DPEHPK3PXP&issuer=Mingbai"
SCALE: Final = 5
"""Size of a field, pixels."""


def qr(of: str, _: Words, *, title: str) -> Markup:
    """The square. `title` says what it is for, to those who hear the page."""
    import segno

    # segno escapes the title; the fields are numbers.
    made = segno.make_qr(of).svg_inline(scale=SCALE, title=title, svgclass="qr", lineclass=None, omitsize=False)
    return Markup(made)  # noqa: S704 - segno's own drawing
