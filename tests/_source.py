"""The project's own files as the lints read them: which there are, their syntax trees, and the escape comment.

A line that must break a lint says so on itself, or in the comment line just above it:
`# house: allow <lint>, <why>`. A lint about a whole file looks at the file's first three lines. Without a reason it
does not count.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("features", "models", "service", "simulation")
WRITTEN_IN = (*PACKAGES, "tests", "benchmarks", "docs")

ALLOW = re.compile(r"#\s*house: allow (?P<lint>[a-z-]+), \S")
BINARY = {".parquet", ".npz", ".png", ".ico", ".woff2", ".duckdb"}


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """Where it is, from the root of the checkout."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def machinery(self) -> bool:
        """Whether a leading underscore takes it, or a folder above it, out of its catalogue."""
        return any(part.startswith("_") for part in self.path.relative_to(ROOT).parts)

    @cached_property
    def text(self) -> str:
        """The file's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines, without line ends."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.text, filename=self.name)

    def allows(self, lint: str, line: int) -> bool:
        """Whether line number `line` (from 1), or the comment line above it, carries the escape comment of `lint`."""
        near = [self.lines[line - 1]]
        if line > 1 and self.lines[line - 2].lstrip().startswith("#"):
            near.append(self.lines[line - 2])
        return any(found["lint"] == lint for text in near for found in ALLOW.finditer(text))

    def allows_whole(self, lint: str) -> bool:
        """Whether the file's first three lines carry the escape comment of `lint`."""
        return any(found["lint"] == lint for text in self.lines[:3] for found in ALLOW.finditer(text))

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def texts(self) -> Iterator[tuple[int, str]]:
        """Line and value of every string that is not a docstring, f-strings' fixed parts included."""
        docs = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node.lineno, node.value

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything imported anywhere in the file, `from a import b` as `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.module.split(".") if self.path.name == "__init__.py" else self.module.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])


@cache
def python_files(*folders: str) -> tuple[Source, ...]:
    """Every Python file in the given folders of the checkout, in order of path. A folder that is not there has none."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Source(path) for path in sorted(found) if "__pycache__" not in path.parts)


@cache
def text_files() -> tuple[Path, ...]:
    """Every text file that is, or would be, committed."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(listing, capture_output=True, text=True, check=True)
    paths = (ROOT / name for name in answer.stdout.split("\0") if name)
    return tuple(path for path in sorted(paths) if path.is_file() and path.suffix not in BINARY)


def at(source: Source, lines: Iterable[int]) -> list[str]:
    """`file:line` of each line, for a failing lint's message."""
    return [f"{source.name}:{line}" for line in lines]
