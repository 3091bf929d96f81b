"""What a feature is: one definition that serves a payment run, a single call, a replay and training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features._world import World
from features.asof import Pairs, View

Float = NDArray[np.float64]
Unit = Literal["flag", "count", "days", "seconds", "share", "ratio", "fen", "quantity", "score"]


@dataclass(frozen=True, slots=True)
class Case:
    """A situation in a tiny invented world and the value expected for its last disbursement (None is null)."""

    situation: str
    world: World
    expect: float | None
    tolerance: float = 1e-9


@dataclass(frozen=True, eq=False)
class Feature:
    """One fact about each scored disbursement at its moment.

    * `name`: also the file's name; starts with its unit (`days_`, `count_`, `share_`, `yuan_`, `is_`), ends with the
      window (`_90d`) where it has one.
    * `title`: Chinese and English label as an investigator reads it in a reason.
    * `unit`: what the number counts; `fen` for money (whole 1/100 yuan), `flag` for 0/1.
    * `null`: what NaN means: `none` (there is no such thing: a comparison is false) or `unknown` (cannot be told: a
      rule that needs it answers "cannot tell").
    * `needs`: tables or `table.column`s without which it is off. `uses`: features it is computed from.
    * `compute`: a `View` to values of shape (n,), float64. It may look at nothing but the view.
    * `rests_on`: the rows behind the value, as `Pairs`: they become evidence keys.
    * `model`: whether a trained model may read it. Sex, surname and ethnicity never; age only gates a rule.
    """

    name: str
    title: tuple[str, str]
    unit: Unit
    null: Literal["none", "unknown"]
    needs: tuple[str, ...]
    compute: Callable[[View], Float]
    cases: tuple[Case, ...]
    uses: tuple[Feature, ...] = ()
    rests_on: Callable[[View], Pairs | Iterable[Pairs]] | None = None
    model: bool = True
    doc: str = field(default="")

    def of(self, view: View) -> Float:
        """Values for every query of the view, computed once; all NaN where the feature is off. Shape (n,)."""
        return view.memo(self._values)

    def _values(self, view: View) -> Float:
        if self.off(view):
            return np.full(view.n, np.nan)
        values = np.asarray(self.compute(view), dtype=np.float64)
        if values.shape != (view.n,):
            raise ValueError(f"feature {self.name} gave shape {values.shape}, expected ({view.n},)")
        return values

    def off(self, view: View) -> tuple[str, ...]:
        """The needed tables or columns that were not shared; empty when the feature is on."""
        return tuple(need for need in self._all_needs if not view.has(need))

    def all_needs(self) -> tuple[str, ...]:
        """Own needs and those of the features it uses, in order, each once."""
        return self._all_needs

    @cached_property
    def _all_needs(self) -> tuple[str, ...]:
        needs = list(self.needs)
        for other in self.uses:
            needs.extend(other.all_needs())
        return tuple(dict.fromkeys(needs))

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Feature) and other.name == self.name


def codes_of(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """Codes carried through a float (NaN null) as whole numbers again, -1 null."""
    numbers = np.asarray(values, dtype=np.float64)
    return np.where(np.isnan(numbers), -1, numbers).astype(np.int64)


def flag(mask: NDArray[np.generic]) -> Float:
    """A condition as 0.0 / 1.0."""
    return np.asarray(mask, dtype=np.float64)


def ratio(part: Float, whole: Float) -> Float:
    """part / whole, NaN where the whole is zero or unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole != 0, part / whole, np.nan)
