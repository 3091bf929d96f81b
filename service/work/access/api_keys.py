"""API keys `mb_<id>_<secret>`: made for an account, limited to some of what it may do, always with an end.

The secret is 256 random bits, so its SHA-256 is as good a thing to keep as any slow hash, and a request costs nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Connection, Row

from service.access import EVERYWHERE, PERMISSIONS, Permission, Principal, Role
from service.access.names import folded, is_sound
from service.access.permissions import BY_HAND, SEES_CASES
from service.store import accounts, api_keys, division_paths
from service.store.accounts import Account
from service.work.access.grants import of_number, visible_to
from service.work.access.refused import RefusedError, no_account
from service.work.audit.record import Line, record
from service.work.context import Context

_FORM: Final = re.compile(r"mb_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
LONGEST: Final = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made. `divisions` empty: those of the account. `addresses`: networks it may be used from, as
    10.1.0.0/16; empty: any."""

    account_id: int
    name: str
    permissions: tuple[Permission, ...]
    expires_at: dt.datetime
    divisions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a key gives: who asks, from which networks, and until when."""

    key_id: int
    principal: Principal
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    expires_at: dt.datetime
    used_at: dt.datetime | None

    def allows(self, address: str | None) -> bool:
        """Whether the key may be used from an address."""
        if not self.networks:
            return True
        try:
            given = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        if isinstance(given, ipaddress.IPv6Address) and given.ipv4_mapped is not None:
            given = given.ipv4_mapped
        return any(given in network for network in self.networks)


def make_key(context: Context, who: Principal, new: NewKey) -> tuple[Row[Any], str]:
    """Make a key; its row and the whole key, shown once.

    For one's own account, or, as administrator, for another in one's scope: then without permissions that show cases,
    since whoever makes a key has seen it. Raises RefusedError.
    """
    name = folded(new.name)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    now = context.clock.now()
    own = new.account_id == who.account_id
    with context.database.write() as connection:
        account = accounts.by_number(connection, who.account_id) if own else of_number(connection, who, new.account_id)
        if account is None or not account.open:
            raise no_account()
        if own and who.limited_to is not None:
            raise RefusedError("not-allowed", "Change the password first.", "请先修改密码。")
        _check(connection, account, new, name, now, own=own)
        number = api_keys.add(
            connection,
            prefix=prefix,
            secret_hash=_hash(secret),
            account_id=account.account_id,
            name=name,
            permissions=sorted(new.permissions),
            divisions=sorted(new.divisions or account.divisions),
            addresses=[str(one) for one in _networks(new.addresses)],
            made_by=who.name,
            made_at=now,
            expires_at=new.expires_at,
        )
        row = cast(Row[Any], api_keys.by_number(connection, number))
        details = {"key": number, "name": name, "permissions": row.permissions, "divisions": row.divisions}
        record(context, connection, Line(who.name, "key.make", "account", str(account.account_id), details=details))
    return row, f"mb_{prefix}_{secret}"


def list_keys(
    context: Context, who: Principal, *, after: int, limit: int, account_id: int | None = None
) -> list[Row[Any]]:
    """Keys by number: of one account (one's own may always be asked), or of all in the scope of `who`."""
    column = api_keys.API_KEYS.c.account_id
    own = account_id is not None and account_id == who.account_id
    condition = column == account_id if own else column.in_(accounts.numbers(visible_to(who)))
    if account_id is not None:
        condition = condition & (column == account_id)
    with context.database.read() as connection:
        return api_keys.page(connection, condition, after, limit)


def revoke_key(context: Context, who: Principal, key_id: int, *, own_only: bool = False) -> Row[Any]:
    """Revoke a key of one's own, or (unless `own_only`) as administrator of an account in one's scope. Other
    processes may take it for `authenticate.REMEMBERED` longer. Raises RefusedError: not there, or revoked before."""
    with context.database.write() as connection:
        row = api_keys.by_number(connection, key_id)
        if row is None:
            raise _no_key()
        if row.account_id != who.account_id:
            if own_only or not who.may("accounts.manage"):
                raise _no_key()
            of_number(connection, who, int(row.account_id))
        if not api_keys.revoke(connection, key_id, context.clock.now(), who.name):
            raise RefusedError("conflict", "The key is revoked already.", "该密钥已撤销。")
        details = {"key": key_id}
        record(context, connection, Line(who.name, "key.revoke", "account", str(row.account_id), details=details))
        return cast(Row[Any], api_keys.by_number(connection, key_id))


def find_key(context: Context, token: str) -> Found | None:
    """What a key gives now; None when it is not one, wrong, revoked, run out, or its account is closed.

    Its permissions and divisions are cut to what its account has today.
    """
    parts = _FORM.fullmatch(token)
    if parts is None:
        return None
    prefix, secret = parts.groups()
    with context.database.read() as connection:
        row = api_keys.by_prefix(connection, prefix)
        # Compared also where there is no such key: the time tells nothing.
        good = hmac.compare_digest(row.secret_hash if row else _hash(""), _hash(secret))
        if row is None or not good or row.revoked_at is not None or row.expires_at <= context.clock.now():
            return None
        account = accounts.by_number(connection, int(row.account_id))
        if account is None or not account.open:
            return None
        divisions = _narrowed(connection, tuple(row.divisions), account.divisions)
    principal = Principal(
        account.account_id,
        f"{account.name}/{row.name}",
        frozenset(cast(tuple[Role, ...], account.roles)),
        divisions,
        "api_key",
        desks=account.desks,
        person=account.person,
        official_id=account.official_id,
        limited_to=frozenset(row.permissions) - BY_HAND,
    )
    return Found(int(row.key_id), principal, _networks(row.addresses), row.expires_at, row.used_at)


def _check(connection: Connection, account: Account, new: NewKey, name: str, now: dt.datetime, *, own: bool) -> None:
    """Raises RefusedError for a key that the account cannot have, or not from this hand."""
    if not is_sound(name):
        raise _flaw(
            "name", "2 to 64 letters, digits or .@-_, no long number", "2 至 64 个字母、数字或 .@-_，不含长数字"
        )
    allowed = {one for role in account.roles for one in PERMISSIONS[cast(Role, role)]} - BY_HAND
    if not own:
        allowed -= SEES_CASES
    if not new.permissions or set(new.permissions) - allowed:
        listed = ", ".join(sorted(allowed)) or "-"
        raise _flaw("permissions", f"some of: {listed}", f"可选：{listed}")
    if not now < new.expires_at <= now + LONGEST:
        raise _flaw("expires_at", f"within {LONGEST.days} days", f"{LONGEST.days} 天以内")
    if EVERYWHERE not in account.divisions and (
        EVERYWHERE in new.divisions or division_paths.outside(connection, new.divisions, account.divisions)
    ):
        raise _flaw("divisions", "divisions of the account, or under them", "该账户管辖范围内的行政区划")
    try:
        _networks(new.addresses)
    except ValueError:
        raise _flaw("addresses", "networks as 10.1.0.0/16 or 2001:db8::/32", "形如 10.1.0.0/16 的网段") from None


def _narrowed(connection: Connection, key: tuple[str, ...], account: tuple[str, ...]) -> tuple[str, ...]:
    """Where a key sees: its own divisions where the account still has them, the account's where the key has more."""
    if EVERYWHERE in account:
        return key
    if EVERYWHERE in key:
        return account
    kept = set(key) - division_paths.outside(connection, key, account)
    kept |= set(account) - division_paths.outside(connection, account, key)
    return tuple(sorted(kept))


def _networks(texts: Any) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _flaw(field: str, expected: str, chinese: str) -> RefusedError:
    return RefusedError("not-as-expected", f"Expected {expected}.", f"{chinese}。", where=f"body.{field}")


def _no_key() -> RefusedError:
    return RefusedError(
        "not-there",
        "There is no key of that number, or it lies outside your divisions.",
        "没有该密钥，或不在您的管辖范围内。",
    )
