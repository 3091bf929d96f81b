"""Number of files == number found: a unit nobody discovers is a rule nobody runs."""

from __future__ import annotations

import ast
import importlib

from features.catalogue import FOLDERS, all_features
from models.rules.catalogue import all_rules
from tests._source import ROOT, Source, python_files

RULES = ROOT / "models" / "rules"
# Folders of `features` that are machinery or hold units of another kind.
OTHER_FOLDERS = {"contract", "intake", "asof", "matching", "portrait", "recorded"}


def units(*folders: str) -> list[Source]:
    """The files of catalogue folders that must each hold one unit."""
    return [source for source in python_files(*folders) if not source.machinery and source.path.name != "__init__.py"]


def held(source: Source, kind: str) -> int:
    """How many different objects of the class called `kind` a module defines as its own (not imported) names."""
    module = importlib.import_module(source.module)
    imported = {name.rpartition(".")[2] for _, name in source.imports()}
    found = {id(value) for name, value in vars(module).items() if name not in imported and type(value).__name__ == kind}
    return len(found)


def test_every_table_file_holds_one_table() -> None:
    """`features/contract`: one file per handed-over table, named after it."""
    files = units("features/contract")
    wrong = [source.name for source in files if held(source, "Table") != 1]
    assert not wrong, f"must declare exactly one Table: {wrong}"
    names = [importlib.import_module(source.module).TABLE.name for source in files]
    assert names == [source.path.stem for source in files]


def test_every_feature_file_is_found() -> None:
    """Each file in a folder of `features` that describes something holds one feature of its own name."""
    folders = {path.name for path in (ROOT / "features").iterdir() if path.is_dir() and path.name[0] not in "._"}
    strange = sorted(folders - OTHER_FOLDERS - set(FOLDERS))
    assert not strange, f"folders the catalogue does not walk: {strange}"
    files = [
        source for folder in FOLDERS for source in units(f"features/{folder}") if source.path.parent.name == folder
    ]
    assert sorted(feature.name for feature in all_features()) == sorted(source.path.stem for source in files)
    wrong = [source.name for source in files if held(source, "Feature") != 1]
    assert not wrong, f"must define exactly one Feature: {wrong}"


def rule_files() -> list[Source]:
    """The files of the typology folders; what lies directly in `models/rules` serves them all."""
    return [source for source in units("models/rules") if source.path.parent.parent == RULES]


def test_every_rule_file_holds_one_rule() -> None:
    """`models/rules/<typology>/<what_happened>.py`: one rule a file, and none anywhere else."""
    files = rule_files()
    wrong = [source.name for source in files if held(source, "Rule") != 1]
    assert not wrong, f"must define exactly one Rule: {wrong}"
    assert sorted(rule.code for rule in all_rules()) == sorted(code_of(source) for source in files)
    stray = [source.name for source in units("models/rules") if source not in files and held(source, "Rule")]
    assert not stray, f"a rule lives in its typology's folder: {stray}"


def code_of(source: Source) -> str:
    """The code a rule's file gives it."""
    return f"{source.path.parent.name.upper()}.{source.path.stem}"


def test_every_detector_file_holds_one_detector() -> None:
    """`models/detectors`: one public class that fits and scores a file."""
    files = [source for source in units("models/detectors") if source.path.stem != "catalogue"]
    wrong = [source.name for source in files if len(detectors_in(source)) != 1]
    assert not wrong, f"must define exactly one class with fit and score: {wrong}"


def detectors_in(source: Source) -> list[str]:
    """The public classes a file defines that can fit and score, by themselves or by what they inherit."""
    module = importlib.import_module(source.module)
    names = (node.name for node in source.tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    return [name for name in names if all(hasattr(getattr(module, name), method) for method in ("fit", "score"))]


def test_every_typology_folder_says_what_the_scheme_is() -> None:
    """The folder's README is the page an investigator is sent to."""
    folders = sorted({source.path.parent for source in rule_files()})
    silent = [path.relative_to(ROOT).as_posix() for path in folders if not (path / "README.md").is_file()]
    assert not silent, f"no README.md in {silent}"
