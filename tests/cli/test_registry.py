"""The record of models: MLflow's aliases and the pointer that scoring reads say the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import registry
from tests.conftest import ROOT


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty record."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def bundle(folder: Path, version: str) -> Path:
    """A folder that looks like a bundle."""
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    np.savez(folder / "arrays.npz", a=np.ones(2))
    return folder


def log(tmp_path: Path, version: str, alias: registry.Alias | None = None) -> str:
    """Record a bundle of this version."""
    tags = {"version": version, "data": "fingerprint"}
    made = bundle(tmp_path / version, version)
    return registry.log_training(
        made, {"seed": "1"}, {"average_precision": 0.5, "none": float("nan")}, tags, alias=alias
    )


def test_no_record_no_champion(record: Path) -> None:
    """Nothing is there, and asking makes nothing."""
    assert registry.champion() is None
    assert registry.champion_path() is None
    assert not record.exists()


def test_first_is_champion_and_later_ones_stand_beside(record: Path, tmp_path: Path) -> None:
    """Nothing but a release moves the place; the folder can be moved as a whole."""
    assert log(tmp_path, "first") == "1"
    assert log(tmp_path, "second") == "2"
    found = registry.champion()
    assert found is not None
    assert (found.number, found.version) == ("1", "first")
    with pytest.raises(registry.RegistryError, match="two people"):
        log(tmp_path, "third", "champion")
    assert json.loads((found_path() / "bundle.json").read_text(encoding="utf-8"))["version"] == "first"
    moved = tmp_path / "moved"
    record.rename(moved)
    assert not Path(json.loads((moved / "champion.json").read_text(encoding="utf-8"))["path"]).is_absolute()


def test_reports_go_with_the_run(record: Path, tmp_path: Path) -> None:
    """A folder of report files lies under `proof/`; what is no folder is refused."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "proof.md").write_text("figures", encoding="utf-8")
    made = bundle(tmp_path / "one", "one")
    registry.log_training(made, {}, {}, {"version": "one"}, reports=tmp_path / "reports")
    (found,) = record.rglob("proof.md")
    assert found.parent.name == registry.PROOF
    with pytest.raises(registry.RegistryError, match="no folder"):
        registry.log_training(made, {}, {}, {"version": "one"}, reports=tmp_path / "nowhere")


def found_path() -> Path:
    """The champion's folder, which must be there."""
    path = registry.champion_path()
    assert path is not None
    return path


def test_the_champion_is_found_without_mlflow(record: Path, tmp_path: Path) -> None:
    """A process that only asks imports neither MLflow nor pandas."""
    log(tmp_path, "first")
    code = "import sys; from models import registry; print(registry.champion_path()); print('mlflow' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    path, loaded = answer.stdout.split()
    assert Path(path).is_dir()
    assert loaded == "False"


def test_a_broken_pointer_says_what_to_do(record: Path) -> None:
    """Unreadable, or naming a folder that is gone."""
    record.mkdir()
    for text in ("{", json.dumps({"number": "1", "version": "v", "path": "gone"})):
        (record / "champion.json").write_text(text, encoding="utf-8")
        with pytest.raises(registry.RegistryError, match="train again"):
            registry.champion()
