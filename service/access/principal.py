"""Whoever asks: a person signed in, a system with a key, or a recipient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from service.access.permissions import PERMISSIONS, Permission, Role

EVERYWHERE: Final = "*"
"""The scope of somebody who may see every division."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, with roles and scope, as it was when the request came in.

    * `name`: account or key name as it stands in the log (never an identity number)
    * `divisions`: division codes this principal sees, each with everything below it; `("*",)` is everywhere
    * `desks`: queues an investigator or verifier works; empty means those of the role
    * `person`: keyed hash of the principal's own identity number where it is known (recipients; staff who gave it, so
      that kin and neighbours can be told); None otherwise
    * `credential`: how the request was authenticated
    """

    account_id: int
    name: str
    roles: frozenset[Role]
    divisions: tuple[str, ...]
    credential: Literal["session", "api_key", "oidc", "recipient", "command"]
    desks: tuple[str, ...] = ()
    person: str | None = None
    official_id: str | None = None
    limited_to: frozenset[Permission] | None = None
    """Scopes of an API key: it may do no more than these, whatever its owner's roles."""

    def may(self, permission: Permission) -> bool:
        """Whether any role of the principal carries the permission, and the credential does not leave it out."""
        if self.limited_to is not None and permission not in self.limited_to:
            return False
        return any(permission in PERMISSIONS[role] for role in self.roles)

    @property
    def sees_everywhere(self) -> bool:
        """Whether scope by division leaves nothing out."""
        return EVERYWHERE in self.divisions
