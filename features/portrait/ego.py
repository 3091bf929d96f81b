"""The ego view of some payments: which things are shown first, and which ties lie on the way to what they are about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from features.portrait.strands import Key, Strand, merged

ALWAYS_OPEN: Final = frozenset({"paid_to", "holds", "belongs_to"})
"""Ties a way may lead along whatever it is about: from somebody paid to their card and household."""

_KIN: Final = (
    frozenset({"kin_of", "serves_as", "belongs_to"}),
    frozenset({"decided", "prepared", "entered"}),
)
_HANDS: Final = (frozenset({"prepared", "entered", "decided"}),)
WAYS: Final[Mapping[str, Sequence[frozenset[str]]]] = {
    "T11": (frozenset({"belongs_to", "kin_of", "serves_as"}),),
    "T12": (frozenset({"prepared", "entered", "opened_for"}),),
    "T22": (frozenset({"paid_to", "holds"}),),
    "T23": (frozenset({"paid_to", "holds"}),),
    "T24": (frozenset({"paid_to", "holds", "bound_to"}),),
    "T25": (frozenset({"drawn_at"}), frozenset({"acts_for"})),
    "T26": (frozenset({"swept_to"}),),
    "T27": (frozenset({"bound_to"}),),
    "T28": (frozenset({"bound_to"}),),
    "T29": (frozenset({"opened_for", "holds"}),),
    "T30": (frozenset({"drawn_at"}),),
    "T31": _KIN,
    "T32": _KIN,
    "T33": _HANDS,
    "T35": _KIN,
    "T36": _HANDS,
}
"""By typology the kinds of ties it is about: each set is a way to the hub of its own."""

OF_HUB: Final[Mapping[str, Sequence[frozenset[str]]]] = {
    "card": (frozenset({"paid_to", "holds", "swept_to"}),),
    "phone": (frozenset({"bound_to"}),),
    "device": (frozenset({"bound_to"}),),
    "outlet": (frozenset({"drawn_at", "opened_for"}),),
    "official": (*_HANDS, frozenset({"kin_of", "serves_as"}), frozenset({"opened_for", "acts_for"})),
    "household": (frozenset({"belongs_to"}),),
    "person": (frozenset({"paid_to", "belongs_to", "holds"}),),
    "village": (frozenset({"lives_in"}),),
}
"""The same by kind of hub, where the typology does not say or its way leads nowhere."""

FAR: Final = frozenset({"county_reviewer", "finance_officer", "bank_clerk"})
"""Posts through whose hands everything goes: shown last among officials."""


@dataclass(frozen=True, slots=True)
class Ego:
    """Things in the order they are to be shown, the ties among them, and what was left out.

    * `members`: things a payment touches; `left_out`: how many of each kind were too many
    * `elsewhere`: how many may not be named to whoever asks
    """

    things: tuple[Key, ...]
    strands: tuple[Strand, ...]
    members: frozenset[Key]
    hub: Key | None
    left_out: Mapping[str, int]
    elsewhere: int


def ego(
    strands: Iterable[Strand],
    members: Mapping[Key, int],
    hub: Key | None,
    typology: str,
    *,
    most: int,
    named: Callable[[Collection[Key]], set[Key]],
    far: Collection[Key] = (),
) -> Generator[None, None, Ego]:
    """The most telling `most` things of a graph, step by step: between two steps others may be served.

    `members` are the things the payments touch, with their money in fen; `named` gives those of some things that may be
    named; `far` are things so many are tied to that they tell little.
    """
    ties = merged(strands)
    yield
    everything = {hub, *members} - {None} | {end for tie in ties for end in (tie.one, tie.other)}
    shown = named([thing for thing in everything if thing is not None]) | ({hub} if hub else set())
    elsewhere = len(everything) - len(shown)
    yield
    if elsewhere:
        ties = [tie for tie in ties if tie.one in shown and tie.other in shown]
    there = {thing for thing in members if thing in shown}
    mark_ways(ties, there, hub, typology)
    yield
    ordered = _ordered(ties, {thing: fen for thing, fen in members.items() if thing in shown}, hub, set(far), most)
    yield
    chosen = ordered[:most]
    inside = set(chosen)
    return Ego(
        things=tuple(chosen),
        strands=tuple(tie for tie in ties if tie.one in inside and tie.other in inside),
        members=frozenset(there & inside),
        hub=hub,
        left_out=dict(Counter(kind for kind, _ in ordered[most:])),
        elsewhere=elsewhere,
    )


def mark_ways(ties: Sequence[Strand], members: Collection[Key], hub: Key | None, typology: str) -> None:
    """Mark the ties on a shortest way from those who were paid to the hub, for each way there is (`WAYS`; of any hub of
    its kind where the typology's lead nowhere), and what the typology is about where it lies beside the hub."""
    telling = frozenset[str]().union(*WAYS.get(typology, ())) - ALWAYS_OPEN
    if hub is not None:
        for kinds in WAYS.get(typology, ()) or OF_HUB.get(hub[0], ()):
            _mark(ties, members, hub, kinds)
        if not any(tie.matters for tie in ties):
            for kinds in OF_HUB.get(hub[0], ()):
                _mark(ties, members, hub, kinds)
    if telling and not any(tie.matters and tie.kind in telling for tie in ties):
        # What the typology is about lies beside the hub: its ties to those who were paid, or to their cards.
        for tie in ties:
            tie.matters |= tie.kind in telling and (tie.one in members or tie.other in members)


def _mark(ties: Sequence[Strand], members: Collection[Key], hub: Key, kinds: frozenset[str]) -> None:
    near: dict[Key, list[Strand]] = defaultdict(list)
    for tie in ties:
        if tie.kind in kinds or tie.kind in ALWAYS_OPEN:
            near[tie.one].append(tie)
            near[tie.other].append(tie)
    steps = {hub: 0}
    waiting = [hub]
    for thing in waiting:
        for tie in near[thing]:
            other = tie.other if tie.one == thing else tie.one
            if other not in steps:
                steps[other] = steps[thing] + 1
                waiting.append(other)
    back = [thing for thing in members if thing[0] == "person" and thing in steps]
    seen = set(back)
    while back:
        thing = back.pop()
        for tie in near[thing]:
            other = tie.other if tie.one == thing else tie.one
            if steps.get(other, -1) == steps[thing] - 1:
                tie.matters = True
                if other not in seen:
                    seen.add(other)
                    back.append(other)


def _ordered(
    ties: Sequence[Strand], members: Mapping[Key, int], hub: Key | None, far: Collection[Key], most: int
) -> list[Key]:
    """Things, the most telling first.

    The hub; what lies on a way that matters beside the payments; people with the cards they were paid to, those with
    most money first, up to three of four places; what ties several things together; households; whoever is left.
    """
    beside: dict[Key, set[Key]] = defaultdict(set)
    matters: set[Key] = set()
    for tie in ties:
        beside[tie.one].add(tie.other)
        beside[tie.other].add(tie.one)
        if tie.matters:
            matters |= {tie.one, tie.other}
    things = {*beside, *members} - {hub}

    def weight(thing: Key) -> tuple[int, str, int]:
        near = members.get(thing)
        if near is None:
            near = max((members.get(other, 0) for other in beside[thing]), default=0)
        return -near, *thing

    people = sorted((thing for thing in things if thing in members and thing[0] == "person"), key=weight)
    place = {person: number for number, person in enumerate(people)}
    paid = [thing for thing in things if thing in members and thing[0] == "card"]
    # A card stands with the first of those paid to it: so no one is shown without what they were paid to.
    for card in paid:
        place[card] = min((place[one] for one in beside[card] if one in place), default=len(people))
    first = sorted((thing for thing in things if thing in matters and thing not in members), key=weight)
    chain = sorted(place, key=lambda thing: (place[thing], thing[0] != "person", *weight(thing)))
    rest = things - set(first) - set(chain)
    homes = sorted((thing for thing in rest if thing in members), key=weight)
    rest -= set(homes)
    joints = sorted((thing for thing in rest if thing not in far and len(beside[thing]) > 1), key=weight)
    rest -= set(joints)
    cut = max(0, most * 3 // 4 - len(first))
    last = sorted(rest, key=lambda thing: (len(beside[thing]) < 2, *weight(thing)))
    return [*([hub] if hub else []), *first, *chain[:cut], *joints, *homes, *chain[cut:], *last]
