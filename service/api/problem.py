"""The one shape of every error: RFC 9457 problem details, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Flaw(BaseModel):
    """One thing that is wrong with a request: where it stands, what is wrong and what is expected. Never the value."""

    where: str
    found: str
    expected: str = ""


class ProblemBody(BaseModel):
    """An error as every route gives it."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Nothing here"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no run of that number, or it lies outside your divisions."])
    detail_zh: str = Field(examples=["没有该批次，或不在您的管辖范围内。"])
    request_id: str = Field(examples=["01JDMZ6N3J0000000000000000"])
    flaws: list[Flaw] = Field(default_factory=list)


class Problem(Exception):
    """An error to be told to whoever asked. `kind` is a word with dashes; texts hold no personal data."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: tuple[str, str],
        *,
        flaws: list[Flaw] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`detail` in English and Chinese says what, where, expected and what to do."""
        super().__init__(kind)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.flaws = flaws or []
        self.headers = dict(headers or {})


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The answer that tells a problem."""
    body: dict[str, Any] = ProblemBody(
        type=f"/problems/{problem.kind}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail[0],
        detail_zh=problem.detail[1],
        request_id=str(request.scope.get("request_id", "")),
        flaws=problem.flaws,
    ).model_dump()
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def not_found(what: tuple[str, str]) -> Problem:
    """Nothing of that number, or outside the scope: the answer is the same, so that nothing can be guessed."""
    return Problem(
        404,
        "not-found",
        "Nothing here",
        (
            f"There is no {what[0]} of that number, or it lies outside your divisions.",
            f"没有该{what[1]}，或不在您的管辖范围内。",
        ),
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: every status it may answer with a problem, so that OpenAPI tells them all."""
    return {
        status: {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": _schema()}}} for status in statuses
    }


@cache
def _schema() -> dict[str, Any]:
    """Made once: every status of every route tells the same."""
    return ProblemBody.model_json_schema()


_TITLES = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Nothing here",
    408: "The body came too slowly",
    409: "Conflict with what is on record",
    413: "Too large",
    415: "Not a format taken here",
    422: "The request does not hold what is expected",
    429: "Too many requests; Retry-After says when to come back",
    503: "Not ready; Retry-After says when to come back",
}
