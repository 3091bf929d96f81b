"""Invent a county for those who have none to try."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError

if TYPE_CHECKING:
    from simulation import SimulationReport


def invent_county(
    out: Path,
    *,
    households: int,
    seed: int,
    months: int,
    profile: str = "standard",
    progress: Callable[[str, float], None] | None = None,
) -> SimulationReport:
    """Write an invented county's tables to `out` and its truth beside it. Raises WrongUsageError out of range."""
    from simulation import PROFILES, simulate

    if profile not in PROFILES:
        raise WrongUsageError(f"found profile {profile!r}, expected one of {', '.join(PROFILES)}")
    if progress:
        progress("inventing a county", 0.0)

    def advance(done: int, whole: int) -> None:
        if progress:
            progress("inventing a county", done / max(1, whole))

    try:
        return simulate(out, households=households, seed=seed, months=months, profile=profile, progress=advance)
    except ValueError as error:
        raise WrongUsageError(str(error)) from error
