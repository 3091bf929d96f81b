"""Whatever is refused is refused in both languages: what verbs of pages, routes and jobs raise, and what the models'
doors say."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.work.errors import WorkError
from service.work.in_chinese import in_chinese

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff]")
DOORS = {
    "RegistryError", "ReleaseRefusedError", "BrokenBookError", "LifeError", "ReplayError", "BundleError", "PolicyError",
    "StampError", "FileError",
}  # fmt: skip
"""What the models raise with a text that a verb hands on."""


def name_of(path: Path) -> str:
    """The module of a file."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in (ROOT / "service").rglob("*.py")}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def imported(module: str) -> set[str]:
    """Modules of the service a module imports, at its head or inside a function."""
    found: set[str] = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found & FILES.keys()


def reached() -> set[str]:
    """Modules of `service.work` that pages, routes and jobs come to."""
    todo = [one for one in FILES if one.startswith(("service.console", "service.api")) or one.endswith(".jobs")]
    seen = set(todo)
    while todo:
        fresh = imported(todo.pop()) - seen
        seen |= fresh
        todo += fresh
    return {one for one in seen if one.startswith("service.work")}


def refusals(module: str) -> Iterator[tuple[int, ast.Call, type[WorkError]]]:
    """Where a module makes a WorkError: line, call and class."""
    there = vars(importlib.import_module(module))
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            made = there.get(node.func.id)
            if isinstance(made, type) and issubclass(made, WorkError):
                yield node.lineno, node, made


def test_verbs_refuse_in_both_languages() -> None:
    """A class without words of its own is given both; written-down Chinese is Chinese, and English English."""
    modules = reached()
    assert {"service.work.queue.move_case", "service.work.model_pages.decide", "service.work.choose_model"} <= modules
    wrong, seen = [], 0
    for module in sorted(modules):
        for line, call, made in refusals(module):
            seen += 1
            texts = [text_of(one) for one in call.args]
            own_words = made.__init__ is not WorkError.__init__
            if not own_words and len(call.args) < 2:
                wrong.append(f"{module}:{line}")
            if not own_words and texts and not texts[0].startswith("<") and CHINESE.search(texts[0]):
                wrong.append(f"{module}:{line}: the first text is the English one")
            written = [one for one in texts if not one.startswith("<")]
            handed_on = any("chinese" in ast.unparse(one) for one in call.args[1:])
            all_written = len(written) == len(texts) >= 2 and not handed_on
            if all_written and not any(CHINESE.search(one) for one in written[1:]):
                wrong.append(f"{module}:{line}: nothing in Chinese")
    assert seen > 100
    assert wrong == []


def text_of(node: ast.expr) -> str:
    """A text as it is written, with `{}` for what is put in; in angle brackets where it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return f"<{ast.unparse(node)}>"


def said_by_doors() -> list[tuple[str, str]]:
    """Every text the models refuse with, and where."""
    found = []
    for path in sorted((ROOT / "models").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            raised = isinstance(node.func, ast.Name) and node.func.id in DOORS
            objection = path.name == "gate.py" and ast.unparse(node.func) == "found.append"
            if (raised or objection) and node.args:
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", text_of(node.args[0])))
    return found


def test_doors_are_understood() -> None:
    """Each text the models refuse with is known in Chinese; those handed through are words of `people.py` and the
    gate's, which are walked too."""
    texts = said_by_doors()
    assert len(texts) > 50
    made_elsewhere = {"<missing>", "<'; '.join(found)>"}
    unknown = [
        (where, text) for where, text in texts if text not in made_elsewhere and not CHINESE.search(in_chinese(text))
    ]
    assert unknown == []
    assert in_chinese("say who decides: --by NAME")
    assert in_chinese("say why: --why TEXT")


@pytest.mark.parametrize("text", ["", "something nobody has translated"])
def test_what_is_not_known_is_not_made_up(text: str) -> None:
    """No Chinese rather than a wrong one."""
    assert in_chinese(text) == ""
