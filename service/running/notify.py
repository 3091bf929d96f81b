"""What systemd is told of the service: that it can be reached, what it does, that it is still alive, that it ends.

The protocol is sd_notify(3): one datagram of `NAME=value` lines to the socket `$NOTIFY_SOCKET` names. Where nobody set
one nothing is sent, and what cannot be sent is no reason for the service to fail.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""What systemd hands over. It is meant for the main process alone: the others are started without them."""


class Manager:
    """Whoever started the service and waits for word of it, if anybody does."""

    def __init__(self, environment: Mapping[str, str], pid: int | None = None) -> None:
        """`environment` as the process got it; `pid` is this process where not told."""
        where = environment.get("NOTIFY_SOCKET", "")
        # A name that begins with @ is one of Linux's abstract ones, which begin with a zero byte.
        self._where = f"\0{where[1:]}" if where.startswith("@") else where
        self._every = 0.0
        if environment.get("WATCHDOG_PID", str(pid or os.getpid())) == str(pid or os.getpid()):
            with contextlib.suppress(ValueError):
                # Four times as often as asked for: a machine that stands still for a while is not a service that does.
                self._every = int(environment.get("WATCHDOG_USEC", "0")) / 4_000_000
        self._next = 0.0

    def ready(self, status: str) -> None:
        """The service can be reached; `status` is what `systemctl status` shows."""
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        """What the service does now."""
        self._send(f"STATUS={status}")

    def alive(self, now: float) -> None:
        """Called again and again while all is well, with the seconds of a clock that never goes back; says so as often
        as it is waited for, and never where it is not. What could not be sent is tried again at the next call."""
        if self._every > 0 and now >= self._next and self._send("WATCHDOG=1"):
            self._next = now + self._every

    def stopping(self) -> None:
        """The service ends, and that is meant."""
        self._send("STOPPING=1\nSTATUS=ends what is under way")

    def _send(self, text: str) -> bool:
        """Whether it was sent."""
        if not self._where:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
                one.setblocking(False)  # A manager that does not read must not hold the service up.
                one.sendto(text.encode(), self._where)
        except OSError:
            return False
        return True
