"""What takes long to count is kept a while, counted again behind the back of who asks, and never shown too old."""

from __future__ import annotations

import threading

import pytest

from service.clock import SetClock
from service.work import recent as module
from service.work.context import Context
from service.work.recent import recent


class Counts:
    """A count that takes as long as it is told to, by a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.takes, self.times = 1000.0, 0.5, 0
        self.done = threading.Event()
        monkeypatch.setattr("service.work.recent.time.monotonic", lambda: self.now)

    def __call__(self) -> int:
        self.times += 1
        self.now += self.takes
        self.done.set()
        return self.times


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """A slow count."""
    return Counts(monkeypatch)


def test_a_quick_count_is_made_each_time(context: Context, counts: Counts) -> None:
    counts.takes = 0.01
    assert [recent(context, "a", counts)[0] for _ in range(3)] == [1, 2, 3]


def test_a_slow_count_is_kept_with_its_moment(context: Context, clock: SetClock, counts: Counts) -> None:
    first, at = recent(context, "a", counts)
    clock.move(seconds=10)
    counts.now += 10
    assert recent(context, "a", counts) == (first, at)
    assert recent(context, "b", counts)[0] == 2


def test_when_it_has_run_out_the_old_one_is_shown_while_it_is_counted_again(
    context: Context, clock: SetClock, counts: Counts
) -> None:
    recent(context, "a", counts)
    counts.done.clear()
    counts.now += 60
    clock.move(seconds=60)
    assert recent(context, "a", counts)[0] == 1
    assert counts.done.wait(10)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name.startswith("recent"):
            thread.join(10)
    assert recent(context, "a", counts) == (2, clock.now())


def test_nothing_too_old_is_shown(context: Context, counts: Counts) -> None:
    recent(context, "a", counts)
    counts.now += module.OLDEST_SECONDS + 1
    assert recent(context, "a", counts)[0] == 2


def test_what_cannot_be_counted_again_is_counted_by_who_asks_next(context: Context, counts: Counts) -> None:
    recent(context, "a", counts)
    counts.now += 60

    def broken() -> int:
        raise RuntimeError("no database")

    assert recent(context, "a", broken)[0] == 1
    for thread in threading.enumerate():
        if thread.name.startswith("recent"):
            thread.join(10)
    with pytest.raises(RuntimeError):
        recent(context, "a", broken)
    assert recent(context, "a", counts)[0] == 2


def test_no_more_is_kept_than_there_is_room_for(
    context: Context, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for key in "abc":
        recent(context, key, counts)
    assert recent(context, "c", counts)[0] == 3
    assert recent(context, "a", counts)[0] == 4
