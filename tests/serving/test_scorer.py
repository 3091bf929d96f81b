"""The scorer process: many at once over one socket, replaced without a gap, killed without losing anything."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.clock import SetClock
from service.running.scorer import ScorerWatch
from service.running.scoring_loop import ScoringLoop
from service.store.fact_keys import FACT_KEYS
from service.store.scores import SCORES
from service.work.context import Context
from service.work.scoring import frames
from service.work.scoring.asked import Answered, Asked, UnavailableError, checked
from service.work.scoring.client import SocketScorer
from service.work.scoring.live import LiveScorer
from tests.county import County, invent
from tests.serving.conftest import KEY
from tests.serving.scoring_help import hand_over, payments, sent, without


class Echo:
    """Stands in for the one that scores: answers with the numbers it was asked for, as slowly as it is told."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.hold = threading.Event()
        self.hold.set()
        self.refuse = False

    def answer(self, asked: list[Asked]) -> list[Answered]:
        """Numbers of the payments."""
        self.hold.wait(10)
        if self.refuse:
            raise UnavailableError("database-away", "away", "没有", 3)
        self.batches.append(len(asked))
        return [Answered(one.rows.select(["disbursement_id"]).to_pylist()) for one in asked]

    def state(self) -> dict[str, Any]:
        """Ready."""
        return {"ready": True}

    def keep_up(self) -> None:
        """Nothing to follow."""


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[tuple[Echo, ScoringLoop, Path]]:
    """A loop in a thread over an echo."""
    path, own = tmp_path / "s" / "scorer.sock", Echo()
    loop = ScoringLoop(own, path, waiting_limit=8)  # type: ignore[arg-type]
    loop.listen()
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield own, loop, path
    own.hold.set()
    loop.stop()
    thread.join(5)
    assert not thread.is_alive()


def one(number: int) -> Asked:
    """A payment to ask for."""
    row = {
        "disbursement_id": f"D{number}",
        "program_id": "P",
        "period": "2019",
        "person_id": "p",
        "card_id": "c",
        "amount": "1.00",
        "division_code": "5199",
    }
    asked, _ = checked([row], "tester")
    return asked


def test_what_arrives_together_is_answered_together(echo: tuple[Echo, ScoringLoop, Path]) -> None:
    """Each call gets its own answer, and those that gather while one batch is scored make the next."""
    own, _, path = echo

    async def ask() -> list[Answered]:
        scorer = SocketScorer(path, 100)
        first = asyncio.create_task(scorer.score(one(0)))
        await asyncio.sleep(0.1)
        own.hold.clear()
        others = [asyncio.create_task(scorer.score(one(n))) for n in range(1, 7)]
        await asyncio.sleep(0.2)
        own.hold.set()
        found = await asyncio.gather(first, *others)
        await scorer.close()
        return list(found)

    found = asyncio.run(ask())
    assert [answered.rows[0]["disbursement_id"] for answered in found] == [f"D{n}" for n in range(7)]
    assert max(own.batches) > 1


def test_more_than_may_wait_is_refused_at_once(echo: tuple[Echo, ScoringLoop, Path]) -> None:
    """Memory does not grow: calls beyond the limit hear at once when to come back."""
    own, _, path = echo

    async def ask() -> list[Any]:
        scorer = SocketScorer(path, 12)
        own.hold.clear()
        calls = [asyncio.create_task(scorer.score(one(n))) for n in range(14)]
        await asyncio.sleep(0.3)
        own.hold.set()
        found = await asyncio.gather(*calls, return_exceptions=True)
        await scorer.close()
        return found

    found = asyncio.run(ask())
    refused = [answer for answer in found if isinstance(answer, UnavailableError)]
    assert {answer.kind for answer in refused} == {"busy"}
    assert len(refused) >= 2
    assert sum(isinstance(answer, Answered) for answer in found) == 14 - len(refused)


def test_a_refusal_of_the_scorer_reaches_the_caller(echo: tuple[Echo, ScoringLoop, Path]) -> None:
    """With its kind and when to come back."""
    own, _, path = echo
    own.refuse = True

    async def ask() -> None:
        scorer = SocketScorer(path, 10)
        try:
            await scorer.score(one(1))
        finally:
            await scorer.close()

    with pytest.raises(UnavailableError) as told:
        asyncio.run(ask())
    assert (told.value.kind, told.value.retry_after) == ("database-away", 3)


def test_garbage_ends_its_own_connection_only(echo: tuple[Echo, ScoringLoop, Path]) -> None:
    """A length no frame has, a header that is none, rows that are none, and a caller that goes away."""
    _, _, path = echo
    bad = (
        b"\xff" * 64,
        frames.frame({"number": 1})[:8] + b"{" * 12,
        frames.frame({"number": 1, "do": "score", "stamp": [], "who": "x"}, b"no rows"),
        frames.frame({"do": "state"}),
    )
    for data in bad:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.settimeout(5)
            connection.sendall(data)
            assert connection.recv(10) == b""
    for half in (b"", frames.asked_frame(1, one(1))[:50], frames.asked_frame(1, one(1))):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(half)

    async def ask() -> Answered:
        scorer = SocketScorer(path, 10)
        found = await scorer.score(one(5))
        await scorer.close()
        return found

    assert asyncio.run(ask()).rows[0]["disbursement_id"] == "D5"


def test_the_socket_is_private(echo: tuple[Echo, ScoringLoop, Path]) -> None:
    """Nobody else on the machine may ask, or listen in its place."""
    _, _, path = echo
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_another_loop_takes_the_place_of_one_that_ends(tmp_path: Path) -> None:
    """While calls keep coming the second listens and the first ends: every call is answered."""
    path = tmp_path / "s" / "scorer.sock"
    loops = [ScoringLoop(Echo(), path, waiting_limit=100) for _ in range(2)]  # type: ignore[arg-type]
    threads = [threading.Thread(target=loop.run) for loop in loops]

    async def ask() -> list[str]:
        scorer = SocketScorer(path, 100)
        found = []
        for n in range(200):
            if n == 60:
                loops[1].listen()
                threads[1].start()
            if n == 100:
                loops[0].stop()
            found.append((await scorer.score(one(n))).rows[0]["disbursement_id"])
        await scorer.close()
        return found

    loops[0].listen()
    threads[0].start()
    assert asyncio.run(ask()) == [f"D{n}" for n in range(200)]
    loops[1].stop()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county, invented once."""
    return invent(tmp_path_factory.mktemp("live"), households=200, seed=9, months=12)


@pytest.fixture
def environment(context: Context, clock: SetClock, tmp_path: Path) -> dict[str, str]:
    """The settings of the test's context, for a process of its own. Its clock is the machine's."""
    clock.at = dt.datetime.now(dt.UTC)
    given = {name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")}
    own = {
        "MINGBAI_HOME": str(tmp_path / "home"),
        "MINGBAI_MLRUNS": str(tmp_path / "mlruns"),
        "MINGBAI_DATABASE": context.settings.database,
        "MINGBAI_KEY": KEY,
    }
    return {**given, **own}


def counted(context: Context, table: Any, *conditions: Any) -> int:
    """Rows of a table."""
    with context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something, and fail when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@pytest.mark.slow
def test_killed_at_random_moments_every_payment_is_scored_once(
    context: Context, environment: dict[str, str], county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 of the scorer while payments come in: nothing is missing, nothing double, and the scores are the same."""
    monkeypatch.setattr("service.work.scoring.client.PATIENCE", 120.0)
    new = payments(county)[-60:]
    hand_over(context, without(county, {row["disbursement_id"] for row in new}), tmp_path / "sent")
    watch = ScorerWatch([sys.executable, "-m", "service.running.scorer"], environment)
    thread = threading.Thread(target=watch.run)
    thread.start()
    rng = random.Random(7)  # noqa: S311 - moments of a test
    path = context.settings.socket

    async def send() -> list[dict[str, Any]]:
        scorer = SocketScorer(path, 100)
        found: list[dict[str, Any]] = []
        for start in range(0, len(new), 3):
            asked, _ = checked(sent(new[start : start + 3]), "tester")
            call = asyncio.create_task(scorer.score(asked))
            if start in (9, 27, 42):
                state = await scorer.state()
                again = asyncio.create_task(scorer.score(asked))
                await asyncio.sleep(rng.uniform(0.0, 0.05))
                os.kill(int(state["process"]), signal.SIGKILL)
                await again
            found += [dict(row) for row in (await call).rows]
        await scorer.close()
        return found

    try:
        until(path.exists)
        found = asyncio.run(send())
    finally:
        watch.stop()
        thread.join(30)
    assert [row["disbursement_id"] for row in found] == [row["disbursement_id"] for row in new]
    assert {row["state"] for row in found} == {"scored"}
    assert counted(context, SCORES) == len(new)
    assert counted(context, FACT_KEYS, FACT_KEYS.c.table_name == "disbursements") == len(payments(county))
    # One that was never killed says the same.
    other = LiveScorer(context)
    other.open()
    for row in found:
        (again,) = other.answer(
            [checked(sent(r for r in new if r["disbursement_id"] == row["disbursement_id"]), "x")[0]]
        )
        assert {k: v for k, v in again.rows[0].items() if k != "seen_before"} == {
            k: v for k, v in row.items() if k != "seen_before"
        }


@pytest.mark.slow
def test_late_payments_are_scored_by_a_successor(
    context: Context, environment: dict[str, str], county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that come late are kept at once; a new generation takes over with them in its history and scores them."""
    monkeypatch.setattr("service.running.scorer.PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("service.work.scoring.client.PATIENCE", 120.0)
    new = payments(county)[-20:]
    hand_over(context, without(county, {row["disbursement_id"] for row in new}), tmp_path / "sent")
    watch = ScorerWatch([sys.executable, "-m", "service.running.scorer"], environment)
    thread = threading.Thread(target=watch.run)
    thread.start()

    async def send() -> tuple[int, list[str]]:
        scorer = SocketScorer(context.settings.socket, 100)
        states = []
        for rows in (new[-1:], new[:1]):
            (row,) = (await scorer.score(checked(sent(rows), "tester")[0])).rows
            states.append(str(row["state"]))
        process = int((await scorer.state())["process"])
        await scorer.close()
        return process, states

    async def process_of() -> int:
        scorer = SocketScorer(context.settings.socket, 100)
        found = int((await scorer.state())["process"])
        await scorer.close()
        return found

    try:
        until(context.settings.socket.exists)
        process, states = asyncio.run(send())
        assert states == ["scored", "waiting"]
        until(lambda: counted(context, SCORES) == 2)
        until(lambda: asyncio.run(process_of()) != process)
    finally:
        watch.stop()
        thread.join(30)


@pytest.mark.slow
def test_a_scorer_whose_watch_was_killed_ends(environment: dict[str, str], context: Context) -> None:
    """Nothing is left running when the process above it dies without a word."""
    code = "from service.running.scorer import watch; watch()"
    above = subprocess.Popen([sys.executable, "-c", code], env=environment)
    until(context.settings.socket.exists)

    async def process_of() -> int:
        scorer = SocketScorer(context.settings.socket, 100)
        found = int((await scorer.state())["process"])
        await scorer.close()
        return found

    below = asyncio.run(process_of())
    above.kill()
    above.wait()
    until(lambda: not Path(f"/proc/{below}").exists() or " Z " in Path(f"/proc/{below}/stat").read_text(), 30)
