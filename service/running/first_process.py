"""The first process of a container hears SIGTERM from its first moment on."""

from __future__ import annotations

import signal
import sys


def hear_the_end(pid: int) -> None:
    """Have process 1 end by SIGTERM, with exit code 143, until something else listens for the signal.

    Any other process does so by itself. The kernel spares process 1 whatever it has not asked for, and a container told
    to stop while it makes its tables would be waited for and then killed.
    """
    if pid == 1:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
