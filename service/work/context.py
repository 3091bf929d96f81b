"""What every verb of the service is given: settings, database, clock, seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.clock import Clock
from service.settings import Settings
from service.store import Database

if TYPE_CHECKING:
    from models.scoring.policy import Policy
    from service.sealing.seal import Seal


@dataclass(frozen=True, slots=True)
class Context:
    """One a process. `policy` is the deployment's, `seal` encrypts personal data and makes keyed hashes."""

    settings: Settings
    database: Database
    clock: Clock
    seal: Seal
    policy: Policy
