"""The as-of proof: what was recorded after T, and in which order rows were handed over, changes no byte of a score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import models.scoring.score as scoring
from models.scoring.select import rows_of_run, rows_window
from tests.county import DAY, County, Int64, Trained, csv_bytes, hand_over, known_by, scored, shuffled


def same(one: pa.Table, two: pa.Table) -> None:
    """Equal as tables and, byte for byte, as CSV."""
    for name in one.column_names:
        assert one.column(name).to_pylist() == two.column(name).to_pylist(), name
    assert one.equals(two)
    assert csv_bytes(one) == csv_bytes(two)


def found(county: County, ids: list[str]) -> Int64:
    """Rows of the ledger of the payments named, in the order given."""
    place = {i: k for k, i in enumerate(county.ledger.tables["disbursements"].arrow("disbursement_id").to_pylist())}
    return np.array([place[i] for i in ids], dtype=np.int64)


def again(trained: Trained, other: County, scores: pa.Table, at: Int64) -> pa.Table:
    """The same payments scored from another hand-over of the county."""
    return scored(other, trained.bundle, trained.policy, found(other, scores.column(0).to_pylist()), at)


@pytest.fixture(scope="module")
def window(trained_county: Trained) -> tuple[pa.Table, Int64]:
    """Scores before payment of the payments after the model's moment, and the moments."""
    rows, at = trained_county.county.between(0.7, 0.8)
    return scored(trained_county.county, trained_county.bundle, trained_county.policy, rows, at), at


def test_there_is_something_to_prove(window: tuple[pa.Table, Int64], trained_county: Trained) -> None:
    """Hundreds of payments, some above the line, and a later life of the county that could leak."""
    scores, at = window
    assert scores.num_rows > 200
    assert set(scores.column("recommendation").to_pylist()) >= {"release", "review"}
    tables = trained_county.county.tables
    cut = known_by(tables, int(at.max()))
    shrunk = [name for name in tables if cut[name].num_rows < tables[name].num_rows]
    assert {"disbursements", "settlements", "approvals", "card_transactions", "dispositions"} <= set(shrunk)


def test_before_payment_nothing_recorded_later_counts(
    window: tuple[pa.Table, Int64], trained_county: Trained, tmp_path: Path
) -> None:
    """Each payment as of its own submission: all rows recorded after the last of them are deleted from the files."""
    scores, at = window
    cut = hand_over(known_by(trained_county.county.tables, int(at.max())), tmp_path)
    same(scores, again(trained_county, cut, scores, at))


def test_a_run_is_scored_as_of_its_own_submission(trained_county: Trained, tmp_path: Path) -> None:
    """The same for one payment run, chosen by its id, on a folder that ends with the run's submission."""
    county = trained_county.county
    rows, _ = county.between(0.7, 0.8)
    runs = county.ledger.tables["disbursements"].arrow("run_id").take(pa.array(rows)).to_pylist()
    run = max(sorted(set(runs)), key=runs.count)
    rows, at = rows_of_run(county.ledger, run)
    before = scored(county, trained_county.bundle, trained_county.policy, rows, at)
    cut = hand_over(known_by(county.tables, int(at.max())), tmp_path)
    same(before, scored(cut, trained_county.bundle, trained_county.policy, *rows_of_run(cut.ledger, run)))


def test_after_payment_nothing_recorded_after_t_counts(trained_county: Trained, tmp_path: Path) -> None:
    """All that was known by T, for the payments of the 60 days before it."""
    county, moment = trained_county.county, trained_county.county.moment(0.8)
    before = scored(county, trained_county.bundle, trained_county.policy, *rows_window(county.ledger, moment, 60))
    cut = hand_over(known_by(county.tables, moment), tmp_path)
    assert before.num_rows > 100
    same(before, scored(cut, trained_county.bundle, trained_county.policy, *rows_window(cut.ledger, moment, 60)))


def test_what_happens_after_payment_counts_after_payment(
    window: tuple[pa.Table, Int64], trained_county: Trained
) -> None:
    """The proof above is no accident of blindness: sixty days later more is known, and some scores move."""
    scores, at = window
    rows = found(trained_county.county, scores.column(0).to_pylist())
    later = scored(trained_county.county, trained_county.bundle, trained_county.policy, rows, at + 60 * DAY)
    moved = np.abs(later.column("score").to_numpy() - scores.column("score").to_numpy()) > 1e-3
    assert moved.any()


def test_order_of_rows_changes_nothing(window: tuple[pa.Table, Int64], trained_county: Trained, tmp_path: Path) -> None:
    """Every table handed over in another order."""
    scores, at = window
    mixed = hand_over(shuffled(trained_county.county.tables, 7), tmp_path)
    same(scores, again(trained_county, mixed, scores, at))


def test_a_row_alone_scores_as_in_a_batch(window: tuple[pa.Table, Int64], trained_county: Trained) -> None:
    """Those above the line and some below, one call each."""
    scores, at = window
    above = np.nonzero(np.array(scores.column("recommendation").to_pylist()) != "release")[0][:25]
    for k in np.unique(np.concatenate([above, np.arange(0, scores.num_rows, 60)])).tolist():
        row = scores.slice(k, 1)
        same(row.combine_chunks(), again(trained_county, trained_county.county, row, at[k : k + 1]))


@pytest.mark.parametrize(("chunk", "workers"), [(97, 1), (300, 2)])
def test_chunks_and_workers_change_nothing(
    window: tuple[pa.Table, Int64],
    trained_county: Trained,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    workers: int,
) -> None:
    """Any size of chunk, one process or two, and progress is told to its end."""
    scores, at = window
    monkeypatch.setattr(scoring, "CHUNK", chunk)
    rows, told = found(trained_county.county, scores.column(0).to_pylist()), list[float]()
    parts = scoring.score(
        trained_county.county.ledger, trained_county.bundle, trained_county.policy, rows, at, told.append,
        workers=workers,
    )  # fmt: skip
    same(scores, pa.concat_tables(parts).combine_chunks())
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_order_of_payments_asked_for_is_kept(window: tuple[pa.Table, Int64], trained_county: Trained) -> None:
    """Backwards in, backwards out, and nothing else changes."""
    scores, at = window
    turned = scores.take(pa.array(np.arange(scores.num_rows)[::-1])).combine_chunks()
    same(turned, again(trained_county, trained_county.county, turned, at[::-1]))


def test_no_payment_gives_an_empty_table(trained_county: Trained) -> None:
    """Nothing asked, nothing answered, in the contract's columns."""
    none = np.empty(0, np.int64)
    assert scored(trained_county.county, trained_county.bundle, trained_county.policy, none, none).num_rows == 0
