"""What access refuses, and why. No HTTP here: routes give each kind its status, the command prints the words."""

from __future__ import annotations

from typing import Literal

from service.work.errors import WorkError

Kind = Literal[
    "wrong-sign-in",  # name, password or code is not right; never which
    "code-needed",  # the password is right, a one-time code is missing
    "wait",  # too many failures; `seconds` until the next try
    "busy",  # too much at once; `seconds` until the next try
    "not-there",  # nothing of that number, or outside the scope
    "conflict",  # it is not in a state that allows this
    "not-allowed",  # whoever asks may not do this
    "not-as-expected",  # `where` says which field
    "provider",  # the OpenID Connect provider did not answer as it should
]


class RefusedError(WorkError):
    """A refusal with its kind and the words for whoever asked, in English and Chinese. No personal data."""

    def __init__(
        self, kind: Kind, english: str, chinese: str, *, where: str | None = None, seconds: float | None = None
    ) -> None:
        super().__init__(english, chinese)
        self.kind: Kind = kind
        self.where = where
        self.seconds = seconds


def wrong() -> RefusedError:
    """Name, password or code is not right: one answer for all, so that nobody learns which names there are."""
    return RefusedError("wrong-sign-in", "Name, password or code is not right.", "账户名、密码或验证码不正确。")


def busy() -> RefusedError:
    """Too many sign-ins at once."""
    return RefusedError(
        "busy", "Too many sign in at this moment; try again.", "当前登录人数过多，请稍后再试。", seconds=5
    )


def no_account() -> RefusedError:
    """No such account, or outside the divisions of whoever asks."""
    return RefusedError(
        "not-there",
        "There is no account of that number, or it lies outside your divisions.",
        "没有该账户，或不在您的管辖范围内。",
    )
