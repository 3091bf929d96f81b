"""Personal data at rest: sealed values, keyed hashes for joining, last digits for screens."""

from __future__ import annotations

from service.sealing.column import (
    open_bytes,
    open_document,
    open_text,
    seal_bytes,
    seal_document,
    seal_text,
)
from service.sealing.keys import load_seal
from service.sealing.seal import Kind, Seal, SealError

__all__ = [
    "Kind",
    "Seal",
    "SealError",
    "load_seal",
    "open_bytes",
    "open_document",
    "open_text",
    "seal_bytes",
    "seal_document",
    "seal_text",
]
