"""Where the record of models lies, and who may write it: one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models import _record

MODEL = "mingbai-score"
EXPERIMENT = "mingbai"
POINTER = "champion.json"
BUNDLE = "bundle"
PROOF = "proof"
GATES = "gates"


class RegistryError(RuntimeError):
    """The record of models cannot be used; the message says what is wrong and what to do."""


def root() -> Path:
    """The folder of the record: `MINGBAI_MLRUNS`, or `mlruns` in the working directory."""
    return Path(os.environ.get("MINGBAI_MLRUNS") or "mlruns")


@contextmanager
def alone() -> Iterator[None]:
    """One writer of the record at a time; a second one waits."""
    with _record.alone(root() / ".record.lock"):
        yield
