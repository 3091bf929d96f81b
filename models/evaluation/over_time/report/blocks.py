"""What a report is made of, before it is HTML or Markdown. Every text is a pair: English, Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation.over_time.estimates import Estimate

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    words: Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What the reader should know before looking at figures."""

    words: Words


@dataclass(frozen=True, slots=True)
class Notes:
    """Short lines of the proof itself, in English."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One figure of the summary: its name, its value, what stands below it; `good` None where no bar applies."""

    words: Words
    value: str
    below: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """The figures a reader looks for first."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns as pairs of words, cells as text; the first `left` columns hold words, the others numbers.

    A cell `value (more)` may be shown in two lines. A table that is `folded` is for whoever wants every number.
    """

    columns: tuple[Words, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing by the name `plots.DRAWINGS` knows it by, and what it shows for whoever cannot see it."""

    name: str
    words: Words


Block = Heading | Paragraph | Notes | Keys | Table | Plot


def number(value: float | None, digits: int = 3) -> str:
    """A figure, a dash where there is none."""
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def share(value: float | None, digits: int = 0) -> str:
    """A share in percent, a dash where there is none."""
    return "–" if value is None or value != value else f"{value:.{digits}%}"


def interval(found: Estimate, digits: int = 3) -> str:
    """A figure with its interval in brackets."""
    if found.value is None:
        return "–"
    if found.low is None or found.high is None:
        return number(found.value, digits)
    return f"{found.value:.{digits}f} ({found.low:.{digits}f}–{found.high:.{digits}f})"


def percent(found: Estimate) -> str:
    """A share in percent with its interval in brackets."""
    if found.value is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{found.value:.0%}"
    return f"{found.value:.0%} ({found.low:.0%}–{found.high:.0%})"
