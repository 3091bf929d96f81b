"""Accounts of staff and of systems, with the roles and divisions each has. Names are log-in names, in clear.

An account is never deleted, only closed: lines of the log name it for as long as the log is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number, Sealed

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("account_id", Number, primary_key=True),
    # Folded: lower case, one form of Unicode. Shown in the log, so never an identity number or a phone.
    Column("name", Text, nullable=False),
    Column("password", Text),  # argon2id; none: signs in elsewhere, or is a system with keys only
    Column("password_at", Moment),
    Column("must_change", Boolean, nullable=False, default=False),
    Column("reset_by", Text),  # who last made a temporary password for it
    Column("reset_at", Moment),
    Column("desks", Document, nullable=False, default=list),
    Column("official_id", Text),
    Column("person", Text),  # keyed hash of the holder's identity number, where it was given
    Column("email_hash", Text),  # keyed hash: who may be linked at the first sign-in by OpenID Connect
    Column("issuer", Text),
    Column("subject", Text),
    Column("totp_secret", Sealed),  # sealed
    Column("totp_on", Boolean, nullable=False, default=False),
    Column("totp_last", Number),  # the last 30-second step whose code was taken: a code works once
    Column("open", Boolean, nullable=False, default=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("name"),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("email_hash"),
)

ACCOUNT_ROLES = Table(
    "account_roles",
    METADATA,
    Column("account_id", Number, primary_key=True, autoincrement=False),
    Column("role", Text, primary_key=True),
    Index("ix_account_roles_role", "role"),
)

ACCOUNT_DIVISIONS = Table(
    "account_divisions",
    METADATA,
    Column("account_id", Number, primary_key=True, autoincrement=False),
    # A division with everything below it, or `*`.
    Column("division_code", Text, primary_key=True),
    Index("ix_account_divisions_division_code", "division_code"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account with roles (in order of name), divisions and desks. `password` and `totp_secret` stay in here."""

    account_id: int
    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    desks: tuple[str, ...]
    official_id: str | None
    person: str | None
    issuer: str | None
    subject: str | None
    password: str | None
    password_at: dt.datetime | None
    must_change: bool
    reset_by: str | None
    reset_at: dt.datetime | None
    totp_on: bool
    totp_secret: bytes | None
    open: bool
    made_by: str
    made_at: dt.datetime


def add(
    connection: Connection,
    values: Mapping[str, Any],
    roles: Iterable[str],
    divisions: Iterable[str],
    desks: Iterable[str] = (),
) -> int:
    """Add an account with the columns in `values`; its number. IntegrityError where the name is taken."""
    made = connection.execute(insert(ACCOUNTS).values(**values, desks=sorted(desks)).returning(ACCOUNTS.c.account_id))
    number = int(made.scalar_one())
    _grant(connection, number, roles, divisions)
    return number


def grant(
    connection: Connection, account_id: int, roles: Iterable[str], divisions: Iterable[str], desks: Iterable[str]
) -> None:
    """Replace roles, divisions and desks of an account."""
    connection.execute(delete(ACCOUNT_ROLES).where(ACCOUNT_ROLES.c.account_id == account_id))
    connection.execute(delete(ACCOUNT_DIVISIONS).where(ACCOUNT_DIVISIONS.c.account_id == account_id))
    change(connection, account_id, desks=sorted(desks))
    _grant(connection, account_id, roles, divisions)


def _grant(connection: Connection, account_id: int, roles: Iterable[str], divisions: Iterable[str]) -> None:
    rows = [{"account_id": account_id, "role": role} for role in sorted(set(roles))]
    if rows:
        connection.execute(insert(ACCOUNT_ROLES), rows)
    places = [{"account_id": account_id, "division_code": code} for code in sorted(set(divisions))]
    if places:
        connection.execute(insert(ACCOUNT_DIVISIONS), places)


def change(connection: Connection, account_id: int, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id).values(**values))


def by_number(connection: Connection, account_id: int) -> Account | None:
    """The account of a number."""
    return _one(connection, ACCOUNTS.c.account_id == account_id)


def by_name(connection: Connection, name: str) -> Account | None:
    """The account of a folded name."""
    return _one(connection, ACCOUNTS.c.name == name)


def by_subject(connection: Connection, issuer: str, subject: str) -> Account | None:
    """The account linked to a subject of an OpenID Connect issuer."""
    return _one(connection, and_(ACCOUNTS.c.issuer == issuer, ACCOUNTS.c.subject == subject))


def by_email(connection: Connection, email_hash: str) -> Account | None:
    """The account prepared for an e-mail address and not linked yet."""
    return _one(connection, and_(ACCOUNTS.c.email_hash == email_hash, ACCOUNTS.c.subject.is_(None)))


def is_taken(
    connection: Connection, name: str, email_hash: str | None, issuer: str | None, subject: str | None
) -> bool:
    """Whether another account has the name, the e-mail address or the subject."""
    same = [ACCOUNTS.c.name == name]
    if email_hash is not None:
        same.append(ACCOUNTS.c.email_hash == email_hash)
    if subject is not None:
        same.append(and_(ACCOUNTS.c.issuer == issuer, ACCOUNTS.c.subject == subject))
    return connection.execute(select(ACCOUNTS.c.account_id).where(or_(*same)).limit(1)).first() is not None


def take_step(connection: Connection, account_id: int, step: int) -> bool:
    """Mark a 30-second step as used. False when it, or a later one, was used before: also when two ask at once."""
    unused = or_(ACCOUNTS.c.totp_last.is_(None), ACCOUNTS.c.totp_last < step)
    done = connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id, unused).values(totp_last=step)
    )
    return done.rowcount == 1


def count_open(connection: Connection, role: str) -> int:
    """How many open accounts have a role."""
    asked = (
        select(func.count())
        .select_from(ACCOUNTS.join(ACCOUNT_ROLES, ACCOUNTS.c.account_id == ACCOUNT_ROLES.c.account_id))
        .where(ACCOUNTS.c.open, ACCOUNT_ROLES.c.role == role)
    )
    return int(connection.execute(asked).scalar_one())


def any_there(connection: Connection) -> bool:
    """Whether there is any account."""
    return connection.execute(select(ACCOUNTS.c.account_id).limit(1)).first() is not None


def page(connection: Connection, condition: ColumnElement[bool], after: int, limit: int) -> list[Account]:
    """At most `limit` accounts that meet a condition on `ACCOUNTS.account_id`, by number, beyond `after`."""
    asked = select(ACCOUNTS).where(ACCOUNTS.c.account_id > after, condition).order_by(ACCOUNTS.c.account_id)
    rows = connection.execute(asked.limit(limit)).all()
    return _whole(connection, rows)


def chosen(name: str, role: str, is_open: bool | None) -> ColumnElement[bool]:
    """The condition on `ACCOUNTS` that the name holds a text, a role is among its roles, and it is open or closed;
    empty texts and None leave it open."""
    found: list[ColumnElement[bool]] = [true()]
    if name:
        found.append(ACCOUNTS.c.name.contains(name, autoescape=True))
    if role:
        own = (ACCOUNT_ROLES.c.account_id == ACCOUNTS.c.account_id, ACCOUNT_ROLES.c.role == role)
        found.append(exists(select(literal(1)).where(*own)))
    if is_open is not None:
        found.append(ACCOUNTS.c.open.is_(is_open))
    return and_(*found)


def whose_divisions(inside: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on `ACCOUNTS` that an account has divisions, and each meets `inside`, a condition on
    `ACCOUNT_DIVISIONS.division_code`: one place outside is one too many."""
    own = ACCOUNT_DIVISIONS.c.account_id == ACCOUNTS.c.account_id
    return and_(
        exists(select(literal(1)).where(own).select_from(ACCOUNT_DIVISIONS)),
        not_(exists(select(literal(1)).where(own, not_(inside)).select_from(ACCOUNT_DIVISIONS))),
    )


def numbers(condition: ColumnElement[bool]) -> Select[int]:
    """The numbers of the accounts that meet a condition, for `in_`."""
    return select(ACCOUNTS.c.account_id).where(condition)


def _one(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    row = connection.execute(select(ACCOUNTS).where(condition)).first()
    return None if row is None else _whole(connection, [row])[0]


def _whole(connection: Connection, rows: Iterable[Row[Any]]) -> list[Account]:
    """Rows of accounts with what the two other tables say of them."""
    found = list(rows)
    numbers = [int(row.account_id) for row in found]
    roles = _listed(connection, ACCOUNT_ROLES.c.account_id, ACCOUNT_ROLES.c.role, numbers)
    divisions = _listed(connection, ACCOUNT_DIVISIONS.c.account_id, ACCOUNT_DIVISIONS.c.division_code, numbers)
    return [
        Account(
            int(row.account_id),
            str(row.name),
            roles.get(int(row.account_id), ()),
            divisions.get(int(row.account_id), ()),
            tuple(row.desks),
            row.official_id,
            row.person,
            row.issuer,
            row.subject,
            row.password,
            row.password_at,
            bool(row.must_change),
            row.reset_by,
            row.reset_at,
            bool(row.totp_on),
            row.totp_secret,
            bool(row.open),
            str(row.made_by),
            row.made_at,
        )
        for row in found
    ]


def _listed(
    connection: Connection, number: ColumnElement[int], value: ColumnElement[str], numbers: list[int]
) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(select(number, value).where(number.in_(numbers)).order_by(number, value)):
        found[int(row[0])] = (*found.get(int(row[0]), ()), str(row[1]))
    return found
