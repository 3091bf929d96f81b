"""What the pages tell people to type exists: commands, options and make targets, the same in both languages."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests._source import ROOT, text_files

# They run nothing whose branches are counted.
pytestmark = pytest.mark.no_cover

FENCE = re.compile(r"^(?:```|~~~).*?\n(.*?)^(?:```|~~~)", re.MULTILINE | re.DOTALL)
START = "import sys; sys.argv[0] = 'mingbai'; from service.cli import main; main()"
CLI = ROOT / "service" / "cli"
GROUPS = ("accounts", "audit", "bench", "database", "key", "match", "release", "rules")
"""Commands that have commands."""


def pages() -> list[Path]:
    """Every committed Markdown page."""
    return [path for path in text_files() if path.suffix == ".md"]


def typed(page: Path) -> list[str]:
    """The lines of a page's code blocks, continuation lines joined, prompts and comments taken off."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    lines = (line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines())
    return [re.sub(r"\s+#\s.*$", "", line.removeprefix("$ ")) for line in lines if line]


def commands(page: Path) -> list[list[str]]:
    """The `mingbai` commands of a page, as words without the program's own name."""
    words = (shlex.split(line, comments=True) for line in typed(page) if re.match(r"(\.venv/bin/)?mingbai\b", line))
    return [line[1:] for line in words]


@cache
def help_of(*command: str) -> str:
    """What `mingbai COMMAND --help` prints. Fails when it does not exit with 0."""
    answer = subprocess.run(
        [sys.executable, "-c", START, *command, "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={"PATH": "", "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": str(ROOT)},
    )
    assert answer.returncode == 0, f"mingbai {' '.join(command)} --help: {answer.stderr}"
    return answer.stdout


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command of a page, or None."""
    leading = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)][: 2 if words[0] in GROUPS else 1]
    text = help_of(*leading)
    unknown = [word for word in words if word.startswith("--") and not option_in(word.split("=")[0], text)]
    return f"mingbai {' '.join(words)}: {unknown} not in its --help" if unknown else None


def option_in(option: str, text: str) -> bool:
    """Whether a help text names an option, and not only a longer one that begins alike."""
    return re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text) is not None


def test_every_command_on_a_page_parses() -> None:
    """Each `mingbai` line in a code block names a command and options its `--help` knows."""
    lines = [words for page in pages() for words in commands(page)] if CLI.is_dir() else []
    wrong = [found for words in lines if (found := complaint(words))]
    assert not wrong, wrong


def test_every_make_target_on_a_page_exists() -> None:
    """`make <target>` in a code block is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    asked = {
        (page.name, found) for page in pages() for line in typed(page) for found in re.findall(r"^make ([a-z-]+)", line)
    }
    assert not {(page, target) for page, target in asked if target not in known}


def test_both_readmes_tell_the_same_commands() -> None:
    """README.md and README.zh-CN.md are equal in content; their code blocks show it."""
    both = [path for path in (ROOT / "README.md", ROOT / "README.zh-CN.md") if path.is_file()]
    told = [[line for line in typed(page) if line.startswith(("make ", ".venv/bin/", "mingbai "))] for page in both]
    assert len(told) < 2 or told[0] == told[1]


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link in a page is a file of the checkout."""
    link = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not lost, lost
