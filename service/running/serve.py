"""The supervisor: opens the port, starts web, scorer and workers, restarts what dies, and ends them in order.

It loads nothing heavy and touches neither the database nor a request, so that there is little it could die of. When it
does, whatever it started ends too.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from service.running.lock import alone
from service.running.notify import VARIABLES, Manager
from service.running.scorer import ScorerWatch
from service.settings import Settings

_LOG = logging.getLogger("mingbai.serve")

AGAIN_SECONDS: Final = (0.1, 1.0, 5.0, 15.0, 30.0)
"""Before a process that died is started again, by how many times in a row it died."""
SOUND_SECONDS: Final = 60.0
"""A process that lived so long starts its row anew."""
END_SECONDS: Final = 9.5
"""So long web and workers may take to end before they are ended by force; the scorer, which the web needs until then,
has as long again: within 20 s together."""
OPEN: Final = "the port is open; single payments are scored once the scorer has made its history"
READY: Final = "payments are scored"


class CannotServe(Exception):
    """What keeps the service from starting; `str()` says what to do, `chinese` too."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(slots=True)
class _Child:
    """A process that is to run: how it is started, and how it fared."""

    name: str
    command: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps the processes of a deployment running until it is told to stop.

    `settings` are those of the environment, which the processes read themselves; `tell` is given lines for whoever
    started the service, `manager` what systemd waits for.
    """

    settings: Settings
    tell: Callable[[str], None]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    manager: Manager = field(default_factory=lambda: Manager(os.environ))
    _children: list[_Child] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self, *_: object) -> None:
        """Begin to end. May be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Serve until stopped by SIGTERM or SIGINT. Raises CannotServe."""
        check(self.settings)
        with alone(self.settings.state / "serve.lock") as free:
            if not free:
                raise CannotServe(
                    f"another `mingbai serve` runs over {self.settings.home}: one a home",
                    f"已有服务在使用数据目录 {self.settings.home}",
                )
            self._run()

    def _run(self) -> None:
        listening = listen(self.settings.host, self.settings.port)
        environment = self._environment()
        self._children = self._wanted(listening)
        scorer = ScorerWatch([sys.executable, "-m", "service.running.scorer"], environment)
        watching = threading.Thread(target=scorer.run, name="scorer watch", daemon=True)
        before = {one: signal.signal(one, self._ended) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            watching.start()
            self.tell(address(self.settings, listening))
            self.manager.ready(OPEN)
            said = OPEN
            while not self._stop.is_set():
                for child in self._children:
                    self._look_after(child, environment, time.monotonic())
                if watching.is_alive():  # Without it nobody starts a scorer again: systemd begins anew.
                    self.manager.alive(time.monotonic())
                now = READY if scorer.listening else OPEN
                if now != said:
                    self.manager.status(now)
                    said = now
                self._stop.wait(0.1)
        finally:
            self.manager.stopping()
            self._end()
            scorer.stop()
            watching.join(END_SECONDS)
            listening.close()
            for one, handler in before.items():
                signal.signal(one, handler)

    def _ended(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop()

    def _wanted(self, listening: socket.socket) -> list[_Child]:
        web = [sys.executable, "-m", "service.running.web", str(listening.fileno())]
        worker = [sys.executable, "-m", "service.running.worker"]
        return [
            *(_Child(f"web {n}", web, (listening.fileno(),)) for n in range(self.settings.web_workers)),
            *(_Child(f"worker {n}", worker) for n in range(self.settings.run_workers)),
        ]

    def _environment(self) -> dict[str, str]:
        """What the processes get: ours, and a fresh folder to count in together."""
        folder = self.settings.state / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        here = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (here, self.environment.get("PYTHONPATH", ""))))
        ours = {name: value for name, value in self.environment.items() if name not in VARIABLES}
        return {**ours, "PROMETHEUS_MULTIPROC_DIR": str(folder.resolve()), "PYTHONPATH": path}

    def _look_after(self, child: _Child, environment: dict[str, str], now: float) -> None:
        """Start what does not run, not too often."""
        if child.process is not None:
            status = child.process.poll()
            if status is None:
                return
            if now - child.started_at > SOUND_SECONDS:
                child.deaths = 0
            pause = AGAIN_SECONDS[min(child.deaths, len(AGAIN_SECONDS) - 1)]
            _LOG.error("%s ended with %d, starts again in %g s", child.name, status, pause)
            self._forget_counts(child.process.pid)
            child.deaths += 1
            child.start_at = now + pause
            child.process = None
        if now >= child.start_at:
            child.started_at = now
            child.process = subprocess.Popen(  # noqa: S603 - this program itself
                child.command, env=environment, pass_fds=child.descriptors, stdin=subprocess.DEVNULL
            )

    def _forget_counts(self, pid: int) -> None:
        """Take what a dead process was counting *now* out of the sums; what it had counted up stays."""
        for path in (self.settings.state / "metrics").glob(f"gauge_live*_{pid}.db"):
            path.unlink(missing_ok=True)

    def _end(self) -> None:
        """Have web and workers end, by force when they take too long."""
        mine = [child.process for child in self._children if child.process is not None]
        for process in mine:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + END_SECONDS
        for process in mine:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _LOG.error("process %d did not end in time", process.pid)
                process.kill()
                process.wait()


def check(settings: Settings) -> None:
    """Raises CannotServe where settings do not go together."""
    if settings.web_workers > 1 and settings.database_url.startswith("sqlite"):
        raise CannotServe(
            f"found {settings.web_workers} web processes on SQLite, which has one writer: set MINGBAI_WEB_WORKERS=1 or "
            "MINGBAI_DATABASE to PostgreSQL",
            "SQLite 只能有一个写入进程：请将 MINGBAI_WEB_WORKERS 设为 1，或改用 PostgreSQL",
        )


def listen(host: str, port: int) -> socket.socket:
    """The socket web processes take connections from. It outlives them, so that a restart refuses nobody.

    Raises CannotServe where the address cannot be had.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(where)
            made.listen(2048)
        except OSError:
            made.close()
            raise
    except OSError as error:
        raise CannotServe(
            f"{host}:{port} cannot be listened on: {error.strerror}; set MINGBAI_HOST and MINGBAI_PORT",
            f"无法监听 {host}:{port}；请检查 MINGBAI_HOST 和 MINGBAI_PORT",
        ) from error
    made.setblocking(False)
    made.set_inheritable(True)
    return made


def address(settings: Settings, listening: socket.socket) -> str:
    """Where to go."""
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{port}"
