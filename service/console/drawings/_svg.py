"""Elements as safe text: every attribute and text is escaped, numbers are short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup, escape

from service.console.words import Words

FILE: Final = "_drawings"
"""Words of the drawings: `pages/_drawings.toml`."""


def own_words(words: Words) -> Words:
    """The drawings' words in the language of a page's words."""
    return Words(FILE, words.language)


def short(value: float) -> str:
    """A coordinate with one decimal at most.

    >>> short(12.0), short(3.14159), short(-0.04)
    ('12', '3.1', '0')
    """
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def tag(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """An element. Attributes: `class_` is class, `_` becomes `-`, None and False are left out, True stands alone.
    Children that are no Markup are escaped.

    >>> str(tag("text", "a<b", x=1.25, class_="name", data_key='"'))
    '<text x="1.2" class="name" data-key="&#34;">a&lt;b</text>'
    """
    inside = "".join([safe(one) for one in children])
    if not inside and name in _EMPTY:
        return Markup(opened(name, attributes)[:-1] + "/>")  # noqa: S704 - every value above is escaped
    return Markup(f"{opened(name, attributes)}{inside}</{name}>")  # noqa: S704 - every value above is escaped


_EMPTY: Final = frozenset({"rect", "line", "path", "circle", "ellipse", "polyline", "polygon", "use"})
_SPECIAL: Final = re.compile("[&<>'\"]")
_NAMES: Final[dict[str, str]] = {}
"""Names of attributes as they are written, by the name they are called with: there are some dozens."""


def opened(name: str, attributes: Mapping[str, object]) -> str:
    """The opening tag of an element, attributes as `tag` takes them."""
    text = f"<{name}"
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        said = _NAMES.get(key)
        if said is None:
            said = _NAMES[key] = key.rstrip("_").replace("_", "-")
        if value is True:
            text += f" {said}"
        else:
            text += f' {said}="{short(value) if isinstance(value, float) else safe(value)}"'
    return f"{text}>"


def safe(value: object) -> str:
    """A value as safe text: what is Markup as it is, all else escaped. Thousands are made for one page, and most hold
    nothing that needs it."""
    if type(value) is str:
        return str.__str__(escape(value)) if _SPECIAL.search(value) else value
    return str(value) if type(value) is int else str.__str__(escape(value))


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements one after the other."""
    return Markup("".join([safe(one) for one in parts]))  # noqa: S704 - each is safe


def link(text: str | Markup, path: str) -> Markup:
    """A link to a page of ours, or the text alone where there is no path.

    >>> str(link("a", "/queue")), str(link("a", ""))
    ('<a href="/queue">a</a>', 'a')
    """
    return tag("a", text, href=path) if path.startswith("/") else escape(text)


def table(
    caption: str, headers: Iterable[str | tuple[str, str]], rows: Iterable[Iterable[str | Markup]], *, class_: str = ""
) -> Markup:
    """A table that scrolls. A header given as (text, "num") marks a column of numbers."""
    heads = [(one, "") if isinstance(one, str) else one for one in headers]
    head = joined(tag("th", text, scope="col", class_=kind or None) for text, kind in heads)
    body = joined(
        tag("tr", *[tag("td", cell, class_=kind or None) for cell, (_, kind) in zip(row, heads, strict=True)])
        for row in rows
    )
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", body), class_=class_ or None),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def folded(summary: str, inside: Markup, **attributes: object) -> Markup:
    """Something one click away."""
    return tag("details", tag("summary", summary), inside, **attributes)
