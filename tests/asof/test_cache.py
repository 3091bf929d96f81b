"""What is kept beside the data: equal to what is made anew, never stale, and harmless when damaged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from features.asof import _cache as cache
from tests.asof.small_ledgers import Payment, Question, table, view_of

PAYMENTS = [
    Payment(f"D{n:02d}", hour, f"P{n % 3}", "LAND" if n % 2 else "PENSION", f"C{n % 4}", 100 + n)
    for n, hour in enumerate([5, 3, 9, 9, 1, 40, 7, 40, 12, 2])
]
PAYMENTS.append(Payment("D04", 30, "P1", "PENSION", "C9", 7))
QUESTIONS = [
    Question("P0", "LAND", 10),
    Question("P1", "PENSION", 50),
    Question("P2", "LAND", 8),
    Question(None, None, 50),
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose ledger keeps what it makes, however small it is."""
    monkeypatch.setattr(cache, "SMALL", 0)
    pq.write_table(table(PAYMENTS), tmp_path / "disbursements.parquet")
    return tmp_path


def answers(ledger: Ledger) -> list[list[float]]:
    """Questions that need an order, vocabularies, columns, indexes, totals, versions and a derived column."""
    ledger.tables["disbursements"].derived("doubled", _doubled)
    view = view_of(ledger, QUESTIONS)
    item = ("person_id", "program_id")
    return [
        found.tolist()
        for found in (
            view.running("disbursements", item),
            view.running("disbursements", "person_id", of="doubled"),
            view.running("disbursements", item, days=1, of="amount"),
            view.distinct("disbursements", "person_id", of="card_id"),
            view.match("disbursements", item).sum(view.match("disbursements", item)["amount"]),
            view.latest("disbursements", "person_id").astype(float),
        )
    ]


def _doubled(payments: LedgerTable) -> NDArray[np.float64]:
    return np.asarray(payments.column("amount") * 2, dtype=np.float64)


def kept(store: Path) -> list[Path]:
    """Files of the store's cache."""
    return sorted(p for p in store.glob("index-*/**/*") if p.is_file())


def test_kept_answers_equal_those_in_memory(store: Path) -> None:
    in_memory = answers(Ledger({"disbursements": table(PAYMENTS)}))
    assert answers(Ledger.open(store)) == in_memory
    written = {p: p.stat().st_mtime_ns for p in kept(store)}
    assert {"vocabulary-person.arrow", "disbursements-known_at.npy"} <= {p.name for p in written}
    assert answers(Ledger.open(store)) == in_memory
    assert {p: p.stat().st_mtime_ns for p in kept(store)} == written


def test_a_second_run_reads_no_table(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(Ledger.open(store))

    def refused(_: LedgerTable, column: str) -> None:
        raise AssertionError(f"column {column} was read again")

    monkeypatch.setattr(LedgerTable, "raw", refused)
    assert answers(Ledger.open(store)) == expected


def test_changed_data_never_meet_an_old_index(store: Path) -> None:
    answers(Ledger.open(store))
    old = next(store.glob("index-*"))
    changed = [*PAYMENTS, Payment("D99", 4, "P0", "LAND", "C7", 1_000)]
    pq.write_table(table(changed), store / "disbursements.parquet")
    os.utime(store / "disbursements.parquet", ns=(1, 1))
    assert answers(Ledger.open(store)) == answers(Ledger({"disbursements": table(changed)}))
    assert not old.exists()


@pytest.mark.parametrize("length", [0, 50, 130])
def test_a_damaged_file_is_made_again(store: Path, length: int) -> None:
    expected = answers(Ledger.open(store))
    for path in kept(store):
        path.write_bytes(path.read_bytes()[:length])
    assert answers(Ledger.open(store)) == expected


def test_what_a_run_that_died_left_behind_is_not_read(store: Path) -> None:
    expected = answers(Ledger.open(store))
    folder = next(store.glob("index-*"))
    for path in kept(store)[::2]:
        path.rename(path.with_name(f".0-{path.name}"))
    assert answers(Ledger.open(store)) == expected
    partial = next(folder.glob(".0-*"))
    os.utime(partial, ns=(1, 1))
    Ledger.open(store)
    assert not partial.exists()


def test_a_store_that_cannot_be_written_is_still_answered(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(Ledger.open(store))
    for path in kept(store):
        path.unlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_save", full)
    assert answers(Ledger.open(store)) == expected
    assert not list(store.glob("index-*/**/*.npy"))


def test_other_code_of_features_derives_anew(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(Ledger.open(store))
    assert list(store.glob("index-*/derived-*/disbursements-derived-doubled.npy"))
    monkeypatch.setattr(cache, "_code", lambda: "another")
    ledger = Ledger.open(store)
    ledger.tables["disbursements"].derived("doubled", lambda t: t.column("amount") * 3)
    thrice = view_of(ledger, QUESTIONS).running("disbursements", "person_id", of="doubled")
    assert (2 * thrice).tolist() == [3 * v for v in answers(Ledger({"disbursements": table(PAYMENTS)}))[1]]
    assert [p.name for p in store.glob("index-*/derived-*")] == ["derived-another"]


def test_a_feature_cannot_change_what_is_kept(store: Path) -> None:
    expected = answers(Ledger.open(store))
    ledger = Ledger.open(store)
    answers(ledger)
    ledger.tables["disbursements"].column("amount")[:] = 0
    assert answers(Ledger.open(store)) == expected


def test_a_small_store_keeps_nothing(tmp_path: Path) -> None:
    pq.write_table(table(PAYMENTS), tmp_path / "disbursements.parquet")
    answers(Ledger.open(tmp_path))
    assert not list(tmp_path.glob("index-*"))
