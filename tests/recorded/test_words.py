"""Every numpy function the machine has a step for gives numpy's values, bit for bit, in a recorded program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from features.asof import Ledger, Pairs, View
from features.asof import _reduce as reduce
from features.recorded._codes import NAMES
from features.recorded._twins import _REDUCTIONS
from features.recorded._words import NumpyWords
from features.recorded.program import Program
from tests.county import Trained

Work = Callable[[Any, Any, Any], Any]


def _masked(np: Any, v: Any, _: Any) -> Any:
    out = np.zeros(v.n)
    big = v.own("amount") > 10_000
    out[big] = v.own("amount")[big]
    out[~big] = -1.0
    return out


def _scattered(np: Any, v: Any, _: Any) -> Any:
    out = np.full(v.n, 5, dtype=np.int64)
    out[np.flatnonzero(v.own("amount") > 20_000)] = 7
    places = np.arange(v.n)[::-1]
    more = np.zeros(v.n)
    more[places] = v.own("amount")
    return out + more


def _changed(np: Any, v: Any, _: Any) -> Any:
    new = np.ones(v.n, dtype=bool)
    code = np.asarray(v.own("program_id"), dtype=np.int64)
    new[1:] = code[1:] != code[:-1]
    new[:-1] &= code[1:] >= 0
    return np.cumsum(new) - 1


def _ordered(np: Any, v: Any, _: Any) -> Any:
    order = np.lexsort((v.own("amount"), np.asarray(v.own("program_id"), dtype=np.int64)))
    out = np.zeros(v.n, dtype=np.int64)
    out[order] = np.arange(v.n)
    return out + np.argsort(v.own("quantity"), kind="stable")


def _repeated(np: Any, v: Any, _: Any) -> Any:
    count = np.asarray(v.own("program_id"), dtype=np.int64) % 4
    query = np.repeat(np.arange(v.n), count)
    inside = np.arange(query.shape[0]) - np.repeat(np.cumsum(count) - count, count)
    return np.bincount(query, minlength=v.n) * 100 + np.bincount(query[inside > 0], minlength=v.n)


def _extremes(np: Any, v: Any, _: Any) -> Any:
    group = np.asarray(v.own("program_id"), dtype=np.int64) % 5
    low, high = np.full(v.n, np.inf), np.full(v.n, -np.inf)
    np.minimum.at(low, np.minimum(group, v.n - 1), v.own("amount"))
    np.maximum.at(high, np.minimum(group, v.n - 1), v.own("quantity"))
    return np.where(np.isinf(low), -1.0, low) + np.where(np.isfinite(high), high, 0.5)


def _joined(np: Any, v: Any, _: Any) -> Any:
    both = np.concatenate([np.asarray(v.own("amount"), dtype=np.float64), np.arange(v.n)])
    return both[np.arange(v.n) + v.n] + both[:-1][np.zeros(v.n, dtype=np.int64)]


def _members(np: Any, v: Any, _: Any) -> Any:
    code = np.asarray(v.own("program_id"), dtype=np.int64)
    return np.isin(code, (1, 3, 4)) ^ np.isin(code, np.unique(code[code > 2]))


def _divided(np: Any, v: Any, _: Any) -> Any:
    code = np.asarray(v.own("person_id"), dtype=np.int64) - 40
    with np.errstate(divide="ignore", invalid="ignore"):
        return (code // 7) * 1000 + code % 7 + v.own("amount") / np.where(code % 3 == 0, 0.0, code)


def _rounded(np: Any, v: Any, _: Any) -> Any:
    x = np.asarray(v.own("amount"), dtype=np.float64) / 1_000.0 - 11.5
    return np.floor(x) + np.ceil(x) * 10 + np.rint(x) * 100 + np.round(x) * 1000 + np.abs(x) + -x


def _nulls(np: Any, v: Any, _: Any) -> Any:
    x = np.where(v.own("amount") > 15_000, np.nan, v.own("amount"))
    y = np.where(v.own("quantity") > 2, np.nan, v.own("quantity"))
    with np.errstate(invalid="ignore"):
        whole = np.asarray(x, dtype=np.float64).astype(np.int64)
    return np.fmax(x, y) + np.nan_to_num(np.fmin(x, y), nan=-3.0) + np.where(np.isnan(np.maximum(x, y)), 1.0, whole)


def _cells(np: Any, v: Any, _: Any) -> Any:
    cells = v.unique("program_id", "division_code")
    return cells.spread(cells.running("disbursements", ("division_code", "program_id"), days=90)) + cells.spread(
        cells.distinct("disbursements", "division_code", of="person_id", days=400)
    )


def _sums(np: Any, v: Any, _: Any) -> Any:
    return v.running("disbursements", "person_id", days=365, of="amount") + v.running("persons", "division_code")


def _lookups(np: Any, v: Any, _: Any) -> Any:
    born = v.lookup("persons", "birth_date", "person_id")
    return born + v.days_since("cards", "card_id") + v.latest("programs", "program_id") + v.period_to()


def _elsewhere(np: Any, v: Any, _: Any) -> Any:
    keys = {"person_id": np.where(v.own("amount") > 9_000, v.own("person_id"), -1)}
    return v.match("disbursements", keys, days=200).count() + v.known_rows("persons", days=30)


def _search(np: Any, v: Any, _: Any) -> Any:
    known = v.ledger.tables["persons"].known_at
    left = np.searchsorted(known, v.at - 86_400_000_000, side="left")
    return np.searchsorted(known, v.at, side="right") - left


def _reduced(name: str, *more: Any) -> Work:
    def work(np: Any, v: Any, reductions: Any) -> Any:
        found = v.match("disbursements", ("program_id",), days=60)
        query, values = found.query, np.where(found["amount"] > 30_000, np.nan, found["amount"])
        if name == "pick_by":
            return reductions.pick_by(query, values, found["quantity"], v.n, *more)
        return getattr(reductions, name)(query, *(() if name == "count" else (values,)), v.n, *more)

    return work


WORKS: dict[str, Work] = {
    work.__name__.strip("_"): work
    for work in (
        _masked, _scattered, _changed, _ordered, _repeated, _extremes, _joined, _members, _divided, _rounded, _nulls,
        _cells, _sums, _lookups, _elsewhere, _search,
    )
}  # fmt: skip
WORKS |= {
    f"by query: {name} {more}": _reduced(name, *more)
    for name, more in (
        ("count", ()), ("total", ()), ("mean", ()), ("largest", ()), ("smallest", ()), ("quantile", (0.5,)),
        ("quantile", (0.9,)), ("distinct", ()), ("pick", (True,)), ("pick", (False,)), ("pick_by", (True,)),
        ("pick_by", (False,)),
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger(trained_county: Trained) -> Ledger:
    """An invented county's history."""
    return trained_county.county.ledger


@pytest.mark.parametrize("name", sorted(WORKS))
def test_same_as_numpy(ledger: Ledger, name: str) -> None:
    """Recorded on some payments, run on others: one, a few, many, one of them twice."""
    work = WORKS[name]
    payments = ledger.tables["disbursements"].rows
    sample = np.arange(0, payments, payments // 40)

    def real(rows: Any) -> Any:
        return np.asarray(work(np, View.before_payment(ledger, rows), reduce), dtype=np.float64)

    real(sample)
    words = NumpyWords()
    program = Program(ledger, sample, [lambda view: work(words, view, _REDUCTIONS)])
    assert program.left == {}
    rng = np.random.default_rng(7)
    for size in (1, 2, 5, 23, 60):
        rows = rng.integers(0, payments, size)
        found = program.run(rows)
        assert found is not None
        expected = real(rows)
        assert expected.shape == (size,)
        np.testing.assert_array_equal(found[0], expected)


def test_what_cannot_be_recorded_is_left_with_a_reason(ledger: Ledger) -> None:
    """A decision by a value, a loop over values, an unknown function: said, and no other work is touched."""

    def decides(view: Any) -> Any:
        return view.day_at if view.own("amount") > 3 else view.at

    works = [decides, lambda view: list(view.at), lambda view: np.tanh(view.day_at), lambda view: view.day_at]
    rows = np.arange(3)
    program = Program(ledger, rows, works)
    assert sorted(program.left) == [0, 1, 2]
    assert "decision" in program.left[0]
    assert "loop" in program.left[1]
    assert "tanh" in program.left[2]
    found = program.run(rows)
    assert found is not None
    assert np.isnan(found[:3]).all()
    np.testing.assert_array_equal(found[3], View.before_payment(ledger, rows).day_at)


def test_memory_grows_when_a_history_is_long(ledger: Ledger) -> None:
    """All lines of an item, for many payments at once, do not fit at first."""

    def work(view: Any) -> Any:
        return view.match("disbursements", "program_id").count()

    rows = np.arange(ledger.tables["disbursements"].rows)[-900:]
    expected = View.before_payment(ledger, rows)
    program = Program(ledger, rows[:5], [work])
    found = program.run(rows)
    assert found is not None
    pairs: Pairs = expected.match("disbursements", "program_id")
    assert len(pairs) > 300_000
    np.testing.assert_array_equal(found[0], pairs.count())


def test_a_place_outside_stops_the_program(ledger: Ledger) -> None:
    """Where numpy raises IndexError the program stops, so that numpy is asked and raises it."""
    program = Program(ledger, np.arange(3), [lambda view: view.at[view.rows * 0 + 2]])
    assert program.run(np.arange(3)) is not None
    assert program.run(np.arange(2)) is None
    assert program.stopped == 1


def test_codes_have_one_number_each() -> None:
    """A step's number is its place in the list of names."""
    assert len(set(NAMES)) == len(NAMES)
