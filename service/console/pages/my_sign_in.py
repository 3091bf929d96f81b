"""Sign in as a recipient, in two steps: the last six of the identity number, then the code sent to the phone on record.

The digits stand in no address. Between the steps they lie sealed in a cookie of ten minutes: telephones throw pages
away while somebody reads the message with the code, and the second step must still be there then.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Response

from service.api.asking import COOKIE
from service.api.session_cookie import is_secure, put_session
from service.console.page import Page
from service.console.visit import Address, Sent, Visit, anybody, local, sent
from service.sealing import SealError
from service.work.access.refused import RefusedError
from service.work.recipients import sign_in as work

DIGITS: Final = "mingbai_digits"
"""The cookie between the two steps."""
PATH: Final = "/my/sign-in"
_ABOUT: Final = b"cookie.mingbai_digits"
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page asks for.

    * `step`: the digits first, then the code
    * `onward`: the path to go to afterwards
    """

    step: Literal["digits", "code"]
    onward: str = "/my"


PAGE: Final = Page("my_sign_in", Contents("code"), None, width="phone", public=True)
router: Final = APIRouter()


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(anybody())], next: str = "") -> Response:
    """Ask for the digits."""
    return visitor.page(PAGE, Contents("digits", _own(next)))


@router.get(f"{PATH}/code")
def show_code(visitor: Annotated[Visit, Depends(anybody())]) -> Response:
    """Ask for the code; for the digits where none were given lately."""
    found = _kept(visitor)
    return visitor.page(PAGE, Contents("code", found[1])) if found else visitor.go(PATH)


@router.post(f"{PATH}/send")
def send(form: Annotated[Sent, Depends(sent(None, public=True))]) -> Response:
    """Have a code sent. The answer is the same whether anybody is known by the digits or not."""
    visitor = form.visit
    last_six = _plain(form.get("last_six")).upper()
    name = form.get("name")[:_LONGEST_NAME]
    onward = _own(form.get("onward"))
    entered = {"name": name}
    if not re.fullmatch(r"[0-9]{5}[0-9X]", last_six):
        form.refused()
        problem = (
            "请填写身份证号码的最后六位，最后一位可以是字母 X。",
            "Give the last six characters of your identity number; the last one may be the letter X.",
        )
        return visitor.page(PAGE, Contents("digits", onward), status=422, problem=problem, entered=entered)
    try:
        work.ask_for_code(visitor.context, last_six, name or None, Address(visitor.request) or "")
    except RefusedError as refused:
        form.refused()
        problem = (refused.chinese, str(refused))
        return visitor.page(PAGE, Contents("digits", onward), status=429, problem=problem, entered=entered)
    answer = form.done(f"{PATH}/code")
    _keep(visitor, answer, last_six, onward)
    form.keep(answer)
    return answer


@router.post(f"{PATH}/enter")
def enter(form: Annotated[Sent, Depends(sent(None, public=True))]) -> Response:
    """Sign in with the code."""
    visitor = form.visit
    found = _kept(visitor)
    if found is None:
        # Nothing was done: whoever sends this without the first step must not fill the table of keys.
        form.refused()
        return visitor.go(PATH, "ask_again")
    last_six, onward = found
    code = re.sub(r"\D", "", _plain(form.get("code")))
    try:
        before = visitor.request.cookies.get(COOKIE)
        address = Address(visitor.request) or ""
        opened = work.sign_in(visitor.context, last_six, code, address, old_token=before) if len(code) == 8 else None
    except RefusedError as refused:
        form.refused()
        return visitor.page(PAGE, Contents("code", onward), status=429, problem=(refused.chinese, str(refused)))
    if opened is None:
        form.refused()
        problem = (
            "验证码不正确或已过期。请核对短信，或重新获取验证码。",
            "The code is not good, or it ran out. Look at the message again, or ask for a new code.",
        )
        return visitor.page(PAGE, Contents("code", onward), status=422, problem=problem)
    answer = form.done(onward)
    put_session(answer, visitor.context, opened.token)
    answer.delete_cookie(DIGITS, path=PATH, httponly=True, samesite="lax", secure=is_secure(visitor.context))
    form.keep(answer)
    return answer


def _keep(visitor: Visit, answer: Response, last_six: str, onward: str) -> None:
    sealed = visitor.context.seal.seal(json.dumps([last_six, onward]).encode(), _ABOUT)
    answer.set_cookie(
        DIGITS,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=int(work.LIVES.total_seconds()),
        httponly=True,
        secure=is_secure(visitor.context),
        samesite="lax",
        path=PATH,
    )


def _kept(visitor: Visit) -> tuple[str, str] | None:
    """Digits and path of the first step; None where there are none, or somebody changed them."""
    text = visitor.request.cookies.get(DIGITS)
    if not text:
        return None
    try:
        last_six, onward = json.loads(visitor.context.seal.open(base64.urlsafe_b64decode(text), _ABOUT))
    except (SealError, binascii.Error, ValueError):
        return None
    return str(last_six), _own(str(onward))


def _own(onward: str) -> str:
    """Where to go afterwards: a recipient's own page and no other."""
    path = local(onward, "/my")
    # No dots: browsers resolve them, and what begins with /my need not lie under it.
    return path if re.fullmatch(r"/my(?:/[\w-]+)*(?:\?.*)?", path) and not path.startswith(PATH) else "/my"


def _plain(text: str) -> str:
    """Digits as keyboards of telephones write them: full width or not, with spaces or without."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
