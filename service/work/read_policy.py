"""The policy of this deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError
from service.work.in_chinese import in_chinese

if TYPE_CHECKING:
    from models.scoring.policy import Policy


def read_policy(path: Path | None) -> Policy:
    """The defaults, changed by the file where one is given. Raises WrongUsageError naming the key that is wrong."""
    from models.scoring.policy import Policy, PolicyError

    try:
        return Policy.load(path)
    except PolicyError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error
