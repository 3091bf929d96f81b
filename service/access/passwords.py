"""Passwords: which may be chosen, and how they are kept (argon2id)."""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from service.access._common_passwords import COMMON

LEAST: Final = 12
MOST: Final = 256
_DIFFERENT: Final = 5
_LOOK_ALIKES = str.maketrans("013457@$", "oieastas")

_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""Three passes over 32 MB (OWASP asks for at least two over 19): some 50 ms for us, and little to gain on a graphics
card. One lane, since several at once share the machine's cores anyway."""

AT_ONCE: Final = 4
"""Hashes worked out at once in a process: 128 MB at most, however many sign in."""

_PLACES = threading.BoundedSemaphore(AT_ONCE)
_PATIENCE: Final = 5.0

# Of nobody's password: verified against where there is no account, so that both answers take equally long.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(32))

Flaw = tuple[str, str]
"""What is wrong with a password, in English and Chinese."""


class BusyError(Exception):
    """Too many passwords are being checked at once; the same may be asked again in some seconds."""


def flaw_of(password: str, name: str) -> Flaw | None:
    """Why a password may not be chosen for the account `name`; None when it may."""
    text = _form(password)
    if len(text) < LEAST:
        return f"at least {LEAST} characters", f"至少 {LEAST} 个字符"
    if len(text) > MOST:
        return f"at most {MOST} characters", f"最多 {MOST} 个字符"
    folded = text.casefold()
    if name.casefold() in folded:
        return "another than one that holds the account's name", "不得包含账户名"
    if len(set(folded)) < _DIFFERENT:
        return f"at least {_DIFFERENT} different characters", f"至少 {_DIFFERENT} 个不同字符"
    letters = re.sub(r"[\W\d_]+", "", folded)
    # Digits in place of letters change nothing: P@ssw0rd!2019 is password.
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded).translate(_LOOK_ALIKES)
    few = sum(not character.isdigit() for character in folded) < 3
    if (
        few
        or not letters
        or {letters, re.sub(r"[\W\d_]+", "", core)} & COMMON
        or _is_repeated(folded)
        or _is_run(folded)
    ):
        return (
            "another than a common word with digits around it, a run of keys, or digits alone",
            "不得为常见词加数字、键盘顺序或纯数字",
        )
    return None


def hashed(password: str) -> str:
    """The argon2id hash to keep. Raises BusyError."""
    with _Place():
        return _HASHER.hash(_form(password))


def verified(password: str, kept: str | None) -> bool:
    """Whether a password is the kept one. Takes as long where nothing is kept, and is false. Raises BusyError."""
    known = kept is not None
    with _Place():
        try:
            _HASHER.verify(kept if kept is not None else _NOBODY, _form(password[: MOST + 1]))
        except (Argon2Error, InvalidHashError):
            return False
    return known


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's: to be made again at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


def temporary() -> str:
    """A random password for a first sign-in: 20 characters in groups, 99 bits, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


class _Place:
    """One of the places in which hashes are worked out."""

    def __enter__(self) -> None:
        if not _PLACES.acquire(timeout=_PATIENCE):
            raise BusyError
        return None

    def __exit__(self, *_: object) -> None:
        _PLACES.release()


def _form(password: str) -> str:
    """One form of Unicode, so that the same keys give the same password on every system. Lone surrogates, which no
    keyboard makes, become question marks."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def _is_repeated(text: str) -> bool:
    """Whether a text is one piece again and again."""
    return any((text[:size] * (len(text) // size + 1))[: len(text)] == text for size in range(1, len(text) // 2 + 1))


def _is_run(text: str) -> bool:
    """Whether nearly every character follows the one before it by the same small step (abcdef, 97531)."""
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    common = max(set(steps), key=steps.count)
    return abs(common) <= 2 and steps.count(common) >= len(steps) * 0.75
