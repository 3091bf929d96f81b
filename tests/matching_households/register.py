"""An invented register of a few hundred households, in which single situations can be planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from features._world import World, world
from features.matching.exact import check_character

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "安邦昌道恩芳国海华建金菊兰林梅明宁平强群荣珊涛文祥秀英玉珍志"
VILLAGES = ("519901101001", "519901101002", "519901102001")
KNOWN = "2016-01-05T09:00:00"


def number(birth: str, sequence: int) -> str:
    """A sound identity number of the unassigned prefecture."""
    body = f"519901{birth.replace('-', '')}{sequence:03d}"
    return body + check_character(body)


def register(households: int = 220, seed: int = 7) -> World:
    """Households of one to five people in three villages; two in three households share one phone."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, tuple[tuple[str, Any], ...]]] = []
    made = 0
    for home in range(households):
        village = VILLAGES[home % len(VILLAGES)]
        surname = SURNAMES[int(rng.integers(len(SURNAMES)))]
        phone = f"1990001{home:04d}" if rng.random() < 0.67 else None
        for place in range(int(rng.integers(1, 6))):
            family = surname if place != 1 else SURNAMES[int(rng.integers(len(SURNAMES)))]
            name = family + "".join(GIVEN[int(k)] for k in rng.integers(len(GIVEN), size=2))
            year = int(rng.integers(1940, 1968)) if place < 2 else int(rng.integers(1970, 2012))
            birth = f"{year}-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 29)):02d}"
            made += 1
            person = {
                "person_id": number(birth, made % 900 + 1), "name": name, "sex": "MF"[place % 2],
                "birth_date": birth, "household_id": f"F{home:04d}", "division_code": village, "phone": phone,
                "relation_to_head": ("head", "spouse", "child", "child", "child")[place], "recorded_at": KNOWN,
            }  # fmt: skip
            rows.append(("persons", tuple(person.items())))
    base = world().drop("persons").drop("cards").drop("households")
    return replace(base, rows=(*base.rows, *rows), _cache={})


def people(made: World) -> list[dict[str, Any]]:
    """The rows of the register, in order."""
    return [dict(row) for table, row in made.rows if table == "persons"]
