"""Every command of the contract's table, end to end on an invented county."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.scoring.cases import SCHEMA as CASES
from models.scoring.score import SCHEMA as SCORES
from tests.cli.conftest import AS_OF, Place

BEFORE = ("--from", "2019-07-01", "--to", "2019-12-31")


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoilt(county: Path, folder: Path) -> Path:
    """The county with a bad row in its complaints."""
    folder.mkdir()
    for path in county.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "complaints.csv").open("a", encoding="utf-8") as file:
        header = rows_header(folder / "complaints.csv")
        file.write(",".join("not-a-moment" if name == "at" else "X" for name in header) + "\r\n")
    return folder


def rows_header(path: Path) -> list[str]:
    """The names of a CSV file's columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_simulate_says_what_it_wrote(place: Place) -> None:
    """Tables and truth are there; the table of rows is on stdout, the story on stderr."""
    answer = place("simulate", place.folder / "other" / "county", "--households", "200", "--seed", "1", "--months", "6")
    assert answer.code == 0
    assert "disbursements" in answer.out
    assert "irregular payments" in answer.err
    assert (place.folder / "other" / "truth.parquet").is_file()


def test_check_counts_every_row_and_writes_the_bad_ones(place: Place, tmp_path: Path) -> None:
    """Accepted and quarantined by table, as a table, as JSON and as a file of bad rows."""
    data = spoilt(place.county, tmp_path / "county")
    bad, counts = tmp_path / "bad.csv", tmp_path / "counts.json"
    answer = place("check", data, "--quarantine", bad, "--json", counts, "--home", tmp_path / "home")
    assert answer.code == 0, answer.err
    found = json.loads(counts.read_text(encoding="utf-8"))
    assert found["complaints"]["quarantined"] == 1
    assert all(set(by) == {"accepted", "quarantined"} for by in found.values())
    assert "complaints" in answer.out
    (row,) = rows_of(bad)
    assert (row["table"], row["column"]) == ("complaints", "at")
    assert row["reason"].startswith("bad_type")
    again = place("check", data, "--home", tmp_path / "home")
    assert (again.code, again.out) == (0, answer.out)


def test_train_prints_the_model_and_records_it(trained: Place) -> None:
    """MLflow's database, the artifacts and the pointer are in ./mlruns; a challenger does not take the place."""
    pointer = trained.folder / "mlruns" / "champion.json"
    before = pointer.read_text(encoding="utf-8")
    answer = trained("train", trained.county, "--as-of", "2019-06-01", "--challenger", "--out", "kept")
    assert answer.code == 0, answer.err
    assert "challenger" in answer.out
    assert "alembic" not in answer.err
    assert pointer.read_text(encoding="utf-8") == before
    assert (trained.folder / "kept" / "bundle.json").is_file()
    with sqlite3.connect(trained.folder / "mlruns" / "mlflow.db") as base:
        aliases = dict(base.execute("select alias, version from registered_model_aliases").fetchall())
        tags = {key for (key,) in base.execute("select distinct key from tags").fetchall()}
    assert {name: str(number) for name, number in aliases.items()} == {
        "champion": "1",
        "challenger": "2",
        "shadow": "2",
    }
    assert {"data", "policy", "as_of", "version"} <= tags


def test_score_before_payment_is_the_contract(trained: Place) -> None:
    """Both endings hold the same scores in the contract's columns; stdout stays empty."""
    for name in ("scores.parquet", "scores.csv"):
        answer = trained("score", trained.county, *BEFORE, "--out", name)
        assert answer.code == 0, answer.err
        assert answer.out == ""
    table = pq.read_table(trained.folder / "scores.parquet")
    # In memory a long text is kept once; in the file it is plain text, as the contract says.
    plain = [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in SCORES]
    assert table.schema.equals(pa.schema(plain))
    assert table.num_rows > 100
    rows = rows_of(trained.folder / "scores.csv")
    assert [row["disbursement_id"] for row in rows] == table.column("disbursement_id").to_pylist()
    assert [float(row["score"]) for row in rows] == table.column("score").to_pylist()
    assert [json.loads(row["reasons"]) for row in rows] == [json.loads(t) for t in table.column("reasons").to_pylist()]
    assert "the champion on record" in answer.err


def test_score_of_a_run_equals_its_rows_of_the_range(trained: Place) -> None:
    """The same payments get the same scores, whichever form asks."""
    trained("score", trained.county, *BEFORE, "--out", "all.parquet")
    runs = pq.read_table(trained.county / "disbursements.parquet", columns=["disbursement_id", "run_id"]).to_pylist()
    every = {row["disbursement_id"]: row for row in pq.read_table(trained.folder / "all.parquet").to_pylist()}
    run = next(row["run_id"] for row in runs if row["disbursement_id"] in every)
    answer = trained("score", trained.county, "--run", run, "--out", "run.parquet")
    assert answer.code == 0, answer.err
    found = pq.read_table(trained.folder / "run.parquet").to_pylist()
    assert {row["disbursement_id"] for row in found} == {row["disbursement_id"] for row in runs if row["run_id"] == run}
    assert all(row == every[row["disbursement_id"]] for row in found if row["disbursement_id"] in every)


def test_score_after_payment_is_as_of_one_moment(trained: Place) -> None:
    """Every row carries T."""
    answer = trained("score", trained.county, "--as-of", "2020-01-01", "--window", "184", "--out", "after.parquet")
    assert answer.code == 0, answer.err
    moments = set(pq.read_table(trained.folder / "after.parquet").column("as_of").to_pylist())
    assert moments == {"2020-01-01T00:00:00+08:00"}


def test_a_range_without_payments_gives_an_empty_file(trained: Place) -> None:
    """An empty file with the right columns, and a word about it."""
    answer = trained("score", trained.county, "--from", "2031-01-01", "--to", "2031-01-02", "--out", "none.csv")
    assert answer.code == 0, answer.err
    assert rows_header(trained.folder / "none.csv") == SCORES.names
    assert "no payment was submitted" in answer.err


def test_cases_from_a_window_and_from_scores(trained: Place) -> None:
    """Both forms write the contract's columns; ranks count from one; the first cases are printed in both languages."""
    answer = trained("cases", trained.county, "--as-of", "2020-01-01", "--window", "184", "--out", "cases.parquet")
    assert answer.code == 0, answer.err
    table = pq.read_table(trained.folder / "cases.parquet")
    assert table.schema.equals(CASES)
    assert table.column("rank").to_pylist() == list(range(1, table.num_rows + 1))
    assert "核查清单" in answer.out
    trained("score", trained.county, *BEFORE, "--out", "before.csv")
    trained("score", trained.county, *BEFORE, "--out", "before.parquet")
    both = []
    for ending in ("csv", "parquet"):
        answer = trained(
            "cases", trained.county, "--as-of", "2020-01-01", "--scores", f"before.{ending}", "--out", f"{ending}.csv"
        )
        assert answer.code == 0, answer.err
        both.append((trained.folder / f"{ending}.csv").read_bytes())
    assert both[0] == both[1]


def test_evaluate_prints_the_report_and_keeps_what_it_made(place: Place) -> None:
    """Figures as text and as JSON; its scores are those of `score`; nothing goes on record."""
    record = place.folder / "mlruns-of-evaluate"
    answer = place(
        "evaluate", place.county, "--truth", place.truth, "--as-of", AS_OF, "--keep", "kept-evaluation",
        "--json", "report.json", "--baselines", MINGBAI_MLRUNS=str(record),
    )  # fmt: skip
    assert answer.code == 0, answer.err
    found = json.loads((place.folder / "report.json").read_text(encoding="utf-8"))
    assert found["score"]["average_precision"] > found["baselines"]["random"]["average_precision"]
    assert found["errors"] == []
    assert found["reasons"]["evidence_exists"] == 1
    assert f"AP  {'95 %':>11}" in answer.out or "AP" in answer.out
    kept = place.folder / "kept-evaluation"
    scores = pq.read_table(kept / "scores.parquet")
    assert scores.num_rows == found["rows"]
    answer = place("score", place.county, *BEFORE, "--model", kept / "model", "--out", "again.parquet")
    assert answer.code == 0, answer.err
    assert pq.read_table(place.folder / "again.parquet").equals(scores)
    assert not record.exists()


@pytest.mark.slow
def test_demo_leaves_everything_in_its_folder(tmp_path: Path) -> None:
    """Cases with reasons, the evaluation in short, the files; nothing outside the folder."""
    here = Place(tmp_path)
    answer = here("demo", "--households", "200", "--out", "try")
    assert answer.code == 0, answer.err
    for word in ("核查清单", "Against the truth", "try/scores.parquet", "evidence"):
        assert word in answer.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["try"]
    assert (tmp_path / "try" / "mlruns" / "champion.json").is_file()


def test_rules_and_features_are_listed_and_shown(place: Place) -> None:
    """A list, a list by typology or by whom it describes, and one in full."""
    assert "T01.paid_after_death" in place("rules").out
    only = place("rules", "T01").out
    assert "T01." in only
    assert "T03." not in only
    shown = place("rules", "T01.paid_after_death").out
    for word in ("fires when", "blind to", "next steps", "cases"):
        assert word in shown
    assert "days_paid_after_death" in place("features", "person").out
    shown = place("features", "days_paid_after_death").out
    for word in ("unit", "null means", "needs", "cases"):
        assert word in shown
    for command in ("rules", "features"):
        answer = place(command, "nothing-of-the-kind")
        assert answer.code == 2
        assert "nothing-of-the-kind" in answer.err


def test_bench_of_detectors(place: Place, tmp_path: Path) -> None:
    """Each detector, the ensemble, each set and the means; an unusable set is named; none is an error."""
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, (400, 5))
    x[:12] += 6
    np.savez(tmp_path / "far.npz", X=x, y=np.arange(400) < 12)
    np.savez(tmp_path / "broken.npz", X=x)
    answer = place("bench", "detectors", tmp_path, "--json", tmp_path / "bench.json")
    assert answer.code == 0, answer.err
    assert "broken.npz" in answer.err
    assert "AUROC" in answer.out
    assert "Average precision" in answer.out
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert set(found["sets"]) == {"far"}
    assert found["means"]["Ensemble"]["auroc"] > 0.95
    (tmp_path / "empty").mkdir()
    assert place("bench", "detectors", tmp_path / "empty").code == 1
