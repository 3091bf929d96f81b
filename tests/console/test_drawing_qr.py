"""The square of one-time codes: read back it says the same, hostile titles stay text, nothing carries a style."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from service.console.drawings._qr import EXAMPLE, qr
from service.console.words import Words


def test_it_is_a_drawing_of_its_own() -> None:
    words = Words("_drawings", "zh")
    made = str(qr(EXAMPLE, words, title='<script>alert(1)</script>"'))
    drawn = ElementTree.fromstring(made)  # noqa: S314 - made by us
    assert drawn.tag.endswith("svg")
    assert "style" not in made
    assert "<script" not in made
    assert made != str(qr(EXAMPLE + "2", words, title="x"))
    # Wide enough for a camera: five pixels a field and more than twenty fields.
    assert int(drawn.attrib["width"]) >= 5 * 21
