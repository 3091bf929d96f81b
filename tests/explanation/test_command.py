"""`mingbai explain` in words and as JSON, before and after payment, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli import run
from tests.explanation.conftest import Explained


def test_the_command(explained: Explained, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained = explained.trained
    trained.model.save(elsewhere / "model")
    told = explained.told[0]
    words = ["explain", str(trained.county.folder), told.disbursement_id, "--model", "model"]
    assert run(words) == 0
    shown = capsys.readouterr().out
    assert told.reasons[0].title[0] in shown
    assert told.reasons[0].title[1] in shown
    assert "a question, not a finding" in shown
    assert run([*words, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["disbursement_id"] == told.disbursement_id
    assert plain["probability"] == pytest.approx(told.probability)
    assert plain["as_of"] == told.as_of
    last = told.as_of[:4]
    assert run([*words, "--as-of", f"{int(last) + 2}-01-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"].startswith(str(int(last) + 2))
    assert run([*words, "--as-of", "2001-01-01"]) == 2
    assert "submitted after" in capsys.readouterr().err
    assert run(["explain", str(trained.county.folder), "nobody's", "--model", "prior"]) == 2
    assert "no payment has that disbursement_id" in capsys.readouterr().err
