"""Routes by noun: every module whose name has no leading underscore has one `router`, found by walking the folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from fastapi import APIRouter

FIRST: Final = ("disbursements", "health")
"""Asked far more often than the rest, and routes are looked through in order."""


def all_routers() -> list[APIRouter]:
    """The routers of this folder, by name but for the first. Raises TypeError for a module without one."""
    found: list[APIRouter] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: (m.name not in FIRST, m.name)):
        if module.name.startswith("_"):
            continue
        router = getattr(importlib.import_module(f"{__name__}.{module.name}"), "router", None)
        if not isinstance(router, APIRouter):
            raise TypeError(f"service/api/routes/{module.name}.py has no router")
        found.append(router)
    return found
