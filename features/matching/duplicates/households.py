"""Households that stand under two identifiers, and people counted in two households, from pairs of entries."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("household_id", pa.string()), ("second_household_id", pa.string()), ("what", pa.string()),
        ("pairs", pa.int64()), ("members", pa.int64()), ("second_members", pa.int64()), ("decision", pa.string()),
    ]
)  # fmt: skip
"""One row two households. `what` is `one_household` where every member of the smaller one (two at least) is also in the
other, else `shared_people`; `decision` is `same` only where all the pairs are. Households are never
joined over a third."""


def two_households(pairs: pa.Table, members: dict[str, int]) -> pa.Table:
    """Pairs of households that hold the same people; `pairs` as `find.SCHEMA`, `members` entries by household.

    Sorted by households. Pairs with a number that stands on no register tell nothing of households.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for row in pairs.to_pylist():
        one, other = row["household_id"], row["second_household_id"]
        if one and other and one != other and row["second_registered"]:
            found.setdefault((min(one, other), max(one, other)), []).append(row["decision"])
    rows = []
    for (one, other), decisions in sorted(found.items()):
        sizes = members[one], members[other]
        # One person alone may have moved: it takes two to make a household that stands twice.
        whole = len(decisions) >= max(2, min(sizes))
        rows.append(
            {
                "household_id": one,
                "second_household_id": other,
                "what": "one_household" if whole else "shared_people",
                "pairs": len(decisions),
                "members": sizes[0],
                "second_members": sizes[1],
                "decision": "same" if set(decisions) == {"same"} else "unsure",
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def members_of(households: list[str | None]) -> dict[str, int]:
    """How many entries each household has."""
    return dict(Counter(home for home in households if home))
