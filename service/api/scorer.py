"""The scorer routes ask, and what it refuses, as problems."""

from __future__ import annotations

from fastapi import Request

from service.api.problem import Problem
from service.work.portraits.ask import Portraits, SocketPortraits
from service.work.scoring.asked import UnavailableError
from service.work.scoring.client import Scorer, SocketScorer


def scorer_of(request: Request) -> Scorer:
    """The process's scorer: the one that was set as `app.state.scorer`, else the one behind the deployment's socket."""
    state = request.app.state
    found: Scorer | None = getattr(state, "scorer", None)
    if found is None:
        settings = state.context.settings
        # Each web process refuses beyond its own share, the scorer beyond the whole.
        found = state.scorer = SocketScorer(settings.socket, max(1, settings.waiting_limit // settings.web_workers))
    return found


def portraits_of(request: Request) -> Portraits:
    """Whoever tells what the history says: what was set as `app.state.portraits`, else the deployment's scorer."""
    state = request.app.state
    found: Portraits | None = getattr(state, "portraits", None)
    if found is None:
        found = state.portraits = SocketPortraits(state.context.settings.socket)
    return found


def unavailable(error: UnavailableError) -> Problem:
    """The problem that tells that nothing is scored now."""
    return Problem(
        503,
        error.kind,
        "Not ready",
        (error.english, error.chinese),
        headers={"Retry-After": str(error.retry_after)},
    )
