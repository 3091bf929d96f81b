"""Whose rows a sender hands over: none that count in every village, none that change somebody of elsewhere."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from features.contract import TABLES
from service.sealing.column import open_text
from service.store.recipients import RECIPIENTS, by_person
from service.work.context import Context
from service.work.facts.on_record import SPEAKS_OF
from tests.serving.conftest import Signed

PERSON = "519921195303041232"
CSV = {"content-type": "text/csv"}


def test_what_counts_in_every_village_comes_from_who_sees_everywhere(context: Context, signed_in: Signed) -> None:
    """Decisions, items, kin, posts and deaths lie in no village: a narrow sender hands none over, a wide one all."""
    wide, narrow = signed_in("disbursement_system"), signed_in("disbursement_system", divisions=("519902",))
    refused = {"divisions", "dispositions", "programs", "program_rates", "kinship", "officials", "civil_events"}
    for table, told in TABLES.items():
        key = ",".join(column.name for column in told.columns if column.required)
        answer = narrow.post(f"/v1/tables/{table}", content=f"{key}\n".encode(), headers=CSV)
        assert (answer.status_code, answer.json().get("type")) == (
            (403, "/problems/not-yours") if table in refused else (200, None)
        ), table
    body = b"person_id,relative_id,relation\np1,p2,sibling\n"
    assert narrow.post("/v1/tables/kinship", content=body, headers=CSV).status_code == 403
    assert wide.post("/v1/tables/kinship", content=body, headers=CSV).json()["accepted"] == 1


def test_nobody_takes_over_a_person_of_elsewhere_under_a_village_nobody_knows(
    context: Context, signed_in: Signed
) -> None:
    """The phone that a recipient's codes go to stays; people of one's own and people nobody knows are taken."""
    wide, narrow = signed_in("disbursement_system"), signed_in("disbursement_system", divisions=("519902",))
    head = "division_code,parent_code,name,level"
    tree = f"{head}\n519901,,县,county\n519901001001,519901,村,village\n519902,,县,county\n"
    wide.post("/v1/tables/divisions", content=tree.encode(), headers=CSV)
    columns = "person_id,name,division_code,phone,recorded_at"
    told = [
        f"{PERSON},刘学福,519901001001,13900000001,2016-06-26T08:02:45+08:00",
        "519921196001011230,王秀英,519902,13900000002,2016-06-26T08:02:45+08:00",
    ]
    wide.post("/v1/tables/persons", content="\n".join([columns, *told]).encode(), headers=CSV)
    sent = [f"{number},某人,999999999999,13811111111,2019-01-01T00:00:00+08:00" for number in
            (PERSON, "519921196001011230", "519921197001011237")]  # fmt: skip
    found = narrow.post("/v1/tables/persons", content="\n".join([columns, *sent]).encode(), headers=CSV).json()
    assert (found["accepted"], found["quarantined"]) == (2, 1)
    set_aside = narrow.get(found["quarantine"]).json()["rows"][0]
    assert (set_aside["line"], set_aside["reason"].partition(":")[0]) == (2, "outside_divisions")
    with context.database.read() as connection:
        kept = by_person(connection, context.seal.hash("person", PERSON))
    assert open_text(context.seal, RECIPIENTS.c.phone, kept.phone) == "13900000001"


@pytest.fixture
def two_counties(context: Context, signed_in: Signed) -> tuple[TestClient, TestClient]:
    """A payment, card, household and application in each of two counties, and somebody registered in the first whom the
    second pays; who sees both, and who sees the second."""
    wide, narrow = signed_in("disbursement_system"), signed_in("disbursement_system", divisions=("519902",))
    for table, text in FIRST.items():
        answer = wide.post(f"/v1/tables/{table}", content=text.encode(), headers=CSV).json()
        assert answer["quarantined"] == 0, (table, answer)
    return wide, narrow


AT = "2019-01-01T00:00:00+08:00"
FIRST = {
    "divisions": "division_code,parent_code,name,level\n519901,,甲县,county\n519901001001,519901,甲村,village\n"
    "519902,,乙县,county\n519902001001,519902,乙村,village\n",
    "persons": f"person_id,name,household_id,division_code,recorded_at\np1,甲,H1,519901001001,{AT}\n"
    f"p2,乙,H2,519902001001,{AT}\np3,丙,H3,519901001001,{AT}\n",
    "cards": "card_id,holder_person_id,kind,opened_on\nc1,p1,debit,2018-01-01\nc2,p2,debit,2018-01-01\n"
    "c3,p3,debit,2018-01-01\n",
    "applications": "application_id,program_id,person_id,period,division_code,applied_on\n"
    "A1,P02,p1,2019-06,519901001001,2019-01-01\nA2,P02,p2,2019-06,519902001001,2019-01-01\n",
    "payment_runs": "run_id,program_id,period,division_code,created_at\n"
    f"R1,P02,2019-06,519901,{AT}\nR2,P02,2019-06,519902,{AT}\n",
    "disbursements": "disbursement_id,program_id,period,person_id,card_id,amount,division_code,submitted_at\n"
    f"D1,P02,2019-06,p1,c1,100.00,519901001001,{AT}\nD2,P02,2019-06,p2,c2,100.00,519902001001,{AT}\n"
    f"D3,P02,2019-06,p3,c3,100.00,519902001001,{AT}\n",
}
SENT = {
    "settlements": ("disbursement_id,status,at", "{0},returned,2019-02-01T00:00:00+08:00", ("D1", "D2", "D3", "D9")),
    "card_events": (
        "event_id,card_id,at,kind", "E{0},{0},2019-02-01T00:00:00+08:00,reported_lost", ("c1", "c2", "c3", "c9"),
    ),
    "card_transactions": (
        "transaction_id,card_id,at,amount,kind", "T{0},{0},2019-02-01T00:00:00+08:00,100.00,cash_withdrawal",
        ("c1", "c2", "c3", "c9"),
    ),
    "cards": ("card_id,holder_person_id,kind,opened_on", "{0},p2,debit,2019-02-01", ("c1", "c9")),
    "approvals": (
        "application_id,stage,at,result", "{0},village_assessment,2019-02-01T00:00:00+08:00,passed", ("A1", "A2", "A9"),
    ),
    "notices": ("application_id,posted_from", "{0},2019-02-01", ("A1", "A2", "A9")),
    "certificates": ("person_id,kind,valid_from", "{0},veteran,2019-02-01", ("p1", "p2", "p3", "p9")),
    "authorizations": ("person_id,proxy_id,kind,from_date", "{0},x,guardian,2019-02-01", ("p1", "p2", "p3", "p9")),
    "holdings": (
        "holding_id,household_id,kind,quantity,valid_from", "X{0},{0},arable,3,2019-02-01", ("H1", "H2", "H9"),
    ),
    "complaints": ("complaint_id,at,person_id,text", "K{0},2019-02-01T00:00:00+08:00,{0},话", ("p1", "p2", "p3", "p9")),
    # Under a village of one's own, with the key of something elsewhere.
    "applications": (
        "application_id,program_id,person_id,period,division_code,applied_on",
        "{0},P02,p2,2019-06,519902001001,2019-02-01", ("A1", "A9"),
    ),
    "payment_runs": (
        "run_id,program_id,period,division_code,created_at", "{0},P02,2019-06,519902,2019-02-01T00:00:00+08:00",
        ("R1", "R2", "R9"),
    ),
    "households": (
        "household_id,division_code,recorded_at", "{0},519902001001,2019-02-01T00:00:00+08:00", ("H1", "H2", "H9"),
    ),
    "disbursements": (
        "disbursement_id,program_id,period,person_id,card_id,amount,division_code,submitted_at",
        "{0},P02,2019-06,p2,c2,100.00,519902001001,2019-02-01T00:00:00+08:00", ("D1", "D2", "D9"),
    ),
}  # fmt: skip


def test_every_table_that_speaks_of_something_is_tried() -> None:
    """A table added to those that are looked up is tried below too."""
    assert SENT.keys() == SPEAKS_OF.keys()


def test_what_is_on_record_elsewhere_alone_is_not_the_senders(two_counties: tuple[TestClient, TestClient]) -> None:
    """The first row of each table speaks of the other county and is set aside; rows of one's own, of people and cards
    one pays, and of what nobody knows are taken. Whoever sees both hands all of them over."""
    wide, narrow = two_counties
    bodies = {
        table: "\n".join([head, *(row.format(one) for one in things)]).encode()
        for table, (head, row, things) in SENT.items()
    }
    for table, body in bodies.items():
        found = narrow.post(f"/v1/tables/{table}", content=body, headers=CSV).json()
        assert (found["accepted"], found["quarantined"]) == (len(SENT[table][2]) - 1, 1), found
        (aside,) = narrow.get(found["quarantine"]).json()["rows"]
        assert (aside["line"], aside["reason"].partition(":")[0]) == (2, "outside_divisions"), table
        # Where it is on record is not told.
        assert "519901" not in str(aside)
    for table, body in bodies.items():
        assert wide.post(f"/v1/tables/{table}", content=body, headers=CSV).json()["quarantined"] == 0, table


def test_who_answers_for_it_sees_that_others_spoke_of_it(
    signed_in: Signed, two_counties: tuple[TestClient, TestClient]
) -> None:
    """A row that names no division is seen in the quarantine where what it speaks of is on record, and nowhere else."""
    _, narrow = two_counties
    head, row, _ = SENT["settlements"]
    narrow.post("/v1/tables/settlements", content=f"{head}\n{row.format('D1')}\n".encode(), headers=CSV)
    theirs = signed_in("disbursement_system", divisions=("519901",), name="theirs")
    others = signed_in("disbursement_system", divisions=("519903",), name="others")
    path = "/v1/tables/settlements/quarantine"
    assert [one["sent"]["disbursement_id"] for one in theirs.get(path).json()["rows"]] == ["D1"]
    assert others.get(path).json()["rows"] == []
