"""The whole service as it is run: `mingbai serve` in a home of its own, asked over its port, killed at any moment."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.scoring.policy import Policy
from service.access import Role
from service.clock import SystemClock
from service.running.serve import listen
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, migrate
from service.work.access.api_keys import NewKey, make_key
from service.work.context import Context
from tests.serving.access_help import COMMAND, person
from tests.serving.conftest import KEY

ROOT = Path(__file__).resolve().parent.parent.parent
AWAY = (http.client.HTTPException, OSError)
"""What a caller sees of a service that was killed."""


def free_port() -> int:
    """A port nobody listens on now."""
    made = listen("127.0.0.1", 0)
    port = int(made.getsockname()[1])
    made.close()
    return port


@dataclass
class Service:
    """A deployment on one machine, and the processes of it that run."""

    folder: Path
    database: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """The home, its tables, and a context over them in this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(
            home=self.folder, mlruns=self.folder / "mlruns", key=KEY, database=self.database, port=self.port
        )
        self.context = Context(
            settings, Database(settings.database_url), SystemClock(), Seal.from_text(KEY), Policy.load()
        )
        migrate.upgrade(self.context.database)

    def key(self, *permissions: str, role: Role = "disbursement_system", divisions: tuple[str, ...] = ("*",)) -> str:
        """A key for a new account of a role."""
        account = person(self.context, f"{role}.{os.urandom(3).hex()}", role, divisions=divisions)
        until = self.context.clock.now() + dt.timedelta(days=1)
        _, token = make_key(self.context, COMMAND, NewKey(account.account_id, "test", permissions, until))  # type: ignore[arg-type]  # permissions by name
        return token

    def environment(self) -> dict[str, str]:
        """What the service reads."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")}
        set_here = {
            "MINGBAI_HOME": str(self.folder),
            "MINGBAI_MLRUNS": str(self.folder / "mlruns"),
            "MINGBAI_KEY": KEY,
            "MINGBAI_PORT": str(self.port),
            "MINGBAI_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }
        if self.database:
            set_here["MINGBAI_DATABASE"] = self.database
        return {**kept, **set_here, **self.more}

    def start(self) -> None:
        """Start it, in a group of processes of its own."""
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from service.cli import main; main()", "serve"],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ready(self, seconds: float = 90.0) -> None:
        """Wait until it says that it is ready."""
        end = time.monotonic() + seconds
        status = 0
        while status != 200:
            assert time.monotonic() < end, f"not ready: {self.log()[-2000:]}"
            try:
                status = self.ask("GET", "/readyz")[0]
            except AWAY:
                status = 0
            time.sleep(0.05)

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, seconds: float = 30.0
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of one answer. Raises one of `AWAY`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict | list) else body
            given = {"content-type": "application/json", **(headers or {})} if data is not None else headers or {}
            connection.request(method, path, data, dict(given))
            answer = connection.getresponse()
            text = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, json.loads(text) if "json" in told.get("content-type", "") else text
        finally:
            connection.close()

    def children(self) -> dict[int, str]:
        """The processes below the supervisor, by number: web, scorer, worker."""
        found = {}
        assert self.process is not None
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, ValueError):
                continue
            kind = next((word.rpartition(".")[2] for word in words if word.startswith("service.running.")), "")
            if group == self.process.pid and kind:
                found[int(entry.name)] = kind
        return found

    def kill_all(self) -> None:
        """The machine loses its power, as far as the processes can tell."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 30.0) -> float:
        """Ask it to end; how long it took. Raises TimeoutExpired."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(seconds)
        return time.monotonic() - begun

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "serve.log").read_text(errors="replace")


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service for the length of a block; whatever is left of it is killed at the end."""
    service.start()
    try:
        service.ready()
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill_all()
        service.context.database.close()
