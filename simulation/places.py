"""The division tree: townships, villages of very different size, and one day on which some of them merge."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from simulation._clock import FAR, day_number, first_day
from simulation._frame import Array, Bools, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.names import weights

_TOWN = "清风石河龙桥双流太平永兴金华大坪高山白云东岳南坝西林北斗新场古城红岩青杠三溪黄泥水磨马鞍观音回龙"
_VILLAGE = (
    "前进团结新民光明胜利红旗五一八一双河石桥梨园桃花大湾小湾上坝下坝柏林松林竹山茶园麻柳黄桷沙坝"
    "土桥青山碧水麦田油坊磨子瓦窑铁匠杨家李家王家龙洞凤凰寨子关口"
)


@dataclass(slots=True)
class Places:
    """Divisions of one county. Arrays are by village position; codes are 12 digits as text."""

    county: int
    """Six-digit county code."""
    county_code: str
    towns: int
    town_of: Ints
    size: Array
    """Share of the county's households, summing to 1."""
    single_surname: Bools
    minority: Bools
    remote: Bools
    code_before: Array
    code_after: Array
    merge_day: int
    office_after: Ints
    """The village whose committee serves this one from the merger on."""
    town_code: Array
    town_after: Array
    rows: Frame = field(repr=False)

    @property
    def villages(self) -> int:
        """Number of villages before the merger."""
        return len(self.town_of)

    def village_code(self, village: Ints, day: Ints) -> Array:
        """The code each village has on each day. Shape (n,), object."""
        out: Array = np.where(day >= self.merge_day, self.code_after[village], self.code_before[village])
        return out

    def town_code_on(self, town: Ints, day: Ints) -> Array:
        """The code each township has on each day. Shape (n,), object."""
        out: Array = np.where(day >= self.merge_day, self.town_after[town], self.town_code[town])
        return out


def build(streams: Streams, traits: Traits, households: int, number: int, start_month: int, months: int) -> Places:
    """The divisions of county `number` (from 0) for that many households."""
    rng = streams("places")
    villages = max(6, round(households / traits.village_households))
    towns = max(2, round(villages / float(rng.uniform(6, 12))))
    county = 519_921 + number if number < 79 else 519_901 + number - 79
    county_code = f"{county}000000"
    town_of = np.sort(np.concatenate([np.arange(towns), rng.integers(0, towns, villages - towns)]))
    size = rng.lognormal(0, traits.village_spread, villages)
    rows = Frame(code="", parent="", name="", level="", valid_from=0, valid_to=FAR, successor="")
    born = day_number(date(1985, 1, 1))
    other = traits.profile == "other_country"
    if not other:
        if number == 0:
            rows.add(1, code="510000000000", name="四川省", level="province", valid_from=born)
            rows.add(1, code="519900000000", parent="510000000000", name="明水市", level="prefecture", valid_from=born)
        rows.add(
            1, code=county_code, parent="519900000000", name=_place(rng, _TOWN) + "县", level="county", valid_from=born
        )
    else:
        rows.add(1, code=county_code, name=f"District {number + 1}", level="county", valid_from=born)
    town_code = np.array([f"{county}{100 + t if t % 3 == 0 else 200 + t:03d}000" for t in range(towns)], dtype=object)
    for t in range(towns):
        name = f"Commune {t + 1}" if other else _place(rng, _TOWN) + ("镇" if t % 3 == 0 else "乡")
        rows.add(1, code=town_code[t], parent=county_code, name=name, level="township", valid_from=born)
    serial = np.zeros(towns, dtype=np.int64)
    before = np.empty(villages, dtype=object)
    for v in range(villages):
        t = int(town_of[v])
        before[v] = f"{town_code[t][:9]}{200 + serial[t]:03d}"
        serial[t] += 1
    remote = rng.random(towns)[town_of] < 0.3
    minority = rng.random(villages) < traits.minority * np.where(remote, 1.6, 0.6)
    village_names = [f"Hamlet {v + 1}" if other else _place(rng, _VILLAGE) + "村" for v in range(villages)]
    for v in range(villages):
        rows.add(
            1, code=before[v], parent=town_code[town_of[v]], name=village_names[v], level="village", valid_from=born
        )
    places = Places(
        county=county,
        county_code=county_code,
        towns=towns,
        town_of=town_of,
        size=size / size.sum(),
        single_surname=rng.random(villages) < traits.single_surname,
        minority=minority,
        remote=remote,
        code_before=before,
        code_after=before.copy(),
        merge_day=FAR,
        office_after=np.arange(villages),
        town_code=town_code,
        town_after=town_code.copy(),
        rows=rows,
    )
    if traits.merge_share > 0 and months >= 12:
        day = int(first_day(start_month + int(months * traits.merge_at)))
        _merge(rng, places, traits.merge_share, day, village_names, serial)
    return places


def _place(rng: np.random.Generator, pool: str) -> str:
    """Two characters for a name, neighbours in the pool now and then."""
    pick = rng.choice(len(pool), 2, p=weights(len(pool), 0.2))
    return pool[pick[0]] + pool[pick[1]]


def _merge(rng: np.random.Generator, p: Places, share: float, day: int, names: list[str], serial: Ints) -> None:
    """Merge pairs of neighbouring villages, and one township into the next, on one day."""
    p.merge_day = day
    gone_town, into = -1, -1
    if p.towns > 2 and rng.random() < 0.7:
        gone_town = int(rng.integers(0, p.towns))
        into = int((gone_town + 1) % p.towns)
        p.town_after[gone_town] = p.town_code[into]
    order = np.arange(p.villages - 1)
    done = np.zeros(p.villages, dtype=bool)
    for v in order[rng.random(len(order)) < share * 0.6]:
        if not done[v] and not done[v + 1] and p.town_of[v] == p.town_of[v + 1]:
            done[[v, v + 1]] = True
            keep, gone = (v, v + 1) if p.size[v] >= p.size[v + 1] else (v + 1, v)
            p.office_after[gone] = keep
            if rng.random() < 0.5:  # a new code for both, or the larger keeps its own
                p.code_after[[keep, gone]] = _new_village(p, int(p.town_of[v]), serial, names[keep], day)
            else:
                p.code_after[gone] = p.code_before[keep]
    if gone_town >= 0:
        for v in np.flatnonzero(p.town_of == gone_town):
            if p.office_after[v] == v:
                p.code_after[v] = _new_village(p, into, serial, names[v], day)
        members = np.flatnonzero(p.town_of == gone_town)
        p.code_after[members] = p.code_after[p.office_after[members]]
    successor = {p.code_before[v]: p.code_after[v] for v in range(p.villages) if p.code_before[v] != p.code_after[v]}
    if gone_town >= 0:
        successor[p.town_code[gone_town]] = p.town_code[into]
    codes, valid_to, next_code = p.rows["code"], p.rows["valid_to"], p.rows["successor"]
    for i in range(len(p.rows)):
        if codes[i] in successor and p.rows["valid_from"][i] < day:
            valid_to[i] = day - 1
            next_code[i] = successor[codes[i]]


def _new_village(p: Places, town: int, serial: Ints, name: str, day: int) -> str:
    """Register a village code from `day` on, under `town` or what that township became."""
    code = f"{p.town_after[town][:9]}{200 + serial[town]:03d}"
    while code in set(p.rows["code"]):
        serial[town] += 1
        code = f"{p.town_after[town][:9]}{200 + serial[town]:03d}"
    serial[town] += 1
    p.rows.add(1, code=code, parent=p.town_after[town], name=name, level="village", valid_from=day)
    return code
