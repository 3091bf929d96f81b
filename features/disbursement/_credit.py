"""What banks credited against what was planned: bank answers with the facts of the payment they answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row

Codes = NDArray[np.int64]

PAID = 0
RETURNED = 2
WINDOW_DAYS = 800
"""Two yearly payments and some slack."""


@by_row()
def _payment_row(table: LedgerTable) -> Float:
    """Row of `disbursements` each answer belongs to, -1 where the payment was not on record by then.

    Of a corrected payment the version that stood when the bank answered: a later one must not change what was known.
    """
    then = View(table.ledger, table.known_at, None, {"disbursement_id": table.codes("disbursement_id")})
    return then.latest("disbursements", "disbursement_id").astype(np.float64)


def _of_payment(column: str) -> Callable[[LedgerTable], Float]:
    @by_row()
    def make(table: LedgerTable) -> Float:
        row = table.derived("payment_row", _payment_row).astype(np.int64)
        values = table.ledger.tables["disbursements"].column(column)
        null = -1.0 if column != "amount" else np.nan
        if not len(values):
            return np.full(table.rows, null)
        return np.where(row >= 0, np.asarray(values[np.maximum(row, 0)], dtype=np.float64), null)

    return make


@by_row()
def _missing_fen(table: LedgerTable) -> Float:
    """Fen planned and not credited, of answers that say paid; 0 elsewhere."""
    planned = table.derived("planned_fen", _of_payment("amount"))
    missing = planned - np.asarray(table.column("amount"), dtype=np.float64)
    return np.where((np.asarray(table.column("status")) == PAID) & (missing > 0), missing, 0.0)


@by_row()
def _is_short(table: LedgerTable) -> Float:
    return (table.derived("missing_fen", _missing_fen) > 0).astype(np.float64)


@by_row()
def _is_paid(table: LedgerTable) -> Float:
    return np.asarray(np.asarray(table.column("status")) == PAID, dtype=np.float64)


@by_row()
def is_returned(table: LedgerTable) -> Float:
    """1.0 for answers that say the payment came back. For `derived` of `settlements`."""
    return np.asarray(np.asarray(table.column("status")) == RETURNED, dtype=np.float64)


@by_row()
def is_answer(table: LedgerTable) -> Float:
    """0.0 for every answer: one group of all. For `derived` of `settlements`."""
    return np.zeros(table.rows)


def planned_fen(table: LedgerTable) -> Float:
    """Fen planned of the payment answered, NaN unknown; shape (rows,)."""
    return table.derived("planned_fen", _of_payment("amount"))


def prepare(view: View) -> bool:
    """Derive what the features of this folder read of `settlements`; always true (made for `View.memo`)."""
    table = view.ledger.tables["settlements"]
    for name, column in (
        ("pay_person", "person_id"),
        ("pay_program", "program_id"),
        ("pay_run", "run_id"),
        ("pay_division", "division_code"),
    ):
        table.derived(name, _of_payment(column))
    table.derived("missing_fen", _missing_fen)
    table.derived("is_short", _is_short)
    table.derived("is_paid", _is_paid)
    return True


def short_before(view: View) -> Pairs:
    """Answers on record to other payments of the item to the payee that credited less than planned."""
    view.memo(prepare)
    person = np.asarray(view.own("person_id"), dtype=np.int64)
    program = np.asarray(view.own("program_id"), dtype=np.int64)
    keys = {"pay_person": person, "pay_program": program}
    some = view.running("settlements", keys, days=WINDOW_DAYS, of="is_short") > 0
    chosen = {"pay_person": np.where(some, person, -1), "pay_program": program}
    answers = view.match("settlements", chosen, days=WINDOW_DAYS)
    other = answers["disbursement_id"] != answers.own("disbursement_id")
    return answers.where(other & (answers.derived("is_short", _is_short) > 0))


def share_short_beside(answers: Pairs) -> Float:
    """By answer: share of the same run's payments in the same village that were credited short too, itself left out."""
    keys = {
        "pay_run": answers.derived("pay_run", _of_payment("run_id")).astype(np.int64),
        "pay_division": answers.derived("pay_division", _of_payment("division_code")).astype(np.int64),
    }
    beside = View(answers.view.ledger, answers.view.at[answers.query], None, keys)
    short = beside.running("settlements", tuple(keys), of="is_short") - 1.0
    paid = beside.running("settlements", tuple(keys), of="is_paid") - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(paid > 0, short / paid, 0.0)


def short_while_others_whole(view: View) -> Pairs:
    """Earlier payments of the item to the payee credited short while most of the village got theirs in full."""
    answers = view.memo(short_before)
    return answers.where(share_short_beside(answers) < 0.5)


def own_short(view: View) -> Pairs:
    """The bank's answer to this very payment, where it credited less than planned."""
    view.memo(prepare)
    answers = view.match("settlements", "disbursement_id")
    return answers.where(answers.derived("is_short", _is_short) > 0)


def count_alike(view: View) -> Float:
    """Other payments of the run short by the same sum, or by the same share to half a percent; NaN where not short."""
    own = view.memo(own_short)
    if len(own) == 0:
        return np.full(view.n, np.nan)
    own.view.ledger.tables["settlements"].derived("missing_share", _missing_share)
    keys = {
        "pay_run": own.derived("pay_run", _of_payment("run_id")).astype(np.int64),
        "missing_fen": own.derived("missing_fen", _missing_fen).astype(np.int64),
        "missing_share": own.derived("missing_share", _missing_share).astype(np.int64),
    }
    beside = View(view.ledger, view.at[own.query], None, keys)
    by_sum = beside.running("settlements", ("pay_run", "missing_fen")) - 1.0
    by_share = beside.running("settlements", ("pay_run", "missing_share")) - 1.0
    return own.last(np.maximum(by_sum, by_share))


@by_row()
def _missing_share(table: LedgerTable) -> Float:
    """The missing share in half percents, -1 where nothing is missing."""
    missing = table.derived("missing_fen", _missing_fen)
    planned = table.derived("planned_fen", _of_payment("amount"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(missing > 0, np.rint(200.0 * missing / planned), -1.0)
