"""What happened, in words, drawn from the history."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.sealing.redaction import redacted
from service.work.portraits.drawer import Drawer, digits
from service.work.portraits.look_graph import hub_of, payments_of
from service.work.portraits.shapes import Event
from service.work.portraits.words import NOWHERE, Pair, plain, value_word, words

if TYPE_CHECKING:
    from features.portrait.events import Happened
    from features.portrait.facts import Int64

AT_ONCE: Final = 40
"""Events put into words before others may be served."""

LATE_DAYS: Final = 1.0
"""Something on record later than this after it happened says so."""


def case_events(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[Event]]:
    """`payments` (numbers), `hub_kind`, `hub_id`, `most`."""
    import numpy as np

    rows, _ = payments_of(drawer, list(about["payments"]))
    hub = hub_of(drawer, str(about["hub_kind"]), str(about["hub_id"]))
    more: dict[str, Int64] = {}
    if hub is not None and hub[0] in ("official", "card"):
        more[f"{hub[0]}s"] = np.array([hub[1]], np.int64)
    return (yield from events_of(drawer, rows, int(about["most"]), in_case=True, **more))


def events_of(
    drawer: Drawer, rows: Int64, most: int, *, in_case: bool, **more: Int64
) -> Generator[None, None, list[Event]]:
    """Events of rows of `disbursements`, and of more `persons`, `cards` and `officials`."""
    from features.portrait.events import Told, chosen, gather

    facts = drawer.facts
    told = Told(facts, rows)
    for name, codes in more.items():
        setattr(told, name, codes)
    yield from gather(told)
    named = drawer.named({one.about for one in told.found})
    drawer.read_payments({one.payment for one in told.found})
    yield
    seen = [one for one in told.found if one.about in named]
    yield
    own = dict.fromkeys(facts.codes("disbursements", "disbursement_id", rows).tolist(), in_case)
    made: list[Event] = []
    for one in chosen(seen, own, most):
        made.append(_event(drawer, one, own.get(one.payment, False)))
        if len(made) % AT_ONCE == 0:
            yield
    return made


def _event(drawer: Drawer, one: Happened, in_case: bool) -> Event:
    from features.portrait.facts import moment_of

    offset = drawer.facts.ledger.utc_offset
    return Event(
        at=moment_of(one.day, offset),
        kind=one.kind,  # type: ignore[arg-type]
        text=_text(drawer, one),
        amount_fen=one.fen,
        known_at=moment_of(one.known, offset) if one.known > one.day + LATE_DAYS else None,
        about=drawer.key(one.about),
        disbursement_id=(drawer.facts.text("disbursement", one.payment) or "") if in_case else "",
        in_case=in_case,
    )


def _text(drawer: Drawer, one: Happened) -> Pair:
    """An event in a few words."""
    at, row = drawer.text_at, one.row
    if one.kind in ("paid", "returned"):
        item, period = _item(drawer, one.payment)
        status = value_word("settlements", "status", at("settlements", "status", row))
        why = redacted(at("settlements", "reason", row) or "")
        reason = plain("after_colon", text=why) if why else NOWHERE
        return _both(one.kind, item=item, period=period, status=status, reason=reason)
    if one.kind in ("submitted", "applied"):
        return plain(one.kind, item=_named(drawer, one.table, row), period=at(one.table, "period", row))
    if one.kind == "decided":
        result = value_word("approvals", "result", at("approvals", "result", row))
        stage = value_word("approvals", "stage", at("approvals", "stage", row))
        return _both("decided", stage=stage, result=_colon(result), official=_official(drawer, row))
    if one.kind == "posted":
        day = at("notices", "posted_to", row)
        return _both("posted", until=plain("until", day=day) if day else NOWHERE)
    if one.kind == "withdrawn":
        outlet = at("card_transactions", "outlet_id", row)
        return _both("withdrawn", outlet=plain("at_outlet", id=outlet) if outlet else NOWHERE)
    if one.kind == "swept":
        code = int(drawer.facts.codes("card_transactions", "counterparty_card_id", _one(row))[0])
        if not drawer.named([("collector", code)]):
            return plain("swept_away")
        return plain("swept", four=digits(drawer.facts.text("card", code)))
    if one.table in ("cards", "card_events"):
        return _of_card(drawer, one)
    if one.table == "civil_events":
        return plain(one.kind) if one.kind in ("died", "moved") else _civil(drawer, row)
    if one.table == "persons":
        household = at("persons", "household_id", row) or "—"
        division = drawer.facts.codes("persons", "division_code", _one(row))[0]
        place = drawer.place(int(division)) if drawer.reach.sees(int(division)) else "—"
        return plain("moved_to", household=household, place=place)
    if one.table == "officials":
        return _both(one.kind, post=drawer.post(row), place=(drawer.post_place(row),) * 2)
    return plain(one.kind)


def _of_card(drawer: Drawer, one: Happened) -> Pair:
    at, row = drawer.text_at, one.row
    four = digits(at(one.table, "card_id", row))
    if one.kind == "card_opened":
        opener, holder = at("cards", "opened_by_person_id", row), at("cards", "holder_person_id", row)
        by = plain("by_proxy") if opener and opener != holder else NOWHERE
        return _both("card_opened", four=(four, four), by=by)
    if one.kind == "phone_bound":
        return plain("phone_bound", four=four, phone=digits(at("card_events", "value", row)))
    if one.kind == "card_changed":
        what = value_word("card_events", "kind", at("card_events", "kind", row))
        return _both("card_changed", four=(four, four), what=what)
    return plain("card_closed", four=four)


def _civil(drawer: Drawer, row: int) -> Pair:
    return value_word("civil_events", "kind", drawer.text_at("civil_events", "kind", row))


def _official(drawer: Drawer, row: int) -> Pair:
    """Who decided, where they may be named."""
    code = int(drawer.facts.codes("approvals", "official_id", _one(row))[0])
    called = drawer.official(code)
    return _both("in_brackets", text=called) if called[0] else NOWHERE


def _item(drawer: Drawer, payment: int) -> tuple[Pair, Pair]:
    """Item and period of a payment."""
    row = drawer.payment(payment)
    if row < 0:
        return NOWHERE, NOWHERE
    name, period = _named(drawer, "disbursements", row), drawer.text_at("disbursements", "period", row) or ""
    return (name, name), (period, period)


def _named(drawer: Drawer, table: str, row: int) -> str:
    """The name of the item of a row."""
    code = int(drawer.facts.codes(table, "program_id", _one(row))[0])
    return drawer.item(code)


def _colon(text: Pair) -> Pair:
    return _both("after_colon", text=text) if text[0] else NOWHERE


def _both(key: str, **values: Pair) -> Pair:
    """A word with values that are words themselves."""
    zh, en = words()["plain"][key]
    return zh.format(**{name: one[0] for name, one in values.items()}), en.format(
        **{name: one[1] for name, one in values.items()}
    )


def _one(row: int) -> Int64:
    import numpy as np

    return np.array([row], np.int64)
