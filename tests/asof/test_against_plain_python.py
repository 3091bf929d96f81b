"""Every question a view answers, against walking all rows in plain Python: versions, windows, composite keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.asof import View
from tests.asof.small_ledgers import (
    PAYMENTS,
    QUESTIONS,
    Payment,
    Question,
    ledger_of,
    micros,
    numbers,
    on_record,
    same_item,
    same_person,
    view_of,
)

DAYS = st.sampled_from([None, 0.5, 2.0, 7.0])
ITEM = ("person_id", "program_id")


@given(PAYMENTS, QUESTIONS, DAYS)
def test_match_gives_what_was_on_record(payments: list[Payment], questions: list[Question], days: float | None) -> None:
    ledger = ledger_of(payments)
    view = view_of(ledger, questions)
    for keys, alike in (("person_id", same_person), (ITEM, same_item)):
        pairs = view.match("disbursements", keys, days=days)
        for i, question in enumerate(questions):
            expected = alike(on_record(payments, question, days=days), question)
            assert numbers(ledger, pairs.row[pairs.query == i]) == [p.number for p in expected]


@given(PAYMENTS, QUESTIONS, DAYS)
def test_counts_and_sums(payments: list[Payment], questions: list[Question], days: float | None) -> None:
    view = view_of(ledger_of(payments), questions)
    for keys, alike in (("person_id", same_person), (ITEM, same_item)):
        expected = [alike(on_record(payments, q, days=days), q) for q in questions]
        assert view.running("disbursements", keys, days=days).tolist() == [len(e) for e in expected]
        total = view.running("disbursements", keys, days=days, of="amount")
        assert total.tolist() == [sum(p.fen or 0 for p in e) for e in expected]


@given(PAYMENTS, QUESTIONS, DAYS)
def test_different_cards(payments: list[Payment], questions: list[Question], days: float | None) -> None:
    view = view_of(ledger_of(payments), questions)
    found = view.distinct("disbursements", "person_id", of="card_id", days=days)
    expected = [same_person(on_record(payments, q, days=days), q) for q in questions]
    assert found.tolist() == [len({p.card for p in e if p.card}) for e in expected]


@given(PAYMENTS, QUESTIONS)
def test_latest_and_what_it_says(payments: list[Payment], questions: list[Question]) -> None:
    ledger = ledger_of(payments)
    view = view_of(ledger, questions)
    rows = view.latest("disbursements", ITEM)
    cards = ledger.vocabulary("card").decode(view.lookup("disbursements", "card_id", ITEM))
    since = view.days_since("disbursements", ITEM)
    for i, question in enumerate(questions):
        expected = same_item(on_record(payments, question), question)
        if not expected:
            assert (rows[i], cards[i]) == (-1, None)
            assert np.isnan(since[i])
        else:
            assert numbers(ledger, rows[i : i + 1]) == [expected[-1].number]
            assert cards[i] == expected[-1].card
            assert since[i] == pytest.approx((question.hour - expected[-1].hour) / 24)


@given(PAYMENTS, QUESTIONS)
def test_reductions_of_pairs(payments: list[Payment], questions: list[Question]) -> None:
    pairs = view_of(ledger_of(payments), questions).match("disbursements", "person_id")
    fen, cards = pairs["amount"], pairs["card_id"]
    for i, question in enumerate(questions):
        found = same_person(on_record(payments, question), question)
        values = sorted(p.fen for p in found if p.fen is not None)
        assert pairs.count()[i] == len(found)
        assert pairs.any()[i] == (1.0 if found else 0.0)
        assert pairs.sum(fen)[i] == sum(values)
        assert pairs.distinct(cards)[i] == len({p.card for p in found if p.card})
        if not values:
            for nothing in (pairs.min(fen), pairs.max(fen), pairs.mean(fen), pairs.median(fen)):
                assert np.isnan(nothing[i])
            continue
        assert (pairs.min(fen)[i], pairs.max(fen)[i]) == (values[0], values[-1])
        assert pairs.mean(fen)[i] == pytest.approx(sum(values) / len(values))
        assert pairs.median(fen)[i] == values[(len(values) - 1) // 2]
        assert pairs.quantile(fen, 0.9)[i] == values[int((len(values) - 1) * 0.9)]


@given(PAYMENTS, QUESTIONS)
def test_first_and_last_by_amount(payments: list[Payment], questions: list[Question]) -> None:
    pairs = view_of(ledger_of(payments), questions).match("disbursements", "person_id")
    order = np.arange(len(pairs), dtype=np.float64)
    first, last = pairs.first(order, by=pairs["amount"]), pairs.last(order, by=pairs["amount"])
    for i, question in enumerate(questions):
        places = np.nonzero(pairs.query == i)[0]
        found = same_person(on_record(payments, question), question)
        if not found:
            assert np.isnan(first[i])
            assert np.isnan(last[i])
            continue
        amounts = [-1 if p.fen is None else p.fen for p in found]
        assert first[i] == places[amounts.index(min(amounts))]
        assert last[i] == places[len(amounts) - 1 - amounts[::-1].index(max(amounts))]


@given(PAYMENTS, QUESTIONS)
def test_cells_are_the_distinct_keys_and_moments(payments: list[Payment], questions: list[Question]) -> None:
    view = view_of(ledger_of(payments), questions)
    cells = view.unique("person_id")
    assert cells.n == len({(int(view.own("person_id")[i]), q.hour) for i, q in enumerate(questions)})
    assert cells.spread(cells.own("person_id")).tolist() == view.own("person_id").tolist()
    assert cells.spread(cells.at).tolist() == view.at.tolist()
    alone = view.running("disbursements", "person_id")
    assert cells.spread(cells.running("disbursements", "person_id")).tolist() == alone.tolist()


@given(PAYMENTS, QUESTIONS, st.randoms(use_true_random=False))
def test_order_of_the_file_says_nothing(payments: list[Payment], questions: list[Question], random: object) -> None:
    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = ledger_of(payments), ledger_of(shuffled)
    everything = np.arange(len(payments))
    assert numbers(one, everything) == numbers(two, everything)
    a, b = view_of(one, questions), view_of(two, questions)
    assert a.running("disbursements", ITEM).tolist() == b.running("disbursements", ITEM).tolist()


@given(PAYMENTS, QUESTIONS)
def test_one_question_alone_is_answered_as_among_others(payments: list[Payment], questions: list[Question]) -> None:
    ledger = ledger_of(payments)
    together = view_of(ledger, questions)
    for i, question in enumerate(questions):
        alone = view_of(ledger, [question])
        for ask in (_count, _sum, _cards, _median):
            assert np.array_equal(ask(alone), ask(together)[i : i + 1], equal_nan=True)


@given(PAYMENTS, QUESTIONS)
def test_what_is_recorded_later_changes_nothing(payments: list[Payment], questions: list[Question]) -> None:
    moment = max(q.hour for q in questions)
    whole = ledger_of(payments)
    before = ledger_of([p for p in payments if p.hour <= moment])
    for ask in (_count, _sum, _cards, _median):
        assert np.array_equal(ask(view_of(whole, questions)), ask(view_of(before, questions)), equal_nan=True)


def test_a_version_known_at_the_very_moment_counts() -> None:
    payments = [Payment("D1", 5, "P1", "LAND", "C1", 100), Payment("D1", 9, "P1", "LAND", "C2", 300)]
    ledger = ledger_of(payments)
    sums = [_sum(View(ledger, np.array([micros(h)]), None, {"person_id": np.array([0])}))[0] for h in (4, 5, 8.99, 9)]
    assert sums == [0, 100, 100, 300]


def test_a_derived_column_must_be_derived_first() -> None:
    ledger = ledger_of([Payment("D1", 5, "P1", "LAND", "C1", 100)])
    with pytest.raises(KeyError, match="no derived column 'doubled'"):
        view_of(ledger, [Question("P1", "LAND", 9)]).running("disbursements", "person_id", of="doubled")
    ledger.tables["disbursements"].derived("doubled", lambda t: 2 * t.column("amount"))
    view = view_of(ledger, [Question("P1", "LAND", 9)])
    assert view.running("disbursements", "person_id", of="doubled").tolist() == [200]


def _count(view: View) -> np.ndarray:
    return view.running("disbursements", "person_id", days=3)


def _sum(view: View) -> np.ndarray:
    return view.running("disbursements", "person_id", of="amount")


def _cards(view: View) -> np.ndarray:
    return view.distinct("disbursements", "person_id", of="card_id", days=7)


def _median(view: View) -> np.ndarray:
    pairs = view.match("disbursements", "person_id")
    return pairs.median(pairs["amount"])
