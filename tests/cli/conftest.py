"""One invented county on disk, checked and trained once, for every test of the command line."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from service.cli import run

AS_OF = "2019-07-01"


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def mingbai(*words: str | Path, cwd: Path, **environment: str) -> Answer:
    """Run one command line as `main` does, in this process: a process of its own would spend its time on imports."""
    out, err = io.StringIO(), io.StringIO()
    settings = {"NO_COLOR": "1", "COLUMNS": "120", **environment}
    with (
        chdir(cwd),
        patch.dict(os.environ, settings),
        redirect_stdout(out),
        redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        # What a user would see as a warning is not an error of the command.
        warnings.simplefilter("default")
        code = run([str(word) for word in words])
    return Answer(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Place:
    """A working directory with a county in it, `home` and `mlruns` beside, and a way to run commands there."""

    folder: Path

    @property
    def county(self) -> Path:
        """The county's tables."""
        return self.folder / "county"

    @property
    def truth(self) -> Path:
        """The county's truth."""
        return self.folder / "truth.parquet"

    def __call__(self, *words: str | Path, **environment: str) -> Answer:
        """Run a command here."""
        return mingbai(*words, cwd=self.folder, **environment)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A county of 400 households, checked; no model is trained yet."""
    here = Place(tmp_path_factory.mktemp("mingbai"))
    answer = here("simulate", here.county, "--households", "400", "--seed", "3", "--months", "36")
    assert answer.code == 0, answer.err
    return here


@pytest.fixture(scope="session")
def trained(place: Place) -> Place:
    """The same place after `mingbai train`."""
    answer = place("train", place.county, "--as-of", AS_OF)
    assert answer.code == 0, answer.err
    return place
