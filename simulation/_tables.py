"""The county as the contract's tables: people, places, entitlements, cards."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from simulation import _columns as col
from simulation._clock import DAY, FAR, first_day
from simulation._county import County
from simulation._frame import Array, Ints
from simulation._items import Program
from simulation.cards import EVENTS
from simulation.cards import KINDS as CARD_KINDS
from simulation.holdings import KINDS as HOLDING_KINDS
from simulation.kinship import RELATIONS as KIN
from simulation.officials import POSTS
from simulation.people import CATEGORIES
from simulation.people import RELATIONS as HOME
from simulation.vital import KINDS as EVENT_KINDS

NONE = np.array([], dtype=np.int64)


def people_tables(c: County) -> dict[str, pa.Table]:
    """Tables about places, people, officials and what is known of them."""
    return {
        "divisions": _divisions(c),
        "persons": _persons(c),
        "households": _households(c),
        "officials": _officials(c),
        "kinship": _kinship(c),
        "authorizations": _authorizations(c),
        "civil_events": _events(c),
        "certificates": _certificates(c),
        "holdings": _holdings(c),
        "cards": _cards(c),
        "card_events": _card_events(c),
    }


def _table(order: Ints | Array, **columns: pa.Array) -> pa.Table:
    return pa.table(columns).take(pa.array(np.argsort(order, kind="stable")))


def _divisions(c: County) -> pa.Table:
    d = c.places.rows
    return pa.table(
        {
            "division_code": col.text(d["code"]),
            "parent_code": col.text(d["parent"]),
            "name": col.text(d["name"]),
            "level": col.text(d["level"]),
            "valid_from": col.dates(d["valid_from"]),
            "valid_to": col.dates(d["valid_to"]),
            "successor_code": col.text(d["successor"]),
        }
    )


def _persons(c: County) -> pa.Table:
    p, h = c.people.persons, c.people.households
    base = np.flatnonzero(p["registered"])
    moved = base[(p["moved_day"][base] < FAR) & (p["moved_recorded"][base] < (c.last + 90) * DAY)]
    home_moved = base[
        (h["move_day"][p["household"][base]] < p["moved_day"][base]) & (h["move_day"][p["household"][base]] < FAR)
    ]
    who = np.concatenate([base, moved, home_moved])
    part = np.repeat([0, 1, 2], [len(base), len(moved), len(home_moved)])
    home = np.where(part == 1, p["moved_household"][who], p["household"][who])
    known = np.select(
        [part == 0, part == 1], [p["recorded"][who], p["moved_recorded"][who]], h["move_recorded"][p["household"][who]]
    )
    known = np.maximum(known, p["recorded"][who] + part)
    village = np.where(
        part == 2,
        h["village2"][home],
        np.where(part == 1, c.people.village_on(home, p["moved_day"][who]), h["village"][home]),
    )
    relation = np.where(part == 1, p["moved_relation"][who], p["relation"][who])
    order = np.lexsort((part, known))
    who, home, known, village, relation, part = (
        who[order],
        home[order],
        known[order],
        village[order],
        relation[order],
        part[order],
    )
    return pa.table(
        {
            "person_id": col.chosen(p["pid"], who),
            "name": col.chosen(p["name"], who),
            "sex": col.chosen(("M", "F"), p["female"][who].astype(np.int64)),
            "birth_date": col.dates(p["birth"][who]),
            "household_id": col.chosen(h["hid"], home),
            "division_code": col.text(c.places.village_code(village, known // DAY)),
            "relation_to_head": col.chosen(HOME, relation),
            "phone": col.phones(np.where((part > 0) & (p["newphone"][who] > 0), p["newphone"][who], p["phone"][who])),
            "recorded_at": col.moments(known),
        }
    )


def _households(c: County) -> pa.Table:
    h = c.people.households
    base = np.arange(len(h))
    moved = np.flatnonzero(h["move_day"] < FAR)
    who = np.concatenate([base, moved])
    later = np.arange(len(who)) >= len(base)
    known = np.where(later, np.maximum(h["move_recorded"][who], h["recorded"][who] + 1), h["recorded"][who])
    village = np.where(later, h["village2"][who], h["village"][who])
    return _table(
        known,
        household_id=col.chosen(h["hid"], who),
        division_code=col.text(c.places.village_code(village, known // DAY)),
        category=col.chosen(CATEGORIES, h["category"][who]),
        recorded_at=col.moments(known),
    )


def _officials(c: County) -> pa.Table:
    o = c.officials.rows
    place, day = o["place"], o["since"]
    code = np.full(len(o), c.places.county_code, dtype=object)
    for tier, codes in ((0, c.places.village_code), (1, c.places.town_code_on)):
        at = o["tier"] == tier
        code[at] = codes(place[at], day[at])
    return _table(
        day,
        official_id=col.text(o["oid"]),
        person_id=col.chosen(c.people.persons["pid"], o["person"]),
        name=col.chosen(c.people.persons["name"], o["person"]),
        post=col.chosen(POSTS, o["post"]),
        division_code=col.text(code),
        from_date=col.dates(day),
        to_date=col.dates(o["until"]),
    )


def _kinship(c: County) -> pa.Table:
    k, pid = c.kinship, c.people.persons["pid"]
    return _table(
        k["recorded"],
        person_id=col.chosen(pid, k["person"]),
        relative_id=col.chosen(pid, k["relative"]),
        relation=col.chosen(KIN, k["relation"]),
        declared=col.flags(k["declared"]),
        recorded_at=col.moments(k["recorded"]),
    )


def _authorizations(c: County) -> pa.Table:
    a, pid = c.authorizations, c.people.persons["pid"]
    proxy = np.where(a["proxy"] >= 0, pid[np.maximum(a["proxy"], 0)], a["institution"])
    return _table(
        a["recorded"],
        person_id=col.chosen(pid, a["person"]),
        proxy_id=col.text(proxy),
        kind=col.text(a["kind"]),
        from_date=col.dates(a["since"]),
        to_date=col.dates(a["until"]),
        recorded_at=col.moments(a["recorded"]),
    )


def _events(c: County) -> pa.Table:
    e = c.events
    keep = np.flatnonzero(e["recorded"] < (c.last + 90) * DAY)
    keep = keep[
        np.unique(np.stack([e["person"][keep], e["kind"][keep], e["recorded"][keep]]), axis=1, return_index=True)[1]
    ]
    return _table(
        e["recorded"][keep],
        person_id=col.chosen(c.people.persons["pid"], e["person"][keep]),
        kind=col.chosen(EVENT_KINDS, e["kind"][keep]),
        effective_on=col.dates(e["day"][keep]),
        source=col.text(e["source"][keep]),
        recorded_at=col.moments(e["recorded"][keep]),
    )


def _certificates(c: County) -> pa.Table:
    x = c.certificates
    return _table(
        x["recorded"],
        person_id=col.chosen(c.people.persons["pid"], x["person"]),
        kind=col.text(x["kind"]),
        grade=col.whole(x["grade"], x["grade"] == 0),
        valid_from=col.dates(x["since"]),
        valid_to=col.dates(x["until"]),
        recorded_at=col.moments(x["recorded"]),
    )


def _holdings(c: County) -> pa.Table:
    x = c.holdings
    base = np.arange(len(x))
    closed = np.flatnonzero((x["until"] < FAR) & (x["closing"] > 0))  # the register learned of the end later
    who = np.concatenate([base, closed])
    later = np.arange(len(who)) >= len(base)
    hidden = ~later & (x["closing"][who] > 0)
    known = np.where(later, x["closing"][who], x["recorded"][who])
    prefix = ("L", "DK", f"{c.places.county}-", "")[c.traits.tenant // 11 % 4]
    number = x["serial"][who] + c.places.county % 100 * 10_000_000
    return _table(
        known,
        holding_id=col.serials(prefix, number, 10),
        household_id=col.chosen(c.people.households["hid"], x["household"][who]),
        kind=col.chosen(HOLDING_KINDS, x["kind"][who]),
        quantity=pa.array(x["quantity"][who]),
        valid_from=col.dates(x["since"][who]),
        valid_to=col.dates(np.where(hidden, FAR, x["until"][who])),
        recorded_at=col.moments(known),
    )


def _cards(c: County) -> pa.Table:
    x, pid = c.cards.rows, c.people.persons["pid"]
    return _table(
        x["opened"],
        card_id=col.text(x["number"]),
        holder_person_id=col.chosen(pid, x["holder"]),
        kind=col.chosen(CARD_KINDS, x["kind"]),
        bank_code=col.chosen(c.cards.banks, x["bank"]),
        opened_on=col.dates(x["opened"]),
        opened_by_person_id=col.chosen(pid, x["opened_by"]),
        outlet_id=col.chosen(c.cards.outlets, x["outlet"]),
        activated_on=col.dates(x["activated"]),
        closed_on=col.dates(x["closed"]),
        phone=col.phones(x["phone"]),
    )


def _card_events(c: County) -> pa.Table:
    e = c.cards.events
    order = np.lexsort((np.arange(len(e)), e["at"]))
    e_at = e["at"][order]
    inside = e_at < (c.last + 90) * DAY
    order = order[inside]
    return pa.table(
        {
            "event_id": col.serials(f"E{c.places.county % 100:02d}", np.arange(len(order)) + 1, 7),
            "card_id": col.chosen(c.cards.rows["number"], e["card"][order]),
            "at": col.moments(e["at"][order]),
            "kind": col.chosen(EVENTS, e["kind"][order]),
            "value": col.text(e["value"][order]),
            "actor_person_id": col.chosen(c.people.persons["pid"], e["actor"][order]),
            "outlet_id": col.chosen(c.cards.outlets, e["outlet"][order]),
        }
    )


def program_table(programs: tuple[Program, ...]) -> pa.Table:
    """The catalogue."""
    pid = {p.key: p.pid for p in programs}

    def number(values: list[int]) -> pa.Array:
        return pa.array([v or None for v in values], type=pa.int64())

    return pa.table(
        {
            "program_id": [p.pid for p in programs],
            "name": [p.name for p in programs],
            "department": [p.department for p in programs],
            "category": [p.category for p in programs],
            "paid_per": [p.paid_per for p in programs],
            "quantity_unit": [p.unit for p in programs],
            "frequency": [p.frequency for p in programs],
            "means_tested": [p.means_tested for p in programs],
            "min_age": number([p.min_age for p in programs]),
            "max_age": number([p.max_age for p in programs]),
            "living_only": [p.living_only for p in programs],
            "bars_public_payroll": [p.bars_payroll for p in programs],
            "exclusive_with": pa.array(
                ["|".join(pid[k] for k in p.exclusive if k in pid) or None for p in programs], type=pa.string()
            ),
            "once_per_household": [p.once for p in programs],
            "max_quantity": pa.array([p.max_quantity or None for p in programs], type=pa.float64()),
            "holding_kind": pa.array([p.holding or None for p in programs], type=pa.string()),
            "certificate_kind": pa.array([p.certificate or None for p in programs], type=pa.string()),
            "max_grade": number([p.max_grade for p in programs]),
            "notice_days": [p.notice_days for p in programs],
            "release_limit_days": [p.limit_days for p in programs],
            "township_limit": pa.array(
                [f"{p.township_limit}.00" if p.township_limit else None for p in programs], type=pa.string()
            ),
        }
    )


def rate_table(c: County, shared: bool) -> pa.Table:
    """Dated rates of the county; those in force everywhere only where `shared` (once for all counties)."""
    rows = [r for r in c.rates.rows if r[1] >= 0 or shared]
    town = np.array([r[1] for r in rows], dtype=np.int64)
    grade = np.array([r[2] for r in rows], dtype=np.int64)
    since = np.array([int(first_day(c.start + r[4])) if r[4] >= 0 else c.first - 366 for r in rows], dtype=np.int64)
    until = np.array([int(first_day(c.start + r[5] + 1)) - 1 if r[5] >= 0 else FAR for r in rows], dtype=np.int64)
    return pa.table(
        {
            "program_id": pa.array([c.programs[r[0]].pid for r in rows], type=pa.string()),
            "division_code": col.chosen(c.places.town_code, town),
            "grade": col.whole(grade, grade == 0),
            "rate": pa.array([f"{r[3] // 100}.{r[3] % 100:02d}" for r in rows], type=pa.string()),
            "tolerance": pa.array([0.0001 if c.programs[r[0]].land else None for r in rows], type=pa.float64()),
            "valid_from": col.dates(since),
            "valid_to": col.dates(until),
        }
    )
