"""The verbs behind the commands, where a command line would be the long way round."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli._console import masked
from service.work.build_queue import read_scores
from service.work.choose_model import choose_model
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.moments import EPOCH, day_of, local, micros, moment_of
from service.work.open_data import store_of
from service.work.read_policy import read_policy
from service.work.write_table import write_table

TEXTS = pa.schema([("hub_id", pa.string()), ("score", pa.float64()), ("summary_en", pa.string())])


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_date_is_the_start_of_its_local_day() -> None:
    """As of 2019-07-01 in China is 16:00 UTC of the day before; a moment with offset is itself."""
    assert moment_of("2019-07-01", 8.0) == moment_of("2019-06-30T16:00:00+00:00", 0.0)
    assert moment_of("2019-07-01T00:00:00+08:00", 0.0) == moment_of("2019-07-01", 8.0)
    assert local(moment_of("2019-07-01", 8.0), 8 * 3_600_000_000).isoformat() == "2019-07-01T00:00:00+08:00"
    assert micros(EPOCH) == 0


@given(st.sampled_from(["", "2019-7-1", "20190701", "2019-13-01", "yesterday", "2019-07-01 09:00", "2019-W27-1"]))
def test_other_forms_are_refused(text: str) -> None:
    """Neither guessed nor taken as local time."""
    with pytest.raises(WrongUsageError):
        moment_of(text, 8.0)
    with pytest.raises(WrongUsageError):
        day_of(text)


def test_text_that_looks_like_a_formula_is_no_formula(tmp_path: Path) -> None:
    """Free text gets an apostrophe, numbers and identifiers stay as they are and are counted."""
    table = pa.table(
        {"hub_id": ["=1+1", "O1"], "score": [-0.5, 0.5], "summary_en": ["@cmd", 'plain, "quoted"\nline']}, TEXTS
    )
    written = write_table([table, table], TEXTS, tmp_path / "out.csv")
    assert (written.rows, written.formula_like) == (4, 2)
    rows = rows_of(tmp_path / "out.csv")
    assert [row["summary_en"] for row in rows[:2]] == ["'@cmd", 'plain, "quoted"\nline']
    assert [row["hub_id"] for row in rows[:2]] == ["=1+1", "O1"]
    assert rows[0]["score"] == "-0.5"
    write_table([table], TEXTS, tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").equals(table)


def test_half_a_file_is_no_file(tmp_path: Path) -> None:
    """What fails half-way leaves the older file and nothing else."""
    (tmp_path / "out.csv").write_text("older", encoding="utf-8")

    def failing() -> Iterator[pa.Table]:
        yield TEXTS.empty_table()
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        write_table(failing(), TEXTS, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "older"


def test_one_store_a_folder(tmp_path: Path) -> None:
    """Folders of one name in two places are two stores; a folder reached by two ways is one."""
    for name in ("a", "b"):
        (tmp_path / name / "county").mkdir(parents=True)
    stores = {store_of(tmp_path / name / "county", tmp_path / "home") for name in ("a", "b")}
    assert len(stores) == 2
    assert store_of(tmp_path / "a" / ".." / "b" / "county", tmp_path / "home") in stores


def test_policy_and_model_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key, or the file, is named."""
    (tmp_path / "policy.toml").write_text("[line]\nno_such_key = 1\n", encoding="utf-8")
    with pytest.raises(WrongUsageError, match="no_such_key"):
        read_policy(tmp_path / "policy.toml")
    (tmp_path / "model").mkdir()
    with pytest.raises(WrongUsageError, match=r"bundle\.json|cannot be read"):
        choose_model(str(tmp_path / "model"))
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path))
    (tmp_path / "champion.json").write_text("{", encoding="utf-8")
    with pytest.raises(WrongUsageError, match="train again"):
        choose_model(None)


def test_scores_of_another_kind_are_refused(tmp_path: Path) -> None:
    """A table that lacks columns, and a file that is no table."""
    pq.write_table(pa.table({"disbursement_id": ["D1"]}), tmp_path / "other.parquet")
    with pytest.raises(UnusableDataError, match="reasons"):
        read_scores(tmp_path / "other.parquet")
    (tmp_path / "broken.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(UnusableDataError, match="cannot be read"):
        read_scores(tmp_path / "broken.parquet")


def test_long_numbers_are_cut_on_a_screen() -> None:
    """Cards, phones and identity numbers keep four digits; short numbers and codes with letters stay."""
    shown = masked("cards:6210046527320012856, phone 19900000123, persons:51992119900101000X, D00004283, HH-21-008107")
    assert shown == "cards:…2856, phone …0123, persons:…000X, D00004283, HH-21-008107"
