"""Who runs a command, for the log."""

from __future__ import annotations

import getpass


def operator() -> str:
    """`command:` and the name of the system's user; without a name where the system has none."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):
        return "command"
