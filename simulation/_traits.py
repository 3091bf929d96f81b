"""What differs from county to county: every rate is drawn once a seed, within a range.

Models trained on several invented counties must not learn one county's habits, so the ranges are wide on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from simulation._labels import CODES
from simulation._streams import Streams

Profile = Literal["standard", "clean", "skilled", "poor_data", "busy", "other_country"]
PROFILES: tuple[str, ...] = get_args(Profile)


@dataclass(frozen=True, slots=True)
class Traits:
    """Habits of one invented world. Shares are fractions of 1, lags are days, months count from the start."""

    profile: str
    # places
    village_households: int
    village_spread: float
    single_surname: float
    minority: float
    merge_share: float
    merge_at: float
    # people
    elder_phone: float
    surname_skew: float
    poverty: float
    category_lag: float
    late_death: float
    false_death: float
    payroll: float
    kin_recorded: float
    kin_declared: float
    kin_density: float
    # cards
    bank_share: float
    has_passbooks: float
    migrate_at: float
    migrate_months: int
    migrate_in_bulk: float
    head_card: float
    debit: float
    payee_told: float
    agent_points: float
    market_day: float
    mobile: float
    # process
    bulk_import: float
    one_hand: float
    terminal: float
    notice_slack: int
    monthly_notice: float
    village_prepares: float
    run_lag: float
    deadline_rush: float
    clumsy: float
    unlinked: float
    # bank
    fail: float
    return_lag: int
    reissue_lag: int
    # findings
    looked_at: float
    wrong: float
    found: float
    sampled: float
    complaints: float
    # irregular
    amount: float
    skill: tuple[float, float, float]
    scheme: dict[str, float]
    look_alike: dict[str, float]
    tenant: int
    """Picks formats of identifiers and spellings of the catalogue."""


def draw(seed: int, profile: str) -> Traits:
    """The habits of the world with this seed. Raises ValueError on an unknown profile."""
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; expected one of {', '.join(PROFILES)}")
    rng = Streams(seed)("traits")

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    skilled = np.asarray(rng.dirichlet((3.0, 3.0, 1.6)))
    traits = Traits(
        profile=profile,
        village_households=int(rng.integers(42, 110)),
        village_spread=between(0.35, 0.9),
        single_surname=between(0.02, 0.3),
        minority=between(0.0, 0.5) if rng.random() < 0.6 else 0.0,
        merge_share=between(0.05, 0.45) if rng.random() < 0.75 else 0.0,
        merge_at=between(0.25, 0.75),
        elder_phone=between(0.2, 0.75),
        surname_skew=between(0.8, 1.25),
        poverty=between(0.05, 0.16),
        category_lag=between(0.02, 0.3),
        late_death=between(0.1, 0.45),
        false_death=between(0.0005, 0.003),
        payroll=between(0.01, 0.05),
        kin_recorded=between(0.35, 0.95),
        kin_declared=between(0.15, 0.8),
        kin_density=between(0.3, 1.2),
        bank_share=between(0.45, 0.95),
        has_passbooks=between(0.75, 1.0) if rng.random() < 0.8 else between(0.0, 0.3),
        migrate_at=between(0.15, 0.7),
        migrate_months=int(rng.integers(2, 14)),
        migrate_in_bulk=between(0.2, 0.95),
        head_card=between(0.02, 0.4),
        debit=between(0.005, 0.06),
        payee_told=between(0.0, 0.8),
        agent_points=between(0.1, 0.8),
        market_day=between(0.1, 0.7),
        mobile=between(0.05, 0.4),
        bulk_import=between(0.0, 0.3),
        one_hand=between(0.0, 0.25),
        terminal=between(0.0, 0.25),
        notice_slack=int(rng.integers(0, 6)),
        monthly_notice=between(0.3, 1.0),
        village_prepares=between(0.0, 0.5),
        run_lag=between(0.25, 0.75),
        deadline_rush=between(0.0, 0.4),
        clumsy=between(0.5, 2.2),
        unlinked=between(0.0, 0.05),
        fail=between(0.002, 0.018),
        return_lag=int(rng.integers(2, 16)),
        reissue_lag=int(rng.integers(12, 75)),
        looked_at=between(0.015, 0.05),
        wrong=between(0.03, 0.09),
        found=between(0.25, 0.6),
        sampled=between(0.05, 0.4),
        complaints=between(0.6, 1.6),
        amount=between(0.75, 1.3),
        skill=(float(skilled[0]), float(skilled[1]), float(skilled[2])),
        scheme={c: float(rng.lognormal(-0.15, 0.55)) * float(rng.random() > 0.12) for c in CODES},
        look_alike={c: float(rng.lognormal(0.0, 0.5)) for c in CODES},
        tenant=int(rng.integers(0, 2**31)),
    )
    return _profiled(traits)


def _profiled(traits: Traits) -> Traits:
    """The habits a profile overrides."""
    match traits.profile:
        case "clean":
            return replace(traits, scheme=dict.fromkeys(CODES, 0.0))
        case "skilled":
            return replace(traits, skill=(0.0, 0.25, 0.75), found=traits.found * 0.5)
        case "poor_data":
            return replace(
                traits,
                late_death=0.75,
                kin_recorded=0.15,
                kin_declared=0.1,
                bank_share=min(traits.bank_share, 0.35),
                elder_phone=0.12,
                monthly_notice=0.2,
            )
        case "busy":
            return replace(
                traits,
                bulk_import=0.97,
                one_hand=0.7,
                terminal=0.95,
                agent_points=0.95,
                market_day=0.85,
                deadline_rush=0.8,
                migrate_in_bulk=1.0,
                head_card=0.55,
                look_alike={c: v * 2.5 for c, v in traits.look_alike.items()},
            )
        case _:
            return traits
