"""How the command line behaves: exit codes, where words go, what it loads, what it says when something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import run
from service.cli._failures import failure
from service.work.errors import UnusableDataError, WrongUsageError
from tests.cli.conftest import Place
from tests.conftest import ROOT

START = "import sys; sys.argv[0] = 'mingbai'; from service.cli import main; main()"
HEAVY = ("sklearn", "mlflow", "pandas", "interpret")
COMMANDS = (
    "check", "train", "score", "cases", "evaluate", "simulate", "demo", "rules", "rules states", "rules move",
    "rules review", "replay", "features", "bench detectors", "trial",
)  # fmt: skip
# Prints, after the command, which heavy packages it loaded.
WATCH = (
    "import atexit, json, sys; sys.argv[0] = 'mingbai'; from service.cli import main\n"
    f"atexit.register(lambda: print(json.dumps([n for n in {HEAVY} if n in sys.modules]), file=sys.stderr))\n"
    "main()"
)


def loaded_by(*words: str | Path, cwd: Path) -> tuple[int, list[str]]:
    """Exit code of a command, and the heavy packages it loaded."""
    found = subprocess.run(
        [sys.executable, "-c", WATCH, *map(str, words)],
        capture_output=True, text=True, cwd=cwd, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    packages: list[str] = json.loads(found.stderr.strip().splitlines()[-1])
    return found.returncode, packages


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples(command: str, place: Place) -> None:
    """Every command explains itself with a line to copy, and in Chinese in a word."""
    answer = place(*command.split(), "--help")
    assert answer.code == 0
    assert f"mingbai {command} " in answer.out.partition("Options:")[0].partition("Example")[2] or command == "score"
    assert any("一" <= letter <= "鿿" for letter in answer.out)


def test_help_and_scoring_start_light(trained: Place) -> None:
    """Neither help nor a whole scoring loads scikit-learn, mlflow or pandas."""
    assert loaded_by("score", "--help", cwd=trained.folder) == (0, [])
    scoring = ("score", trained.county, "--from", "2019-07-01", "--to", "2019-07-31", "--out", "light.parquet")
    assert loaded_by(*scoring, cwd=trained.folder) == (0, [])
    cases = ("cases", trained.county, "--as-of", "2019-08-01", "--window", "31", "--out", "light-cases.csv")
    assert loaded_by(*cases, cwd=trained.folder) == (0, [])


WRONG = {
    "no command": (),
    "unknown command": ("judge",),
    "no form": ("score", "DATA", "--out", "x.csv"),
    "two forms": ("score", "DATA", "--run", "R1", "--from", "2019-01-01", "--to", "2019-01-02", "--out", "x.csv"),
    "half a form": ("score", "DATA", "--from", "2019-01-01", "--out", "x.csv"),
    "window without T": ("score", "DATA", "--window", "5", "--out", "x.csv"),
    "no file": ("score", "DATA", "--run", "R1"),
    "ending": ("score", "DATA", "--run", "R1", "--out", "x.xlsx"),
    "date": ("score", "DATA", "--from", "2019-02-30", "--to", "2019-03-01", "--out", "x.csv"),
    "short date": ("score", "DATA", "--from", "2019-2-3", "--to", "2019-03-01", "--out", "x.csv"),
    "backwards": ("score", "DATA", "--from", "2019-03-02", "--to", "2019-03-01", "--out", "x.csv"),
    "moment without offset": ("train", "DATA", "--as-of", "2019-07-01T09:00:00"),
    "no days": ("score", "DATA", "--as-of", "2019-07-01", "--window", "0", "--out", "x.csv"),
    "unknown run": ("score", "DATA", "--run", "NOWHERE", "--model", "prior", "--out", "x.csv"),
    "no folder": ("check", "nowhere"),
    "no model": ("score", "DATA", "--run", "R1", "--model", "nowhere", "--out", "x.csv"),
    "cases from nothing": ("cases", "DATA", "--as-of", "2019-07-01", "--out", "x.csv"),
    "no policy": ("train", "DATA", "--as-of", "2019-07-01", "--policy", "nowhere.toml"),
    "after the end": ("evaluate", "DATA", "--truth", "truth.parquet", "--as-of", "2031-01-01"),
    "too few households": ("simulate", "tiny", "--households", "3"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_two(words: tuple[str, ...], trained: Place) -> None:
    """Exit code 2, a message on stderr, no traceback, nothing written."""
    answer = trained(*(str(trained.county) if word == "DATA" else word for word in words))
    assert answer.code == 2, answer.err
    assert "Traceback" not in answer.err
    assert answer.err.strip() or not words
    assert not (trained.folder / "x.csv").exists()


def test_unusable_data_is_one(trained: Place, tmp_path: Path) -> None:
    """A folder without the required tables, tables before the first payment, files that are no scores or truth."""
    (tmp_path / "empty").mkdir()
    for words in (
        ("check", tmp_path / "empty"),
        ("train", trained.county, "--as-of", "2001-01-01"),
        ("cases", trained.county, "--as-of", "2020-01-01", "--scores", trained.truth, "--out", "x.csv"),
        ("evaluate", trained.county, "--truth", trained.county / "programs.csv", "--as-of", "2019-07-01"),
    ):
        answer = trained(*words)
        assert answer.code == 1, (words, answer.err)
        assert answer.err.splitlines()[-2].startswith("mingbai: ") or answer.err.splitlines()[-1].startswith(
            "mingbai: "
        )
        assert "Traceback" not in answer.err


def test_a_missing_table_is_named_in_both_languages(tmp_path: Path) -> None:
    """What was expected, and where."""
    here = Place(tmp_path)
    (tmp_path / "county").mkdir()
    answer = here("check", here.county)
    assert answer.code == 1
    assert "divisions.csv" in answer.err
    assert "必备" in answer.err


def test_a_defect_is_told_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The kind of error and a way to the traceback; never the words of the error, which may quote a row."""
    assert failure(RuntimeError("519921199001010000"), debug=False) == 1
    told = capsys.readouterr()
    assert "RuntimeError" in told.err
    assert "--debug" in told.err
    assert "5199" not in told.err
    assert failure(RuntimeError("row 12"), debug=True) == 1
    assert "row 12" in capsys.readouterr().err


def test_kinds_of_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """Data 1, usage 2, the system's own answers 1 with the file's name."""
    assert failure(UnusableDataError("bad rows", "坏行"), debug=False) == 1
    assert failure(WrongUsageError("no such run"), debug=False) == 2
    assert failure(PermissionError(13, "Permission denied", "scores.csv"), debug=False) == 1
    assert failure(MemoryError(), debug=False) == 1
    told = capsys.readouterr().err
    for word in ("bad rows", "坏行", "no such run", "scores.csv: Permission denied", "not enough memory"):
        assert word in told


def test_debug_works_after_the_command(place: Place, tmp_path: Path) -> None:
    """`--debug` may stand anywhere; the message comes too."""
    answer = place("train", place.county, "--as-of", "2001-01-01", "--debug")
    assert answer.code == 1
    assert "Traceback" in answer.err
    assert "nothing had been submitted" in answer.err


def test_run_returns_and_never_raises(capsys: pytest.CaptureFixture[str]) -> None:
    """The version, and a wrong word."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("mingbai ")
    assert run(["no-such-command"]) == 2


def test_a_reader_who_leaves_early_is_no_error(place: Place) -> None:
    """`mingbai rules | head -1` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-c", START, "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_stores_are_apart_by_folder_and_home(place: Place, tmp_path: Path) -> None:
    """Two folders of one name do not share a store; MINGBAI_HOME moves it."""
    answer = place("check", place.county, MINGBAI_HOME=str(tmp_path / "home"))
    assert answer.code == 0
    (store,) = [path for path in (tmp_path / "home" / "data").iterdir() if path.is_dir()]
    assert store.name.startswith("county-")
    assert (store / "disbursements.parquet").is_file()
