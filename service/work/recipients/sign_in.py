"""Sign-in of recipients: the last six of the identity number, and a code sent to the phone on record.

Guessing is made hopeless: a code has eight digits, lives ten minutes and takes five tries; after failures the digits
and the address wait, as at every sign-in (`service.work.access.attempts`), and no longer than that: somebody who knows
a neighbour's digits must not be able to keep them out. The answer never says whether anybody was found.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import unicodedata

from service.sealing.column import open_text, seal_document
from service.store import jobs, notices, recipients, sessions
from service.store.notices import NOTICES
from service.store.recipients import RECIPIENTS
from service.work.access.attempts import begin, forgive
from service.work.access.sessions import Opened, hash_of, open_session
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.notices.make import KIND
from service.work.recipients.keep import last_six_of

LIVES = dt.timedelta(minutes=10)
TRIES = 5
HOURS = 1.0


def ask_for_code(context: Context, last_six: str, name: str | None, address: str) -> None:
    """Send a code to whoever the digits (and the name, where several share them) mean. Where nobody is meant the same
    is done for a person who does not exist. Raises RefusedError "wait" after too many askings."""
    begin(context, "recipient-code", last_six.upper(), address)
    now = context.clock.now()
    digits = last_six_of(context, last_six)
    with context.database.write() as connection:
        context.database.alone(connection, "recipients")
        found = recipients.by_last_six(connection, digits)
        meant = [
            row for row in found if name is None or _same(open_text(context.seal, RECIPIENTS.c.name, row.name), name)
        ]
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


def sign_in(context: Context, last_six: str, code: str, address: str, *, old_token: str | None = None) -> Opened | None:
    """Open a session for whoever the digits and the code mean; None where they do not fit. `old_token`, which the same
    browser had before, ends: telephones are lent. Raises RefusedError "wait" after too many tries."""
    one = begin(context, "recipient-sign-in", last_six.upper(), address)
    now = context.clock.now()
    digits = last_six_of(context, last_six)
    with context.database.write() as connection:
        context.database.alone(connection, "recipients")
        meant = [
            row
            for row in recipients.codes_of(connection, digits, now)
            if hmac.compare_digest(row.code_hash, _hash(context, row.person, code))
        ]
        person = recipients.by_person(connection, meant[0].person) if meant else None
        if person is None:
            recipients.use_try(connection, digits)
            return None
        recipients.spend(connection, person.person)
        forgive(context, connection, one, whole=True)
        if old_token:
            sessions.end(connection, hash_of(old_token), now, "signed in again")
        known_as = _known_as(context, person.person)
        name = f"recipient-{known_as}"
        opened = open_session(
            context,
            connection,
            method="recipient",
            person=person.person,
            name=name,
            divisions=(person.division_code,),
            hours=HOURS,
        )
        record(context, connection, Line(name, "recipient.sign_in", "recipient", known_as, person.division_code))
    return opened


def _known_as(context: Context, person: str) -> str:
    """What the log calls a recipient: always the same, and nothing a page about a person has in its address. Whoever
    reads the log must not find out so who reported what."""
    return context.seal.hash("session", f"recipient {person}")[:12]


def _hash(context: Context, person: str, code: str) -> str:
    return context.seal.hash("key", f"code {person} {code}")


def _same(one: str | None, other: str) -> bool:
    """Whether two names are written alike, whatever the width of letters and the spaces between."""
    return _plain(one or "") == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
