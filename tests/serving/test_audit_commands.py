"""`mingbai key`, `audit` and `retention` as people type them: what they print and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from service.cli import run
from service.running.context import make_context
from service.sealing import keys
from service.settings import Settings
from service.store import every_table
from service.store._append_only import remove_append_only_ddl
from service.work.audit.record import Line, record
from service.work.context import Context


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A home with a key file and a log of ten lines, named by the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINGBAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MINGBAI_KEY_FILE", str(tmp_path / "mingbai.key"))
    assert run(["key", "make", "mingbai.key"]) == 0
    context = make_context(Settings.read())
    every_table().create_all(context.database.engine)
    with context.database.write() as connection:
        record(context, connection, *(Line("a", "x.y", "n", str(n), reason="一个理由") for n in range(10)))
    return context


def test_verify_prints_the_head_and_fails_where_a_line_was_changed(
    deployment: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where all is sound, 1 where a line is not, with its number; `--from` looks at the later ones alone."""
    assert run(["audit", "anchor"]) == 0
    number, head, _ = capsys.readouterr().out.split()
    assert number == "10"
    assert run(["audit", "verify"]) == 0
    assert head in capsys.readouterr().out
    with deployment.database.write() as connection:
        for statement in remove_append_only_ddl("audit_lines", "sqlite"):
            connection.execute(text(statement))
        connection.execute(text("update audit_lines set who = 'b' where line = 4"))
    assert run(["audit", "verify", "--json", "found.json"]) == 1
    told = capsys.readouterr()
    assert "4 " in told.out
    assert "第 4 行" in told.err
    found = json.loads(Path("found.json").read_text(encoding="utf-8"))
    assert [(one["line"], one["what"]) for one in found["findings"]] == [(4, "changed")]
    assert run(["audit", "verify", "--from", "5"]) == 0
    assert run(["audit", "verify", "--from", "0"]) == 2


def test_keys_are_added_rotated_and_dropped(
    deployment: Context, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is there is never written over; after the rotation one key and the hashing key are left."""
    monkeypatch.setattr("service.work.personal.rotate.LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(keys, "LOOK_AGAIN_SECONDS", 0.0)
    hashed = deployment.seal.hash("person", "p")
    assert run(["key", "make", "mingbai.key"]) == 2
    assert run(["key", "add", "mingbai.key"]) == 0
    capsys.readouterr()
    assert run(["key", "rotate", "--drop-old"]) == 0
    told = capsys.readouterr()
    assert "audit_reasons.reason" in told.out
    assert "1 older keys dropped" in told.err
    lines = [line for line in Path("mingbai.key").read_text().splitlines() if not line.startswith("#")]
    assert [line.partition(" ")[0] == "hash" for line in lines] == [False, True]
    assert all(secret.split()[-1] not in told.out + told.err for secret in lines)
    assert run(["audit", "verify"]) == 0
    assert make_context(Settings.read()).seal.hash("person", "p") == hashed


def test_a_rotation_without_a_key_that_is_needed_drops_nothing(
    deployment: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody put a new key in the place of the old one: what does not open is counted, and both stay as they are."""
    old = Path("mingbai.key").read_text()
    Path("mingbai.key").unlink()
    assert run(["key", "make", "mingbai.key"]) == 0
    assert run(["key", "rotate", "--drop-old"]) == 1
    assert "10 values open with no key" in capsys.readouterr().err
    Path("mingbai.key").write_text(old)
    assert run(["key", "rotate"]) == 0


def test_retention_says_what_is_past_its_time(deployment: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """Every table with its reason; `--remove` removes; a slip in the deployment's own file is wrong usage."""
    assert run(["retention"]) == 0
    assert "quarantine" in capsys.readouterr().out
    assert run(["retention", "--remove"]) == 0
    assert "0 rows removed" in capsys.readouterr().err


def test_a_deployment_that_is_not_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, with keys others can read, without tables: exit code 2, never 1, which means a changed line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINGBAI_HOME", str(tmp_path / "home"))
    assert run(["audit", "verify"]) == 2
    monkeypatch.setenv("MINGBAI_KEY_FILE", str(tmp_path / "k"))
    assert run(["key", "make", "k"]) == 0
    assert run(["audit", "verify"]) == 2
    (tmp_path / "k").chmod(0o644)
    assert run(["audit", "verify"]) == 2
