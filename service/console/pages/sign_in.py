"""Sign in with name and password, and a one-time code where the account has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.asking import COOKIE
from service.api.session_cookie import drop_session, put_session
from service.console.page import Page
from service.console.visit import Address, Sent, Visit, anybody, local, sent
from service.work.access import sign_in as work
from service.work.access.refused import RefusedError


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page asks for.

    * `onward`: the path to go to afterwards
    * `code_needed`: name and password were right, the one-time code is missing
    * `provider`: whether people may sign in through the deployment's OpenID Connect provider
    """

    onward: str
    code_needed: bool = False
    provider: bool = False


PAGE: Final = Page("sign_in", Contents("/queue", True, True), None, width="read", public=True)
router: Final = APIRouter()


@router.get("/sign-in")
def show(visitor: Annotated[Visit, Depends(anybody())], next: str = "") -> Response:
    """Ask for name and password."""
    return visitor.page(PAGE, _contents(visitor, next))


@router.post("/sign-in/now")
def sign_in(form: Annotated[Sent, Depends(sent(None, public=True))]) -> Response:
    """Sign in, and go where somebody wanted to go."""
    visitor = form.visit
    request = visitor.request
    try:
        done = work.sign_in(
            visitor.context,
            name=form.get("name"),
            password=form.fields.get("password", ""),
            code=form.get("code") or None,
            address=Address(request),
            old_token=request.cookies.get(COOKIE),
        )
    except RefusedError as refused:
        form.refused()
        contents = _contents(visitor, form.get("onward"), code_needed=refused.kind == "code-needed")
        problem = (refused.chinese, str(refused))
        status = {"wait": 429, "busy": 503}.get(refused.kind, 422)
        return visitor.page(PAGE, contents, status=status, problem=problem, entered={"name": form.get("name")})
    answer = form.done("/account?first=1" if done.must_change else local(form.get("onward"), "/overview"))
    put_session(answer, visitor.context, done.token)
    form.keep(answer)
    return answer


@router.post("/sign-out/now")
def sign_out(form: Annotated[Sent, Depends(sent(None))]) -> Response:
    """End the session."""
    visitor = form.visit
    answer = form.done("/my/sign-in" if visitor.principal.credential == "recipient" else "/sign-in", "signed_out")
    work.sign_out(visitor.context, visitor.principal, visitor.request.cookies.get(COOKIE, ""))
    drop_session(answer, visitor.context)
    return answer


def _contents(visitor: Visit, onward: str, *, code_needed: bool = False) -> Contents:
    return Contents(local(onward, "/overview"), code_needed, bool(visitor.context.settings.oidc_issuer))
