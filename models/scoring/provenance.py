"""What made a score, in one stamp: model version, feature-set hash, policy version and rule set.

    2019-07-01-903afbd5d4b1/f-1a2b3c4d5e/p-0123456789/r-6f7a8b9c0d.1a2b3c4d

* `f-` names the definitions of the features and the machinery that makes scores of them, by their code: comments,
  docstrings, annotations and examples (`cases=`) do not count, everything else does.
* `p-` is the policy's version: every value, thresholds of rules among them.
* `r-` is the definitions of the rules, their words included, and after the dot the states the rules were in.

Equal stamps, equal data by the moment: equal scores, to the last digit.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.rules._life import RuleStates
from models.scoring.bundle import Bundle
from models.scoring.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
FORM = re.compile(
    r"(?P<model>[^/]+)/f-(?P<features>[0-9a-f]+)/p-(?P<policy>[0-9a-f]+)/r-(?P<rules>[0-9a-f]+)\.(?P<states>[0-9a-z]+)"
)
# Worlds of examples, the reading of files, and the matching of lists: what a row says is data, not a definition, and
# matched events are rows with a clock. Then what only measures, and the moves of rules' states, which a stamp names by
# their outcome.
_NOT_FACTS = ("features/intake/", "features/matching/", "features/_world")
_NOT_SCORING = (
    "models/detectors/_arrays.py", "models/detectors/_bench.py", "models/rules/_life.py", "models/rules/_journal.py",
)  # fmt: skip
# What turns facts into a row of scores. Queues, grouping and sampling come after it.
_MACHINERY = (
    "_prepared", "anomaly", "asking", "bundle", "combine", "facts", "few", "in_force", "leading", "plan", "reasons",
    "score", "wording",
)  # fmt: skip
_LENGTH = 10


class StampError(ValueError):
    """A text that is no stamp of a score."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Model version, hash of the feature set, version of the policy, hash of the rules, version of their states."""

    model: str
    features: str
    policy: str
    rules: str
    states: str

    def __str__(self) -> str:
        return f"{self.model}/f-{self.features}/p-{self.policy}/r-{self.rules}.{self.states}"

    @classmethod
    def parse(cls, text: str) -> Stamp:
        """The stamp a score carries as `model_version`. Raises StampError for any other text."""
        found = FORM.fullmatch(text)
        if found is None:
            raise StampError(f"{text!r} does not name model, feature set, policy and rule set")
        return cls(**found.groupdict())


@dataclass(frozen=True, slots=True)
class Definitions:
    """Hashes of the definitions in force: features with their machinery, and rules."""

    features: str
    rules: str


def stamp_of(bundle: Bundle, policy: Policy) -> Stamp:
    """The stamp of what this bundle, with the states laid over it, says under this policy by the code that runs.

    A bundle over which no states were laid counts every rule it knows, as if all were live.
    """
    code = definitions()
    states = bundle.states or RuleStates({}).version
    return Stamp(bundle.version.replace("/", "-"), code.features, policy.version, code.rules, states)


@cache
def definitions() -> Definitions:
    """The definitions this process runs with.

    Files are read and hashed as they are (milliseconds); their syntax trees are walked only where these bytes were
    never seen before, and the answer is kept where Python keeps its own compiled files.
    """
    files = {"features": _feature_files(), "rules": _rule_files()}
    raw = hashlib.sha256(Path(__file__).read_bytes())
    read = {kind: [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in files[kind]] for kind in files}
    for kind in sorted(read):
        for name, content in read[kind]:
            raw.update(f"{kind} {name} {len(content)}\n".encode() + content)
    kept = Path(__file__).parent / "__pycache__" / f"definitions-{raw.hexdigest()[:24]}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(kept.read_text(encoding="utf-8"))
        return Definitions(str(told["features"]), str(told["rules"]))
    found = Definitions(_hash(read["features"]), _hash(read["rules"]))
    # A folder that may not be written to costs the second this takes, once a process.
    with contextlib.suppress(OSError):
        for old in kept.parent.glob("definitions-*.json"):
            old.unlink()
        partial = kept.with_name(f".{os.getpid()}-{kept.name}")
        kept.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps({"features": found.features, "rules": found.rules}), encoding="utf-8")
        partial.replace(kept)
    return found


def normalised(source: str) -> str:
    """A Python file as a text that changes with what it does and with nothing else.

    >>> normalised('def f(x: int) -> int:\\n    "Doubles."\\n    return 2 * x  # twice') == normalised(
    ...     "def f(x): return (2 * x)"
    ... )
    True
    >>> normalised("f(1)") == normalised("f(2)")
    False
    """
    return "".join(_told(ast.parse(source)))


def covered() -> frozenset[str]:
    """Every file whose code a stamp names, from the root of the checkout."""
    return frozenset(path.relative_to(ROOT).as_posix() for path in (*_feature_files(), *_rule_files()))


def _feature_files() -> list[Path]:
    facts = [p for p in (ROOT / "features").rglob("*.py") if not _name(p).startswith(_NOT_FACTS)]
    scoring = [ROOT / "models" / "scoring" / f"{name}.py" for name in _MACHINERY]
    detectors = (p for p in (ROOT / "models" / "detectors").glob("*.py") if _name(p) not in _NOT_SCORING)
    return sorted([*facts, *(p for p in scoring if p.exists()), *detectors])


def _rule_files() -> list[Path]:
    return sorted(p for p in (ROOT / "models" / "rules").rglob("*.py") if _name(p) not in _NOT_SCORING)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _hash(files: Sequence[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\n{normalised(content.decode('utf-8'))}\n".encode())
    return digest.hexdigest()[:_LENGTH]


def _told(node: ast.AST) -> Iterator[str]:
    """A node and what is in it. Empty fields are left out: what newer Pythons add to the tree changes nothing."""
    yield f"({type(node).__name__}"
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "ctx", "kind", "type_comment", "type_ignores", "type_params"):
            continue
        if isinstance(value, list):
            items = value[1:] if name == "body" and _is_docstring(value) else value
            for item in items:
                if isinstance(item, ast.keyword) and item.arg == "cases":
                    continue
                yield name
                yield from _told(item) if isinstance(item, ast.AST) else (repr(item),)
        elif isinstance(value, ast.AST):
            yield name
            yield from _told(value)
        elif value is not None:
            yield f"{name}={value!r}"
    yield ")"


def _is_docstring(body: Sequence[object]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
