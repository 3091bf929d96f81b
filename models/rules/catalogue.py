"""All rules and their default settings, found by walking the typology folders: one file, one rule."""

from __future__ import annotations

import importlib
import tomllib
from functools import cache
from pathlib import Path

from models.rules._rule import Rule


def rule_files() -> list[Path]:
    """Every file that must hold one rule, in order of typology and name."""
    folders = sorted(p for p in Path(__file__).parent.iterdir() if p.is_dir() and p.name.startswith("t"))
    return [p for folder in folders for p in sorted(folder.glob("*.py")) if not p.name.startswith("_")]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in file order. Raises ImportError for a file whose rule's code is not the file's place."""
    found: list[Rule] = []
    for path in rule_files():
        module = importlib.import_module(f"models.rules.{path.parent.name}.{path.stem}")
        rule = getattr(module, "RULE", None)
        code = f"{path.parent.name.upper()}.{path.stem}"
        if not isinstance(rule, Rule) or rule.code != code:
            raise ImportError(
                f"models/rules/{path.parent.name}/{path.name} must define `RULE = Rule(code={code!r}, ...)`"
            )
        found.append(rule)
    return tuple(found)


@cache
def default_settings() -> dict[str, float]:
    """Settings of every typology's `settings.toml`, keyed `T01.days_after_death`."""
    settings: dict[str, float] = {}
    for path in sorted(Path(__file__).parent.glob("t*/settings.toml")):
        for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            settings[f"{path.parent.name.upper()}.{name}"] = float(value)
    return settings
