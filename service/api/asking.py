"""What routes depend on: the context, and whoever asks with the permission a route needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends, Request

from service.access import Permission, Principal
from service.api.problem import Problem
from service.work.access.authenticate import authenticate
from service.work.context import Context


def context_of(request: Request) -> Context:
    """The process's context."""
    return cast(Context, request.app.state.context)


Asked = Annotated[Context, Depends(context_of)]


def principal_of(request: Request, context: Asked) -> Principal:
    """Whoever asks. Raises Problem 401 when nobody is signed in."""
    found = authenticate(
        context,
        authorization=request.headers.get("authorization"),
        session=request.cookies.get("mingbai_session"),
    )
    if found is None:
        raise Problem(
            401,
            "not-signed-in",
            "Not signed in",
            (
                "Sign in, or send an API key as `Authorization: Bearer ...`.",
                "请先登录，或在 Authorization 头中提供接口密钥。",
            ),
            headers={"WWW-Authenticate": "Bearer"},
        )
    request.scope["principal"] = found
    return found


def needs(permission: Permission) -> Callable[..., Principal]:
    """The dependency of a route that takes `permission`: gives whoever asks. Raises Problem 401 and 403.

    The function carries the permission as `.permission`: tests walk the routes and find none without one.
    """

    def who(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        if not principal.may(permission):
            raise Problem(
                403,
                "not-allowed",
                "Not allowed",
                (f"This needs the permission {permission}.", f"需要权限 {permission}。"),
            )
        return principal

    who.permission = permission  # type: ignore[attr-defined]
    return who
