"""The words of a refusal say what is wrong with the value."""

from __future__ import annotations

import pytest

from features.contract import TABLES
from features.intake import ConservationError, TableReport, accept_rows

WORDS = {
    "amount": {
        "三百元": "money",
        "396.855": "money with three decimals",
        "396.8": "money with one decimal",
        "396": "money with no decimals",
        "396.85551": "money with 5 decimals",
        "1,396.85": "money with thousands separator",
        "\uff13\uff19\uff16.85": "full-width digits in money",
        "1.2e3": "money in exponent form",
        "\uffe5200.00": "currency sign in money",
        "12345678901234567.00": "money with more than 16 digits before the point",
    },
    "submitted_at": {
        "2019-02-30T09:00:00+08:00": "ts, no such day",
        "2019-03-01T25:00:00+08:00": "ts, no such hour",
        "2019-03-01T09:60:00+08:00": "ts, no such hour",
        "2019-03-01T09:00:00": "ts without offset",
        "2019-03-01 09:00:00+08:00": "ts without the letter T between day and time",
        "2019-03-01": "ts without a time of day",
        "2019-03-01T09:00:00.1234567Z": "ts finer than a microsecond",
        "45012": "ts (spreadsheet serial)",
        "0001-01-01T00:00:00Z": "ts, no such offset, or a year before 1000",
        "yesterday": "ts",
    },
    "line_no": {"12a": "int", "1.0": "int", "9" * 19: "int"},
    "quantity": {"abc": "number", "nan": "number", "1e999": "number", "Infinity": "number", "+1": "number"},
    "period": {"2019-13": "period", "2019Q5": "period", "201901": "period", "2019-07\n": "period"},
    "person_id": {"x" * 65: "id longer than 64 characters"},
}
TAKEN = {
    "amount": ["-50.00", "0.00", "007.00"],
    "submitted_at": ["2019-03-01T09:00+08:00", "2019-03-01T09:00:00.5Z", "2020-02-29T23:59:59-0330"],
    "quantity": ["1", "-1.5", ".5", "5.", "1e-05"],
    "period": ["2019", "2019Q4", "2019-12"],
    "person_id": ["\uff15\uff11\uff19", "王" * 64, " "],
}
PAYMENT = TABLES["disbursements"].good_rows[0]


@pytest.mark.parametrize(("column", "value"), [(c, v) for c, values in WORDS.items() for v in values])
def test_words(column: str, value: str) -> None:
    (row,) = accept_rows(TABLES["disbursements"], [{**PAYMENT, column: value}]).quarantine
    assert (row.column, row.reason) == (column, f"bad_type: {WORDS[column][value]}")
    assert row.reason_zh
    assert row.expected_zh


@pytest.mark.parametrize(("column", "value"), [(c, v) for c, values in TAKEN.items() for v in values])
def test_values_of_the_type_are_taken(column: str, value: str) -> None:
    assert accept_rows(TABLES["disbursements"], [{**PAYMENT, column: value}]).accepted == 1


@pytest.mark.parametrize("day", ["2019-02-29", "1900-02-29", "2019-04-31", "2019-00-10", "2019-1-2", "0999-01-01"])
def test_days_that_do_not_exist(day: str) -> None:
    (row,) = accept_rows(
        TABLES["applications"], [{**TABLES["applications"].good_rows[0], "applied_on": day}]
    ).quarantine
    assert row.reason.startswith("bad_type: date")


@pytest.mark.parametrize("day", ["2020-02-29", "2000-02-29", "9999-12-31"])
def test_days_that_exist(day: str) -> None:
    assert accept_rows(TABLES["applications"], [{**TABLES["applications"].good_rows[0], "applied_on": day}]).accepted


def test_a_report_that_loses_a_row_cannot_be_made() -> None:
    with pytest.raises(ConservationError, match="3 rows in, 1 accepted, 1 quarantined"):
        TableReport("persons", "persons.csv", rows_in=3, accepted=1, quarantined=1, repeated=0)
