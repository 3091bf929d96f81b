"""Who may do what, and where: roles, permissions, and the one place that keeps people inside their divisions."""

from __future__ import annotations

from service.access.permissions import PERMISSIONS, Permission, Role
from service.access.principal import EVERYWHERE, Principal

__all__ = ["EVERYWHERE", "PERMISSIONS", "Permission", "Principal", "Role"]
