"""Sign in whom the OpenID Connect provider vouches for: into the account an administrator prepared, or, where a
claim is set for it, into one that has what the claim says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from service.access import PERMISSIONS
from service.access.names import folded, is_sound
from service.store import accounts, sessions
from service.store.accounts import Account
from service.work.access.grants import Access, access_of, apply, granted_line, told
from service.work.access.manage_accounts import email_hash
from service.work.access.openid_provider import Proven
from service.work.access.refused import RefusedError
from service.work.access.sessions import hash_of, open_session
from service.work.access.sign_in import SignedIn, signed_in
from service.work.audit.record import Line, record
from service.work.context import Context

MADE_BY: Final = "openid"
"""What the log calls the maker of accounts that a claim made."""
NOT_BY_CLAIM: Final = frozenset({"administrator", "recipient"})
"""Roles that no claim gives: the first administrator is made by a command, the others by administrators."""


def openid_sign_in(
    context: Context, proven: Proven, *, old_token: str | None = None, request_id: str | None = None
) -> SignedIn:
    """Open a session for whom the provider vouches for.

    The account is the one linked to issuer and subject; else the one prepared for the e-mail address, if the provider
    says that it was verified; else, with `MINGBAI_OIDC_CLAIM`, a new one. An account that a claim made has what the
    claim says at each sign-in; one that an administrator made keeps what he gave. Raises RefusedError "not-allowed".
    """
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        account, lines = _account(context, connection, proven)
        if account is None or not account.open:
            raise RefusedError(
                "not-allowed",
                "There is no open account for you: ask an administrator.",
                "没有为您开通的账户，请联系管理员。",
            )
        if old_token:
            sessions.end(connection, hash_of(old_token), context.clock.now(), "signed in again")
        opened = open_session(context, connection, method="oidc", account_id=account.account_id)
        opening = Line(
            account.name,
            "session.open",
            "account",
            str(account.account_id),
            details={"method": "oidc"},
            request_id=request_id,
        )
        record(context, connection, *lines, opening)
    return signed_in(context, account, "oidc", opened.token, opened.ends_at)


def _account(context: Context, connection: Connection, proven: Proven) -> tuple[Account | None, list[Line]]:
    """The account, linked or made where it has to be, and the log's lines of that."""
    claimed = _claimed(context, proven.claims)
    found = accounts.by_subject(connection, proven.issuer, proven.subject)
    if found is not None:
        if found.made_by != MADE_BY or not found.open:
            return found, []
        if claimed is None:
            return None, []
        if claimed == access_of(found):
            return found, []
        changed = apply(context, connection, found, claimed)
        return changed, [granted_line(MADE_BY, found, claimed, "claim of the provider")]
    prepared = _prepared(context, connection, proven)
    if prepared is not None:
        accounts.change(connection, prepared.account_id, issuer=proven.issuer, subject=proven.subject)
        return prepared, [Line(prepared.name, "account.link", "account", str(prepared.account_id))]
    if claimed is None:
        return None, []
    values = {
        "name": _free_name(connection, proven),
        "issuer": proven.issuer,
        "subject": proven.subject,
        "must_change": False,
        "totp_on": False,
        "open": True,
        "made_by": MADE_BY,
        "made_at": context.clock.now(),
    }
    number = accounts.add(connection, values, claimed.roles, claimed.divisions, claimed.desks)
    line = Line(MADE_BY, "account.make", "account", str(number), details={"name": values["name"], **told(claimed)})
    return accounts.by_number(connection, number), [line]


def _prepared(context: Context, connection: Connection, proven: Proven) -> Account | None:
    """The account prepared for the e-mail address; an address that was not verified is anybody's."""
    email = proven.claims.get("email")
    if not isinstance(email, str) or proven.claims.get("email_verified") is not True:
        return None
    found = accounts.by_email(connection, email_hash(context, email))
    return found if found is not None and found.open else None


def _claimed(context: Context, claims: Mapping[str, Any]) -> Access | None:
    """What the claim gives: entries `role@division`, as a list or one text with blanks. None where it gives nothing."""
    name = context.settings.oidc_claim
    value = claims.get(name) if name else None
    entries = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    pairs = [entry.partition("@") for entry in entries if isinstance(entry, str)]
    good = [(role, place) for role, _, place in pairs if role in PERMISSIONS and role not in NOT_BY_CLAIM and place]
    if not good:
        return None
    roles, places = zip(*good, strict=True)
    return Access(tuple(sorted(set(roles))), tuple(sorted(set(places))))


def _free_name(connection: Connection, proven: Proven) -> str:
    """The name the provider gives where it is sound and free, else one made of the subject's hash."""
    given = proven.claims.get("preferred_username")
    name = folded(given) if isinstance(given, str) else ""
    if is_sound(name) and accounts.by_name(connection, name) is None:
        return name
    digest = hashlib.sha256(f"{proven.issuer}\0{proven.subject}".encode()).digest()
    # Letters only: a name holds no long number.
    return "oidc-" + "".join(chr(ord("a") + byte % 26) for byte in digest[:16])
