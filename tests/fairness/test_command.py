"""`mingbai groups` on an invented county: with truth, and with findings alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import mingbai
from tests.county import Trained

AS_OF = "2019-07-01"


@pytest.fixture(scope="module")
def model(trained_county: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model's folder."""
    folder = tmp_path_factory.mktemp("model")
    trained_county.bundle.save(folder)
    return folder


def test_groups_against_truth(trained_county: Trained, model: Path, tmp_path: Path) -> None:
    """Six files, swaps that move nothing, minority counties where asked, and no person or place in the public one."""
    county = trained_county.county
    truth = county.folder.parent / "truth.parquet"
    answer = mingbai(
        "groups", county.folder, "--as-of", AS_OF, "--truth", truth, "--model", model, "--no-proxies", "--swap",
        "--minority", "519921", "--out", "out", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "single-surname village" in answer.out
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"{stem}.{end}" for stem in ("groups", "groups-public") for end in ("html", "md", "json")}
    full = json.loads((tmp_path / "out" / "groups.json").read_text(encoding="utf-8"))
    assert full["rates"]["source"] == "truth"
    assert "minority county" in full["rates"]["by"]
    moved = {swap["name"]: swap["changed"] for swap in full["swaps"]}
    assert (moved["sex"], moved["surname"]) == (0, 0)
    assert moved["own phone taken away"] > 0
    public = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("groups-public.*"))
    names = set(county.tables["divisions"].column("name").to_pylist())
    assert not any(name in public for name in names)
    people = county.tables["persons"].column("person_id").to_pylist()
    texts = public + (tmp_path / "out" / "groups.html").read_text(encoding="utf-8")
    assert not any(one in texts for one in people)


def test_groups_from_findings_say_so(trained_county: Trained, model: Path, tmp_path: Path) -> None:
    """Without truth the rates rest on findings, and the report says on which."""
    answer = mingbai(
        "groups", trained_county.county.folder, "--as-of", "2020-01-01", "--model", model, "--no-proxies", "--out",
        tmp_path / "out", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    full = json.loads((tmp_path / "out" / "groups.json").read_text(encoding="utf-8"))
    assert full["rates"]["source"] in {"looked at", "random sample"}
    assert any("payments with a finding" in note for note in full["notes"])
    assert full["swaps"] == []


def test_groups_of_nothing_is_wrong_usage(trained_county: Trained, model: Path, tmp_path: Path) -> None:
    """No payment before T: exit code 2, in both languages, and no file."""
    answer = mingbai(
        "groups", trained_county.county.folder, "--as-of", "2010-01-01", "--model", model, "--out", "out", cwd=tmp_path
    )
    assert answer.code == 2
    assert "没有发放明细" in answer.err
    assert not (tmp_path / "out").exists()
