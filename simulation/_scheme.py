"""What a scheme or a look-alike is: things done at fixed points while a county is invented."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulation import look_alikes, schemes
from simulation._county import County

Step = Callable[[County, np.random.Generator], None]
POINTS = ("plan", "pay", "process", "bank", "act")


@dataclass(frozen=True, slots=True)
class Scheme:
    """One unit of `schemes/` (`code` set) or of `look_alikes/` (`code` empty).

    `plan` runs before cards are issued (people, enrolments), `pay` when payments stand, `process` when applications
    stand, `bank` when banks have answered, `act` before ordinary card activity is written. Every step draws from a
    stream of its own.
    """

    code: str
    what: str
    plan: Step | None = None
    pay: Step | None = None
    process: Step | None = None
    bank: Step | None = None
    act: Step | None = None


def catalogue() -> dict[str, Scheme]:
    """Every scheme and look-alike by file name, in order. Raises TypeError where a file declares none."""
    found: dict[str, Scheme] = {}
    for package in (schemes, look_alikes):
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if module.name.startswith("_"):
                continue
            unit = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "SCHEME", None)
            if not isinstance(unit, Scheme):
                raise TypeError(f"{package.__name__}.{module.name} must declare SCHEME = Scheme(...)")
            found[module.name] = unit
    return found


def run(c: County, point: str, units: dict[str, Scheme]) -> None:
    """Take the step `point` of every unit."""
    for name, unit in units.items():
        step: Step | None = getattr(unit, point)
        if step is not None:
            step(c, c.streams(f"{name}.{point}"))
