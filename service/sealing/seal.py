"""Sealed values (AES-256-GCM) and keyed hashes (HMAC-SHA-256), from one list of keys of which the first is new."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["person", "card", "phone", "name", "household", "session", "key", "anchor", "row", "record"]
"""What a keyed hash is of: equal values of different kinds have different hashes."""

KEY_BYTES = 32
NAME_BYTES = 4
"""Every sealed value begins with so many bytes that name its key without telling it."""

_NONCE = 12
_TAG = 16
_LOG = logging.getLogger("mingbai.sealing")


class SealError(ValueError):
    """A key that cannot be used, or something that was sealed with a key that is not in the list."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """A list of keys made ready. Replaced whole, never changed: threads see the old one or the new one."""

    ciphers: dict[bytes, AESGCM]
    newest: bytes
    hashing: bytes


class Seal:
    """Seals with the first key and opens with any.

    Hashes are made with a key of their own: the one a line `hash ...` of the key file holds, else one derived from the
    oldest key of the list. It stays for as long as hashes are to be joined (`docs/personal-data.md` on changing it).
    """

    def __init__(
        self, keys: list[bytes], hashing: bytes | None = None, *, changed: Callable[[bool], str | None] | None = None
    ) -> None:
        """`keys` of 32 bytes each, newest first; `hashing` of 32 bytes. Raises SealError for none or another length.

        `changed(at_once)` gives the text of the keys when it is another than before, else None: a service that runs
        then takes a new key without being started again.
        """
        self._ring = _ring(keys, hashing)
        self._changed = changed

    @classmethod
    def from_text(cls, text: str, *, changed: Callable[[bool], str | None] | None = None) -> Seal:
        """From base64 keys, one a line, newest first; `hash` and a key on a line is what hashes are made with. Blank
        lines and lines that begin with # do not count. Raises SealError."""
        return cls(*parse_keys(text), changed=changed)

    @staticmethod
    def new_key() -> str:
        """A new random key as text."""
        return base64.b64encode(os.urandom(KEY_BYTES)).decode()

    @property
    def newest(self) -> bytes:
        """What every value sealed now begins with."""
        return self._ring.newest

    @property
    def hashing_key(self) -> str:
        """What hashes are made with, as a line of the key file holds it after `hash`. As secret as the keys."""
        return base64.b64encode(self._ring.hashing).decode()

    def seal(self, data: bytes, about: bytes = b"") -> bytes:
        """Seal bytes. `about` (table, column ...) is bound to them: they open only with the same."""
        self._take_new_keys(at_once=False)
        ring = self._ring
        nonce = os.urandom(_NONCE)
        return ring.newest + nonce + ring.ciphers[ring.newest].encrypt(nonce, data, about)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """Open what was sealed. Raises SealError when the key is gone or a byte was changed."""
        if len(sealed) < NAME_BYTES + _NONCE + _TAG:
            raise SealError("what was sealed was cut off")
        cipher = self._ring.ciphers.get(sealed[:NAME_BYTES])
        if cipher is None:
            # Another process may have been given a new key a moment ago.
            self._take_new_keys(at_once=True)
            cipher = self._ring.ciphers.get(sealed[:NAME_BYTES])
        if cipher is None:
            raise SealError("sealed with a key that is not in the list of keys")
        try:
            return cipher.decrypt(sealed[NAME_BYTES : NAME_BYTES + _NONCE], sealed[NAME_BYTES + _NONCE :], about)
        except InvalidTag as error:
            raise SealError("what was sealed was changed, or belongs elsewhere") from error

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it: rotation seals the others again."""
        return sealed[:NAME_BYTES] == self._ring.newest

    def knows(self, sealed: bytes) -> bool:
        """Whether a value begins with the name of a key of the list."""
        return sealed[:NAME_BYTES] in self._ring.ciphers

    def hash(self, kind: Kind, value: str) -> str:
        """A keyed hash to join by; 32 hexadecimal digits. Without the key nobody can try numbers out."""
        # A lone surrogate is no text; it must not end whoever looks for it.
        told = kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self._ring.hashing, told, hashlib.sha256).hexdigest()[:32]

    def _take_new_keys(self, *, at_once: bool) -> None:
        """Take a changed list of keys; one that cannot be used leaves the old one in force."""
        text = self._changed(at_once) if self._changed is not None else None
        if text is None:
            return
        try:
            ring = _ring(*parse_keys(text))
        except SealError as error:
            _LOG.error("the list of keys was changed and cannot be used, the old one stays: %s", error)
            return
        if ring.hashing != self._ring.hashing:
            _LOG.error("the list of keys was changed and would hash otherwise, the old one stays")
            return
        self._ring = ring


def parse_keys(text: str) -> tuple[list[bytes], bytes | None]:
    """Keys, newest first, and the hashing key where a line names one. Raises SealError; its text holds no key."""
    keys: list[bytes] = []
    hashing: bytes | None = None
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.rpartition(" ")
        try:
            key = base64.b64decode(rest, validate=True)
        except (binascii.Error, ValueError):
            raise SealError(
                f"line {number} of the keys is not base64: expected what `mingbai key make` writes"
            ) from None
        if len(key) != KEY_BYTES or word not in ("", "hash"):
            raise SealError(f"line {number} of the keys: expected {KEY_BYTES} bytes as `mingbai key make` writes them")
        if word == "hash":
            hashing = key
        else:
            keys.append(key)
    return keys, hashing


def _ring(keys: list[bytes], hashing: bytes | None) -> _Ring:
    """A list of keys, ready. Raises SealError."""
    if not keys or any(len(key) != KEY_BYTES for key in (*keys, *([hashing] if hashing is not None else []))):
        raise SealError(f"expected one or more keys of {KEY_BYTES} bytes, as `mingbai key make` writes them")
    return _Ring(
        {_name(key): AESGCM(key) for key in reversed(keys)},
        _name(keys[0]),
        hashing if hashing is not None else hashlib.sha256(b"mingbai hashes" + keys[-1]).digest(),
    )


def _name(key: bytes) -> bytes:
    """What tells which key sealed something, without telling the key."""
    return hashlib.sha256(b"mingbai key name" + key).digest()[:NAME_BYTES]
