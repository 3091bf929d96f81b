"""Cases over HTTP: who may do what, one shape of every refusal, hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.work.context import Context
from tests.serving.queue_world import COUNTY, FAR, case_row, kin, lay_out, member, new_case, opened

Signed = Callable[..., TestClient]
HOSTILE = ("<script>alert(1)</script>", "'; drop table cases; --", "=1+1", "‮倒", "\ud800", "a\u0000b", "x" * 5000)


@pytest.fixture
def number(context: Context) -> str:
    """An open case."""
    lay_out(context)
    return opened(context, new_case(member(1), member(2))).case_id


def test_a_case_from_the_list_to_its_end(context: Context, number: str, signed_in: Signed) -> None:
    """List, read, payments, note, move, close, history; the version goes along."""
    anna = signed_in("investigator", divisions=(COUNTY,))
    listed = anna.get("/v1/queues/discipline", params={"limit": 1}).json()
    assert [one["case_id"] for one in listed["cases"]] == [number]
    assert anna.get("/v1/queues").json()["queues"][0]["states"]["new"] == 1
    whole = anna.get(f"/v1/cases/{number}").json()
    assert (whole["case"]["version"], whole["case"]["amount"], whole["proposal"]) == (1, "200.00", None)
    payments = anna.get(f"/v1/cases/{number}/payments", params={"limit": 1}).json()
    assert (payments["next"], payments["payments"][0]["card"]) == ("D1", "····0001")
    note = anna.post(f"/v1/cases/{number}/notes", json={"text": "约周三看台账"}, headers={"Idempotency-Key": "k"})
    assert note.status_code == 201
    assert anna.get(f"/v1/cases/{number}/notes").json()["notes"][0]["text"] == "约周三看台账"
    moved = anna.post(f"/v1/cases/{number}/state", json={"version": 1, "to": "preliminary_check", "reason": "看名册"})
    assert moved.json() == {"case_id": number, "version": 2}
    closed = anna.post(
        f"/v1/cases/{number}/closing",
        json={"version": 2, "outcome": "confirmed", "reason": "属实", "differing": {"D2": "error"}},
    )
    assert (closed.status_code, closed.json()["state"], closed.json()["waits"]) == (200, "confirmed", False)
    history = anna.get(f"/v1/cases/{number}/history").json()["history"]
    assert [one["action"] for one in history] == ["opened", "moved", "closed"]
    assert anna.get("/v1/queues/discipline").json()["cases"] == []
    assert len(anna.get("/v1/cases", params={"open": False}).json()["cases"]) == 1


def test_two_people_over_http(context: Context, signed_in: Signed) -> None:
    """Proposed by one, refused, proposed again, countersigned by the other."""
    lay_out(context)
    number = opened(context, new_case(member(1, amount_fen=2_000_000), desk="department")).case_id
    ben, chen = (signed_in("supervisor", divisions=(COUNTY,)) for _ in range(2))
    verifier = signed_in("department_verifier", divisions=(COUNTY,))
    place = f"/v1/cases/{number}/closing"
    proposed = ben.post(place, json={"version": 1, "outcome": "cleared", "reason": "无问题"}).json()
    assert proposed["waits"]
    assert chen.get(f"/v1/cases/{number}").json()["proposal"]["outcome"] == "cleared"
    own = ben.post(f"{place}/countersignature", json={"version": 2})
    assert (own.status_code, own.json()["type"]) == (403, "/problems/second-person")
    assert verifier.post(f"{place}/countersignature", json={"version": 2}).status_code == 403
    refused = chen.post(f"{place}/refusal", json={"version": 2, "reason": "缺银行回单"})
    assert refused.json()["waits"] is False
    ben.post(place, json={"version": 3, "outcome": "cleared", "reason": "已补"})
    assert chen.post(f"{place}/countersignature", json={"version": 4}).json()["state"] == "cleared"
    late = chen.post(f"{place}/countersignature", json={"version": 2})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/stale")
    assert late.json()["detail_zh"]


def test_whoever_may_not_gets_403_and_whoever_should_not_know_404(
    context: Context, number: str, signed_in: Signed
) -> None:
    """By permission, by scope, by desk, by recusal: the last three are told alike."""
    for role in ("administrator", "data_scientist", "recipient", "disbursement_system"):
        assert signed_in(role).get(f"/v1/cases/{number}").status_code == 403
    auditor = signed_in("auditor", divisions=(COUNTY,))
    assert auditor.get(f"/v1/cases/{number}").status_code == 200
    assert auditor.post(f"/v1/cases/{number}/notes", json={"text": "x"}).status_code == 403
    kin(context, "me", "p1")
    answers = [
        signed_in("investigator", divisions=(FAR,)).get(f"/v1/cases/{number}"),
        signed_in("department_verifier", divisions=(COUNTY,)).get(f"/v1/cases/{number}"),
        signed_in("investigator", divisions=(COUNTY,), person="me").get(f"/v1/cases/{number}"),
        signed_in("investigator", divisions=(COUNTY,)).get("/v1/cases/C0000000000"),
    ]
    told = [{k: v for k, v in a.json().items() if k != "request_id"} for a in answers]
    assert {a.status_code for a in answers} == {404}
    assert all(one == told[0] for one in told)


def test_the_department_sees_what_it_is_asked(context: Context, number: str, signed_in: Signed) -> None:
    """A discipline case is in the department's sight while it is with the department, and answered back."""
    anna = signed_in("investigator", divisions=(COUNTY,))
    verifier = signed_in("department_verifier", divisions=(COUNTY,))
    place = f"/v1/cases/{number}/state"
    assert verifier.get(f"/v1/cases/{number}").status_code == 404
    anna.post(place, json={"version": 1, "to": "with_department", "reason": "请核实死亡登记"})
    assert verifier.get(f"/v1/cases/{number}").status_code == 200
    talk = verifier.post(place, json={"version": 2, "to": "talk_by_letter", "reason": "谈话"})
    assert talk.status_code == 403
    assert verifier.post(place, json={"version": 2, "to": "new", "reason": "登记属实"}).status_code == 200
    assert verifier.get(f"/v1/cases/{number}").status_code == 404


def test_hostile_text_is_kept_as_text_or_refused(context: Context, number: str, signed_in: Signed) -> None:
    """In reasons, notes, filters and searches: never a failure, never carried out."""
    anna = signed_in("investigator", divisions=(COUNTY,))
    for text in HOSTILE:
        for path, body in (
            (f"/v1/cases/{number}/notes", {"text": text}),
            ("/v1/cases/search", {"text": text}),
            ("/v1/cases/search", {"hub_id": text}),
            ("/v1/cases/search", {"person_id": text}),
            ("/v1/case-filters", {"name": text, "filter": {}}),
            (f"/v1/cases/{number}/assignment", {"version": 9, "account_id": None, "reason": text}),
        ):
            answer = post(anna, path, body)
            assert answer.status_code in (200, 201, 204, 409, 422), (path, text, answer.text)
    for after in ("0.C0000000000' or 1=1 --", "x" * 100, "-1.C00000000!0"):
        assert anna.get("/v1/cases", params={"after": after}).status_code == 422
    assert anna.get("/v1/cases/../../etc/passwd").status_code in (404, 422)
    assert anna.get("/v1/cases/C' or '1'='1").status_code in (404, 422)
    assert case_row(context, number).state == "new"


def post(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    """Send a body that may hold what strict JSON writers refuse."""
    import json

    content = json.dumps(body).encode("ascii")
    return client.post(path, content=content, headers={"Content-Type": "application/json"})


def test_bulk_filters_parts_and_links_over_http(context: Context, number: str, signed_in: Signed) -> None:
    """Each route answers as it says."""
    other = opened(context, new_case(member(5), hub_id="O5")).case_id
    ben = signed_in("supervisor", divisions=(COUNTY,))
    done = ben.post(
        "/v1/cases/bulk",
        json={
            "work": "move",
            "to": "with_department",
            "reason": "核实",
            "cases": [{"case_id": number, "version": 1}, {"case_id": other, "version": 4}],
        },
    ).json()["answers"]
    assert [one["problem"] for one in done] == ["", "stale"]
    assert ben.post(f"/v1/cases/{number}/links", json={"other_id": other, "kind": "related"}).json() == {
        "changed": True
    }
    assert ben.get(f"/v1/cases/{number}").json()["links"][0]["kind"] == "related"
    assert ben.post(f"/v1/cases/{other}/links/removal", json={"other_id": number, "kind": "related"}).json() == {
        "changed": True
    }
    part = ben.post(f"/v1/cases/{number}/splitting", json={"version": 2, "payments": ["D2"], "reason": "另案"}).json()
    merged = ben.post(f"/v1/cases/{part['case_id']}/merging", json={"version": 2, "into": number, "reason": "并案"})
    assert merged.json() == {"case_id": number, "version": 4}
    assert ben.post("/v1/case-filters", json={"name": "新件", "filter": {"state": "new"}}).status_code == 204
    assert ben.get("/v1/case-filters").json()["filters"] == [{"name": "新件", "filter": {"open": True, "state": "new"}}]
    assert ben.post("/v1/case-filters/removal", json={"name": "新件"}).status_code == 204
    assert ben.post("/v1/case-filters/removal", json={"name": "新件"}).status_code == 404
    assert ben.post("/v1/queues/refresh").status_code == 202
    assert ben.post("/v1/queues/assign").json() == {"given": []}
    assert ben.get("/v1/queues/discipline/quietened").json() == {"quietened": [], "next": None}
    assert ben.post("/v1/counter-evidence/1/end", json={"reason": "过期"}).status_code == 404
    assert (
        ben.post(
            "/v1/cases", json={"desk": "owed", "payments": ["D9"], "source": "audit", "reason": "抽查"}
        ).status_code
        == 422
    )
    investigator = signed_in("investigator", divisions=(COUNTY,))
    assert investigator.post("/v1/queues/assign").status_code == 403


def test_lists_in_other_orders_and_desks_with_what_they_ask_about(
    context: Context, number: str, signed_in: Signed
) -> None:
    """By amount and by deadline, page by page; each desk with its loss, what nobody has, what is late."""
    large = opened(context, new_case(member(7, amount_fen=900_000, loss_fen=10), hub_id="O7")).case_id
    ben = signed_in("supervisor", divisions=(COUNTY,))
    for sort, first in (("rank", number), ("amount", large)):
        page = ben.get("/v1/queues/discipline", params={"sort": sort, "limit": 1}).json()
        assert page["cases"][0]["case_id"] == first
        more = ben.get("/v1/queues/discipline", params={"sort": sort, "limit": 1, "after": page["next"]}).json()
        assert {first, more["cases"][0]["case_id"]} == {number, large}
        assert more["next"] is None
    assert ben.get("/v1/queues/discipline", params={"sort": "score"}).status_code == 422
    found = ben.post("/v1/cases/search", json={"typology": "T25", "sort": "newest"}).json()["cases"]
    assert {one["case_id"] for one in found} == {number, large}
    desk = ben.get("/v1/queues").json()["queues"][0]
    assert (desk["desk"], desk["expected_loss"], desk["unassigned"], desk["overdue"]) == ("discipline", "100.10", 2, 0)
