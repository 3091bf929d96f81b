"""Talks to the OpenID Connect provider: where to send the browser, and what the code it comes back with is worth.

Code flow with PKCE, state and nonce. Nothing is remembered here between the two: what the second half needs goes,
sealed, into a cookie of the browser that began, so that no other browser can end what it began.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from service.sealing import SealError
from service.work.access.refused import RefusedError, wrong
from service.work.context import Context

MINUTES: Final = 10
"""How long somebody may take at the provider."""
_ABOUT: Final = b"openid.cookie"
_PATIENCE: Final = 10.0
_SKEW: Final = 60
_SIGNED_BY: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures by a key pair only: with a shared secret whoever checks could also sign, and `none` is none."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what its cookie holds."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom the provider vouches for, and where they wanted to go. `claims` are personal: they go nowhere."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    onward: str


def begin(context: Context, redirect_uri: str, onward: str) -> Begun:
    """Begin a sign-in that comes back to `redirect_uri` and ends at `onward`, a path of ours. Raises RefusedError
    "not-there" where no provider is set, "provider" where it does not answer."""
    provider = _metadata(context)
    flow = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "onward": onward,
        "redirect_uri": redirect_uri,
        "at": int(context.clock.now().timestamp()),
    }
    with _client(context, redirect_uri, provider) as client:
        url, _ = client.create_authorization_url(
            provider["authorization_endpoint"],
            state=flow["state"],
            code_verifier=flow["verifier"],
            nonce=flow["nonce"],
        )
    sealed = context.seal.seal(json.dumps(flow).encode(), _ABOUT)
    return Begun(str(url), base64.urlsafe_b64encode(sealed).decode())


def finish(context: Context, *, cookie: str, state: str, code: str) -> Proven:
    """Whom the provider vouches for. Raises RefusedError: "wrong-sign-in" for a state that is not this browser's, a
    code that is worth nothing, or a token that is not good; "provider" where it does not answer."""
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # publishes no types
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
    from httpx2 import HTTPError
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    flow = _opened(context, cookie)
    if not hmac.compare_digest(str(flow["state"]).encode(), state.encode("utf-8", "replace")):
        raise wrong()
    provider = _metadata(context)
    issuer = str(provider["issuer"])
    try:
        with _client(context, str(flow["redirect_uri"]), provider) as client:
            token = client.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=str(flow["verifier"]),
            )
            keys = client.request("GET", provider["jwks_uri"], withhold_token=True).raise_for_status().json()
            read = jwt.decode(str(token["id_token"]), KeySet.import_key_set(keys), algorithms=_SIGNED_BY)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": issuer},
                    "aud": {"essential": True, "value": context.settings.oidc_client_id},
                },
                {
                    "nonce": flow["nonce"],
                    "client_id": context.settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(context.clock.now().timestamp()), leeway=_SKEW)
            told = dict(claims)
            if "userinfo_endpoint" in provider and _lacks(context, told):
                more = client.request("GET", provider["userinfo_endpoint"]).raise_for_status().json()
                if more.get("sub") == told["sub"]:
                    told = {**more, **told}
    except HTTPError:
        raise _no_answer() from None
    except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError):
        # What is wrong with a token is for nobody but the provider, and may quote it.
        raise wrong() from None
    return Proven(issuer, str(told["sub"]), told, str(flow["onward"]))


def _lacks(context: Context, claims: Mapping[str, Any]) -> bool:
    wanted = {"email", context.settings.oidc_claim} - {""}
    return bool(wanted - set(claims))


def _metadata(context: Context) -> dict[str, Any]:
    """What the provider says of itself; asked each time, as sign-ins are rare and keys change."""
    import httpx2

    issuer = context.settings.oidc_issuer.rstrip("/")
    if not issuer:
        raise RefusedError("not-there", "No OpenID Connect provider is set.", "未配置 OpenID Connect 服务。")
    place = urlsplit(issuer)
    if place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise RefusedError("provider", "The provider's address is not https.", "认证服务地址不是 https。")
    try:
        answer = httpx2.get(f"{issuer}/.well-known/openid-configuration", timeout=_PATIENCE)
        found: dict[str, Any] = answer.raise_for_status().json()
        needed = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
        if not needed <= found.keys() or str(found["issuer"]).rstrip("/") != issuer:
            raise _no_answer()
    except (httpx2.HTTPError, ValueError, AttributeError):
        raise _no_answer() from None
    return found


def _client(context: Context, redirect_uri: str, provider: Mapping[str, Any]) -> Any:
    """A client of the provider, to be closed. Redirects are not followed: a token goes where it was sent."""
    from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

    ways = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    secret = context.settings.oidc_client_secret
    way = "none" if not secret else "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
    return OAuth2Client(
        context.settings.oidc_client_id,
        secret or None,
        token_endpoint_auth_method=way,
        scope="openid profile email",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=_PATIENCE,
    )


def _opened(context: Context, cookie: str) -> dict[str, Any]:
    """What the cookie holds. Raises RefusedError for one that is not ours or too old."""
    try:
        flow: dict[str, Any] = json.loads(context.seal.open(base64.urlsafe_b64decode(cookie.encode()), _ABOUT))
    except (SealError, binascii.Error, ValueError):
        raise wrong() from None
    age = context.clock.now().timestamp() - float(flow["at"])
    if not -_SKEW <= age <= MINUTES * 60:
        raise wrong()
    return flow


def _no_answer() -> RefusedError:
    return RefusedError(
        "provider", "The OpenID Connect provider does not answer as it should.", "认证服务无法正常应答。", seconds=10
    )
