"""Import arrows finer than the import-linter contracts in pyproject.toml draw, and what the scoring path may load."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests._source import PACKAGES, ROOT, Source, python_files

# They run nothing whose branches are counted.
pytestmark = pytest.mark.no_cover

NEVER_IMPORTED = {"tests", "benchmarks", "notebooks", "docs"}
# Seconds each at start; a scoring process needs none of them.
HEAVY = {"sklearn", "mlflow", "pandas", "interpret", "matplotlib"}
HEAVY_AT_THE_DOOR = HEAVY | {"fastapi", "uvicorn"}
# A process of its own loads the modules one after the other and tells which of the watched packages came with which.
LOADER = """
import importlib, json, sys
names, watched, found = json.load(sys.stdin)
for name in names:
    importlib.import_module(name)
    for heavy in sorted(set(watched) & set(sys.modules)):
        found.setdefault(heavy, name)
json.dump(found, sys.stdout)
"""


def brought_in(modules: list[str], watched: set[str]) -> dict[str, str]:
    """Which of the watched packages importing the modules loads, each with the first module that did."""
    answer = subprocess.run(
        [sys.executable, "-c", LOADER],
        input=json.dumps([modules, sorted(watched), {}]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, str] = json.loads(answer.stdout)
    return found


def test_nobody_imports_tests_benchmarks_or_notebooks() -> None:
    """They lean on the product, never the other way round."""
    found = [
        f"{source.name}:{line} imports {name}"
        for source in python_files(*PACKAGES)
        for line, name in source.imports()
        if name.split(".")[0] in NEVER_IMPORTED
    ]
    assert not found, found


def test_rules_and_detectors_do_not_import_one_another() -> None:
    """A rule can be read, muted or retired alone; what two share is machinery (a leading `_`) or a feature."""
    found: list[str] = []
    for folder in ("models/rules", "models/detectors"):
        units = {source.module: source for source in python_files(folder) if is_unit(source)}
        for module, source in units.items():
            for line, name in source.imports():
                others = {name, name.rpartition(".")[0]} & units.keys() - {module}
                found += [f"{source.name}:{line} imports {other}" for other in sorted(others)]
    assert not found, found


def is_unit(source: Source) -> bool:
    """Whether a file of a catalogue folder is a unit rather than machinery or the folder's own page."""
    folder = source.path.parent
    in_place = folder.name == "detectors" or folder.parent.name == "rules"
    return in_place and not source.machinery and source.path.name != "__init__.py"


def test_features_and_scoring_start_light() -> None:
    """Features, rules and scoring load neither scikit-learn, mlflow nor pandas: training imports them where it fits."""
    folders = ("features", "models/rules", "models/scoring")
    found = brought_in([source.module for source in python_files(*folders)], HEAVY)
    assert not found, f"loaded at import, by: {found}"


def test_the_command_line_starts_light() -> None:
    """`mingbai --help` and `mingbai score` should not wait for a web framework or a learning library."""
    found = brought_in([source.module for source in python_files("service/cli")], HEAVY_AT_THE_DOOR)
    assert not found, f"loaded at import, by: {found}"
