"""What is compared, and the decision lines in force: the newest somebody set, else those of the policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from service.store import match_lines
from service.store.match_lines import Lines
from service.work.context import Context
from service.work.match_rows import read_spec

if TYPE_CHECKING:
    from features.matching.spec import Spec


@dataclass(frozen=True, slots=True)
class InForce:
    """`spec` with the lines that hold now; `policy_same`, `policy_none` are the deployment's policy; `lines` what
    somebody set, None where nobody did."""

    spec: Spec
    policy_same: float
    policy_none: float
    lines: Lines | None


def in_force(context: Context, connection: Connection) -> InForce:
    """Spec and lines as they hold now. Raises WrongUsageError for a policy that cannot be used."""
    spec = read_spec(context.settings.policy)
    lines = match_lines.newest(connection)
    held = spec
    if lines is not None:
        held = replace(spec, same_probability=lines.same_probability, none_probability=lines.none_probability)
    return InForce(held, spec.same_probability, spec.none_probability, lines)
