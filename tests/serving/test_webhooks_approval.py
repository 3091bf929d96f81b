"""Nobody who runs the service has cases sent to an address of their choice alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.access.permissions import SEES_CASES
from service.store import webhooks
from service.store.audit_lines import AUDIT_LINES
from service.work.access.refused import RefusedError
from service.work.context import Context
from service.work.webhooks.approve import approve, needs_approval
from service.work.webhooks.change import change
from service.work.webhooks.courier import Courier
from service.work.webhooks.read import AUDIENCE
from service.work.webhooks.replay import replay
from service.work.webhooks.subscribe import subscribe
from tests.serving.conftest import Signed
from tests.serving.consumer import Consumer
from tests.serving.test_webhooks import NEW, divisions
from tests.serving.test_webhooks_delivery import ADMIN, SECOND, consumer, context, courier, happen, states

__all__ = ["consumer", "context", "courier"]

OPENED = "org.mingbai.case.opened"


@pytest.mark.parametrize(
    ("types", "needs"),
    [
        (["*"], True),
        (["org.mingbai.run.*", "*"], True),
        (["org.mingbai.case.*"], True),
        (["org.mingbai.case.opened"], True),
        (["org.mingbai.case.note.*"], True),
        (["org.mingbai.report.received"], True),
        (["org.mingbai.payment.*"], True),
        (["org.mingbai.payment.asks"], True),
        (["org.mingbai.lookup.flagged"], True),
        (["org.mingbai.run.*"], False),
        (["org.mingbai.payment.released", "org.mingbai.payment.sent_back"], False),
        (["org.mingbai.payment.asks.*"], False),
        (["org.mingbai.log.broken"], False),
        (["org.mingbai.cases.*"], False),
    ],
)
def test_patterns_that_reach_cases(types: list[str], needs: bool) -> None:
    """However they are written; a type that only begins alike is another."""
    assert needs_approval(types) is needs


def test_every_noun_that_takes_a_right_to_cases_needs_approval() -> None:
    """A noun added to those that are pulled by such a right is not forgotten here."""
    nouns = [pattern for pattern, permission in AUDIENCE.items() if permission in SEES_CASES]
    assert nouns
    assert all(needs_approval([one]) and needs_approval([f"{one[:-1]}happened"]) for one in nouns)


def approval(client: TestClient, number: int, **more: object) -> int:
    """The status of an approval of what `NEW` with all types makes."""
    body = {"url": NEW["url"], "types": ["*"], **more}
    return client.post(f"/v1/webhooks/{number}/approve", json=body).status_code


def test_what_tells_of_cases_takes_a_second_person_who_sees_them(context: Context, signed_in: Signed) -> None:
    """Not the administrator, not whoever asked, nobody of another place, and nothing but what was looked at."""
    divisions(context.database)
    maker = signed_in("administrator", "supervisor", divisions=("A",))
    other = signed_in("administrator", divisions=("A",))
    made = maker.post("/v1/webhooks", json={**NEW, "types": ["*"], "division_code": "A"}).json()
    number = made["subscription_id"]
    assert (made["state"], made["needs_approval"]) == ("paused", True)
    assert maker.patch(f"/v1/webhooks/{number}", json={"state": "active"}).status_code == 409
    assert other.patch(f"/v1/webhooks/{number}", json={"state": "active"}).status_code == 409
    assert other.patch(f"/v1/webhooks/{number}", json={"state": "paused"}).json()["needs_approval"]
    assert approval(other, number) == 403
    assert approval(maker, number) == 403
    there, key = (
        signed_in("supervisor", divisions=("B",)),
        signed_in("supervisor", divisions=("A",), credential="api_key"),
    )
    assert there.get("/v1/webhooks/approvals").json()["items"] == []
    assert approval(there, number) == 404
    assert approval(key, number) == 403
    second = signed_in("investigator", divisions=("P",))
    (shown,) = second.get("/v1/webhooks/approvals").json()["items"]
    assert (shown["subscription_id"], shown["url"], "secret" in shown) == (number, NEW["url"], False)
    assert approval(second, number, url="https://other.example/") == 409
    assert approval(second, number, types=["org.mingbai.run.*"]) == 409
    assert approval(second, number) == 200
    assert approval(second, number) == 409
    assert second.get("/v1/webhooks/approvals").json() == {"items": [], "next": None}
    assert maker.get(f"/v1/webhooks/{number}").json()["state"] == "active"
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == "webhook.approve")).all()
    assert [(line.about, line.details["types"]) for line in lines] == [(str(number), ["*"])]


def test_another_url_or_other_types_are_looked_at_anew(signed_in: Signed) -> None:
    """Whoever asks for the change does not approve it; a name changes nothing; what tells of no case never waits."""
    maker, second = signed_in("administrator"), signed_in("supervisor")
    both = signed_in("administrator", "supervisor")
    plain = maker.post("/v1/webhooks", json=NEW).json()
    number = plain["subscription_id"]
    path = f"/v1/webhooks/{number}"
    assert (plain["state"], plain["needs_approval"]) == ("active", False)
    assert maker.patch(path, json={"url": "https://a.example/"}).json()["state"] == "active"
    assert maker.patch(path, json={"types": ["*"]}).json()["needs_approval"]
    assert approval(second, number, url="https://a.example/") == 200
    assert maker.patch(path, json={"name": "n", "types": ["*"]}).json()["state"] == "active"
    assert both.patch(path, json={"url": NEW["url"], "state": "active"}).status_code == 409
    assert maker.get(path).json()["url"] == "https://a.example/"
    assert both.patch(path, json={"url": NEW["url"]}).json()["state"] == "paused"
    assert approval(both, number) == 403
    assert approval(second, number) == 200
    assert both.patch(path, json={"types": ["org.mingbai.case.*"]}).json()["needs_approval"]
    narrowed = maker.patch(path, json={"types": ["org.mingbai.run.*"], "state": "active"}).json()
    assert (narrowed["state"], narrowed["needs_approval"], narrowed["state_reason"]) == ("active", False, None)


def test_nothing_is_delivered_before_and_what_waited_goes_nowhere_else(
    context: Context, consumer: Consumer, courier: Courier
) -> None:
    """Replayed or planned, narrowed or moved: an event of a case reaches no address nobody looked at."""
    trap = Consumer().start()
    number, _ = subscribe(context, ADMIN, name="c", url=consumer.url, types=["*"], division_code=None)
    sent = [happen(context, "cases/1", n, type=OPENED) for n in range(3)]
    courier.round()
    assert consumer.came == []
    approve(context, SECOND, number, url=consumer.url, types=["*"])
    courier.round()
    assert consumer.ids() == sent
    # Planned and never sent, since it is paused; then the URL is another and the types are harmless.
    assert change(context, ADMIN, number, state="paused")
    assert replay(context, ADMIN, number, event_id=sent[0]) == 1
    assert change(context, ADMIN, number, url=trap.url)
    with pytest.raises(RefusedError):
        change(context, ADMIN, number, state="active")
    courier.round()
    assert change(context, ADMIN, number, types=["org.mingbai.run.*"], state="active")
    run = happen(context, "runs/1")
    courier.round()
    assert trap.ids() == [run]
    assert states(context, number) == ["delivered"] * 3 + ["dead", "delivered"]
    assert replay(context, ADMIN, number, dead=True) == 0
    trap.stop()


def test_an_approval_stands_only_for_its_own_scope_and_person(context: Context) -> None:
    """By name as by number: whoever made it is not the second person under another credential."""
    number, _ = subscribe(context, ADMIN, name="c", url="https://a.example/", types=["*"], division_code=None)
    for who in (replace(SECOND, account_id=ADMIN.account_id), replace(SECOND, name=ADMIN.name)):
        with pytest.raises(RefusedError) as refused:
            approve(context, who, number, url="https://a.example/", types=["*"])
        assert refused.value.kind == "not-allowed"
    with pytest.raises(RefusedError) as refused:
        approve(context, replace(SECOND, divisions=("A",)), number, url="https://a.example/", types=["*"])
    assert refused.value.kind == "not-there"
    with context.database.read() as connection:
        row = webhooks.find(connection, number, webhooks.ANY)
    assert row is not None
    assert row.asked_by == ADMIN.account_id
