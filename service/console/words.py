"""Words of the pages in Chinese and English, side by side in one file a page; those many pages use in `common.toml`.

    [count_cases]
    zh = "{n} 件"
    en = "{n} cases"

A word that lacks a language is an error when it is read, so none is missing on a screen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

from markupsafe import Markup, escape

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

HERE: Final = Path(__file__).parent


class MissingWordError(KeyError):
    """A word no file has, or one that lacks a language."""


@cache
def words_of(file: Path) -> Mapping[str, Mapping[Language, str]]:
    """Words of one file by key. Raises MissingWordError naming file and key where a language is missing or empty."""
    found: dict[str, Mapping[Language, str]] = {}
    for key, texts in tomllib.loads(file.read_text("utf-8")).items():
        if not isinstance(texts, dict) or set(texts) != set(LANGUAGES) or not all(texts.values()):
            raise MissingWordError(f"{file.name}: {key}: expected zh and en, both with a text")
        found[key] = texts
    return found


class Words:
    """The words of one page in one language: `words("count_cases", n=3)`; of the page first, then those it shares with
    the pages of its kind (`case_print` with `case`: `_case.toml`), then common ones."""

    def __init__(self, page: str, language: Language) -> None:
        """`page`: the name of its file; empty for common words alone."""
        own = HERE / "pages" / f"{page}.toml"
        kind = HERE / "pages" / f"_{page.partition('_')[0]}.toml"
        found = [words_of(file) for file in (kind, own) if page and file.is_file()]
        self._own: Mapping[str, Mapping[Language, str]] = {key: text for one in found for key, text in one.items()}
        self._common = words_of(HERE / "common.toml")
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """A word with its values, which are escaped. Raises MissingWordError."""
        texts = self._own.get(key) or self._common.get(key)
        if texts is None:
            raise MissingWordError(f"no word {key!r}")
        text = texts[self.language]
        if not values:
            return text
        filled = str(escape(text)).format(**{name: escape(value) for name, value in values.items()})
        return Markup(filled)  # noqa: S704 - both the word and its values were escaped

    def has(self, key: str) -> bool:
        """Whether there is such a word."""
        return key in self._own or key in self._common

    def of(self, pair: tuple[str, str]) -> str:
        """The text of a (Chinese, English) pair."""
        return pair[0] if self.language == "zh" else pair[1]
