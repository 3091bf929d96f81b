"""Sign-in of recipients: the last six of the identity number, and a code sent to the phone on record.

Guessing is made hopeless: a code has eight digits, lives ten minutes and takes five tries; after failures an address
and the digits asked for have to wait, longer each time. The answer never says whether anybody was found.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection

from service.sealing.column import open_text, seal_document
from service.store import jobs, notices, recipients, sign_in_attempts
from service.store.notices import NOTICES
from service.store.recipients import RECIPIENTS
from service.work.access.sessions import Opened, open_session
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.notices.make import KIND
from service.work.recipients.keep import last_six_of

LIVES = dt.timedelta(minutes=10)
TRIES = 5
FREE = {"code": 3, "code-address": 30, "recipient": 3, "recipient-address": 30}
"""Codes asked for, or tries that failed, before waiting begins: by digits few, by address more, since a village shares
one terminal."""
LONGEST = dt.timedelta(hours=12)
HOURS = 1.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many tries: how long to wait."""

    seconds: int


def ask_for_code(context: Context, last_six: str, name: str | None, address: str) -> Wait | None:
    """Send a code to whoever the digits (and the name, where several share them) mean; None when that was done, or
    when nobody was found, which looks the same."""
    now = context.clock.now()
    digits = last_six_of(context, last_six)
    with context.database.write() as connection:
        context.database.alone(connection, "recipients")
        wait = _count(connection, (f"code:{digits}", f"code-address:{context.seal.hash('session', address)}"), now)
        if wait is not None:
            return wait
        found = recipients.by_last_six(connection, digits)
        meant = [
            row for row in found if name is None or _same(open_text(context.seal, RECIPIENTS.c.name, row.name), name)
        ]
        # Where nobody, or more than one, is meant, the same is done for a person who does not exist.
        one = meant[0] if len(meant) == 1 else None
        person = one.person if one is not None else context.seal.hash("person", f"nobody {digits}")
        code = f"{secrets.randbelow(10**8):08d}"
        recipients.forget_codes(connection, now)
        recipients.add_code(connection, person, digits, _hash(context, person, code), now + LIVES, TRIES)
        text = {
            "zh": f"明白：您的登录验证码是 {code}，10分钟内有效。请勿告诉任何人，工作人员不会向您索要。",
            "en": f"Mingbai: your sign-in code is {code}, good for 10 minutes. Tell it to nobody; officials never ask.",
        }
        notices.add(
            connection,
            [
                {
                    "about": f"code:{secrets.token_hex(8)}",
                    "kind": "code",
                    "person": person,
                    "content": seal_document(context.seal, NOTICES.c.content, text),
                    "made_at": now,
                    "due_at": now,
                }
            ],
        )
        jobs.add(connection, KIND, {}, now, name=KIND)
    return None


def sign_in(context: Context, last_six: str, code: str, address: str) -> Opened | Wait | None:
    """Open a session for whoever the digits and the code mean; None where they do not fit."""
    now = context.clock.now()
    digits = last_six_of(context, last_six)
    place = f"recipient-address:{context.seal.hash('session', address)}"
    with context.database.write() as connection:
        context.database.alone(connection, "recipients")
        waiting = _waiting(connection, (f"recipient:{digits}", place), now)
        if waiting is not None:
            return waiting
        meant = [
            row
            for row in recipients.codes_of(connection, digits, now)
            if hmac.compare_digest(row.code_hash, _hash(context, row.person, code))
        ]
        person = recipients.by_person(connection, meant[0].person) if meant else None
        if person is None:
            recipients.use_try(connection, digits)
            return _count(connection, (f"recipient:{digits}", place), now)
        recipients.spend(connection, person.person)
        sign_in_attempts.clear(connection, f"recipient:{digits}")
        name = f"recipient-{person.person[:8]}"
        opened = open_session(
            context,
            connection,
            method="recipient",
            person=person.person,
            name=name,
            divisions=(person.division_code,),
            hours=HOURS,
        )
        record(
            context, connection, Line(name, "recipient.sign_in", "recipient", person.person[:8], person.division_code)
        )
    return opened


def _hash(context: Context, person: str, code: str) -> str:
    return context.seal.hash("key", f"code {person} {code}")


def _same(one: str | None, other: str) -> bool:
    """Whether two names are written alike, whatever the width of letters and the spaces between."""
    return _plain(one or "") == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _waiting(connection: Connection, subjects: tuple[str, ...], now: dt.datetime) -> Wait | None:
    """Whether one of the subjects has to wait."""
    waits = [found.wait_until for s in subjects if (found := sign_in_attempts.of(connection, s)) and found.wait_until]
    left = max((until - now for until in waits), default=dt.timedelta(0))
    return Wait(int(left.total_seconds()) + 1) if left > dt.timedelta(0) else None


def _count(connection: Connection, subjects: tuple[str, ...], now: dt.datetime) -> Wait | None:
    """Count a try for each subject. Wait where one of them already has to; otherwise the next one may have to."""
    waiting = _waiting(connection, subjects, now)
    if waiting is not None:
        return waiting
    for subject in sorted(subjects):
        found = sign_in_attempts.of(connection, subject)
        fresh = found is None or now - found.last_at > 2 * LONGEST
        failures = 1 if found is None or fresh else int(found.failures) + 1
        over = failures - FREE[subject.partition(":")[0]]
        wait = None if over < 0 else now + min(LONGEST, dt.timedelta(seconds=30 * 2.0 ** min(over, 20)))
        sign_in_attempts.keep(connection, subject, failures, now, wait, new=found is None)
    return None
