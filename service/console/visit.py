"""Whoever opens a page or sends a form: who they are, in which language, and how they are answered."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from service.access import Permission, Principal
from service.api.asking import COOKIE, address_of, context_of
from service.api.limits import KNOWN
from service.api.problem import Problem
from service.api.same_origin import check_form_token, check_origin
from service.api.session_cookie import is_secure
from service.console.page import Page
from service.console.rendering import HEADERS, Said, rendered
from service.console.words import LANGUAGES, Language
from service.work.access import form_once
from service.work.access.form_once import Taken
from service.work.access.sessions import csrf_token, principal_of_session
from service.work.context import Context

LANGUAGE: Final = "mingbai_language"
SAID: Final = "mingbai_said"
BEFORE: Final = "mingbai_before"
"""Cookies: the language; what is said once after a form; the form token of somebody not signed in."""


TAKEN: Final = "mingbai.form"
"""Key of the scope: the key of a form that is being done, until it is done or given back."""
WAITS: Final = 50
WAIT_SECONDS: Final = 0.1
"""How often, and how long each time, a form that is sent twice waits for its first sending to be done."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


RECIPIENTS: Final = frozenset({"own.read", "own.report"})
"""Permissions of pages for recipients alone."""


class LedElsewhere(Exception):  # no error: the answer is another page
    """The answer is another page."""

    def __init__(self, location: str, cookies: tuple[str, ...] = ()) -> None:
        """`cookies`: what the answer sets beside, as headers."""
        super().__init__("led to another page")
        self.location = location
        self.cookies = cookies


@dataclass(slots=True)
class Visit:
    """A look at a page. `who` is None on pages for anybody."""

    request: Request
    context: Context
    who: Principal | None
    form_token: str
    language: Language
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """Whoever is signed in. Raises RuntimeError on a page for anybody."""
        if self.who is None:
            raise RuntimeError("a page for anybody asked who is signed in")
        return self.who

    @property
    def zone(self) -> dt.timezone:
        """The deployment's time zone."""
        return dt.timezone(dt.timedelta(hours=self.context.policy.utc_offset_hours))

    def page(
        self,
        page: Page,
        contents: Any,
        *,
        status: int = 200,
        problem: tuple[str, str] | None = None,
        entered: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """The page with its contents. After a form that was refused: `problem` says why in both languages, `entered`
        is what was entered, so that nothing has to be typed twice."""
        said = None if problem else Said.read(self.request.cookies.get(SAID))
        text = rendered(self, page, contents, said=said, problem=problem, entered=entered or {})
        answer = HTMLResponse(text, status_code=status, headers={**HEADERS, **self.headers})
        if self.request.cookies.get(SAID):
            answer.delete_cookie(SAID, path="/", httponly=True, samesite="lax", secure=is_secure(self.context))
        if self.who is None and self.request.cookies.get(BEFORE) != self.form_token:
            self._put(answer, BEFORE, self.form_token)
        return answer

    def go(self, location: str, said: str | None = None, **values: int | str) -> RedirectResponse:
        """Lead to another page, which says `said` (a word's key) once. `values` must hold nothing personal."""
        answer = RedirectResponse(location, status_code=303)
        if said is not None:
            self._put(answer, SAID, Said(said, values).written())
        return answer

    def _put(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(name, value, httponly=True, secure=is_secure(self.context), samesite="lax", path="/")


@dataclass(slots=True)
class Sent:
    """A form somebody sent, for the first time. End it with `done` or, where nothing was done, with `refused`."""

    visit: Visit
    fields: Mapping[str, str]
    lists: Mapping[str, list[str]]
    taken: Taken

    def get(self, name: str, default: str = "") -> str:
        """A field, without spaces around it."""
        return self.fields.get(name, default).strip()

    def done(self, location: str, said: str | None = None, **values: int | str) -> RedirectResponse:
        """What was asked for is done: lead to a page that says so. Sending it again leads there too."""
        answer = self.visit.go(location, said, **values)
        self.keep(answer)
        return answer

    def keep(self, answer: Response) -> None:
        """Keep what the answer sets, for whoever sends the form again at once: call it where a cookie was added."""
        cookies = [value.decode("latin-1") for name, value in answer.raw_headers if name == b"set-cookie"]
        form_once.done(self.visit.context, self.taken, answer.headers["location"], cookies)
        self.visit.request.scope.pop(TAKEN, None)

    def refused(self) -> None:
        """Nothing was done: the same form may be sent again."""
        form_once.give_back(self.visit.context, self.taken)
        self.visit.request.scope.pop(TAKEN, None)


def local(path: str | None, otherwise: str) -> str:
    """A path of this site to lead to, or `otherwise`: never another site's address.

    >>> local("/queue?desk=owed", "/"), local("//evil.example", "/"), local("https://evil.example", "/")
    ('/queue?desk=owed', '/', '/')
    """
    if (
        not path
        or not path.startswith("/")
        or path.startswith(("//", "/\\"))
        or any(c < " " or c == "\\" for c in path)
    ):
        return otherwise
    return path


def language_of(request: Request) -> Language:
    """The language somebody chose; Chinese where nobody did."""
    chosen = request.cookies.get(LANGUAGE)
    return chosen if chosen in LANGUAGES else "zh"


def visit(permission: Permission | None) -> Callable[..., Awaitable[Visit]]:
    """The dependency of a page whoever has `permission` may open; None: whoever is signed in. Nobody signed in is led
    to the sign-in page and back. Raises Problem 403. It carries `.permission`, for tests that walk the routes."""

    async def found(request: Request, context: Annotated[Context, Depends(context_of)]) -> Visit:
        return await run_in_threadpool(visit_of, request, context, permission)

    found.permission = permission  # type: ignore[attr-defined]
    return found


def anybody() -> Callable[..., Awaitable[Visit]]:
    """The dependency of a page that asks for no sign-in."""

    async def found(request: Request, context: Annotated[Context, Depends(context_of)]) -> Visit:
        token = request.cookies.get(BEFORE) or secrets.token_urlsafe(24)
        return Visit(request, context, None, token, language_of(request))

    found.public = True  # type: ignore[attr-defined]
    return found


def sent(permission: Permission | None, *, public: bool = False) -> Callable[..., Awaitable[Sent]]:
    """The dependency of a form: who sent it and what it holds, once. Raises Problem 403 for a form that another page
    made. A form that was sent before leads where it led then."""

    async def found(request: Request, context: Annotated[Context, Depends(context_of)]) -> Sent:
        if public:
            one = Visit(request, context, None, request.cookies.get(BEFORE) or "", language_of(request))
        else:
            one = await run_in_threadpool(visit_of, request, context, permission)
        check_origin(request, context)
        form = await request.form(max_files=0, max_fields=2_000)
        lists: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                lists.setdefault(name, []).append(cleaned(value))
        fields = {name: values[-1] for name, values in lists.items()}
        if not one.form_token:
            # A page that lay open until its cookie was gone.
            raise LedElsewhere(parent_of(request.url.path))
        check_form_token(fields.get("form_token"), one.form_token)
        taken = await run_in_threadpool(form_once.take, context, one.form_token, fields.get("form_key", ""))
        if not taken.first:
            raise await led_again(request, context, taken)
        request.scope[TAKEN] = taken
        return Sent(one, fields, lists, taken)

    found.permission = permission  # type: ignore[attr-defined]
    found.public = public  # type: ignore[attr-defined]
    found.is_form = True  # type: ignore[attr-defined]
    return found


async def give_back(request: Request) -> None:
    """Let a form be sent again that was refused before anything was done: by a path no page has, or what it asks for
    is not there or not allowed. Else whoever sends it again is led on as if it had been done."""
    taken: Taken | None = request.scope.pop(TAKEN, None)
    if taken is not None:
        await run_in_threadpool(form_once.give_back, request.app.state.context, taken)


async def led_again(request: Request, context: Context, taken: Taken) -> LedElsewhere:
    """Where a form leads that was sent before: where it led then. While it is being done that is waited for, a little:
    a second tap must not show the form as if nothing had happened."""
    for _ in range(WAITS):
        if not taken.doing:
            break
        await asyncio.sleep(WAIT_SECONDS)
        taken = await run_in_threadpool(form_once.look_again, context, taken.key_hash)
    return LedElsewhere(taken.location or parent_of(request.url.path), taken.cookies)


def cleaned(text: str) -> str:
    r"""What somebody entered, without what no column keeps and nobody means: control characters and halves of letters.
    Line breaks, which browsers send as two characters, become one.

    >>> cleaned("a\x00b\r\nc\ud800")
    'ab\nc'
    """
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def parent_of(path: str) -> str:
    """The page a form belongs to: forms are sent to `<page>/<verb>`.

    >>> parent_of("/cases/C1/note"), parent_of("/sign-in")
    ('/cases/C1', '/')
    """
    return path.rstrip("/").rpartition("/")[0] or "/"


def visit_of(request: Request, context: Context, permission: Permission | None) -> Visit:
    """Whoever asks for a page. Raises LedElsewhere where nobody is signed in, Problem 403 without the permission."""
    token = request.cookies.get(COOKIE)
    who = principal_of_session(context, token) if token else None
    if who is None or token is None:
        raise LedElsewhere(_sign_in(request, permission))
    request.scope["principal"] = who
    known = request.scope.get(KNOWN)
    if known is not None:
        known()
    if who.limited_to == frozenset() and not request.url.path.startswith(("/account", "/sign-out")):
        raise LedElsewhere("/account?first=1")
    if permission is None and who.credential == "recipient" and not request.url.path.startswith("/sign-out"):
        # Pages of whoever is signed in are pages of staff.
        raise LedElsewhere("/my")
    if permission in RECIPIENTS and who.credential != "recipient":
        # Staff who look at what recipients see sign in as one.
        raise LedElsewhere("/my/sign-in")
    if permission is not None and not who.may(permission):
        raise Problem(
            403,
            "not-allowed",
            "Not allowed",
            (
                "Your account does not have the role for this page. An administrator can give it.",
                "您的账户没有查看该页面的权限，可请管理员授权。",
            ),
        )
    return Visit(request, context, who, csrf_token(context, token), language_of(request))


def _sign_in(request: Request, permission: Permission | None) -> str:
    page = "/my/sign-in" if permission in RECIPIENTS else "/sign-in"
    if request.method != "GET":
        return page
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return page if path == "/" else f"{page}?next={quote(path, safe='/')}"


Address = address_of
"""The caller's address, for waits after wrong passwords."""
