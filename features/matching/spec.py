"""What one matching compares: the `[matching]` table of a policy file, read and checked.

The shipped `county.toml` serves `department_rows` and `persons`; another file serves any two lists. A key nobody
reads is an error, because a mistyped threshold must not be a silent default.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

KINDS: Final = (
    "name",
    "word",
    "date",
    "age",
    "event_day",
    "category",
    "division",
    "phone",
    "resident_number",
    "code",
    "text",
)
"""Kinds of fields; what each compares is in `comparisons.py`."""
SHIPPED: Final = Path(__file__).with_name("county.toml")


class SpecError(ValueError):
    """A matching policy that cannot be used; the message names file, key, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is compared.

    `left` and `right` are columns of the two lists; `former` is a column of the right list with the value before
    (a former name, phone or village); `address` a column of the left list in which a village may be named; `other`
    the field a word may have been swapped with (given name and surname), or the date of birth beside which an age says
    nothing more.
    """

    name: str
    kind: str
    left: str
    right: str
    former: str | None = None
    address: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """One matching. Probabilities are of the decision line, counts of rows or pairs."""

    left_id: str
    right_id: str
    fields: tuple[Field, ...]
    blocks: tuple[tuple[str, ...], ...]
    same_probability: float
    none_probability: float
    block_cap: int
    wrong_key_share: float
    linked_at_most: float
    prior_rows: int
    train_rows: int
    random_pairs: int
    rounds: int

    @property
    def version(self) -> str:
        """A short fingerprint: equal specs have equal versions."""
        text = json.dumps([[getattr(self, f.name) for f in fields(self) if f.name != "fields"], self._field_rows()])
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    def _field_rows(self) -> list[list[str | None]]:
        return [[getattr(f, n.name) for n in fields(Field)] for f in self.fields]


_NUMBERS: Final = {
    "same_probability": (0.5, 1.0),
    "none_probability": (0.0, 0.5),
    "block_cap": (1, 100_000),
    "wrong_key_share": (1e-9, 0.5),
    "linked_at_most": (0.5, 0.9999),
    "prior_rows": (1, 1e6),
    "train_rows": (100, 1e6),
    "random_pairs": (1000, 1e8),
    "rounds": (1, 1000),
}
_WHOLE: Final = ("block_cap", "prior_rows", "train_rows", "random_pairs", "rounds")


def load_spec(path: Path | None = None) -> Spec:
    """The shipped spec, or that of a file.

    A file without fields of its own only changes numbers of the shipped one. Raises SpecError naming the key.
    """
    shipped = _table(SHIPPED)
    if path is None:
        return _spec(shipped, SHIPPED.name)
    given = _table(path)
    base = {} if "fields" in given else dict(shipped)
    for key in ("blocks", "left_id", "right_id"):
        if "fields" not in given and key in given:
            raise SpecError(f"{path.name}: matching.{key} needs matching.fields beside it")
    numbers = {k: v for k, v in shipped.items() if k in _NUMBERS}
    return _spec({**numbers, **base, **given}, path.name)


def _table(path: Path) -> dict[str, Any]:
    """The `[matching]` table; other tables of a deployment's policy are another reader's."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SpecError(f"policy file {path.name} does not exist; pass an existing TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"policy file {path.name} is not TOML: {error}") from error
    found = tree.get("matching", {})
    if not isinstance(found, dict):
        raise SpecError(f"{path.name}: matching must be a table")
    return dict(found)


def _spec(tree: Mapping[str, Any], file: str) -> Spec:
    known = {*_NUMBERS, "left_id", "right_id", "fields", "blocks"}
    if unknown := sorted(set(tree) - known):
        raise SpecError(f"{file}: unknown key 'matching.{unknown[0]}'; known are {', '.join(sorted(known))}")
    if missing := sorted(known - set(tree)):
        raise SpecError(f"{file}: matching.{missing[0]} is missing")
    values = {key: _number(tree[key], key, file) for key in _NUMBERS}
    found = tuple(_field(name, table, file) for name, table in tree["fields"].items())
    names = {f.name for f in found}
    for field in found:
        if field.other is not None and field.other not in names:
            raise SpecError(f"{file}: matching.fields.{field.name}.other: found {field.other!r}, expected a field")
    blocks = tuple(tuple(str(column) for column in block) for block in tree["blocks"])
    if not found or not blocks:
        raise SpecError(f"{file}: matching.fields and matching.blocks must not be empty")
    if values["none_probability"] >= values["same_probability"]:
        raise SpecError(f"{file}: matching.none_probability must lie below matching.same_probability")
    return Spec(str(tree["left_id"]), str(tree["right_id"]), found, blocks, **values)


def _number(value: object, key: str, file: str) -> Any:
    low, high = _NUMBERS[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SpecError(f"{file}: matching.{key}: found {value!r}, expected a number from {low:g} to {high:g}")
    return int(value) if key in _WHOLE else float(value)


def _field(name: str, table: object, file: str) -> Field:
    where = f"{file}: matching.fields.{name}"
    if not name.isidentifier() or not name.isascii() or not name.islower():
        raise SpecError(f"{where}: a field's name is small letters, digits and _")
    if not isinstance(table, dict):
        raise SpecError(f"{where} must be a table")
    allowed = {f.name for f in fields(Field)} - {"name"}
    if unknown := sorted(set(table) - allowed):
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(allowed))}")
    if table.get("kind") not in KINDS:
        raise SpecError(f"{where}.kind: found {table.get('kind')!r}, expected one of {', '.join(KINDS)}")
    values = {k: str(v) for k, v in table.items()}
    values.setdefault("left", name)
    values.setdefault("right", values["left"])
    return Field(name=name, **values)
