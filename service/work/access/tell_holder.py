"""Say whose an account is, where nobody has said it yet: so that cases near the holder and their kin go to others."""

from __future__ import annotations

from typing import Any, Final, cast

from service.access import Principal
from service.store import accounts
from service.store.accounts import Account
from service.work.access.grants import of_number
from service.work.access.refused import RefusedError
from service.work.audit.record import Line, record
from service.work.context import Context

LENGTHS: Final = range(15, 65)
"""Characters of an identity number: 15 or 18 here, and what other registers have."""
MOST: Final = 64
"""Characters of an official's number."""


def tell_holder(
    context: Context, who: Principal, account_id: int, *, id_number: str, official_id: str, reason: str
) -> Account:
    """Note the holder's own number (only its keyed hash is kept) and their number as an official; empty texts are left
    out. What was noted once stays: taking it away would bring somebody back to cases they were kept off.

    Raises RefusedError: "not-as-expected", "not-there", "not-allowed" for one's own account, "conflict" where it is
    noted already.
    """
    if not (id_number or official_id):
        raise RefusedError("not-as-expected", "Give a number to note.", "请填写要登记的内容。", where="body.id_number")
    if (id_number and (len(id_number) not in LENGTHS or not id_number.isascii())) or len(official_id) > MOST:
        raise RefusedError(
            "not-as-expected", "The number is too short or too long.", "号码长度不对。", where="body.id_number"
        )
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        account = of_number(connection, who, account_id)
        if account.account_id == who.account_id:
            raise RefusedError("not-allowed", "Not with one's own account.", "不能对自己的账户执行此操作。")
        if (id_number and account.person is not None) or (official_id and account.official_id is not None):
            raise RefusedError("conflict", "It is noted already and stays.", "已登记，不得更改。")
        values: dict[str, Any] = {}
        if id_number:
            values["person"] = context.seal.hash("person", id_number.upper())
        if official_id:
            values["official_id"] = official_id
        accounts.change(connection, account_id, **values)
        details = {"person": bool(id_number), "official": official_id}
        line = Line(who.name, "account.tell_holder", "account", str(account_id), reason=reason, details=details)
        record(context, connection, line)
        return cast(Account, accounts.by_number(connection, account_id))
