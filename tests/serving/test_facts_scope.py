"""Whose rows a sender hands over: none that count in every village, none that change somebody of elsewhere."""

from __future__ import annotations

from features.contract import TABLES
from service.sealing.column import open_text
from service.store.recipients import RECIPIENTS, by_person
from service.work.context import Context
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
