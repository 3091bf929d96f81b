"""Put the pages into an application: their routes, their files, their headers, and refusals as pages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from service.api.problem import Problem
from service.api.session_cookie import is_secure
from service.console import pages
from service.console.page import Page
from service.console.refusal import refusal
from service.console.rendering import frame_of, render
from service.console.static import files
from service.console.visit import LANGUAGE, LedElsewhere, give_back, local
from service.console.words import LANGUAGES
from service.work.context import Context

NOT_PAGES: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")

Handler = Callable[[Request, Exception], Awaitable[Response]]


def all_pages() -> dict[str, tuple[Page, APIRouter]]:
    """Every page with its routes: each module of `pages` whose name has no leading underscore. Raises TypeError for one
    that lacks its page or router, or whose page has another name."""
    found = {}
    for module in pkgutil.iter_modules(pages.__path__):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{pages.__name__}.{module.name}")
        page, router = getattr(loaded, "PAGE", None), getattr(loaded, "router", None)
        if not isinstance(page, Page) or not isinstance(router, APIRouter) or page.name != module.name:
            raise TypeError(f"service/console/pages/{module.name}.py: expected PAGE of this name, and a router")
        found[module.name] = (page, router)
    return found


def warm_up(context: Context) -> None:
    """Make what the first look at each page would wait for: templates, words, drawings, the catalogues of rules and
    features, and what a rule says of itself. Each page is drawn once in each language, from its example."""
    import datetime as dt

    from service.work.model_pages.on_record import on_record
    from service.work.rule_pages.listed import list_rules
    from service.work.rule_pages.one_rule import one_rule

    for rule in list_rules(context).rules:
        one_rule(context, rule.code)
    on_record()
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    now = context.clock.now()
    for language in LANGUAGES:
        for page, _ in all_pages().values():
            frame = frame_of(page, who=None, language=language, form_token="", path="/", now=now)
            render(page, page.example, frame, zone)


def install(app: FastAPI) -> None:
    """Add the pages to an application made by `service.api.app.create_app`."""
    for _, router in all_pages().values():
        app.include_router(router, include_in_schema=False)
    app.include_router(_files, include_in_schema=False)
    app.add_exception_handler(LedElsewhere, _lead)
    for kind in (Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))  # type: ignore[arg-type]
    app.state.failure_page = _failed


async def _failed(request: Request, problem: Problem) -> Response | None:
    """What nobody expected, as a page; None for programs."""
    return await refusal(request, problem) if is_page(request) else None


def _as_page(otherwise: Handler) -> Handler:
    """A handler that answers people with a page, and programs as before."""

    async def handler(request: Request, error: Exception) -> Response:
        # What nobody expected is no refusal: nobody knows how far it came.
        if not isinstance(error, Problem) or error.status < 500:
            await give_back(request)
        if is_page(request):
            return await refusal(request, error)
        return await otherwise(request, error)

    return handler


def is_page(request: Request) -> bool:
    """Whether a person asked with a browser."""
    return not request.url.path.startswith(NOT_PAGES) and "text/html" in request.headers.get("accept", "")


async def _lead(request: Request, error: Exception) -> Response:
    assert isinstance(error, LedElsewhere)  # noqa: S101 - registered for nothing else
    answer = RedirectResponse(error.location, status_code=303)
    for cookie in error.cookies:
        answer.headers.append("set-cookie", cookie)
    return answer


_files = APIRouter()


@_files.get("/static/{version}/{name}")
async def static_file(request: Request, version: str, name: str) -> Response:
    """A file of the pages. It never changes under its address."""
    found = files().get(name)
    if found is None or found.version != version:
        raise Problem(404, "not-found", "Nothing here", ("There is no such file.", "没有该文件。"))
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.kind, headers=headers)


@_files.get("/language/{language}")
async def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Choose a language, and go back."""
    answer = RedirectResponse(local(back, "/"), status_code=303)
    if language in LANGUAGES:
        secure = is_secure(request.app.state.context)
        answer.set_cookie(
            LANGUAGE, language, max_age=31_536_000, httponly=True, secure=secure, samesite="lax", path="/"
        )
    return answer


@_files.get("/")
async def front() -> Response:
    """The first page: what needs somebody today, or where to sign in."""
    return RedirectResponse("/overview", status_code=303)
