"""Routes that were worked out once: FastAPI looks at what every route depends on when an application gets its first
request, which takes a fifth of a second, and each test has an application of its own."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.routing import BaseRoute

from service.work.context import Context

_FIRST: dict[Callable[[Context], FastAPI], tuple[FastAPI, tuple[BaseRoute, ...]]] = {}
"""The first application of this process with its routes, by what made it: they serve those that are made later."""


def with_ready_routes(make: Callable[[Context], FastAPI], context: Context) -> FastAPI:
    """What `make` makes of the context, with the routes of the first application it made in this process.

    Middleware, handlers, state and what a test adds are the application's own, and so is what it puts in place of a
    dependency. Of several made by the same function, only the newest may do that.
    """
    app = make(context)
    first, routes = _FIRST.setdefault(make, (app, tuple(app.router.routes)))
    app.router.routes[:] = routes
    # A route asks the application it was included in for what stands in place of a dependency.
    first.dependency_overrides = app.dependency_overrides
    return app
