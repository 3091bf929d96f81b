"""What somebody may know of their own account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.access import PERMISSIONS, Permission, Principal
from service.access.permissions import BY_HAND
from service.store import accounts, recovery_codes
from service.work.access.refused import no_account
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One's own account.

    * `roles`, `divisions`, `desks`: what it may do and where; empty desks are those of the roles
    * `official_id`: the official it belongs to, None where that was not told; `is_person_known`: whether the holder's
      own number was given, so that cases near them go to others
    * `has_password`: False for somebody who signs in through a provider; `password_at`: when it was chosen
    * `has_codes`: one-time codes are on; `recovery_left`: recovery codes that were not used
    * `key_permissions`: what a key made by the holder may be given
    """

    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    desks: tuple[str, ...]
    official_id: str | None
    is_person_known: bool
    has_password: bool
    password_at: dt.datetime | None
    has_codes: bool
    recovery_left: int
    key_permissions: tuple[Permission, ...]


def own_account(context: Context, who: Principal) -> OwnAccount:
    """The account of whoever asks. Raises RefusedError "not-there" for somebody without one, a recipient."""
    with context.database.read() as connection:
        account = accounts.by_number(connection, who.account_id)
        if account is None:
            raise no_account()
        left = recovery_codes.count(connection, account.account_id) if account.totp_on else 0
    allowed = {one for role in who.roles for one in PERMISSIONS[role]} - BY_HAND
    return OwnAccount(
        account.name,
        account.roles,
        account.divisions,
        account.desks,
        account.official_id,
        account.person is not None,
        account.password is not None,
        account.password_at,
        account.totp_on,
        left,
        tuple(sorted(allowed)),
    )
