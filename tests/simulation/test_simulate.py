"""The call: same bytes for the same arguments, profiles, sizes, refusals."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.contract import TABLES
from simulation import PROFILES, _scheme, schemes, simulate
from simulation._labels import CODES
from tests.simulation.conftest import read_table


def _digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    """Twice the same, to the byte; another seed differs."""
    for name in ("a", "b"):
        simulate(tmp_path / name / "county", households=300, seed=5, months=12)
    simulate(tmp_path / "c" / "county", households=300, seed=6, months=12)
    first = _digest(tmp_path / "a")
    assert first == _digest(tmp_path / "b")
    assert first["county/disbursements.parquet"] != _digest(tmp_path / "c")["county/disbursements.parquet"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_runs(tmp_path: Path, profile: str) -> None:
    """Each profile writes the required tables; only poor data lack others."""
    report = simulate(tmp_path / "county", households=400, seed=9, months=12, profile=profile)
    required = {name for name, table in TABLES.items() if table.required}
    assert required <= report.rows.keys()
    assert (set(report.rows) == set(TABLES)) == (profile != "poor_data")
    assert {path.stem for path in report.folder.iterdir()} == set(report.rows)
    ids = read_table(report.folder, "persons")["person_id"]
    assert ids.str.startswith("PX").all() if profile == "other_country" else ids.str.startswith("5199").all()
    if profile == "other_country":
        levels = set(read_table(report.folder, "divisions")["level"])
        assert levels == {"county", "township", "village"}


def test_large_worlds_are_made_of_counties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More households than one county holds make several, with ids that never meet."""
    monkeypatch.setattr("simulation.COUNTY_HOUSEHOLDS", 250)
    seen: list[tuple[int, int]] = []
    report = simulate(
        tmp_path / "county", households=700, seed=3, months=8, progress=lambda done, all_: seen.append((done, all_))
    )
    assert report.counties == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]
    for name, table in TABLES.items():
        if table.key:
            clock = [table.clock] if table.clock and table.versioned else []
            frame = read_table(report.folder, name)
            assert not frame.duplicated([*table.key, *clock]).any(), name
    assert read_table(report.folder, "payment_runs")["division_code"].nunique() == 3
    assert len(pd.read_parquet(report.truth)) == report.rows["disbursements"]


def test_truth_is_beside_the_folder_and_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Two counties under one parent share its truth files: the later one wins, with a warning."""
    first = simulate(tmp_path / "one", households=300, seed=1, months=6)
    assert first.truth == tmp_path / "truth.parquet"
    assert first.matches == tmp_path / "truth-matches.parquet"
    assert not caplog.records
    simulate(tmp_path / "two", households=300, seed=2, months=6)
    assert "replaced" in caplog.text


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"households": 10}, "households"),
        ({"households": 2_000_000}, "households"),
        ({"months": 1}, "months"),
        ({"profile": "sunny"}, "profile"),
        ({"start": date(2017, 1, 15)}, "first day"),
    ],
)
def test_arguments_out_of_range_are_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    """A refusal says which argument, and nothing is written."""
    arguments: dict[str, object] = {"households": 300, "seed": 1} | change
    with pytest.raises(ValueError, match=named):
        simulate(tmp_path / "county", **arguments)  # type: ignore[arg-type]
    assert not any(tmp_path.iterdir())


def test_another_start_and_length(tmp_path: Path) -> None:
    """The years in view move with `start`; nothing is submitted outside them."""
    report = simulate(tmp_path / "county", households=300, seed=4, months=7, start=date(2020, 4, 1))
    days = read_table(report.folder, "disbursements")["submitted_at"].str[:10]
    assert days.min() >= "2020-04-01"
    assert days.max() < "2020-11-01"


def test_every_code_has_one_scheme_file() -> None:
    """File name, code and catalogue agree; look-alikes carry no code."""
    units = _scheme.catalogue()
    folder = Path(schemes.__path__[0])
    files = {path.stem for path in folder.glob("*.py") if not path.name.startswith("_")}
    coded = {name: unit.code for name, unit in units.items() if unit.code}
    assert files == set(coded)
    assert sorted(coded.values()) == sorted(CODES)
    assert all(name.startswith(code.lower()) for name, code in coded.items())


def test_a_new_scheme_moves_no_other_stream() -> None:
    """Streams depend on the seed and their name only."""
    from simulation._streams import Streams

    streams = Streams(7, 2)
    assert streams("people").integers(0, 10**9) == Streams(7, 2)("people").integers(0, 10**9)
    assert streams("people").integers(0, 10**9) != streams("cards").integers(0, 10**9)
    assert streams("people").integers(0, 10**9) != Streams(7, 3)("people").integers(0, 10**9)
