"""Every kind of job there is, and what does it: found by walking the packages of `service.work`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import service.work
from service.store import jobs
from service.work.context import Context
from service.work.jobs import Handler

LONG: Final = frozenset(
    {
        "score_run", "rescore", "refresh_queue", "refresh_funds", "audit_verify", "retention", "study", "review_rules",
        "follow_releases", "payments_asked", "match",
    }
)  # fmt: skip
"""Kinds that may take minutes. They have a lane of their own, so that what is due to the second is not held up."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """`every`: handler by kind; `quick` and `long` are its kinds by lane."""

    every: dict[str, Handler]

    @property
    def long(self) -> frozenset[str]:
        """Kinds that may take minutes."""
        return LONG & self.every.keys()

    @property
    def quick(self) -> frozenset[str]:
        """All others."""
        return frozenset(self.every) - LONG


def all_handlers() -> Handlers:
    """The handlers of every package. Raises TypeError where two packages claim one kind."""
    found: dict[str, Handler] = {}
    for module in _modules():
        for kind, handler in module.JOBS.items():
            if kind in found:
                raise TypeError(f"two packages do jobs of the kind {kind}")
            found[kind] = handler
    return Handlers(found)


def begin_recurring(context: Context) -> None:
    """See that what comes again by itself is waiting; to be called at each start, as often as it happens."""
    for module in _modules():
        begin = getattr(module, "begin_recurring", None)
        if begin is not None:
            begin(context)
            continue
        kinds: Iterable[str] = getattr(module, "RECURRING", ())
        with context.database.write() as connection:
            context.database.alone(connection, "recurring")
            for kind in kinds:
                jobs.add(connection, kind, {}, context.clock.now(), name=kind)


def _modules() -> list[ModuleType]:
    """The `jobs` modules of the packages under `service.work`, by name."""
    found = []
    for package in sorted(pkgutil.iter_modules(service.work.__path__), key=lambda one: one.name):
        if package.ispkg:
            name = f"{service.work.__name__}.{package.name}.jobs"
            if importlib.util.find_spec(name) is not None:
                found.append(importlib.import_module(name))
    return found
