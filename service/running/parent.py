"""A process that was started by another ends when that one is gone, however it went."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Final

LOOK_SECONDS: Final = 1.0


def end_with_parent() -> None:
    """Send this process SIGTERM once the process that started it is gone; looked at every second, by a thread."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="parent", daemon=True).start()
