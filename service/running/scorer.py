"""The scorer process: one that scores at a time, and a successor made in the background when its history is stale.

    watch(settings)          blocks; what `mingbai serve` starts beside the web
      └─ generation 1        opens the history, listens on the socket, scores
      └─ generation 2        made when 1 says that rows came late; takes the socket's place, then 1 ends

Each generation is a process of its own, so that making a history of millions of rows takes nothing from the one that
scores but a processor; and a scorer that dies at any moment is replaced by one that reads everything from the database.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

from service.settings import Settings
from service.work.context import Context
from service.work.portraits.looks import Looks

_LOG = logging.getLogger("mingbai.scorer")

PAUSE_SECONDS: Final = 30.0
"""So long at least lies between two histories made because of late rows: they come in bursts."""

AGAIN_SECONDS: Final = (0.2, 1.0, 5.0, 15.0)
"""So long a scorer that died is waited for before the next one starts, by how many died one after the other."""

END_SECONDS: Final = 10.0

KEEP_SECONDS: Final = 7.0
"""So long a scorer that ends brings what it answered into the database; the rest waits in the journal."""

SWITCH_SECONDS: Final = 0.00005
"""So long at most the thread that keeps payments holds the interpreter while one waits to be scored."""

COLLECT: Final = (20_000, 20, 100)
"""Objects made before the collector looks, and how often it looks further: a payment makes hundreds, and no rings."""


class ScorerWatch:
    """Keeps one scorer running."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        """`command` starts one generation: a process that runs `generation`."""
        self._command = command
        self._environment = environment
        self._stop = False
        self._now: _Generation | None = None
        self._next: _Generation | None = None
        self._deaths = 0
        self._start_at = 0.0
        self._made_at = 0.0

    @property
    def listening(self) -> bool:
        """Whether a scorer takes payments."""
        return self._now is not None

    def stop(self, *_: object) -> None:
        """End all generations, and then the watch. May be called from a signal handler."""
        self._stop = True

    def run(self) -> None:
        """Watch until stopped."""
        while not self._stop:
            self._step(time.monotonic())
            time.sleep(0.05)
        for one in (self._next, self._now):
            if one is not None:
                one.end()

    def _step(self, now: float) -> None:
        if self._now is not None and self._now.died():
            _LOG.error("the scorer ended with %s", self._now.process.returncode)
            self._start_at = now + AGAIN_SECONDS[min(self._deaths, len(AGAIN_SECONDS) - 1)]
            self._deaths += 1
            self._now = None
        if self._next is not None and self._next.died():
            _LOG.error("a new scorer ended with %s before it listened", self._next.process.returncode)
            self._next, self._made_at = None, now
        told = self._now.told() if self._now is not None else set()
        if self._next is not None and "ready" in self._next.told():
            before, self._now, self._next = self._now, self._next, None
            self._deaths, self._made_at = 0, now
            if before is not None:
                before.end()
            return
        wanted = now >= self._start_at if self._now is None else "stale" in told and now - self._made_at > PAUSE_SECONDS
        if self._next is None and wanted:
            self._next = _Generation(self._command, self._environment)


class _Generation:
    """One scorer process; it tells by lines on its standard output how it stands."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - this program itself
            command, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        os.set_blocking(self.process.stdout.fileno(), False)
        self._told: set[str] = set()

    def told(self) -> set[str]:
        """`ready` once it listens, `stale` once its history is."""
        assert self.process.stdout is not None  # noqa: S101 - asked for above
        text = None if self.process.stdout.closed else self.process.stdout.read()
        self._told |= set((text or b"").decode(errors="replace").split())
        return self._told

    def died(self) -> bool:
        """Whether the process has ended, whatever ended it."""
        if self.process.poll() is None:
            return False
        self._close()
        return True

    def end(self) -> None:
        """Have it answer what it has, and end; by force when it takes too long."""
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()


def watch(environment: dict[str, str] | None = None) -> None:
    """Keep a scorer running until SIGTERM or SIGINT. Settings are those of the environment."""
    given = dict(os.environ if environment is None else environment)
    found = ScorerWatch([sys.executable, "-m", "service.running.scorer"], given)
    signal.signal(signal.SIGTERM, found.stop)
    signal.signal(signal.SIGINT, found.stop)
    found.run()


def generation(context: Context, path: Path, tell: int | None = None) -> None:
    """Make the history, listen, score until SIGTERM or until the watch is gone.

    `tell` is the descriptor it says on how it stands: `ready` once it listens, `stale` once its history is.
    """
    from service.running.scoring_loop import ScoringLoop
    from service.store.journal import Journal
    from service.work.scoring.live import LiveScorer
    from service.work.scoring.recover import journal_path

    journal = journal_path(context)
    scorer = LiveScorer(context, Journal(journal) if journal is not None else None)
    loop = ScoringLoop(scorer, path, context.settings.waiting_limit)

    def end(_signal: int, _frame: FrameType | None) -> None:
        loop.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the watch decides.
    watched_by = os.getppid()
    said = False

    def say(word: str) -> None:
        if tell is not None:
            os.write(tell, f"{word}\n".encode())

    def look() -> None:
        nonlocal said
        if scorer.history.stale and not said:
            said = True
            say("stale")
        if tell is not None and os.getppid() != watched_by:
            loop.stop()

    scorer.open()
    scorer.warm_up()
    if not scorer.history.lacking:
        Looks(context).warm_up(scorer.history.ledger)
    # The history lives as long as the process: the collector need not look at it again, nor often at the rest.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    sys.setswitchinterval(SWITCH_SECONDS)
    loop.listen()
    say("ready")
    loop.run(look)
    scorer.close(KEEP_SECONDS)


def main() -> None:
    """One generation over the settings of the environment."""
    from service.running.context import make_context

    settings = Settings.read()
    os.environ.setdefault("MINGBAI_MLRUNS", str(settings.mlruns))
    generation(make_context(settings), settings.socket, sys.stdout.fileno())
    # Everything is answered. What takes the interpreter apart would tell of what DuckDB's module leaves behind.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
