"""Sign-in by OpenID Connect, against a provider that runs as a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.api.app import create_app
from service.clock import SystemClock
from service.store.accounts import ACCOUNTS
from service.store.audit_lines import AUDIT_LINES
from service.work.access import openid_provider
from service.work.access.manage_accounts import close_account
from service.work.context import Context
from tests.serving.access_help import COMMAND, keep_divisions, person, principal
from tests.serving.ready_routes import with_ready_routes

HOST = "http://testserver"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer: a real provider on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://localhost:{port}"
    try:
        for _ in range(200):
            try:
                httpx2.get(f"{issuer}/.well-known/openid-configuration", timeout=1).raise_for_status()
                break
            except httpx2.HTTPError:
                assert process.poll() is None, "the provider ended"
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def openid(context: Context, provider: str) -> Context:
    """A context that knows the provider, at the time it is: tokens carry the provider's clock."""
    settings = replace(
        context.settings,
        oidc_issuer=provider,
        oidc_client_id="mingbai",
        oidc_client_secret="any",  # noqa: S106 - the provider takes every secret
        public_url=HOST,
        oidc_claim="mingbai",
    )
    return replace(context, settings=settings, clock=SystemClock())


@pytest.fixture
def site(openid: Context) -> FastAPI:
    """The application that knows the provider."""
    return with_ready_routes(create_app, openid)


def vouch(provider: str, subject: str, **claims: Any) -> None:
    """What the provider says of somebody."""
    httpx2.put(f"{provider}/users/{quote(subject)}", json=claims).raise_for_status()


def to_provider(client: TestClient, subject: str, onward: str = "/") -> str:
    """Begin at our site, sign in at the provider, and give the address it sends the browser back to."""
    begun = client.get("/v1/sign-in/openid", params={"next": onward}, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    there = httpx2.post(begun.headers["location"], data={"sub": subject}, follow_redirects=False)
    return str(there.headers["location"])


def sign_in(client: TestClient, subject: str, onward: str = "/") -> Any:
    """The whole way."""
    return client.get(to_provider(client, subject, onward), follow_redirects=False)


def browser(site: FastAPI) -> TestClient:
    """A browser."""
    return TestClient(site, base_url=HOST, headers={"origin": HOST}, raise_server_exceptions=False)


def test_a_prepared_account_is_linked_by_its_verified_address(openid: Context, site: FastAPI, provider: str) -> None:
    """The first sign-in links, the second finds issuer and subject, whatever the address is by then; the roles are
    those the administrator gave, not the claim's; nothing of the person is kept in clear."""
    keep_divisions(openid)
    person(openid, "wang.fang", "investigator", divisions=("519901",), password=None, email="Fang@example.org")
    vouch(provider, "s-fang", email="fang@example.org", email_verified=True, mingbai=["auditor@51"], name="Somebody")
    client = browser(site)
    back = sign_in(client, "s-fang", "/console?page=2")
    assert back.status_code == 303, back.text
    assert back.headers["location"] == "/console?page=2"
    me = client.get("/v1/me").json()
    assert (me["name"], me["roles"], me["divisions"]) == ("wang.fang", ["investigator"], ["519901"])
    assert me["credential"] == "oidc"
    vouch(provider, "s-fang", email="other@example.org", email_verified=True)
    assert sign_in(browser(site), "s-fang").status_code == 303
    with openid.database.read() as connection:
        kept = f"{connection.execute(select(ACCOUNTS)).all()} {connection.execute(select(AUDIT_LINES)).all()}"
    assert "example.org" not in kept
    assert "Somebody" not in kept
    actions = kept.count("account.link"), kept.count("session.open")
    assert actions == (1, 2)


def test_an_address_that_nobody_verified_links_nothing(openid: Context, site: FastAPI, provider: str) -> None:
    """Whoever can write any address at the provider must not get into the account prepared for it; nor does an account
    that is linked go to a second subject."""
    person(openid, "wang.fang", "investigator", password=None, email="fang@example.org")
    vouch(provider, "s-thief", email="fang@example.org", email_verified=False)
    vouch(provider, "s-silent", email="fang@example.org")
    for subject in ("s-thief", "s-silent", "s-unknown"):
        client = browser(site)
        assert sign_in(client, subject).status_code == 403
        assert client.get("/v1/me").status_code == 401
    vouch(provider, "s-first", email="fang@example.org", email_verified=True)
    assert sign_in(browser(site), "s-first").status_code == 303
    vouch(provider, "s-second", email="fang@example.org", email_verified=True)
    assert sign_in(browser(site), "s-second").status_code == 403


def test_a_claim_makes_an_account_and_keeps_it_as_it_says(openid: Context, site: FastAPI, provider: str) -> None:
    """Roles and divisions of the claim at each sign-in; no administrator by claim; taken away there, refused here."""
    vouch(provider, "s-li", preferred_username="Li.Na", mingbai=["auditor@5199", "administrator@*", "x@1", "auditor"])
    client = browser(site)
    assert sign_in(client, "s-li").status_code == 303
    me = client.get("/v1/me").json()
    assert (me["name"], me["roles"], me["divisions"]) == ("li.na", ["auditor"], ["5199"])
    vouch(provider, "s-li", preferred_username="Li.Na", mingbai="investigator@519901 auditor@519902")
    again = browser(site)
    assert sign_in(again, "s-li").status_code == 303
    assert again.get("/v1/me").json()["roles"] == ["auditor", "investigator"]
    assert client.get("/v1/me").status_code == 401, "the session from before had other roles"
    vouch(provider, "s-li", preferred_username="Li.Na", mingbai=["administrator@*"])
    assert sign_in(browser(site), "s-li").status_code == 403
    # A name that is somebody's here, or a number, is not taken over.
    vouch(provider, "s-other", preferred_username="li.na", mingbai=["auditor@5199"])
    other = browser(site)
    sign_in(other, "s-other")
    assert other.get("/v1/me").json()["name"].startswith("oidc-")
    vouch(provider, "s-number", preferred_username="519901195003071234", mingbai=["auditor@5199"])
    numbered = browser(site)
    sign_in(numbered, "s-number")
    assert numbered.get("/v1/me").json()["name"].startswith("oidc-")


def test_a_closed_account_stays_closed(openid: Context, site: FastAPI, provider: str) -> None:
    """The provider does not open it again, neither by subject nor by claim."""
    vouch(provider, "s-closed", preferred_username="left", mingbai=["auditor@5199"])
    client = browser(site)
    sign_in(client, "s-closed")
    close_account(openid, COMMAND, client.get("/v1/me").json()["account_id"], "left")
    assert client.get("/v1/me").status_code == 401
    assert sign_in(browser(site), "s-closed").status_code == 403
    assert principal(person(openid, "x1", "auditor")).credential == "session"


def test_only_the_browser_that_began_ends(openid: Context, site: FastAPI, provider: str) -> None:
    """The address the provider gave, opened in another browser, signs nobody in; nor does another state, a code twice,
    a cookie that is too old, or one somebody made up."""
    person(openid, "wang.fang", "auditor", password=None, email="fang@example.org")
    vouch(provider, "s-fang2", email="fang@example.org", email_verified=True)
    mine, others = browser(site), browser(site)
    back = to_provider(mine, "s-fang2")
    assert others.get(back, follow_redirects=False).status_code == 401
    to_provider(others, "s-fang2")
    assert others.get(back, follow_redirects=False).status_code == 401, "another flow's cookie"
    made_up = browser(site)
    made_up.cookies.set("mingbai_openid", "e30=")
    assert made_up.get(back, follow_redirects=False).status_code == 401
    parts = parse_qs(urlsplit(back).query)
    for change in ({"state": "x"}, {"code": "x"}, {"code": ""}, {"state": ""}):
        query = {"state": parts["state"][0], "code": parts["code"][0], **change}
        assert mine.get("/v1/sign-in/openid/back", params=query, follow_redirects=False).status_code == 401
    late_browser = browser(create_app(replace(openid, clock=Later())))
    late_browser.cookies.update(mine.cookies)
    assert late_browser.get(back, follow_redirects=False).status_code == 401
    assert mine.get(back, follow_redirects=False).status_code == 303
    assert mine.get(back, follow_redirects=False).status_code == 401, "the cookie is gone, and the code used"


class Later(SystemClock):
    """Eleven minutes from now."""

    def now(self) -> Any:
        """The moment."""
        import datetime as dt

        return super().now() + dt.timedelta(minutes=11)


def test_the_request_to_the_provider_has_pkce_state_and_nonce(site: FastAPI) -> None:
    """And what proves them stays with the browser, sealed."""
    client = browser(site)
    begun = client.get("/v1/sign-in/openid", follow_redirects=False)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{HOST}/v1/sign-in/openid/back"
    assert asked["response_type"] == "code"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 32
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    for name in ("state", "nonce"):
        assert asked[name] not in cookie


def test_a_token_for_another_nonce_or_client_is_not_taken(
    openid: Context, site: FastAPI, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature is the provider's, and yet the token is not for this sign-in."""
    vouch(provider, "s-nonce", mingbai=["auditor@5199"])
    client = browser(site)
    back = to_provider(client, "s-nonce")
    real = openid_provider._opened
    monkeypatch.setattr(openid_provider, "_opened", lambda *given: {**real(*given), "nonce": "another"})
    assert client.get(back, follow_redirects=False).status_code == 401
    monkeypatch.undo()
    # Now a sign-in at another client of the same provider: the token says so, and is good for nothing here.
    other = replace(openid, settings=replace(openid.settings, oidc_client_id="other"))
    make = openid_provider._client
    monkeypatch.setattr(openid_provider, "_client", lambda _context, *given: make(other, *given))
    assert sign_in(browser(site), "s-nonce").status_code == 401
    monkeypatch.undo()
    assert sign_in(browser(site), "s-nonce").status_code == 303


def test_nobody_is_sent_elsewhere_afterwards(site: FastAPI) -> None:
    """`next` is a path of ours."""
    for onward in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "x", "/ x", "/\t/evil"):
        answer = browser(site).get("/v1/sign-in/openid", params={"next": onward}, follow_redirects=False)
        assert answer.status_code == 422, onward


def test_without_a_provider_or_with_a_silent_one(context: Context, app: FastAPI, openid: Context) -> None:
    """404 where none is set; 503 where it does not answer, is not itself, or is not https; 503 without a public
    address, which nobody may make up by a header."""
    assert browser(app).get("/v1/sign-in/openid", follow_redirects=False).status_code == 404
    silent = replace(openid.settings, oidc_issuer="http://localhost:9")
    plain = replace(openid.settings, oidc_issuer="http://issuer.example")
    nowhere = replace(openid.settings, public_url="")
    for settings in (silent, plain, nowhere):
        client = browser(create_app(replace(openid, settings=settings)))
        answer = client.get("/v1/sign-in/openid", follow_redirects=False)
        assert answer.status_code == 503, settings
