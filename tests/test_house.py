"""The house rules a review would otherwise ask for twice. `tests/_source.py` explains the escape comment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests._source import ALLOW, PACKAGES, ROOT, WRITTEN_IN, Source, at, python_files, text_files

# They run nothing whose branches are counted.
pytestmark = pytest.mark.no_cover

LONGEST = 400
NAMES_OF_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "stuff"}
CLOCK_CALLS = {"now", "today", "utcnow"}
CLOCK_SQL = re.compile(r"\b(now|today|get_current_timestamp)\(\)|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)
MONEY = re.compile(r"amount|money|yuan|\brate\b|funds", re.IGNORECASE)
MONEY_SQL = re.compile(
    r"(amount|money|yuan|\brate\b|funds)\w*\s*(::|as)\s*(double|float|real)"
    r"|cast\(\s*\w*\.?(amount|money|yuan|rate|funds)\w*\s+as\s+(double|float|real)",
    re.IGNORECASE,
)
BEFORE_SCORING = ("features/contract", "features/intake", "features/asof", "simulation")
GUILT = re.compile(
    r"\b(fraudsters?|gangs?|criminals?|thie(f|ves)|crooks?|guilty|culprits?|suspects? list)\b"
    r"|罪犯|犯罪|团伙|骗子|诈骗犯|嫌疑人",
    re.IGNORECASE,
)
# Written so that the patterns do not find themselves.
MACHINE = re.compile(
    r"(?<![\w.$}])/(root|home|Users|work|opt)/\w"
    r"|index[-]url\b|[-]-(trusted-host|find-links)|//[\w.-]+/simple\b|pypi\.[\w.]+/|registry\.[\w.]+/",
)
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d{9}[\dX](?![0-9A-Za-z])")
INVENTED = "5199"


def broken(lint: str, source: Source, lines: Iterator[int] | list[int]) -> list[str]:
    """`file:line` of the lines that break a lint without an escape comment."""
    return at(source, sorted({line for line in lines if not source.allows(lint, line)}))


def test_features_and_models_read_no_clock() -> None:
    """A score belongs to a moment T that is handed in; what reads the clock cannot be replayed."""
    found: list[str] = []
    for source in python_files("features", "models"):
        calls = (call.lineno for call in source.calls() if reads_clock(call))
        sql = (line for line, text in source.texts() if CLOCK_SQL.search(text))
        found += broken("clock", source, [*calls, *sql])
    assert not found, f"the moment must be handed in: {found}"


def reads_clock(call: ast.Call) -> bool:
    """Whether a call asks what time it is."""
    name = ast.unparse(call.func)
    if name.rpartition(".")[2] in CLOCK_CALLS or name in {"time.time", "time.time_ns", "time.localtime"}:
        return True
    first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    return name.endswith(("datetime64", "Timestamp")) and first in CLOCK_CALLS


def test_money_is_no_float_before_scoring() -> None:
    """Yuan arrive with two decimals and stay exact (whole fen, Decimal) until a model reads them."""
    found: list[str] = []
    for source in python_files(*BEFORE_SCORING):
        calls = (call.lineno for call in source.calls() if makes_float_money(call))
        sql = (line for line, text in source.texts() if MONEY_SQL.search(text))
        found += broken("float-money", source, [*calls, *sql])
    assert not found, f"money as a binary float: {found}"


def makes_float_money(call: ast.Call) -> bool:
    """Whether a call turns something named after money into a binary float."""
    name = ast.unparse(call.func)
    if name in {"float", "np.float64", "np.float32"} and call.args:
        return bool(MONEY.search(ast.unparse(call.args[0])))
    if name.endswith(".astype") and call.args and "float" in ast.unparse(call.args[0]).lower():
        return bool(MONEY.search(name))
    return False


def test_only_the_command_line_prints() -> None:
    """Everything else returns what it found; data go to stdout and messages to stderr in one place."""
    found: list[str] = []
    for source in python_files(*PACKAGES):
        if source.name.startswith("service/cli"):
            continue
        prints = {"print", "sys.stdout.write", "sys.stderr.write", "typer.echo", "rich.print"}
        found += broken("print", source, [call.lineno for call in source.calls() if ast.unparse(call.func) in prints])
    assert not found, f"printing outside the command line: {found}"


def test_files_are_short_enough_to_know() -> None:
    """A newcomer should know the room: at most 400 lines a file."""
    long = [
        f"{source.name}: {len(source.lines)}"
        for source in python_files(*WRITTEN_IN)
        if len(source.lines) > LONGEST and not source.allows_whole("length")
    ]
    assert not long, f"over {LONGEST} lines: {long}"


def test_names_say_what_is_inside() -> None:
    """No drawer for odds and ends."""
    found = [source.name for source in python_files(*WRITTEN_IN) if source.path.stem.lstrip("_") in NAMES_OF_NOTHING]
    found += [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_dir() and path.name.lstrip("_") in NAMES_OF_NOTHING
    ]
    assert not found, f"a name that says nothing: {found}"


def test_every_folder_with_code_is_a_package() -> None:
    """Without an `__init__.py` the import arrows would not see the folder, and would call it clean."""
    folders = {source.path.parent for source in python_files(*PACKAGES)}
    bare = sorted(path.relative_to(ROOT).as_posix() for path in folders if not (path / "__init__.py").is_file())
    assert not bare, f"no __init__.py in {bare}"


def test_public_things_have_docstrings() -> None:
    """The docstring is the public explanation: shapes, units, errors."""
    found: list[str] = []
    for source in python_files(*PACKAGES):
        found += broken("docstring", source, list(without_docstring(source.tree)))
    assert not found, f"{len(found)} without a docstring: {found}"


def without_docstring(tree: ast.Module) -> Iterator[int]:
    """Lines of the public modules, classes, functions and methods without a docstring. An empty file needs none."""
    if tree.body and not ast.get_docstring(tree):
        yield 1
    holders: list[ast.Module | ast.ClassDef] = [tree]
    while holders:
        for node in holders.pop().body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not is_overload(node):
                yield node.lineno
            if isinstance(node, ast.ClassDef):
                holders.append(node)


def is_overload(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a definition only adds a signature, or sets what a documented property reads."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"overload", "override", "setter"})


def test_no_words_of_guilt() -> None:
    """A finding is a question. Nobody is called guilty on a screen, in a reason or in a file."""
    found: list[str] = []
    for source in python_files(*PACKAGES):
        found += broken("guilt", source, [line for line, text in source.texts() if GUILT.search(text)])
    for path in text_files():
        if path.suffix in {".html", ".toml"} and path.relative_to(ROOT).parts[0] in PACKAGES:
            found += matching_lines(path, GUILT)
    assert not found, f"words of guilt: {found}"


def test_nothing_tells_where_it_was_written() -> None:
    """No path of one machine and no address of a package index: neither means anything to the next reader."""
    found: list[str] = []
    for path in text_files():
        found += matching_lines(path, MACHINE)
    assert not found, f"paths of a machine or addresses of an index: {found}"


def test_no_identity_number_could_be_a_real_persons() -> None:
    """Written-down numbers with a right check digit use the unassigned prefecture 5199."""
    found: list[str] = []
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if any(could_be_real(text) for text in IDENTITY.findall(line)) and not ALLOW.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found, f"identity numbers outside prefecture {INVENTED}: {found}"


def could_be_real(number: str) -> bool:
    """Whether an 18-character identity number has a right check character and an assigned prefecture."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return number[17] == "10X98765432"[total % 11] and not number.startswith(INVENTED)


def matching_lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of the lines a pattern is found in and no escape comment allows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    name = path.relative_to(ROOT).as_posix()
    return [f"{name}:{n}" for n, line in enumerate(lines, start=1) if pattern.search(line) and not ALLOW.search(line)]


def test_the_lints_see_what_they_are_for() -> None:
    """Each pattern against a line it must catch and its nearest innocent neighbour."""

    def call(text: str) -> ast.Call:
        node = ast.parse(text, mode="eval").body
        assert isinstance(node, ast.Call)
        return node

    assert all(reads_clock(call(text)) for text in ("datetime.now(UTC)", "date.today()", "np.datetime64('today')"))
    assert not any(reads_clock(call(text)) for text in ("view.known()", "np.datetime64('2019-07-01')"))
    assert CLOCK_SQL.search("where at < now()")
    assert not CLOCK_SQL.search("what was known by now (T)")
    assert all(makes_float_money(call(text)) for text in ("float(row['amount'])", "rate.astype(np.float64)"))
    assert not any(makes_float_money(call(text)) for text in ("float(quantity)", "amount.astype(np.int64)"))
    assert MONEY_SQL.search("cast(d.amount as double)")
    assert not MONEY_SQL.search("cast(d.amount as decimal(18, 2))")
    assert list(
        without_docstring(ast.parse('"""Doc."""\nclass Shown:\n    def told(self): ...\ndef _kept(): ...'))
    ) == [2, 3]
    assert GUILT.search("a gang of agents")
    assert not GUILT.search("the suspect role is agent")
    assert MACHINE.search("see " + "/".join(["", "root", "notes"]))
    assert not MACHINE.search("$HOME/opt/x, docs/home/page, ../shared/data")
    assert could_be_real("11010519491231002X")  # house: allow identity, the standard's own worked example
    assert not could_be_real("519900199001011234")
