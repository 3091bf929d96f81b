"""Registered land, stock and machines behind per-unit items; parcels split, change hands and are measured again."""

from __future__ import annotations

from typing import cast

import numpy as np

from simulation._clock import FAR, first_day, office_hours
from simulation._frame import Array, Frame, Ints
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.people import People
from simulation.places import Places

KINDS = ("arable", "forest", "grassland", "livestock", "machine")


def frame() -> Frame:
    """Parcels; `serial` is the parcel's number (joint owners share it), `look` marks honest oddities by typology.

    `closing` is the moment the register learned that the parcel ended, 0 where it knew from the beginning.
    """
    return Frame(serial=0, household=-1, kind=0, quantity=0.0, since=0, until=FAR, recorded=0, closing=0, look=0)


def build(streams: Streams, t: Traits, places: Places, people: People, start: int, months: int) -> Frame:
    """Holdings of every household as of the start, and later ones."""
    rng = streams("holdings")
    rows = frame()
    h = people.households
    n = len(h)
    grass_village = rng.random(places.villages) < np.where(places.remote, 0.7, 0.08)
    forest_village = rng.random(places.villages) < 0.5
    first, last = int(first_day(start)), int(first_day(start + months))
    shares = (
        (0, np.full(n, 0.86), 1.1, 0.55),
        (1, np.where(forest_village[h["village"]], 0.5, 0.03), 1.2, 0.6),
        (2, np.where(grass_village[h["village"]], 0.75, 0.01), 3.9, 0.7),
        (3, np.full(n, 0.08), 1.6, 0.6),
    )
    for kind, share, middle, spread in shares:
        for turn in range(3 if kind == 0 else 2):
            owner = np.flatnonzero((rng.random(n) < share * (1.0, 0.4, 0.25)[turn]) & ~h["ghost"])
            size = np.round(rng.lognormal(middle, spread, len(owner)), 1) + 0.2
            if kind == 3:
                size = np.ceil(size)
            since = first - rng.integers(200, 4200, len(owner))
            _add(rng, rows, owner, kind, np.round(size, 1), since, first)
    _joint(rng, rows, h, first)
    _transfers(rng, rows, people, first, last)
    return rows


def _add(
    rng: np.random.Generator, rows: Frame, owner: Ints, kind: int, quantity: Array, since: Ints, first: int
) -> Ints:
    base = int(rows["serial"].max(initial=100_000)) + 1
    recorded = office_hours(rng, np.maximum(since + 20 + rng.integers(0, 40, len(owner)), first - 4500))
    return rows.add(
        len(owner),
        serial=base + rng.permutation(len(owner) * 3)[: len(owner)],
        household=owner,
        kind=kind,
        quantity=quantity,
        since=since,
        recorded=recorded,
    )


def _joint(rng: np.random.Generator, rows: Frame, households: Frame, first: int) -> None:
    """Neighbours who hold one parcel together, each registered with a share."""
    pick = np.flatnonzero((rows["kind"] < 3) & (rng.random(len(rows)) < 0.005))
    village = households["village"]
    partner = np.clip(rows["household"][pick] + rng.integers(1, 60, len(pick)), 0, len(households) - 1)
    near = (village[partner] == village[rows["household"][pick]]) & (partner != rows["household"][pick])
    pick, partner = pick[near], partner[near]
    half = np.round(np.maximum(rows["quantity"][pick] / 2, 0.1), 1)
    rows["quantity"][pick] = half
    rows["look"][pick] = 15
    rows.copy_rows(pick, household=partner, look=15)


def _transfers(rng: np.random.Generator, rows: Frame, people: People, first: int, last: int) -> None:
    """Parcels contracted out, consolidated, or measured again; the register learns it weeks to months later."""
    village = people.households["village"]
    active = np.flatnonzero((rows["kind"] < 3) & (rng.random(len(rows)) < 0.022) & (rows["look"] == 0))
    for row, how in zip(active.tolist(), rng.random(len(active)).tolist(), strict=True):
        day = int(rng.integers(first, last))
        known = int(office_hours(rng, np.array([day + 10 + int(rng.exponential(50))]))[0])
        rows["until"][row], rows["closing"][row] = day - 1, known
        owner, size = int(rows["household"][row]), float(rows["quantity"][row])
        look = 13
        if how < 0.4:
            owner = min(len(village) - 1, owner + int(rng.integers(1, 30)))
        elif how < 0.8:
            size, look = round(size * float(rng.uniform(0.9, 1.35)), 1), 14
        else:
            size, look = round(size * float(rng.uniform(1.3, 2.2)), 1), 14
        rows.add(
            1,
            serial=rows["serial"][row],
            household=owner,
            kind=rows["kind"][row],
            quantity=size,
            since=day,
            recorded=known,
            look=look,
        )


def held(rows: Frame, households: int, kind: int, day: int) -> tuple[Array, Ints]:
    """Quantity of a kind each household holds on `day`, and the honest oddity (typology number) it carries."""
    live = (rows["kind"] == kind) & (rows["since"] <= day) & (rows["until"] >= day)
    total = np.bincount(rows["household"][live], weights=rows["quantity"][live], minlength=households)
    odd = np.zeros(households, dtype=np.int64)
    odd[rows["household"][live]] = np.maximum(odd[rows["household"][live]], rows["look"][live])
    return np.round(total, 1), cast(Ints, odd)
