"""What keys asked about single payments stands in the log, hour by hour: counted once, whatever crashed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from features.contract import TABLES
from features.intake import accept_rows
from service.clock import SetClock
from service.store import accounts, api_keys, kin_ties
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.facts import asked_hourly
from service.work.facts.accept import accept
from service.work.facts.asked_hourly import KIND, note_refused, payments_asked, tell
from service.work.facts.follow_live import LIVE
from service.work.facts.hashes import hashes_of
from service.work.facts.jobs import JOBS, RECURRING
from service.work.jobs import work_once
from tests.serving.conftest import Signed
from tests.serving.queue_world import COUNTY, FAR, VILLAGE, lay_out, somebody

ONE, TWO, NOBODY = "519921195303041232", "519921196107281232", "519921194001010017"


@pytest.fixture(autouse=True)
def counties(context: Context) -> None:
    """A person in each of two counties; an account of the first with two keys, one of which sees all."""
    lay_out(context)
    with context.database.write() as connection:
        hashes = [(context.seal.hash("person", number), place) for number, place in ((ONE, VILLAGE), (TWO, FAR))]
        kin_ties.keep_places(connection, [(one, None, place, None) for one, place in hashes])
        values = {"name": "finance", "made_by": "test", "made_at": context.clock.now(), "open": True}
        number = accounts.add(connection, values, ("disbursement_system",), (COUNTY,), ())
        for name, divisions in (("narrow", [COUNTY]), ("wide", ["*"])):
            api_keys.add(
                connection, prefix=name, secret_hash="", account_id=number, name=name, permissions=[], addresses=[],
                divisions=divisions, made_by="test", made_at=context.clock.now(),
                expires_at=context.clock.now() + dt.timedelta(days=1),
            )  # fmt: skip
    assert tell(context) == 0


def sent(context: Context, keys: str, *persons: str) -> None:
    """Payments to people, as the scorer keeps them: one batch under the keys that sent it."""
    table = TABLES["disbursements"]
    rows = [
        {
            "disbursement_id": f"D{context.clock.now():%H%M%S}{keys}{n}", "program_id": "P02", "period": "2019-06",
            "person_id": person, "card_id": "6299011000000000017", "amount": "100.00", "division_code": VILLAGE,
            "submitted_at": context.clock.now().isoformat(),
        }
        for n, person in enumerate(persons)
    ]  # fmt: skip
    found = accept_rows(table, rows)
    assert not found.quarantine
    hashes = hashes_of(context.seal, table, found.batch)
    with context.database.write() as connection:
        accept(context, connection, table, found.batch, hashes, source=f"{LIVE}{keys}", follow=False)


def lines(context: Context, action: str = "payments.asked") -> list[tuple[str, dict[str, Any]]]:
    """Who and what, in order."""
    with context.database.read() as connection:
        asked = select(AUDIT_LINES.c.who, AUDIT_LINES.c.details).where(AUDIT_LINES.c.action == action)
        return [(row.who, dict(row.details)) for row in connection.execute(asked.order_by(AUDIT_LINES.c.line))]


def test_a_line_a_key_and_hour(context: Context, clock: SetClock) -> None:
    """How many payments, and how many of people registered outside the key's divisions; nobody is named."""
    sent(context, "finance/narrow", ONE, TWO, NOBODY)
    sent(context, "finance/wide", TWO)
    clock.move(hours=1)
    sent(context, "finance/narrow", TWO)
    sent(context, "finance/narrow,finance/wide", ONE, TWO)
    assert tell(context) == 4
    hours = sorted({details["hour"] for _, details in lines(context)})
    assert len(hours) == 2
    assert lines(context) == [
        ("finance/narrow", {"hour": hours[0], "payments": 3, "elsewhere": 1}),
        ("finance/narrow", {"hour": hours[1], "payments": 3, "elsewhere": 2, "shared": 2}),
        ("finance/wide", {"hour": hours[0], "payments": 1, "elsewhere": 0}),
        ("finance/wide", {"hour": hours[1], "payments": 2, "elsewhere": 0, "shared": 2}),
    ]
    assert ONE not in repr(lines(context))
    assert tell(context) == 0


def test_a_crash_repeats_nothing_and_leaves_nothing_out(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told and what was not is one transaction; many batches are looked through in parts."""
    monkeypatch.setattr(asked_hourly, "BATCHES", 2)
    for n in range(5):
        sent(context, "finance/narrow", *[TWO] * 1, *([ONE] if n else []))
        context.clock.move(seconds=1)  # type: ignore[attr-defined]  # a clock that is set

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(asked_hourly, "record", crash)
        with pytest.raises(KeyboardInterrupt):
            tell(context)
    assert lines(context) == []
    assert tell(context) == 1
    assert tell(context) == 0
    ((_, details),) = lines(context)
    assert (details["payments"], details["elsewhere"]) == (9, 5)


def test_it_comes_again_every_hour(context: Context, clock: SetClock) -> None:
    """By itself, from the start of a worker on."""
    assert KIND in RECURRING
    assert JOBS[KIND] is payments_asked
    from service.store import jobs

    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, clock.now(), name=KIND)
    for n in range(2):
        sent(context, "finance/narrow", ONE)
        assert work_once(context, {KIND: payments_asked}, "w")
        assert len(lines(context)) == n + 1
        assert not work_once(context, {KIND: payments_asked}, "w")
        clock.move(hours=1)


def test_refusals_are_told_as_they_double(context: Context, clock: SetClock, signed_in: Signed) -> None:
    """The first at once, a thousand in ten lines; each hour begins anew."""
    who = somebody(5, "disbursement_system")
    for _ in range(1000):
        note_refused(context, who, 1)
    assert [details["refused"] for _, details in lines(context, "payments.refused")] == [2**n for n in range(10)]
    clock.move(hours=1)
    note_refused(context, who, 3)
    assert lines(context, "payments.refused")[-1][1]["refused"] == 3
    client = signed_in("disbursement_system", divisions=(COUNTY,), name="narrow")
    payment = {
        "disbursement_id": "D1", "program_id": "P02", "period": "2019-06", "person_id": TWO, "amount": "1.00",
        "card_id": "6299011000000000017", "division_code": FAR,
    }  # fmt: skip
    answer = client.post("/v1/disbursements/score", json={"disbursements": [payment, {**payment, "amount": "x"}]})
    assert [one["state"] for one in answer.json()["results"]] == ["refused", "refused"]
    told = lines(context, "payments.refused")[-1]
    assert (told[0], told[1]["refused"]) == ("narrow", 2)
