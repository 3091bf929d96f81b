"""Subscriptions by HTTP, and the guard that keeps events from being sent inside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.store import Database, outbox, webhooks
from service.store.audit_lines import AUDIT_LINES
from service.store.division_paths import replace as replace_divisions
from service.work.context import Context
from service.work.webhooks.guard import Refused, address_for, check_form, networks
from service.work.webhooks.read import AUDIENCE
from tests._source import ROOT, python_files
from tests.serving.conftest import Signed

NEW = {"name": "惠民平台", "url": "https://finance.example/hook", "types": ["org.mingbai.run.*"]}


def divisions(database: Database) -> None:
    """P over A and B, A over A1."""
    tree = [("P", None), ("A", "P"), ("A1", "A"), ("B", "P")]
    with database.write() as connection:
        replace_divisions(connection, [{"division_code": code, "parent_code": up} for code, up in tree])


def made(client: TestClient, **more: object) -> int:
    """A subscription made by HTTP."""
    answer = client.post("/v1/webhooks", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["subscription_id"])


def test_the_secret_is_told_once_and_kept_sealed(context: Context, signed_in: Signed) -> None:
    """It stands in no later answer, and in no row as it is; making and changing are in the log."""
    client = signed_in("administrator")
    answer = client.post("/v1/webhooks", json=NEW).json()
    secret, number = answer["secret"], answer["subscription_id"]
    assert secret.startswith("whsec_")
    shown = client.get(f"/v1/webhooks/{number}")
    assert "secret" not in shown.json()
    assert shown.json()["name"] == "惠民平台"
    with context.database.read() as connection:
        (sealed,) = connection.execute(select(webhooks.WEBHOOK_SECRETS.c.sealed)).scalars()
        assert secret.encode() not in sealed
    again = client.post(f"/v1/webhooks/{number}/secrets", json={"overlap_hours": 1})
    assert again.status_code == 201
    assert again.json()["secret"] != secret
    assert client.delete(f"/v1/webhooks/{number}").status_code == 204
    assert client.get(f"/v1/webhooks/{number}").status_code == 404
    with context.database.read() as connection:
        done = connection.execute(select(AUDIT_LINES.c.action).order_by(AUDIT_LINES.c.line)).scalars().all()
    assert done == ["webhook.subscribe", "webhook.rotate", "webhook.remove"]


@pytest.mark.parametrize(
    "more",
    [
        {"url": "http://finance.example/hook"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://user:word@finance.example/"},
        {"url": "ftp://finance.example/"},
        {"url": "https://finance.example/ a"},
        {"types": ["run.scored"]},
        {"types": []},
        {"types": ["org.mingbai.run.%"]},
        {"surprise": 1},
    ],
)
def test_what_cannot_be_subscribed_to_is_refused_with_what_is_expected(signed_in: Signed, more: dict[str, str]) -> None:
    """422, and the texts say what would do."""
    answer = signed_in("administrator").post("/v1/webhooks", json={**NEW, **more})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail_zh"]


def test_only_who_manages_webhooks_and_only_inside_their_divisions(database: Database, signed_in: Signed) -> None:
    """Another county's subscriptions are neither listed, shown, changed nor made."""
    divisions(database)
    everywhere, here, there = (
        signed_in("administrator"),
        signed_in("administrator", divisions=("A",)),
        signed_in("administrator", divisions=("B",)),
    )
    number = made(here, division_code="A1")
    whole = made(everywhere)
    assert here.post("/v1/webhooks", json={**NEW, "division_code": "B"}).status_code == 403
    assert here.post("/v1/webhooks", json=NEW).status_code == 403
    assert [one["subscription_id"] for one in here.get("/v1/webhooks").json()["items"]] == [number]
    assert there.get("/v1/webhooks").json() == {"items": [], "next": None}
    for answer in (
        there.get(f"/v1/webhooks/{number}"),
        there.patch(f"/v1/webhooks/{number}", json={"state": "paused"}),
        there.delete(f"/v1/webhooks/{number}"),
        there.post(f"/v1/webhooks/{number}/pings"),
        there.post(f"/v1/webhooks/{number}/secrets", json={}),
        there.post(f"/v1/webhooks/{number}/replays", json={"dead": True}),
        there.get(f"/v1/webhooks/{number}/deliveries"),
        here.get(f"/v1/webhooks/{whole}"),
    ):
        assert answer.status_code == 404
    for role in ("investigator", "disbursement_system", "auditor"):
        assert signed_in(role).get("/v1/webhooks").status_code == 403
    page = everywhere.get("/v1/webhooks", params={"limit": 1}).json()
    assert page["next"] == number
    assert everywhere.get("/v1/webhooks", params={"after": number}).json()["items"][0]["subscription_id"] == whole


def test_events_are_pulled_by_role_and_division(context: Context, signed_in: Signed) -> None:
    """A cursor moves over everything a caller may read, and over nothing else."""
    divisions(context.database)
    with context.database.write() as connection:
        for n, (kind, division) in enumerate([("run", "A1"), ("case", "A1"), ("run", "B"), ("run", None)]):
            outbox.add(
                connection,
                f"org.mingbai.{kind}.opened",
                f"{kind}s/{n}",
                {},
                context.clock.now(),
                division_code=division,
            )
    system = signed_in("disbursement_system", divisions=("A",)).get("/v1/events").json()
    assert [one["subject"] for one in system["items"]] == ["runs/0"]
    assert system["items"][0]["specversion"] == "1.0"
    investigator = signed_in("investigator", divisions=("P",))
    # The event of a case nobody may see is none: `test_recusal` has those of cases there are.
    first = investigator.get("/v1/events", params={"limit": 1}).json()
    assert [one["subject"] for one in first["items"]] == ["runs/0"]
    second = investigator.get("/v1/events", params={"after": first["next"]}).json()
    assert [one["subject"] for one in second["items"]] == ["runs/2"]
    assert investigator.get("/v1/events", params={"after": second["next"]}).json()["next"] == second["next"]
    assert signed_in("administrator").get("/v1/events").status_code == 403


def test_events_of_reports_are_for_those_who_answer_them(context: Context, signed_in: Signed) -> None:
    """An auditor reads cases and answers nobody."""
    with context.database.write() as connection:
        outbox.add(connection, "org.mingbai.report.received", "reports/B-1", {}, context.clock.now())
    answers = signed_in("department_verifier").get("/v1/events").json()
    assert [one["subject"] for one in answers["items"]] == ["reports/B-1"]
    assert signed_in("auditor").get("/v1/events").json()["items"] == []


def test_every_event_that_is_made_can_be_pulled_by_somebody_and_is_in_the_docs() -> None:
    """A new type of event must say who may read it, and stand in the page."""
    written = {
        found
        for source in python_files("service")
        for _, text in source.texts()
        for found in re.findall(r"org\.mingbai(?:\.[a-z_]+)+", text)
        if not found.startswith("org.mingbai.webhook") and found.count(".") > 2
    }
    assert "org.mingbai.run.scored" in written
    nouns = {pattern.removesuffix("*") for pattern in AUDIENCE}
    assert {one for one in written if not one.startswith(tuple(nouns))} == set()
    assert {noun for noun in nouns if not any(one.startswith(noun) for one in written)} == set()
    page = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    assert {one for one in written if f"`{one.removeprefix('org.mingbai.')}`" not in page} == set()


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "https://host:0/",
        "https://host:99999/",
        "https://host/#part",
        "https:///path",
        "gopher://host/",
        "https://ho\nst/",
        "https://主机/",
    ],
)
def test_addresses_inside_are_refused_however_they_are_written(url: str) -> None:
    """Written out, in another notation, or wrapped into IPv6."""
    with pytest.raises(Refused):
        check_form(url, ())


def test_a_name_is_judged_by_every_address_it_has() -> None:
    """A name that leads inside is refused when it is used, whatever it was when it was subscribed."""
    public, private = "93.184.216.34", "10.1.2.3"

    def leads_to(*addresses: str) -> str:
        return address_for("https://name.example/", (), lambda _h, _p: list(addresses))

    assert leads_to(public) == public
    for addresses in ((private,), (public, private), ("::ffff:10.1.2.3",), ("fe80::1%eth0",), ()):
        with pytest.raises(Refused):
            leads_to(*addresses)
    inside = networks("10.1.0.0/16, fd00::/8")
    assert address_for("http://name.example:8080/", inside, lambda _h, _p: [private]) == private
    with pytest.raises(Refused):
        address_for("http://name.example/", inside, lambda _h, _p: [public])

    def nowhere(_h: str, _p: int) -> list[str]:
        raise OSError

    with pytest.raises(Refused, match="name not found"):
        address_for("https://name.example/", (), nowhere)


def test_the_address_judged_is_the_one_connected_to() -> None:
    """The name is not looked up a second time, and the certificate is asked for under its name."""
    import httpx2

    from service.work.webhooks.send import send

    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, content=iter([b"taken"]))

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    come = send(
        client, "https://name.example:8443/a?b=c", {}, b"{}", allowed=(), resolve=lambda _h, _p: ["93.184.216.34"]
    )
    assert come.arrived
    (request,) = seen
    assert str(request.url) == "https://93.184.216.34:8443/a?b=c"
    assert request.headers["host"] == "name.example:8443"
    assert request.extensions["sni_hostname"] == "name.example"


def test_nobody_signed_in_learns_nothing(app: object, tmp_path: Path) -> None:
    """Without a credential every route of webhooks answers 401."""
    from fastapi import FastAPI

    assert isinstance(app, FastAPI)
    with TestClient(app) as client:
        for path in ("/v1/webhooks", "/v1/webhooks/1", "/v1/webhooks/1/deliveries", "/v1/events"):
            assert client.get(path).status_code == 401


def test_pings_replays_and_deliveries_by_http(context: Context, signed_in: Signed) -> None:
    """A ping is on its way at once; a replay names exactly one way of choosing."""
    client = signed_in("administrator")
    number = made(client)
    assert client.post(f"/v1/webhooks/{number}/pings").status_code == 202
    assert client.post(f"/v1/webhooks/{number}/replays", json={"dead": True}).json() == {"planned": 0}
    for body in ({}, {"dead": True, "event_id": "evt_1"}, {"since": "2019-07-01T00:00:00"}):
        assert client.post(f"/v1/webhooks/{number}/replays", json=body).status_code == 422
    assert client.get(f"/v1/webhooks/{number}/deliveries").json() == {"items": [], "next": None}
    assert client.patch(f"/v1/webhooks/{number}", json={"state": "paused"}).json()["state"] == "paused"
