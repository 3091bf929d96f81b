"""Recipients: signing in, their own payments, reports, notices; on both kinds of database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete, select

from service.access import Principal
from service.clock import SetClock
from service.sealing.column import open_document
from service.store import division_paths, facts, notices, recipients
from service.store.notices import NOTICES
from service.store.recipients import RECIPIENTS
from service.work.context import Context
from service.work.facts.batches import opened
from service.work.facts.take_rows import take_rows
from service.work.jobs import work_once
from service.work.notices.channel import Notice, channel_of
from service.work.notices.make import KIND
from service.work.notices.send import send_notices, send_some
from service.work.recipients.answer import list_reports
from service.work.recipients.keep import last_six_of
from service.work.recipients.report import OwnReport, report

ONE, TWO, NO_PHONE = "519921195303041232", "519921196107281232", "519921194001010017"


def person(number: str, name: str, phone: str | None, village: str = "519921100204") -> dict[str, Any]:
    """A row of the register."""
    return {
        "person_id": number,
        "name": name,
        "division_code": village,
        "phone": phone,
        "recorded_at": "2018-01-01T00:00:00+08:00",
    }


def payment(number: str, who: str, amount: str = "546.00", at: str = "2019-06-20T09:00:00+08:00") -> dict[str, Any]:
    """A payment of one item."""
    return {
        "disbursement_id": number,
        "program_id": "P02",
        "period": "2019-06",
        "person_id": who,
        "card_id": "6299011000000000017",
        "amount": amount,
        "division_code": "519921100204",
        "submitted_at": at,
    }


PROGRAM = {
    "program_id": "P02",
    "name": "高龄津贴",
    "paid_per": "person",
    "quantity_unit": "month",
    "frequency": "monthly",
}


@pytest.fixture
def village(context: Context) -> Context:
    """Two people whose numbers end alike, one without a phone, and a payment each."""
    with context.database.write() as connection:
        take_rows(context, connection, "programs", [PROGRAM], source="test")
        take_rows(
            context,
            connection,
            "persons",
            [
                person(ONE, "刘学福", "13900000001"),
                person(TWO, "阿牛·木呷", "13900000002"),
                person(NO_PHONE, "王秀英", None),
            ],
            source="test",
        )
        take_rows(
            context,
            connection,
            "disbursements",
            [payment("D1", ONE), payment("D2", TWO), payment("D3", NO_PHONE)],
            source="test",
        )
    return context


@pytest.fixture
def phone(app: FastAPI, village: Context) -> TestClient:
    """A browser that keeps cookies."""
    return TestClient(app, raise_server_exceptions=False, headers={"origin": "http://testserver"})


def sent(context: Context, kind: str = "code") -> list[str]:
    """What the outbox holds, newest first, in Chinese."""
    send_some(context, channel_of(context.settings))
    with context.database.read() as connection:
        rows = connection.execute(select(NOTICES).where(NOTICES.c.kind == kind).order_by(NOTICES.c.notice.desc())).all()
    return [open_document(context.seal, NOTICES.c.content, r.content)["zh"] for r in rows if r.state == "sent"]


def code_in(text: str) -> str:
    """The code in a notice."""
    return next(part for part in text.replace("，", " ").split() if part.isdigit() and len(part) == 8)


@pytest.fixture
def enter(village: Context, phone: TestClient) -> Callable[[str, str], TestClient]:
    """Sign a person in by name."""

    def signed(last_six: str, name: str) -> TestClient:
        assert phone.post("/v1/own/codes", json={"last_six": last_six, "name": name}).status_code == 202
        code = code_in(sent(village)[0])
        assert phone.post("/v1/own/session", json={"last_six": last_six, "code": code}).status_code == 200
        return phone

    return signed


def test_a_recipient_sees_own_payments_and_nobody_elses(enter: Callable[[str, str], TestClient]) -> None:
    """Item, period, amount, day, last four digits, state; nothing of the other person whose number ends alike."""
    found = enter("041232", "刘学福").get("/v1/own/payments").json()
    assert [one["disbursement_id"] for one in found["payments"]] == ["D1"]
    one = found["payments"][0]
    assert (one["item"], one["amount"], one["card_last_four"], one["state"]) == (
        "高龄津贴",
        "546.00",
        "0017",
        "waiting",
    )
    assert {"户籍登记信息", "发放明细"} <= {data["zh"] for data in found["data_used"]}


def test_name_is_asked_where_several_share_the_digits(village: Context, phone: TestClient) -> None:
    """Digits two people share send no code to either; the answer is the one everybody gets."""
    with village.database.write() as connection:
        take_rows(village, connection, "persons", [person("519922195303041232", "李四", "13900000009")], source="test")
    answer = phone.post("/v1/own/codes", json={"last_six": "041232"})
    nobody = phone.post("/v1/own/codes", json={"last_six": "999999"})
    assert (answer.status_code, answer.json()) == (nobody.status_code, nobody.json()) == (202, answer.json())
    assert sent(village) == []
    assert phone.post("/v1/own/codes", json={"last_six": "041232", "name": " 刘学福 "}).status_code == 202
    assert len(sent(village)) == 1


def test_a_code_works_once_and_not_after_its_time(village: Context, phone: TestClient, clock: SetClock) -> None:
    """A used code, and one of eleven minutes ago, open nothing."""
    phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"})
    code = code_in(sent(village)[0])
    # A page of another site signs nobody in, not into somebody else's name either.
    elsewhere = {"origin": "https://elsewhere.example"}
    asked = {"last_six": "041232", "code": code}
    assert phone.post("/v1/own/session", json=asked, headers=elsewhere).status_code == 403
    assert phone.post("/v1/own/codes", json={"last_six": "041232"}, headers=elsewhere).status_code == 403
    assert phone.post("/v1/own/session", json={"last_six": "041232", "code": code}).status_code == 200
    assert phone.post("/v1/own/session", json={"last_six": "041232", "code": code}).status_code == 401
    clock.move(hours=13)
    phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"})
    late = code_in(sent(village)[0])
    clock.move(minutes=11)
    assert phone.post("/v1/own/session", json={"last_six": "041232", "code": late}).status_code == 401


def test_guessing_is_hopeless(village: Context, phone: TestClient, clock: SetClock) -> None:
    """Somebody who tries all day, as soon as each wait is over, gets fewer than two hundred tries at a hundred million
    codes, and after five of them the code that was sent is void."""
    phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"})
    code = code_in(sent(village)[0])
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    begun, tries = clock.now(), 0
    while clock.now() - begun < dt.timedelta(days=1):
        answer = phone.post("/v1/own/session", json={"last_six": "041232", "code": wrong})
        if answer.status_code == 429:
            clock.move(seconds=int(answer.headers["retry-after"]))
        else:
            tries += 1
        if tries == 5:
            with village.database.write() as connection:
                digits = last_six_of(village, "041232")
                assert recipients.codes_of(connection, digits, begun) == []
    assert 5 < tries < 200


def test_nobody_is_kept_out_for_long(village: Context, phone: TestClient, clock: SetClock) -> None:
    """Somebody who knows another's digits and tries without end makes them wait a quarter of an hour at most."""
    for _ in range(60):
        answer = phone.post("/v1/own/session", json={"last_six": "041232", "code": "00000000"})
        asked = phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"})
        for one in (answer, asked):
            if one.status_code == 429:
                assert int(one.headers["retry-after"]) <= 15 * 60
        clock.move(minutes=2)
    clock.move(minutes=15)
    assert phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"}).status_code == 202
    code = code_in(sent(village)[0])
    assert phone.post("/v1/own/session", json={"last_six": "041232", "code": code}).status_code == 200


def test_somebody_without_a_phone_gets_the_same_answer(village: Context, phone: TestClient) -> None:
    """No code can be sent; the answer does not tell, and the notice stands as unreachable."""
    assert phone.post("/v1/own/codes", json={"last_six": "010017"}).status_code == 202
    assert sent(village) == []
    with village.database.read() as connection:
        assert connection.execute(select(NOTICES.c.state)).scalar_one() == "unreachable"


def test_a_report_is_followed_and_becomes_a_complaint(
    village: Context, enter: Callable[[str, str], TestClient]
) -> None:
    """Three fields; a number; the row scoring reads holds what, and not who; saying it twice makes it once."""
    browser = enter("281232", "阿牛木呷")
    told = {"kind": "card_held", "disbursement_id": "D2", "text": "组长一直拿着我的卡 <script>alert(1)</script>"}
    made = browser.post("/v1/own/reports", json=told)
    assert made.status_code == 201
    assert browser.post("/v1/own/reports", json=told).json()["number"] == made.json()["number"]
    assert [one["number"] for one in browser.get("/v1/own/reports").json()["reports"]] == [made.json()["number"]]
    with village.database.read() as connection:
        batches = [b for b in facts.batches_after(connection, 0, tables=["complaints"])]
        rows = [row for b in batches for row in opened(village, b["content"]).to_pylist()]
    assert [(row["complaint_id"], row["person_id"], row["program_id"]) for row in rows] == [
        (made.json()["number"], None, "P02")
    ]
    assert browser.post("/v1/own/reports", json={**told, "disbursement_id": "D1"}).status_code == 404


def test_a_report_of_somebody_who_left_the_register_reaches_a_desk(village: Context) -> None:
    """Read where the payment was made, else where the person was paid last, else by those who see everywhere."""
    with village.database.write() as connection:
        connection.execute(delete(RECIPIENTS))

    def told(number: str, disbursement_id: str | None) -> None:
        me = Principal(1, "recipient-1", frozenset({"recipient"}), (), "recipient", person=number)
        made = report(village, me, "objection", disbursement_id, "我的信息有误")
        assert isinstance(made, OwnReport)

    one = village.seal.hash("person", ONE)
    told(one, "D1")
    told(one, None)
    told(village.seal.hash("person", "519921199001011234"), None)
    everybody = Principal(2, "supervisor-2", frozenset({"supervisor"}), ("*",), "session")
    found = list_reports(village, everybody, state=None, after=0, limit=10)
    assert [row.division_code for row in found] == ["519921100204", "519921100204", ""]
    with village.database.write() as connection:
        division_paths.replace(connection, [{"division_code": "519921100204"}])
    desk = Principal(3, "verifier-3", frozenset({"department_verifier"}), ("519921100204",), "session")
    assert len(list_reports(village, desk, state=None, after=0, limit=10)) == 2


def test_reports_do_not_drown_others(enter: Callable[[str, str], TestClient]) -> None:
    """Five a day, then wait."""
    browser = enter("041232", "刘学福")
    statuses = [
        browser.post("/v1/own/reports", json={"kind": "other", "text": f"第{n}次"}).status_code for n in range(7)
    ]
    assert statuses == [201] * 5 + [429] * 2


def test_money_that_came_is_told_once_and_an_old_history_is_not(village: Context, clock: SetClock) -> None:
    """Name, item, period, amount and last four digits, when the bank says paid lately; not for years past."""
    new = {"disbursement_id": "D1", "status": "paid", "amount": "546.00", "at": "2019-06-28T10:00:00+08:00"}
    old = {"disbursement_id": "D2", "status": "paid", "amount": "546.00", "at": "2018-06-28T10:00:00+08:00"}
    with village.database.write() as connection:
        take_rows(village, connection, "settlements", [new, old], source="test")
        take_rows(village, connection, "settlements", [new], source="test")
    while work_once(village, {KIND: send_notices, "rescore": lambda *_: None, "refresh_funds": lambda *_: None}, "w"):
        pass
    told = sent(village, "payment")
    assert len(told) == 1
    for part in ("刘学福", "高龄津贴", "2019-06", "546.00", "0017"):
        assert part in told[0]


def test_a_channel_that_fails_is_asked_again_later(village: Context, clock: SetClock) -> None:
    """A notice waits longer after each failure and is sent in the end, under one number."""
    row = {"disbursement_id": "D1", "status": "paid", "amount": "546.00", "at": "2019-06-28T10:00:00+08:00"}
    with village.database.write() as connection:
        take_rows(village, connection, "settlements", [row], source="test")

    class Fails:
        name = "fails"

        def __init__(self) -> None:
            self.numbers: list[int] = []

        def send(self, notice: Notice) -> None:
            self.numbers.append(notice.number)
            if len(self.numbers) < 3:
                raise OSError

    channel = Fails()
    for _ in range(6):
        send_some(village, channel)
        clock.move(hours=1)
    assert len(channel.numbers) == 3
    assert len(set(channel.numbers)) == 1


def test_notice_content_is_sealed(village: Context, phone: TestClient) -> None:
    """Neither code, name nor phone stands in the table in clear."""
    phone.post("/v1/own/codes", json={"last_six": "041232", "name": "刘学福"})
    text = sent(village)[0]
    with village.database.read() as connection:
        rows = notices.of_person(connection, village.seal.hash("person", ONE))
    assert rows
    assert all(code_in(text) not in repr(row) and "13900000001" not in repr(row) for row in rows)


def test_staff_have_no_own_payments(signed_in: Callable[..., TestClient], village: Context) -> None:
    """The recipient's routes take recipients only."""
    assert signed_in("investigator").get("/v1/own/payments").status_code == 403


def test_a_session_ends(enter: Callable[[str, str], TestClient], clock: SetClock) -> None:
    """After an hour the recipient signs in again."""
    browser = enter("041232", "刘学福")
    assert browser.get("/v1/own/payments").status_code == 200
    clock.move(minutes=61)
    assert browser.get("/v1/own/payments").status_code == 401
    assert dt.timedelta(0) < dt.timedelta(minutes=61)
