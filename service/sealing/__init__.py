"""Personal data at rest: sealed values, keyed hashes for joining, last digits for screens."""

from __future__ import annotations

from service.sealing.seal import Kind, Seal, SealError

__all__ = ["Kind", "Seal", "SealError"]
