"""Everything known about one county while it is being invented, and the marks of the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from simulation._clock import FAR, first_day
from simulation._frame import Array, Bools, Frame, Ints
from simulation._items import Program
from simulation._labels import DATA_ERROR, bits, number
from simulation._streams import Streams
from simulation._traits import Traits
from simulation.cards import Cards
from simulation.officials import Officials
from simulation.people import People
from simulation.places import Places
from simulation.programs import Rates

LOW, MIDDLE, HIGH = range(3)
"""Skill of an actor: a low one is plain to see, a high one takes less, waits, and mixes in honest rows."""


@dataclass(slots=True)
class County:
    """The state the parts of the simulation read and write; see each frame's maker for its columns."""

    streams: Streams
    traits: Traits
    number: int
    households: int
    start: int
    months: int
    programs: tuple[Program, ...]
    places: Places
    people: People
    officials: Officials
    events: Frame
    kinship: Frame
    holdings: Frame
    cards: Cards
    rates: Rates
    authorizations: Frame
    certificates: Frame
    enrolments: Frame
    runs: Frame
    payments: Frame
    applications: Frame
    approvals: Frame
    settlements: Frame
    transactions: Frame
    complaints: Frame
    rings: int = 0
    busy_people: set[int] = field(default_factory=set)
    """Persons already used by a scheme or a built look-alike."""
    busy_cards: set[int] = field(default_factory=set)
    """Cards whose activity a scheme or a look-alike writes itself."""
    leaks: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        """First day of the years in view."""
        return int(first_day(self.start))

    @property
    def last(self) -> int:
        """The day after the last one."""
        return int(first_day(self.start + self.months))

    @property
    def scale(self) -> float:
        """Size against a county of 6,000 households."""
        return self.households / 6000

    def program(self, key: str) -> int:
        """Position of the item called `key`, -1 where this world has none."""
        return next((i for i, p in enumerate(self.programs) if p.key == key), -1)

    def positions(self, *keys: str) -> Ints:
        """Positions of those items that exist."""
        return np.array([i for i in (self.program(k) for k in keys) if i >= 0], dtype=np.int64)

    def count(self, rng: np.random.Generator, code: str, base: float) -> int:
        """How many irregular instances of `code` to act, around `base` for 6,000 households."""
        strength = self.traits.scheme[code] * base * self.scale
        return int(rng.poisson(strength)) if strength > 0 else 0

    def count_look(self, rng: np.random.Generator, code: str, base: float) -> int:
        """How many honest look-alikes of `code` to build, around `base` for 6,000 households."""
        return int(rng.poisson(self.traits.look_alike[code] * base * self.scale))

    def skill(self, rng: np.random.Generator) -> int:
        """The skill of one actor."""
        return int(rng.choice(3, p=self.traits.skill))

    def ring(self) -> int:
        """A new ring number (from 1)."""
        self.rings += 1
        return self.rings

    def free(self) -> Bools:
        """Payments that carry no mark yet and are no re-issues."""
        f = self.payments
        return cast(Bools, (f["typ"] == 0) & (f["look"] == 0) & (f["reissue"] < 0) & ~f["drop"])

    def pick(self, rng: np.random.Generator, mask: Array, count: int) -> Ints:
        """At most `count` positions where `mask` holds, in random order."""
        pool = np.flatnonzero(mask)
        return cast(Ints, rng.permutation(pool)[:count])

    def mark(self, rows: Ints, codes: str, ring: int, actor: int, role: int) -> None:
        """Mark payments as irregular; codes add up, a first ring, actor and role stay."""
        f = self.payments
        fresh = f["typ"][rows] == 0
        f["typ"][rows] |= bits(codes)
        f["look"][rows] = 0
        f["ring"][rows[fresh]] = ring
        f["actor"][rows[fresh]] = actor
        f["role"][rows[fresh]] = role

    def resemble(self, rows: Ints, code: str, error: bool = False) -> None:
        """Mark honest payments as look-alikes of `code` (left alone where any mark stands already)."""
        f = self.payments
        rows = rows[(f["typ"][rows] == 0) & (f["look"][rows] == 0)]
        f["look"][rows] = number(code)
        if error:
            f["role"][rows] = DATA_ERROR

    def fen(self, program: Ints | int, grade: Ints, village: Ints, month: Ints) -> Ints:
        """Rate in fen for each row; `month` counted from the start."""
        programs = np.broadcast_to(np.asarray(program, dtype=np.int64), np.shape(grade))
        out = np.zeros(len(grade), dtype=np.int64)
        for one in np.unique(programs).tolist():
            at = programs == one
            out[at] = self.rates.fen(one, grade[at], self.places.town_of[village[at]], month[at])
        return out

    def payment_day(self) -> Ints:
        """The day each payment was submitted."""
        return cast(Ints, self.payments["at"] // 86_400)

    def payment_month(self) -> Ints:
        """The month each payment was submitted, counted from the start (30.44-day months)."""
        return cast(Ints, ((self.payment_day() - self.first) / 30.44).astype(np.int64).clip(0, self.months - 1))

    def village_official(self, rng: np.random.Generator, post: int, village: int, month: int) -> int:
        """The official in a village post in a month."""
        return int(self.officials.holder(post, np.array([village]), np.array([month]))[0])

    def idle_people(self, mask: Array) -> Bools:
        """`mask` without people already used by a scheme."""
        out = mask.copy()
        if self.busy_people:
            out[np.fromiter(self.busy_people, dtype=np.int64)] = False
        return out & self.people.persons["registered"] & ~self.people.persons["ghost"]


def enrolment_frame() -> Frame:
    """Who receives what from which month to which (exclusive); `quantity` -1 means what the household holds.

    `typ`, `ring`, `actor`, `role`, `look` pass to payments of months in [`marked_from`, `marked_to`).
    """
    return Frame(
        program=0,
        person=-1,
        household=-1,
        quantity=1.0,
        grade=0,
        first=-24,
        end=10_000,
        payee=-1,
        by=-1,
        look=0,
        typ=0,
        marked_from=-1000,
        marked_to=10_000,
        ring=0,
        actor=-1,
        role=0,
        card=-1,
        village=-1,
        kept_name=False,
        order=0.0,
        decided=-1,
    )


def payment_frame() -> Frame:
    """Planned payments; money in fen, `at` the moment of submission, `period` a month number with the item's span."""
    return Frame(
        run=-1,
        program=0,
        enrolment=-1,
        application=-1,
        period=0,
        person=-1,
        household=-1,
        payee=-1,
        card=-1,
        quantity=1.0,
        grade=0,
        fen=0,
        village=0,
        prepared=-1,
        reissue=-1,
        at=0,
        line=0,
        written="",
        typ=0,
        look=0,
        ring=0,
        actor=-1,
        role=0,
        drop=False,
    )


def run_frame() -> Frame:
    """Payment runs; `funds` in fen is filled in when the payments are final (`held` fen are added on top)."""
    return Frame(program=0, period=0, month=0, received=0, created=0, planned=0, funds=0, held=0, spread=0, drop=False)


def application_frame() -> Frame:
    """Applications with their posted list and the moments of their stages (columns `at0`..`at5`, `by0`..`by5`)."""
    stages = {f"at{i}": 0 for i in range(6)} | {f"by{i}": -1 for i in range(6)}
    return Frame(
        program=0,
        enrolment=-1,
        person=-1,
        household=-1,
        period=0,
        quantity=0.0,
        village=0,
        applied=0,
        by=-1,
        first_paid=0,
        posted_from=0,
        posted_to=0,
        posted_quantity=0.0,
        posted_fen=0,
        notice=True,
        recused=-1,
        recused_stage=1,
        rejected=-1,
        again_from=0,
        **stages,
    )


def never(count: int) -> Ints:
    """`count` times FAR."""
    return np.full(count, FAR, dtype=np.int64)
