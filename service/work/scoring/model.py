"""The model in force, looked for again when the record changes; rules alone where it cannot be read."""

from __future__ import annotations

import datetime as dt
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from service.work.choose_model import choose_model

if TYPE_CHECKING:
    from features.asof import Ledger
    from models.scoring.bundle import Bundle
    from service.work.context import Context

_LOG = logging.getLogger("mingbai.model")

WATCHED: Final = ("releases.jsonl", "champion.json", "rules.jsonl")
"""Files of the record whose change may change which model is in force, or the states of its rules."""

AGAIN: Final = dt.timedelta(seconds=30)
"""A model that cannot be read is tried again after so long: its own files may have been mended."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What scores. `degraded` says why it is rules alone, (English, Chinese); None where a model does."""

    bundle: Bundle
    degraded: tuple[str, str] | None = None


class ModelInForce:
    """Keeps the model in force; `look` costs a few file times unless something changed."""

    def __init__(self, context: Context) -> None:
        """Nothing is read before `look`."""
        self._context = context
        self._seen: tuple[object, ...] | None = None
        self._found: InForce | None = None
        self._again: dt.datetime | None = None
        self._folder: Path | None = None
        self._watched: list[str] = []

    def look(self, ledger: Ledger) -> InForce:
        """The model in force for the payments of the ledger. Never raises for a model that cannot be read."""
        state, now = self._state(), self._context.clock.now()
        if self._found is None or state != self._seen or (self._again is not None and now >= self._again):
            self._found, self._seen = self._choose(ledger), state
            self._again = None if self._found.degraded is None else now + AGAIN
        return self._found

    def _choose(self, ledger: Ledger) -> InForce:
        try:
            return InForce(choose_model(None, ledger).bundle)
        except Exception as error:  # Whatever is wrong with a model, payments are still looked at.
            _LOG.error(
                "no model can be loaded (%s): rules alone score until the record is mended", type(error).__name__
            )
            from models.training.rules_only import rules_only

            why = (
                f"no model can be loaded ({type(error).__name__}): scored by rules alone",
                f"无法加载模型（{type(error).__name__}）：仅按规则评分",
            )
            return InForce(rules_only(self._context.policy), why)

    def _state(self) -> tuple[object, ...]:
        """File times of the record; a model that could not be read is tried again when its files change."""
        from models.registry import root

        found: list[object] = []
        folder = root()
        if folder != self._folder:
            self._folder, self._watched = folder, [str(folder / name) for name in WATCHED]
        for path in self._watched:
            try:
                status = os.stat(path)
                found.append((status.st_mtime_ns, status.st_size, status.st_ino))
            except OSError:
                found.append(None)
        return tuple(found)
