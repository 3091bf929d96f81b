"""Sealed values (AES-256-GCM) and keyed hashes (HMAC-SHA-256), from one list of keys of which the first is new."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["person", "card", "phone", "name", "household", "session", "key", "anchor"]
"""What a keyed hash is of: equal values of different kinds have different hashes."""

KEY_BYTES = 32
_NONCE = 12
_NAME = 4


class SealError(ValueError):
    """A key that cannot be used, or something that was sealed with a key that is not in the list."""


class Seal:
    """Seals with the first key and opens with any. Hashes are made with the last key of the list: the oldest, which
    stays for as long as hashes are to be joined (see `docs/personal-data.md` on changing it)."""

    def __init__(self, keys: list[bytes]) -> None:
        """`keys` of 32 bytes each, newest first. Raises SealError for none or one of another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SealError(f"expected one or more keys of {KEY_BYTES} bytes, as `mingbai key make` writes them")
        self._ciphers = {_name(key): AESGCM(key) for key in reversed(keys)}
        self._newest = _name(keys[0])
        self._hashing = hashlib.sha256(b"mingbai hashes" + keys[-1]).digest()

    @classmethod
    def from_text(cls, text: str) -> Seal:
        """From base64 keys, one a line, newest first; blank lines and lines that begin with # do not count."""
        lines = [line.strip() for line in text.splitlines()]
        try:
            return cls([base64.b64decode(line, validate=True) for line in lines if line and not line.startswith("#")])
        except binascii.Error as error:
            raise SealError("a key is not base64: expected lines as `mingbai key make` writes them") from error

    @staticmethod
    def new_key() -> str:
        """A new random key as text."""
        return base64.b64encode(os.urandom(KEY_BYTES)).decode()

    def seal(self, data: bytes, about: bytes = b"") -> bytes:
        """Seal bytes. `about` (table, column ...) is bound to them: they open only with the same."""
        nonce = os.urandom(_NONCE)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, data, about)

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """Open what was sealed. Raises SealError when the key is gone or a byte was changed."""
        cipher = self._ciphers.get(sealed[:_NAME])
        if cipher is None:
            raise SealError("sealed with a key that is not in the list of keys")
        try:
            return cipher.decrypt(sealed[_NAME : _NAME + _NONCE], sealed[_NAME + _NONCE :], about)
        except InvalidTag as error:
            raise SealError("what was sealed was changed, or belongs elsewhere") from error

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it: rotation seals the others again."""
        return sealed[:_NAME] == self._newest

    def hash(self, kind: Kind, value: str) -> str:
        """A keyed hash to join by; 32 hexadecimal digits. Without the key nobody can try numbers out."""
        found = hmac.new(self._hashing, kind.encode() + b"\0" + value.encode(), hashlib.sha256)
        return found.hexdigest()[:32]


def _name(key: bytes) -> bytes:
    """What tells which key sealed something, without telling the key."""
    return hashlib.sha256(b"mingbai key name" + key).digest()[:_NAME]
