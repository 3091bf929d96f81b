"""What routes depend on: the context, and whoever asks with the permission a route needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.concurrency import run_in_threadpool

from service.access import Permission, Principal
from service.api.limits import KNOWN
from service.api.problem import Problem
from service.api.same_origin import FORM_TOKEN, SAFE, check_form_token, check_origin
from service.work.access.authenticate import authenticate, known_key
from service.work.access.sessions import csrf_token
from service.work.context import Context

COOKIE: Final = "mingbai_session"

# These two only tell OpenAPI what is taken; the headers are read below.
_KEY = HTTPBearer(auto_error=False, scheme_name="api_key", description="An API key, `mb_<id>_<secret>`.")
_SESSION = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="Set by signing in.")


async def context_of(request: Request) -> Context:
    """The process's context."""
    return cast(Context, request.app.state.context)


Asked = Annotated[Context, Depends(context_of)]


def address_of(request: Request) -> str | None:
    """The caller's address, as the server knows it: behind a proxy the one the proxy tells, where that is trusted."""
    return request.client.host if request.client else None


async def principal_of(
    request: Request,
    context: Asked,
    _key: Annotated[object, Security(_KEY)] = None,
    _session: Annotated[object, Security(_SESSION)] = None,
) -> Principal:
    """Whoever asks. Raises Problem 401 when nobody is signed in, and 403 for a change in a session's name that another
    site asks for."""
    authorization, session = request.headers.get("authorization"), request.cookies.get(COOKIE)
    address = address_of(request)
    # A key that was seen a moment ago costs no thread: single payments come with the same one over and over.
    found = known_key(context, authorization, address) if authorization is not None else None
    if found is None:
        found = await run_in_threadpool(
            authenticate, context, authorization=authorization, session=session, address=address
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
    if found.credential != "api_key" and request.method not in SAFE and not check_origin(request, context):
        check_form_token(request.headers.get(FORM_TOKEN), csrf_token(context, session or ""))
    request.scope["principal"] = found
    # From here on the request counts for whoever asks, and no longer for everybody at their address.
    known = request.scope.get(KNOWN)
    if known is not None:
        known()
    return found


def needs(permission: Permission) -> Callable[..., Awaitable[Principal]]:
    """The dependency of a route that takes `permission`: gives whoever asks. Raises Problem 401 and 403.

    The function carries the permission as `.permission`: tests walk the routes and find none without one.
    """

    async def who(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        if not principal.may(permission):
            _check_password(principal)
            raise Problem(
                403,
                "not-allowed",
                "Not allowed",
                (f"This needs the permission {permission}.", f"需要权限 {permission}。"),
            )
        return principal

    who.permission = permission  # type: ignore[attr-defined]
    return who


async def in_person(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
    """The dependency of routes about one's own account: staff signed in, whatever their roles. Raises Problem 401, and
    403 for keys and recipients."""
    if principal.credential not in ("session", "oidc"):
        raise Problem(
            403,
            "in-person",
            "In person only",
            ("This takes somebody with an account who signed in.", "仅限已登录的账户本人操作。"),
        )
    return principal


def _check_password(principal: Principal) -> None:
    """Raises Problem 403 with what to do where a temporary password is all that stands in the way."""
    if principal.credential == "session" and principal.limited_to == frozenset():
        raise Problem(
            403,
            "password-must-change",
            "Change the password first",
            (
                "You signed in with a temporary password: choose your own with POST /v1/me/password.",
                "您使用的是临时密码，请先通过 POST /v1/me/password 设置自己的密码。",
            ),
        )
