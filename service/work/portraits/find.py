"""Find the page of what somebody typed in."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import division_paths, kin_ties, personal_values
from service.store.cases import CASES
from service.store.payment_steps import payment_at
from service.store.payments import PAYMENTS
from service.store.personal_values import PERSONAL_VALUES
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.context import Context
from service.work.places import places_of
from service.work.portraits._cases import cases_where, seen
from service.work.portraits._portrait import in_scope
from service.work.portraits.ask import Portraits
from service.work.portraits.catalogue import catalogue
from service.work.portraits.drawer import digits, surname
from service.work.portraits.looks import Asked
from service.work.portraits.paths import page_of
from service.work.portraits.shapes import Found
from service.work.portraits.sight import Sight
from service.work.portraits.wire import read_all
from service.work.portraits.words import plain
from service.work.queue.errors import Unfit
from service.work.scoring.asked import UnavailableError

MOST: Final = 20
LONGEST: Final = 64
LEAST_NAME: Final = 2
"""Characters a name of a place or item must have."""

_PLACE: Final = re.compile(r"[0-9]{6,12}")
_PHONE: Final = re.compile(r"[0-9+ -]{5,20}")
_CASE: Final = re.compile(r"C[0-9A-HJKMNP-TV-Z]{10}")


def find(context: Context, who: Principal, text: str, portraits: Portraits | None = None) -> tuple[Found, ...]:
    """Pages of things with the number `text`: a household, official, village or township (also by the beginning of its
    code, or by name), program (also by name), payment or case, or a person, card or phone by the whole number, which is
    looked for by keyed hash and kept nowhere. To be sent by POST. Those outside the divisions of whoever asks are not
    found. Logged, without what was typed in. Raises Unfit for an empty or overlong text.

    Whose phone it is only the history knows: without `portraits`, or while it is away, only cases at it are found.
    """
    wanted = text.strip()
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        raise Unfit(
            "number",
            "Type in a number of at most 64 characters, or a place's name.",
            "请输入编号（不超过64个字符）或地名。",
        )
    found: list[Found] = []
    with context.database.read() as connection:
        found += _people(context, connection, who, wanted)
        found += _at_phone(context, connection, who, wanted)
        found += _households(connection, who, wanted)
        found += _officials(connection, who, wanted)
        found += _payments(context, connection, who, wanted)
        if _CASE.fullmatch(wanted) and seen(connection, who, [wanted]):
            found.append(Found("case", (wanted, wanted), page_of("case", wanted)))
        programs = catalogue(context, connection).programs
        for number, program in sorted(programs.items()):
            name = str(program["name"])
            if number == wanted or (len(wanted) >= LEAST_NAME and wanted in name):
                found.append(Found("program", (name, name), page_of("program", number)))
        sight = Sight.of(connection, who)
    found += _places(context, who, wanted)
    if portraits is not None and _PHONE.fullmatch(wanted):
        with suppress(UnavailableError):
            about = {"phone": wanted}
            found += read_all(Found, portraits.look(Asked("with_phone", sight, context.clock.now(), about)))
    found = found[:MOST]
    with context.database.write() as connection:
        looked = Looked.at(
            persons=[one.path.rpartition("/")[2] for one in found if one.kind == "person"],
            households=[one.path.rpartition("/")[2] for one in found if one.kind == "household"],
        )
        told = {"found": [one.kind for one in found]}
        look_up(context, connection, who, "look_up.search", ("search", "look_up"), looked, details=told)
    return tuple(found)


def _people(context: Context, connection: Connection, who: Principal, wanted: str) -> list[Found]:
    """A person by identity number, a card by its number, the people with a phone."""
    scope = within(who, PERSONAL_VALUES.c.division_code)
    found: list[Found] = []
    person = context.seal.hash("person", wanted.upper())
    for reference in dict.fromkeys([person, context.seal.hash("person", wanted)]):
        if personal_values.find(connection, "identity_number", reference, scope) is not None:
            found.append(_person(context, connection, who, reference))
    card = context.seal.hash("card", wanted)
    if personal_values.find(connection, "card", card, scope) is not None:
        found.append(Found("card", plain("card_title", four=digits(wanted)), page_of("card", card)))
    return found


def _person(context: Context, connection: Connection, who: Principal, reference: str) -> Found:
    name = personal_values.find(connection, "name", reference, within(who, PERSONAL_VALUES.c.division_code))
    shown = surname(open_text(context.seal, PERSONAL_VALUES.c.value, name.value)) if name is not None else ""
    return Found("person", (shown, shown) if shown else plain("person"), page_of("person", reference))


def _at_phone(context: Context, connection: Connection, who: Principal, wanted: str) -> list[Found]:
    """Cases about a phone."""
    at = (CASES.c.hub_kind == "phone") & (CASES.c.hub_key == context.seal.hash("phone", wanted))
    lines = cases_where(connection, who, at)
    return [Found("case", (one.case_id, one.case_id), page_of("case", one.case_id)) for one in lines]


def _households(connection: Connection, who: Principal, wanted: str) -> list[Found]:
    members = kin_ties.members_of(connection, [wanted])
    if not members or not in_scope(connection, who, {place.division_code for place in members.values()}):
        return []
    return [Found("household", plain("household_title", id=wanted), page_of("household", wanted))]


def _officials(connection: Connection, who: Principal, wanted: str) -> list[Found]:
    posts = kin_ties.posts_of(connection, officials=[wanted])
    if not posts or not in_scope(connection, who, {post.division_code for post in posts if post.division_code}):
        return []
    return [Found("official", (wanted, wanted), page_of("official", wanted))]


def _payments(context: Context, connection: Connection, who: Principal, wanted: str) -> list[Found]:
    scope = within(who, PAYMENTS.c.division_code)
    if payment_at(connection, scope, wanted, context.clock.now()) is None:
        return []
    return [Found("payment", (wanted, wanted), page_of("payment", wanted))]


def _places(context: Context, who: Principal, wanted: str) -> list[Found]:
    """Villages and townships by code, its beginning, or name."""
    places = places_of(context)
    if _PLACE.fullmatch(wanted):
        named = places.beginning_with(wanted, MOST)
    elif len(wanted) >= LEAST_NAME:
        named = places.called(wanted, 10 * MOST)
    else:
        return []
    with context.database.read() as connection:
        codes = {one.code for one in named}
        if not who.sees_everywhere:
            codes -= division_paths.outside(connection, codes, who.divisions)
    kept = [one for one in named if one.code in codes][:MOST]
    return [Found("village", (places.full_name(one.code),) * 2, page_of("village", one.code)) for one in kept]
