"""Conditions over features in three-valued logic: true, false, cannot tell.

A missing value of a feature whose null means `none` makes a comparison false; one whose null means `unknown` makes it
unknown. `&`, `|` and `~` follow Kleene: unknown & false is false, unknown | true is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import View

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Settings = Mapping[str, float]


@dataclass(frozen=True)
class Truth:
    """Where a condition is certainly true and where it cannot be told; both of shape (n,), never both at once.

    What no query can change (a setting compared with a number) may stay a single value.
    """

    true: Bool
    unknown: Bool


@dataclass(frozen=True)
class Setting:
    """A threshold from policy, `T01.days_after_death`: default in the typology's `settings.toml`."""

    name: str


def setting(name: str) -> Setting:
    """The policy setting called `name`."""
    return Setting(name)


class Condition:
    """A node of a condition. Build with `col(feature) >= setting(...)`, `&`, `|`, `~`."""

    def __init__(
        self,
        evaluate: Callable[[View, Settings], Truth],
        features: tuple[Feature, ...],
        text: str,
        settings: tuple[str, ...],
    ) -> None:
        self._evaluate = evaluate
        self.features = tuple(dict.fromkeys(features))
        self.text = text
        self.settings = tuple(dict.fromkeys(settings))

    def evaluate(self, view: View, settings: Settings) -> Truth:
        """Truth for every query of the view."""
        return self._evaluate(view, settings)

    def __and__(self, other: Condition) -> Condition:
        def both(view: View, settings: Settings) -> Truth:
            a, b = self.evaluate(view, settings), other.evaluate(view, settings)
            true = a.true & b.true
            false = (~a.true & ~a.unknown) | (~b.true & ~b.unknown)
            return Truth(true, ~true & ~false)

        return self._join(other, both, "and")

    def __or__(self, other: Condition) -> Condition:
        def either(view: View, settings: Settings) -> Truth:
            a, b = self.evaluate(view, settings), other.evaluate(view, settings)
            true = a.true | b.true
            return Truth(true, ~true & (a.unknown | b.unknown))

        return self._join(other, either, "or")

    def __invert__(self) -> Condition:
        def opposite(view: View, settings: Settings) -> Truth:
            a = self.evaluate(view, settings)
            return Truth(~a.true & ~a.unknown, a.unknown)

        return Condition(opposite, self.features, f"not ({self.text})", self.settings)

    def _join(self, other: Condition, evaluate: Callable[[View, Settings], Truth], word: str) -> Condition:
        return Condition(
            evaluate,
            self.features + other.features,
            f"({self.text} {word} {other.text})",
            self.settings + other.settings,
        )

    def __bool__(self) -> bool:
        raise TypeError("a Condition has no truth of its own: combine with & | ~, not and / or / not")


class Number:
    """A number by query: a feature's value, or arithmetic over some."""

    def __init__(
        self,
        values: Callable[[View, Settings], tuple[Float, Bool]],
        features: tuple[Feature, ...],
        text: str,
        settings: tuple[str, ...] = (),
    ) -> None:
        self._values = values
        self.features = features
        self.text = text
        self.settings = settings

    def values(self, view: View, settings: Settings) -> tuple[Float, Bool]:
        """Numbers (NaN null) and where a null is unknown rather than none; shape (n,) each, or single values."""
        return self._values(view, settings)

    def __ge__(self, other: float | Setting | Number) -> Condition:
        return _compare(self, other, np.greater_equal, ">=")

    def __gt__(self, other: float | Setting | Number) -> Condition:
        return _compare(self, other, np.greater, ">")

    def __le__(self, other: float | Setting | Number) -> Condition:
        return _compare(self, other, np.less_equal, "<=")

    def __lt__(self, other: float | Setting | Number) -> Condition:
        return _compare(self, other, np.less, "<")

    def is_(self, value: float | Setting) -> Condition:
        """Equal to a whole number or setting."""
        return _compare(self, value, np.equal, "=")

    def is_true(self) -> Condition:
        """A flag that is set."""
        return _compare(self, 0.5, np.greater, ">")

    def is_false(self) -> Condition:
        """A flag that is known and not set (or none)."""
        return ~self.is_true()

    def is_null(self) -> Condition:
        """No value: none or unknown."""

        def missing(view: View, settings: Settings) -> Truth:
            null = np.isnan(self.values(view, settings)[0])
            return Truth(null, np.zeros_like(null))

        return Condition(missing, self.features, f"{self.text} is null", self.settings)

    def __add__(self, other: float | Setting | Number) -> Number:
        return _arithmetic(self, other, np.add, "+")

    def __sub__(self, other: float | Setting | Number) -> Number:
        return _arithmetic(self, other, np.subtract, "-")

    def __mul__(self, other: float | Setting | Number) -> Number:
        return _arithmetic(self, other, np.multiply, "*")


def col(feature: Feature) -> Number:
    """The values of a feature."""

    def values(view: View, settings: Settings) -> tuple[Float, Bool]:
        found = feature.of(view)
        null = np.isnan(found)
        off = bool(feature.off(view))
        return found, null & (feature.null == "unknown" or off)

    return Number(values, (feature,), feature.name)


KNOWN: Bool = np.zeros((), dtype=bool)
"""A constant can be told for every query."""


def _single(value: float) -> Float:
    return np.array(value, dtype=np.float64)


def _number(value: float | Setting | Number) -> Number:
    if isinstance(value, Number):
        return value
    if isinstance(value, Setting):
        name = value.name

        def looked_up(view: View, settings: Settings) -> tuple[Float, Bool]:
            return _single(settings[name]), KNOWN

        return Number(looked_up, (), f"[{name}]", (name,))
    constant = float(value)

    def fixed(view: View, settings: Settings) -> tuple[Float, Bool]:
        return _single(constant), KNOWN

    return Number(fixed, (), f"{constant:g}")


def _compare(
    left: Number, right: float | Setting | Number, operation: Callable[[Float, Float], Bool], sign: str
) -> Condition:
    other = _number(right)

    def evaluate(view: View, settings: Settings) -> Truth:
        a, a_unknown = left.values(view, settings)
        b, b_unknown = other.values(view, settings)
        unknown = a_unknown | b_unknown
        with np.errstate(invalid="ignore"):
            true = operation(a, b) & ~unknown  # Compared with NaN nothing is true.
        return Truth(true, unknown)

    return Condition(
        evaluate, left.features + other.features, f"{left.text} {sign} {other.text}", left.settings + other.settings
    )


def _arithmetic(
    left: Number, right: float | Setting | Number, operation: Callable[[Float, Float], Float], sign: str
) -> Number:
    other = _number(right)

    def values(view: View, settings: Settings) -> tuple[Float, Bool]:
        a, a_unknown = left.values(view, settings)
        b, b_unknown = other.values(view, settings)
        return operation(a, b), a_unknown | b_unknown

    return Number(
        values, left.features + other.features, f"({left.text} {sign} {other.text})", left.settings + other.settings
    )
