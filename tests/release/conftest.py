"""An empty record for each test, and doors that do not wait for MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.release import doors


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty record."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def light(record: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty record whose pointer and aliases are left behind: what counts is the book."""
    monkeypatch.setattr(doors, "follow", lambda: None)
    return record
