"""One deployment's decisions: lines, capacities, thresholds. Read once, checked, never changed while running."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.rules.catalogue import default_settings


class PolicyError(ValueError):
    """A policy file that cannot be used; the message names the key, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings of one deployment; `values` by dotted key (`line.probability`), `settings` of rules (`T01.x`)."""

    values: Mapping[str, float]
    settings: Mapping[str, float]

    @classmethod
    def load(cls, path: Path | None = None) -> Policy:
        """Defaults, overridden by the file. Raises PolicyError for unknown keys and values that are no numbers."""
        values = _flatten(_read(Path(__file__).with_name("policy.toml")))
        settings = dict(default_settings())
        if path is not None:
            tree = _read(path)
            tree.pop(
                "matching", None
            )  # Who is who has a reader of its own, which checks its keys: features.matching.spec.
            for key, value in _flatten(tree).items():
                target, name = (settings, key.removeprefix("rules.")) if key.startswith("rules.") else (values, key)
                if name not in target:
                    raise PolicyError(
                        f"{path.name}: unknown key {key!r}; known are {', '.join(sorted(target)[:12])} ..."
                    )
                target[name] = value
        _check(values)
        return cls(values, settings)

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    @property
    def utc_offset_hours(self) -> float:
        """Local time of the data, hours east of UTC."""
        return self.values["utc_offset_hours"]

    @property
    def version(self) -> str:
        """A short fingerprint of every value: equal policies have equal versions."""
        text = json.dumps([sorted(self.values.items()), sorted(self.settings.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:10]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PolicyError(
            f"policy file {path.name} does not exist; pass an existing TOML file with --policy"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy file {path.name} is not TOML: {error}") from error


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{key}."))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise PolicyError(f"policy key {prefix}{key}: found {value!r}, expected a number")
        else:
            flat[f"{prefix}{key}"] = float(value)
    return flat


def _check(values: Mapping[str, float]) -> None:
    for key, value in values.items():
        last = key.rpartition(".")[2]
        if (
            "probability" in last or "share" in last or "rate" in last or last.endswith("_below")
        ) and not 0 <= value <= 1:
            raise PolicyError(f"policy key {key}: found {value:g}, expected a share between 0 and 1")
        if ("capacity" in last or "days" in last or last.endswith("at_least")) and value < 0:
            raise PolicyError(f"policy key {key}: found {value:g}, expected 0 or more")
