"""One-time codes (TOTP, RFC 6238) as a second factor, and recovery codes for when the device is lost."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from service.access import Principal, passwords
from service.sealing.column import open_text, seal_text
from service.store import accounts, recovery_codes
from service.store.accounts import Account
from service.work.access import attempts
from service.work.access.refused import RefusedError, busy, no_account, wrong
from service.work.audit.record import Line, record
from service.work.context import Context

STEP_SECONDS: Final = 30
WINDOW: Final = 1
"""Codes of the step before and after count too: devices' clocks differ."""
RECOVERY_CODES: Final = 10
_SECRET: Final = accounts.ACCOUNTS.c.totp_secret
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Secret:
    """A new secret, shown once: as text, and as the address an authenticator reads from a QR code."""

    secret: str
    uri: str


def start(context: Context, who: Principal, password: str, address: str | None) -> Secret:
    """Make a secret for one's own account, which counts after `confirm`. Raises RefusedError when codes are on
    already or the password is wrong."""
    import pyotp

    account = proven(context, who, password, address)
    if account.totp_on:
        raise _already()
    secret = pyotp.random_base32()
    with context.database.write() as connection:
        accounts.change(connection, account.account_id, totp_secret=seal_text(context.seal, _SECRET, secret))
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name="Mingbai")
    return Secret(secret, uri)


def confirm(context: Context, who: Principal, code: str) -> list[str]:
    """Switch codes on with a first good one; the recovery codes, shown once. Raises RefusedError otherwise."""
    with context.database.write() as connection:
        account = accounts.by_number(connection, who.account_id)
        if account is None:
            raise no_account()
        if account.totp_on:
            raise _already()
        if account.totp_secret is None:
            raise RefusedError("conflict", "Ask for a secret first.", "请先获取密钥。")
        if not _takes_step(context, connection, account, code):
            raise wrong()
        codes = ["-".join(_random(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]
        recovery_codes.replace(connection, account.account_id, [_kept(context, account, one) for one in codes])
        accounts.change(connection, account.account_id, totp_on=True)
        record(context, connection, Line(who.name, "account.codes_on", "account", str(account.account_id)))
    return codes


def remove(context: Context, who: Principal, password: str, code: str, address: str | None) -> None:
    """Switch codes off for one's own account; takes the password and a code. Raises RefusedError otherwise."""
    proven(context, who, password, address, code=code)
    with context.database.write() as connection:
        switch_off(context, connection, who.account_id)
        record(context, connection, Line(who.name, "account.codes_off", "account", str(who.account_id)))


def switch_off(context: Context, connection: Connection, account_id: int) -> None:
    """Take secret and recovery codes away, in the caller's transaction."""
    accounts.change(connection, account_id, totp_on=False, totp_secret=None)
    recovery_codes.replace(connection, account_id, [])


def takes(context: Context, connection: Connection, account: Account, code: str) -> bool:
    """Whether a one-time or recovery code is good, and use it up in the caller's transaction: a code works once."""
    if _takes_step(context, connection, account, code):
        return True
    return recovery_codes.take(connection, account.account_id, _kept(context, account, code), context.clock.now())


def proven(context: Context, who: Principal, password: str, address: str | None, *, code: str | None = None) -> Account:
    """One's own account after the password was given again (and a code, where one is handed in and codes are on).

    Failures count as failed sign-ins. Raises RefusedError.
    """
    one = attempts.begin(context, "sign-in", who.name, address)
    with context.database.read() as connection:
        account = accounts.by_number(connection, who.account_id)
    try:
        good = passwords.verified(password, account.password if account else None)
    except passwords.BusyError:
        with context.database.write() as connection:
            attempts.forgive(context, connection, one, whole=False)
        raise busy() from None
    if account is None or not good:
        raise wrong()
    with context.database.write() as connection:
        if code is not None and account.totp_on and not takes(context, connection, account, code):
            raise wrong()
        attempts.forgive(context, connection, one, whole=code is not None or not account.totp_on)
    return account


def _takes_step(context: Context, connection: Connection, account: Account, code: str) -> bool:
    import pyotp

    given = re.sub(r"\s", "", code)
    secret = open_text(context.seal, _SECRET, account.totp_secret)
    if secret is None or not re.fullmatch(r"[0-9]{6}", given):
        return False
    made = pyotp.TOTP(secret)
    now = int(context.clock.now().timestamp()) // STEP_SECONDS
    steps = [now + by for by in range(-WINDOW, WINDOW + 1)]
    good = [step for step in steps if hmac.compare_digest(made.generate_otp(step), given)]
    return any(accounts.take_step(connection, account.account_id, step) for step in good)


def _kept(context: Context, account: Account, code: str) -> str:
    plain = re.sub(r"[\s-]", "", code.casefold())
    return context.seal.hash("key", f"recovery:{account.account_id}:{plain}")


def _random(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _already() -> RefusedError:
    return RefusedError("conflict", "One-time codes are on already.", "已启用一次性验证码。")
