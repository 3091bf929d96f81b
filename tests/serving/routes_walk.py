"""The routes of the application as tests walk them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts


@dataclass(frozen=True)
class Route:
    """One method of one route: its path with `{names}`, the ids OpenAPI gives it, and what it depends on."""

    method: str
    path: str
    operation: str
    permissions: frozenset[str]
    dependencies: frozenset[str]

    @property
    def names(self) -> list[str]:
        """The names in the path, in order."""
        return [piece.strip("{}").partition(":")[0] for piece in self.path.split("/") if piece.startswith("{")]


def routes_of(app: FastAPI) -> list[Route]:
    """Every route but those that show the API itself."""
    found = []
    for one in iter_route_contexts(app.routes):
        dependant = getattr(one, "dependant", None)
        if dependant is None:
            continue
        calls = list(_calls(dependant))
        permissions = {str(call.permission) for call in calls if hasattr(call, "permission")}
        operation = f"{getattr(one, 'operation_id', None) or ''} {getattr(one, 'name', '')}"
        for method in sorted(getattr(one, "methods", None) or ()):
            found.append(
                Route(
                    method,
                    str(one.path),
                    operation,
                    frozenset(permissions),
                    frozenset(getattr(call, "__name__", "") for call in calls),
                )
            )
    return found


def _calls(dependant: Dependant) -> Iterator[Any]:
    """What a route calls before it answers, all the way down."""
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)
