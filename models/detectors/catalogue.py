"""Every detector, found by its file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import models.detectors
from models.detectors._base import Detector


@cache
def all_detectors() -> tuple[type[Detector], ...]:
    """The detector classes in order of their files' names."""
    names = sorted(m.name for m in pkgutil.iter_modules(models.detectors.__path__) if not m.name.startswith("_"))
    found: list[type[Detector]] = []
    for name in names:
        module = importlib.import_module(f"models.detectors.{name}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Detector) and value.__module__ == module.__name__
        ]
    return tuple(found)
