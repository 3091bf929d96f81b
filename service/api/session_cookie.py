"""The cookie that holds a session's token."""

from __future__ import annotations

from fastapi import Response

from service.api.asking import COOKIE
from service.work.context import Context


def put_session(response: Response, context: Context, token: str) -> None:
    """Set the cookie. It goes with the browser's run: the database says when the session ends. Nothing in between keeps
    the answer."""
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(COOKIE, token, httponly=True, secure=is_secure(context), samesite="lax", path="/")


def drop_session(response: Response, context: Context) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, httponly=True, secure=is_secure(context), samesite="lax", path="/")


def is_secure(context: Context) -> bool:
    """Whether people reach us by TLS: then cookies go no other way."""
    return context.settings.public_url.casefold().startswith("https://")
