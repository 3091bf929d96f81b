"""The record with MLflow: aliases and pointer follow the book, a crash between them leaves a usable record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models import registry
from models.registry import _journal, _tracking, read_book
from models.registry._place import alone
from models.registry._tracking import aliases, follow
from models.release import doors
from models.release.doors import approve, propose, roll_back
from models.release.verify import verify
from tests.release.record import AT, bundle, compared, decided

# Each training goes through MLflow.
pytestmark = pytest.mark.slow


def log(folder: Path, version: str, lineage: str = "aaaa") -> str:
    """Put a made-up bundle on record through MLflow."""
    tags = {"version": version, "data": "fingerprint", "as_of": "2019-07-01T00:00:00+08:00"}
    return registry.log_training(bundle(folder / version, version), {}, {"ap": 0.5}, tags, lineage=lineage, at=AT)


def test_aliases_and_pointer_follow_the_book(record: Path, tmp_path: Path) -> None:
    """Two counties: plain names for the first, names with the lineage for the second; after release and return."""
    first, other, second = log(tmp_path, "one"), log(tmp_path, "two", "bbbb"), log(tmp_path, "three")
    before = {"champion": first, "champion-bbbb": other, "challenger": second, "shadow": second}
    assert aliases() == before
    compared(second)
    propose(second, decided("Wang Fang"))
    assert aliases() == before
    approve(second, decided("Li Ming"))
    assert aliases() == {"champion": second, "champion-bbbb": other}
    pointer = json.loads((record / "champion.json").read_text(encoding="utf-8"))
    assert (pointer["number"], pointer["version"]) == (second, "three")
    assert pointer["lineages"]["bbbb"]["number"] == other
    assert (record / pointer["path"] / "bundle.json").is_file()
    assert verify() == []
    roll_back(decided("Li Ming"), "bbbb")
    assert aliases() == {"champion": second}
    assert verify() == []


@pytest.mark.parametrize("broken", ["write_whole", "_set_aliases"])
def test_a_crash_between_book_and_followers(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """The power fails after the book was written, before the pointer or before the aliases: what scores is the released
    model, the record says what lags behind, and the next step brings it after."""
    log(tmp_path, "one")
    second = log(tmp_path, "two")
    compared(second)
    propose(second, decided("Wang Fang"))

    def fail(*_: object) -> None:
        raise OSError("power failed")

    with monkeypatch.context() as dark:
        dark.setattr(_tracking, broken, fail)
        with pytest.raises(OSError, match="power"):
            approve(second, decided("Li Ming"))
    found = registry.champion()
    assert found is not None
    assert (found.number, found.version) == (second, "two")
    assert (found.path / "bundle.json").is_file()
    assert verify()
    with alone():
        follow()
    assert verify() == []
    assert aliases() == {"champion": second}


def test_a_crash_before_the_book_was_written(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happened: the old champion scores, the proposal stands, approving again works."""
    log(tmp_path, "one")
    second = log(tmp_path, "two")
    compared(second)
    propose(second, decided("Wang Fang"))

    def fail(*_: object) -> None:
        raise OSError("power failed")

    with monkeypatch.context() as dark:
        dark.setattr("models._record.os.fsync", fail)
        with pytest.raises(OSError, match="power"):
            approve(second, decided("Li Ming"))
    # The line may have reached the disk or not; here it did not.
    path = record / "releases.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    assert read_book().standings["aaaa"].champion == "1"
    approve(second, decided("Li Ming"))
    assert read_book().standings["aaaa"].champion == second
    assert verify() == []


def test_a_record_from_before_the_book(record: Path, tmp_path: Path) -> None:
    """Its pointer is read; the next training writes its champion into the book and stands beside it."""
    made = bundle(record / "artifacts" / "old", "old")
    told = {"model": "mingbai-score", "number": "7", "version": "old", "path": "artifacts/old"}
    (record / "champion.json").write_text(json.dumps(told), encoding="utf-8")
    found = registry.champion()
    assert found is not None
    assert (found.number, found.path) == ("7", made)
    _tracking.adopt_older("")
    assert [entry.kind for entry in _journal.read()] == ["adopted"]
    assert read_book().standings[registry.UNKNOWN].champion == "7"


def test_verify_names_what_is_wrong(record: Path, tmp_path: Path) -> None:
    """A model's files changed, an alias set by hand, a pointer written by hand."""
    log(tmp_path, "one")
    second = log(tmp_path, "two")
    path = read_book().bundle_path(second)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("files were changed", lambda: (path / "bundle.json").write_text("{}", encoding="utf-8")),
        ("champion.json", lambda: (record / "champion.json").write_text("{}", encoding="utf-8")),
        ("alias champion", lambda: by_hand(second)),
    ]
    for told, step in steps:
        step()
        assert any(told in problem for problem in verify())
    with alone():
        follow()
    assert len(verify()) == 1
    assert aliases()["champion"] == "1"


def by_hand(number: str) -> None:
    """Set MLflow's alias past every door."""
    with _tracking.tracking() as client:
        client.set_registered_model_alias(registry.MODEL, "champion", number)


def test_nothing_else_moves_the_alias() -> None:
    """The registry offers no way to set a champion; the doors and the first training are the only ones."""
    assert not hasattr(registry, "promote")
    assert not any("champion" in name and "set" in name for name in dir(registry))
    assert {name for name in ("propose", "approve", "roll_back") if hasattr(doors, name)} == {
        "propose", "approve", "roll_back",
    }  # fmt: skip
