"""A rule's own explanation in both languages: what it is, why, what it cannot see, its cases in words.

The English stands where it is used (first line of the file, `blind_to`, cases, the folder's README); the Chinese of it
stands in the folder's `chinese.toml`, by the English text. A test finds what has no Chinese.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.rules._rule import Outcome, Rule

FILE: Final = "chinese.toml"
Pair = tuple[str, str]
"""A text in English and in Chinese."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`what` a rule says in a sentence, `why` its typology is looked for, what it is `blind_to`, its `authority` (both
    empty where there is none), and `cases`: what it must say of each situation."""

    what: Pair
    why: Pair
    blind_to: Pair
    authority: Pair
    cases: tuple[tuple[Outcome, Pair], ...]


@cache
def words_of(rule: Rule) -> RuleWords:
    """The words of a rule. Raises KeyError naming a text that has no Chinese."""
    folder = Path(__file__).parent / rule.typology.lower()
    told = chinese_of(folder)
    own: Mapping[str, Any] = told.get("rules", {}).get(rule.code.partition(".")[2], {})
    module = importlib.import_module(f"models.rules.{rule.typology.lower()}.{rule.code.partition('.')[2]}")

    def pair(english: str, found: str | None) -> Pair:
        if english and not found:
            raise KeyError(f"{folder.name}/{FILE}: {rule.code}: no Chinese for {english!r}")
        return english, found or ""

    situations: Mapping[str, str] = told.get("cases", {})
    return RuleWords(
        pair(" ".join((module.__doc__ or "").split()), own.get("what")),
        pair(_readme(folder), told.get("about")),
        pair(rule.blind_to, own.get("blind_to")),
        pair(rule.authority, own.get("authority")),
        tuple((case.expect, pair(case.situation, situations.get(case.situation))) for case in rule.cases),
    )


@cache
def setting_words(name: str) -> Pair:
    """What a setting (`T01.months_after_death`) is: the first sentence of the comment above it, and its Chinese. Raises
    KeyError for one that no file holds or that has no Chinese."""
    typology, _, key = name.partition(".")
    folder = Path(__file__).parent / typology.lower()
    english = _comments(folder)[key]
    found = chinese_of(folder).get("settings", {}).get(key)
    if not found:
        raise KeyError(f"{folder.name}/{FILE}: no Chinese for the setting {key}")
    return english, str(found)


@cache
def _comments(folder: Path) -> dict[str, str]:
    """The first sentence above each setting; of the one before where two stand under one comment. A heading on the
    file's first line is left out."""
    found: dict[str, str] = {}
    lines: list[str] = []
    last = ""
    for line in (folder / "settings.toml").read_text("utf-8").splitlines():
        if line.startswith("#"):
            lines.append(line.lstrip("# ").strip())
        elif "=" in line:
            if not found and len(lines) > 1 and lines[0].endswith("."):
                lines = lines[1:]
            last = re.split(r"(?<=\.)\s", " ".join(lines), maxsplit=1)[0] or last
            found[line.partition("=")[0].strip()] = last
            lines = []
    return found


@cache
def chinese_of(folder: Path) -> dict[str, Any]:
    """What a typology's `chinese.toml` holds: `about`, `cases` by English text, `settings` and `rules` by name."""
    return tomllib.loads((folder / FILE).read_text("utf-8"))


def _readme(folder: Path) -> str:
    """The first paragraph below the heading: what the scheme is."""
    paragraphs = re.split(r"\n\s*\n", (folder / "README.md").read_text("utf-8").strip())
    return " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""
