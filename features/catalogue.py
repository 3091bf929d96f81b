"""All features, found by walking the folders named after what they describe: one file, one feature."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from features._feature import Feature

FOLDERS = (
    "person",
    "household",
    "card",
    "phone",
    "device",
    "outlet",
    "official",
    "division",
    "program",
    "run",
    "disbursement",
    "graph",
)


def feature_files() -> list[Path]:
    """Every file that must hold one feature, in order of folder and name."""
    root = Path(__file__).parent
    return [p for folder in FOLDERS for p in sorted((root / folder).glob("*.py")) if not p.name.startswith("_")]


@cache
def all_features() -> tuple[Feature, ...]:
    """Every feature, in file order. Raises ImportError for a file that does not hold a feature of its own name."""
    found: list[Feature] = []
    for path in feature_files():
        module = importlib.import_module(f"features.{path.parent.name}.{path.stem}")
        feature = getattr(module, path.stem, None)
        if not isinstance(feature, Feature) or feature.name != path.stem:
            raise ImportError(
                f"features/{path.parent.name}/{path.name} must define `{path.stem} = Feature(name={path.stem!r}, ...)`"
            )
        found.append(feature)
    names = [f.name for f in found]
    if len(set(names)) != len(names):
        raise ImportError(f"feature names are not unique: {sorted({n for n in names if names.count(n) > 1})}")
    return tuple(found)
