"""What makes a look-up worth a second look: one's own people and one's own village.

A flag refuses nothing; it is written into the line of the look-up, where whoever looks up sees it as little as anybody
he looks up. Nothing can be told of staff who gave neither an identity number nor an official's number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sqlalchemy import Connection

from service.access import Principal
from service.store import kin_ties

Flag = Literal["own", "kin", "same_household", "same_village", "own_post"]
"""own: oneself · kin: a relative · same_household, same_village: lives there too · own_post: where one's post is."""

FLAGS: Final[tuple[Flag, ...]] = get_args(Flag)
CLOSE: Final[frozenset[Flag]] = frozenset({"own", "kin", "same_household"})
"""Flags of which the supervisor is told at once; neighbours are many in a village and stay on the auditor's list."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up: people by keyed hash, households and officials by number, villages by code."""

    persons: frozenset[str] = frozenset()
    households: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    officials: frozenset[str] = frozenset()

    @classmethod
    def at(
        cls,
        *,
        persons: Iterable[str | None] = (),
        households: Iterable[str | None] = (),
        divisions: Iterable[str | None] = (),
        officials: Iterable[str | None] = (),
    ) -> Looked:
        """From whatever is at hand; None is left out."""
        return cls(*(frozenset(one for one in many if one) for many in (persons, households, divisions, officials)))


def flags_of(connection: Connection, principal: Principal, looked: Looked) -> tuple[Flag, ...]:
    """The flags of a look-up, in the order of `FLAGS`; empty where nothing is near, or nothing is known of who asks."""
    selves = {principal.person} if principal.person else set()
    posts = kin_ties.posts_of(
        connection,
        officials={principal.official_id} if principal.official_id else set(),
        persons=selves,
    )
    selves |= {post.person_hash for post in posts if post.person_hash}
    behind = kin_ties.posts_of(connection, officials=looked.officials) if looked.officials else []
    persons = set(looked.persons) | {post.person_hash for post in behind if post.person_hash}
    there = kin_ties.places_of(connection, persons) | kin_ties.members_of(connection, looked.households)
    villages = set(looked.divisions) | {place.division_code for place in there.values()}
    households = set(looked.households) | {place.household_id for place in there.values() if place.household_id}
    found: set[Flag] = set()
    if principal.official_id in looked.officials or selves & persons:
        found.add("own")
    for me in selves:
        # Not one's own place: a household one looks up holds oneself where one lives in it.
        if kin_ties.kin_among(connection, me, (persons | set(there)) - selves):
            found.add("kin")
        mine = kin_ties.places_of(connection, {me}).get(me)
        if mine is None:
            continue
        if mine.household_id in households:
            found.add("same_household")
        if kin_ties.same_place(connection, mine.division_code, villages):
            found.add("same_village")
    held = {post.division_code for post in posts if post.division_code}
    if held & villages:
        found.add("own_post")
    return tuple(flag for flag in FLAGS if flag in found)
