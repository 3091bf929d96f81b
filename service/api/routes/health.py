"""Whether the process lives, and whether the deployment can do its work."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from service.api.asking import Asked
from service.api.problem import Flaw, Problem, responses
from service.api.scorer import scorer_of
from service.work.readiness import Check, readiness
from service.work.scoring.asked import UnavailableError

router = APIRouter(tags=["running"])


class Alive(BaseModel):
    """The process answers."""

    alive: Literal[True] = True


class Ready(BaseModel):
    """Everything needed is there. `degraded`: payments are scored by rules alone, with the reason beside it."""

    ready: Literal[True] = True
    degraded: bool = Field(examples=[False])
    degraded_because: list[str] | None = Field(None, description="English, Chinese.", examples=[None])
    model_version: str | None = Field(None, examples=["2019-07-01.1"])
    lacking: list[str] = Field(
        description="Contract tables without which nothing is scored yet; rows can be sent.", examples=[[]]
    )
    checks: list[str] = Field(examples=[["database", "tables", "space", "scorer"]])


@router.get("/healthz")
async def alive() -> Alive:
    """Alive: asks nothing else, so that a database that is away does not get the process killed."""
    return Alive()


@router.get("/readyz", responses=responses(503))
async def ready(request: Request, context: Asked) -> Ready:
    """Ready, or 503 with what is missing and what to do, one flaw each."""
    checks = await run_in_threadpool(readiness, context)
    state: dict[str, object] = {}
    try:
        state = await scorer_of(request).state()
        checks.append(Check("scorer", True))
    except UnavailableError as error:
        checks.append(Check("scorer", False, error.english, error.chinese))
    flaws = [Flaw(where=one.name, found=one.english, expected=one.chinese) for one in checks if not one.good]
    if flaws:
        raise Problem(
            503,
            "not-ready",
            "Not ready",
            ("See flaws: each says what is missing.", "详见 flaws：每一项说明缺少什么。"),
            flaws=flaws,
            headers={"Retry-After": "5"},
        )
    why, lacking = state.get("degraded"), state.get("lacking")
    version = state.get("model_version")
    return Ready(
        degraded=bool(why),
        degraded_because=[str(text) for text in why] if isinstance(why, list) else None,
        model_version=str(version) if version else None,
        lacking=[str(name) for name in lacking] if isinstance(lacking, list) else [],
        checks=[one.name for one in checks],
    )
