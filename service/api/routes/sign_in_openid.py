"""Signing in by OpenID Connect: to the provider and back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from service.api.asking import COOKIE, Asked
from service.api.problem import responses
from service.api.refusals import told
from service.api.session_cookie import is_secure, put_session
from service.work.access import openid_provider
from service.work.access.openid_sign_in import openid_sign_in
from service.work.access.refused import RefusedError, wrong
from service.work.context import Context

router = APIRouter(prefix="/v1/sign-in/openid", tags=["sign in"])

FLOW_COOKIE: Final = "mingbai_openid"
_PATH: Final = "/v1/sign-in/openid"

Onward = Annotated[
    str, Query(alias="next", max_length=500, pattern=r"^/([^/\\\s][^\\\s]*)?$", description="A path of ours.")
]
"""Only a path: an address with a host would send people elsewhere after they signed in."""


@router.get("", status_code=303, response_class=RedirectResponse, responses=responses(403, 404, 422, 503))
def get_openid(context: Asked, onward: Onward = "/") -> RedirectResponse:
    """Send the browser to the provider. 404 where none is set."""
    with told():
        begun = openid_provider.begin(context, _redirect_uri(context), onward)
    answer = RedirectResponse(begun.url, 303)
    answer.set_cookie(
        FLOW_COOKIE,
        begun.cookie,
        max_age=openid_provider.MINUTES * 60,
        httponly=True,
        secure=is_secure(context),
        samesite="lax",
        path=_PATH,
    )
    return answer


@router.get("/back", status_code=303, response_class=RedirectResponse, responses=responses(401, 403, 404, 422, 503))
def get_openid_back(
    request: Request,
    context: Asked,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> RedirectResponse:
    """Where the provider sends the browser back to: opens the session and goes on."""
    with told():
        if not code or not state:
            raise wrong()
        cookie = request.cookies.get(FLOW_COOKIE, "")
        proven = openid_provider.finish(context, cookie=cookie, state=state, code=code)
        done = openid_sign_in(
            context,
            proven,
            old_token=request.cookies.get(COOKIE),
            request_id=request.scope.get("request_id"),
        )
    answer = RedirectResponse(proven.onward, 303)
    put_session(answer, context, done.token)
    answer.delete_cookie(FLOW_COOKIE, httponly=True, secure=is_secure(context), samesite="lax", path=_PATH)
    return answer


def _redirect_uri(context: Context) -> str:
    """The address of `/back`: from the settings, never from the request, which anybody writes."""
    if context.settings.oidc_issuer and not context.settings.public_url:
        raise RefusedError(
            "provider",
            "MINGBAI_PUBLIC_URL must be set for OpenID Connect.",
            "使用 OpenID Connect 须设置 MINGBAI_PUBLIC_URL。",
        )
    return f"{context.settings.public_url.rstrip('/')}{_PATH}/back"
