"""The record of models in another folder for a while: a demo never takes the place of a real champion."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def records_in(folder: Path) -> Iterator[None]:
    """The record of models in a folder for a while."""
    before = os.environ.get("MINGBAI_MLRUNS")
    os.environ["MINGBAI_MLRUNS"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["MINGBAI_MLRUNS"]
        else:
            os.environ["MINGBAI_MLRUNS"] = before
