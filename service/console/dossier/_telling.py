"""Sentences about a case as its pages say them, in Chinese, as plain text."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from markupsafe import Markup

from service.console.pages._case_shapes import Head, OffShown, StepShown, Text
from service.console.rendering import environment
from service.console.words import Words
from service.sealing.redaction import redacted

PAGE: Final = "case_dossier"


class Telling:
    """The words of the dossier, and those the pages of a case share with it (`components/case_parts.html`)."""

    def __init__(self, zone: dt.timezone, *, cut: bool) -> None:
        """`zone`: of moments; `cut`: long numbers in what people wrote are cut to their last four digits."""
        self.t = Words(PAGE, "zh")
        self.words = Words("", "zh")
        self.zone = zone
        self._cut = cut
        template = environment("zh", zone).get_template("components/case_parts.html")
        self._parts: Any = template.make_module({"t": self.t})

    def __call__(self, key: str, /, **values: object) -> str:
        """A word of the dossier with its values, as plain text."""
        texts = self.t(key)
        return texts.format(**values) if values else texts

    def of(self, text: Text) -> str:
        """The Chinese text."""
        return text[0]

    def written(self, text: str) -> str:
        """What somebody wrote."""
        return redacted(text) if self._cut else text

    def asks(self, head: Head) -> str:
        """What is asked, as a question until somebody decided."""
        return _plain(self._parts.asks(head))

    def did(self, step: StepShown) -> str:
        """What happened, in one sentence."""
        return _plain(self._parts.did(step))

    def named(self, kind: str, name: str) -> str:
        """A value's word: `kind` is `state_word`, `typology`, `role`, `hub`, `finding` or `about`."""
        return _plain(getattr(self._parts, kind)(name)) if name else ""

    def off(self, one: OffShown) -> str:
        """Why rules said nothing."""
        if one.cause == "not_shared":
            tables = [self.t(f"table_{name}") if self.t.has(f"table_{name}") else name for name in one.tables]
            return self("off_not_shared") + self("and_also").join(tables)
        return self("off_resting") + one.said if one.cause == "resting" else self(f"off_{one.cause}")


def _plain(text: str) -> str:
    return Markup(text).striptags()  # noqa: S704 - to take the marks off
