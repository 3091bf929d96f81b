"""How notices leave: the outbox by default, or whatever a deployment brings."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol

from service.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to whom. `number` is the same over every attempt, so that a channel can leave out doubles."""

    number: int
    phone: str
    text_zh: str
    text_en: str


class Channel(Protocol):
    """Takes notices out. `send` returns when the notice is out of this service's hands; it raises to be asked again."""

    name: str

    def send(self, notice: Notice) -> None:
        """Hand a notice over."""
        ...


class Outbox:
    """Keeps notices, sealed, for somebody to fetch or look at: the database row is all there is."""

    name = "outbox"

    def send(self, notice: Notice) -> None:
        """Nothing more to do: the row that stands already holds it."""


def channel_of(settings: Settings) -> Channel:
    """The channel of a deployment: `outbox`, or `package.module:factory` called with the settings.

    Raises SettingsError where there is no such factory or what it gives has no `send`.
    """
    if settings.notices == "outbox":
        return Outbox()
    module, _, factory = settings.notices.partition(":")
    try:
        found: Channel = getattr(importlib.import_module(module), factory)(settings)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            [f"MINGBAI_NOTICES: found {settings.notices!r}, expected outbox or package.module:factory"]
        ) from error
    if not callable(getattr(found, "send", None)) or not isinstance(getattr(found, "name", None), str):
        raise SettingsError([f"MINGBAI_NOTICES: {settings.notices!r} gives nothing with a name and a send"])
    return found
