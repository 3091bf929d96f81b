"""Looks over the socket: payments go first, a look goes on between them, too many and too late are told so."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from service.running import looking
from service.running.scoring_loop import ScoringLoop
from service.work.portraits import ask, looks
from service.work.portraits.ask import SocketPortraits
from service.work.portraits.looks import Asked, Look
from service.work.portraits.sight import Sight
from service.work.scoring import frames
from service.work.scoring.asked import Answered, UnavailableError
from service.work.scoring.frames import Frames, frame
from tests.serving.test_scorer import one

AT = dt.datetime(2019, 7, 1, tzinfo=dt.UTC)


class Scorer:
    """Scores by echo, and keeps no history but the word that it lacks nothing."""

    def __init__(self) -> None:
        self.context = SimpleNamespace()
        self.history = SimpleNamespace(lacking=(), ledger=None)
        self.scored = 0

    def answer(self, asked: list[Any]) -> list[Answered]:
        """Numbers of the payments."""
        self.scored += len(asked)
        return [Answered(each.rows.select(["disbursement_id"]).to_pylist()) for each in asked]

    def state(self) -> dict[str, Any]:
        """Ready."""
        return {"ready": True}

    def keep_up(self) -> None:
        """Nothing to follow."""


def steps(drawer: Any, about: Mapping[str, Any]) -> Look:
    """A look of so many steps of a few milliseconds; `fail` after the first."""
    for n in range(int(about["steps"])):
        time.sleep(about.get("each", 0.001))
        if n and about.get("fail"):
            raise RuntimeError("519921195001010010 is somebody's number")
        yield
    return {"steps": about["steps"], "drawer": drawer is None}


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Scorer, Path]]:
    """A loop in a thread, whose looks are `steps`."""
    monkeypatch.setattr(looks, "LOOKS", {"steps": steps})

    class Plain:
        """Begins looks without a drawer."""

        def __init__(self, context: Any) -> None:
            """Nothing is kept."""

        def begin(self, ledger: Any, asked: Asked) -> Look:
            """The steps."""
            return steps(None, asked.about)

    monkeypatch.setattr(looking, "Looks", Plain)
    scorer, path = Scorer(), tmp_path / "scorer.sock"
    made = ScoringLoop(scorer, path, waiting_limit=8)  # type: ignore[arg-type]  # as much of one as is asked for
    made.listen()
    thread = threading.Thread(target=made.run)
    thread.start()
    yield scorer, path
    made.stop()
    thread.join(5)
    assert not thread.is_alive()


def asked(**about: Any) -> Asked:
    """A look."""
    return Asked("steps", Sight(("*",)), AT, about)


def test_a_look_is_answered(loop: tuple[Scorer, Path]) -> None:
    """Several threads at once, each its own."""
    portraits = SocketPortraits(loop[1])
    found: dict[int, Any] = {}

    def ask_for(n: int) -> None:
        found[n] = portraits.look(asked(steps=n))

    threads = [threading.Thread(target=ask_for, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert {n: told["steps"] for n, told in found.items()} == {n: n for n in range(1, 9)}


def test_payments_go_between_the_steps_of_a_look(loop: tuple[Scorer, Path]) -> None:
    """While a long look goes on payments are answered as if there were none."""
    scorer, path = loop
    told: list[Any] = []
    looker = threading.Thread(target=lambda: told.append(SocketPortraits(path).look(asked(steps=200, each=0.005))))
    looker.start()
    time.sleep(0.1)
    waits = []
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.settimeout(5)
        held = Frames()
        for number in range(1, 21):
            began = time.monotonic()
            connection.sendall(frames.asked_frame(number, one(number)))
            while not list(held.feed(connection.recv(1 << 16))):
                pass
            waits.append(time.monotonic() - began)
    assert scorer.scored == 20
    assert looker.is_alive(), "the look ended before the payments came: it proves nothing"
    # Each waits for the step under way at most, never for the second the look takes.
    assert sorted(waits)[len(waits) // 2] < 0.1
    looker.join(10)
    assert told[0]["steps"] == 200


def test_too_many_are_told_so(loop: tuple[Scorer, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a look is refused at once, and the others are answered."""
    monkeypatch.setattr(looking, "MOST_WAITING", 2)
    answers: list[str] = []

    def ask_for() -> None:
        try:
            SocketPortraits(loop[1]).look(asked(steps=60, each=0.005))
            answers.append("told")
        except UnavailableError as error:
            answers.append(error.kind)

    threads = [threading.Thread(target=ask_for) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(set(answers)) == ["busy", "told"]
    assert answers.count("told") >= 2


def test_whoever_waited_too_long_is_not_worked_for(loop: tuple[Scorer, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that had no turn in time is told so; nobody waits for its answer any more."""
    monkeypatch.setattr(looking, "OLD_SECONDS", -1.0)
    with pytest.raises(UnavailableError) as found:
        SocketPortraits(loop[1]).look(asked(steps=1))
    assert found.value.kind == "busy"


def test_a_look_that_fails_harms_nobody(loop: tuple[Scorer, Path], caplog: pytest.LogCaptureFixture) -> None:
    """It says that it failed, the log says where without what it quoted, and the next look is answered."""
    portraits = SocketPortraits(loop[1])
    with pytest.raises(UnavailableError) as found:
        portraits.look(asked(steps=3, fail=True))
    assert found.value.kind == "cannot-look"
    assert "519921195001010010" not in caplog.text
    assert "RuntimeError" in caplog.text
    assert portraits.look(asked(steps=1))["steps"] == 1


def test_nonsense_ends_the_connection_alone(loop: tuple[Scorer, Path]) -> None:
    """Looks nobody knows, or without what a look needs, close the connection; the loop goes on."""
    for told in ({"what": "drop"}, {"what": "steps"}, {}, None, {"what": "steps", "sight": 3, "at": "x", "about": []}):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(loop[1]))
            connection.sendall(frame({"number": 1, "do": "look", "look": told}))
            assert connection.recv(1 << 16) == b""
    assert SocketPortraits(loop[1]).look(asked(steps=1))["steps"] == 1


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon, and kindly: pages show the rest."""
    monkeypatch.setattr(ask, "PATIENCE", 0.05)
    with pytest.raises(UnavailableError) as found:
        SocketPortraits(tmp_path / "none.sock").look(asked(steps=1))
    assert found.value.kind == "scorer-away"
    assert found.value.chinese


def test_whoever_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scorer that hangs keeps no page."""
    monkeypatch.setattr(ask, "ANSWER", 0.2)
    path = tmp_path / "mute.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            SocketPortraits(path).look(asked(steps=1))
        assert time.monotonic() - began < 2
