"""Whose data: recognised by payments in common, whatever window of them is handed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.registry import lineage
from models.registry._place import alone
from models.registry.lineage import compare, hashes_of, recognise, remember, sketch
from tests.county import County, hand_over, invent


def hashes(first: int, last: int, seed: int = 0) -> lineage.UInt64:
    """Hashes of payments first..last of a made-up county."""
    every = np.random.default_rng(seed).integers(0, 2**63, 40_000, dtype=np.uint64)
    return np.sort(every[first:last])


@pytest.mark.parametrize(
    ("known", "handed", "same"),
    [
        ((0, 20_000), (0, 20_000), True),
        ((0, 20_000), (0, 40_000), True),  # it has grown to twice its size
        ((0, 20_000), (12_000, 32_000), True),  # a window that moved on by more than half
        ((0, 40_000), (39_000, 39_700), True),  # one run of a long history
        ((0, 300), (0, 900), True),  # a small county
        ((0, 20_000), (20_000, 40_000), False),  # nothing in common
        ((0, 2_000), (0, 40_000), False),  # a prefecture of which the county is a twentieth
    ],
)
def test_windows_extracts_and_strangers(known: tuple[int, int], handed: tuple[int, int], same: bool) -> None:
    """What a county hands over is known again; what is another's, or far wider, is not."""
    assert compare("x", sketch(hashes(*known)), hashes(*handed)).same is same


def test_another_countys_payments_are_strangers() -> None:
    """However many there are."""
    assert not compare("x", sketch(hashes(0, 20_000)), hashes(0, 40_000, seed=1)).same


@given(st.integers(200, 20_000), st.floats(0.0, 1.0))
def test_shares_are_estimated(size: int, share: float) -> None:
    """The share of the old in the new, within four standard errors of a sample of this size."""
    common = round(size * share)
    new = np.sort(np.concatenate([hashes(0, common), hashes(0, size - common, seed=2)]))
    found = compare("x", sketch(hashes(0, size)), new)
    error = 4 * 0.5 / np.sqrt(min(size, lineage.KEPT)) + 1 / size
    assert abs(found.old_in_new - common / size) <= error
    assert found.new_in_old is not None
    assert abs(found.new_in_old - common / size) <= 4 * 0.5 / np.sqrt(min(size, lineage.KEPT) / 2) + 1 / size


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county."""
    return invent(tmp_path_factory.mktemp("one"), households=200, seed=5, months=12)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Another one, whose payments bear the same numbers."""
    return invent(tmp_path_factory.mktemp("two"), households=200, seed=6, months=12)


def test_equal_numbers_do_not_make_one_county(record: Path, county: County, other: County, tmp_path: Path) -> None:
    """Both number their payments alike: they are told apart all the same."""
    ids = county.tables["disbursements"].column("disbursement_id")
    tables = {name: table for name, table in other.tables.items() if name not in ("settlements", "dispositions")}
    paid = tables["disbursements"].slice(0, len(ids))
    renamed = paid.set_column(0, paid.schema.field(0), ids.slice(0, paid.num_rows))
    other = hand_over({**tables, "disbursements": renamed.drop_columns(["reissue_of"])}, tmp_path / "renamed")
    own = sketch(hashes_of(county.ledger))
    with alone():
        remember(own.id, own)
    assert recognise(county.ledger) == own.id
    assert recognise(other.ledger) is None
    with alone():
        remember("second", sketch(hashes_of(other.ledger)))
    assert recognise(county.ledger) == own.id
    assert recognise(other.ledger) == "second"


def test_a_corrected_row_and_a_new_month_change_nothing(record: Path, county: County, tmp_path: Path) -> None:
    """The first half is known; the whole county, handed over from elsewhere, is recognised."""
    tables = dict(county.tables)
    order = np.random.default_rng(0).permutation(tables["disbursements"].num_rows)
    half = {**tables, "disbursements": tables["disbursements"].take(pa.array(np.sort(order[: len(order) // 2])))}
    with alone():
        remember("half", sketch(hashes_of(hand_over(half, tmp_path / "half").ledger)))
    assert recognise(county.ledger) == "half"


def test_the_record_keeps_no_identifier(record: Path, county: County) -> None:
    """Hashes and counts; no id, no person, no card, no village."""
    with alone():
        remember("x", sketch(hashes_of(county.ledger)))
    text = (record / "lineages" / "x.json").read_text(encoding="utf-8")
    for table, column in (("disbursements", "disbursement_id"), ("disbursements", "card_id"), ("persons", "person_id")):
        values = county.tables[table].column(column).to_pylist()
        assert not any(value in text for value in values if value and len(value) > 5)


def test_findings_seen_only_grow(record: Path) -> None:
    """Data of an earlier day scored again do not hide what is known already."""
    with alone():
        remember("x", sketch(hashes(0, 100)))
    lineage.note_findings("x", 5, "2020-01-01")
    lineage.note_findings("x", 3, "2019-01-01")
    assert lineage.findings_seen("x") == (5, "2020-01-01")
    assert lineage.findings_seen("y") == (0, "")
