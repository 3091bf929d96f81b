"""systemd is told that the service can be reached, what it does, that it lives and that it ends; others are not."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.running import worker
from service.running.notify import VARIABLES, Manager
from service.running.serve import OPEN, Supervisor
from service.sealing import Seal
from service.settings import Settings
from tests._source import ROOT

START = "import sys; sys.argv = ['mingbai', 'serve']; from service.cli import main; main()"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    """The manager's end of the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(60)
        yield made


def heard(one: socket.socket) -> str:
    """The next datagram."""
    return one.recv(4096).decode()


def nothing_more(one: socket.socket) -> bool:
    """Whether nothing waits to be read."""
    one.settimeout(0)
    try:
        one.recv(4096)
    except BlockingIOError:
        return True
    return False


def test_it_says_what_it_is_asked_to_say(listening: socket.socket) -> None:
    """Each word is one datagram, as sd_notify(3) has it."""
    manager = Manager({"NOTIFY_SOCKET": listening.getsockname()})
    manager.ready("open")
    manager.status("scores")
    manager.stopping()
    assert [heard(listening) for _ in range(3)] == [
        "READY=1\nSTATUS=open", "STATUS=scores", "STOPPING=1\nSTATUS=ends what is under way",
    ]  # fmt: skip
    manager.alive(10.0)
    assert nothing_more(listening), "nobody asked for signs of life"


def test_an_abstract_name_is_understood(tmp_path: Path) -> None:
    """systemd writes the zero byte of such a name as @."""
    name = f"mingbai-test-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(f"\0{name}")
        made.settimeout(10)
        Manager({"NOTIFY_SOCKET": f"@{name}"}).status("here")
        assert heard(made) == "STATUS=here"


def test_signs_of_life_come_four_times_as_often_as_asked_for(listening: socket.socket) -> None:
    """At 60 seconds every 15, and only from the process that was asked."""
    asked = {"NOTIFY_SOCKET": listening.getsockname(), "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}
    mine, other = Manager(asked, pid=7), Manager(asked, pid=8)
    for now in (100.0, 100.1, 114.9, 115.0, 120.0, 130.5):
        mine.alive(now)
        other.alive(now)
    assert [heard(listening) for _ in range(3)] == ["WATCHDOG=1"] * 3
    assert nothing_more(listening)


def test_a_sign_of_life_that_did_not_get_through_is_given_again_at_once(listening: socket.socket) -> None:
    """A manager that was busy for a moment must not take the service for dead."""
    manager = Manager({"NOTIFY_SOCKET": listening.getsockname(), "WATCHDOG_USEC": "60000000"})
    filled = 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while filled < 100_000:
                other.sendto(b"x", listening.getsockname())
                filled += 1
    assert 0 < filled < 100_000
    manager.alive(100.0)
    assert [heard(listening) for _ in range(filled)] == ["x"] * filled
    manager.alive(100.1)
    assert heard(listening) == "WATCHDOG=1"
    assert nothing_more(listening)


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "soon"}])
def test_without_a_manager_the_service_goes_on(environment: dict[str, str]) -> None:
    """Nobody asked, or nobody hears."""
    manager = Manager(environment)
    manager.ready("open")
    manager.alive(1.0)
    manager.stopping()


def test_other_processes_are_started_without_the_socket(tmp_path: Path) -> None:
    """Web, scorer and workers have nothing to say to systemd, nor has what they start."""
    given = dict.fromkeys(VARIABLES, "1") | {"MINGBAI_HOME": str(tmp_path)}
    environment = Supervisor(Settings(home=tmp_path), print, environment=given)._environment()
    assert not set(VARIABLES) & set(environment)
    assert environment["MINGBAI_HOME"] == str(tmp_path)


def test_a_worker_works_where_it_may_not_lower_its_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that forbids it must not keep it from starting again and again."""

    def forbidden(_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "nice", forbidden)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: forbidden(0), raising=False)
    worker.give_way()


def test_the_first_process_of_a_container_hears_that_it_is_to_end() -> None:
    """SIGTERM in the middle of what comes before serving ends it; any other process keeps what it had."""
    waits = "import time; print('here', flush=True); time.sleep(60)"
    program = f"from service.running.first_process import hear_the_end; hear_the_end(1); {waits}"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    before = signal.getsignal(signal.SIGTERM)
    from service.running.first_process import hear_the_end

    hear_the_end(os.getpid() + 1)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.slow
def test_the_whole_service_says_when_it_is_open_lives_and_ends(tmp_path: Path, listening: socket.socket) -> None:
    """`mingbai serve` as systemd starts it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")} | {
        "MINGBAI_HOME": str(tmp_path / "home"),
        "MINGBAI_MLRUNS": str(tmp_path / "mlruns"),
        "MINGBAI_KEY": Seal.new_key(),
        "MINGBAI_PORT": "0",
        "NOTIFY_SOCKET": listening.getsockname(),
        "WATCHDOG_USEC": "1000000",
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-c", START], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert heard(listening) == f"READY=1\nSTATUS={OPEN}"
            begun = time.monotonic()
            told = [heard(listening) for _ in range(3)]
            assert "WATCHDOG=1" in told
            assert time.monotonic() - begun < 30
            process.terminate()
            while "STOPPING=1" not in (said := heard(listening)):
                assert said.startswith(("WATCHDOG=1", "STATUS="))
            assert process.wait(30) == 0
        finally:
            process.kill()
