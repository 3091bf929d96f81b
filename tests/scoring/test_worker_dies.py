"""A worker process that dies leaves its parts to be done here: nothing waits for it, nothing is missing or double."""

from __future__ import annotations

import os
import signal

import numpy as np

from models.scoring._workers import each, in_place, shared_array

PARENT = os.getpid()


def test_parts_of_a_killed_worker_are_done_here() -> None:
    """Killed in the middle, as by the system when memory runs out: every result is there, in order."""

    def work(part: int) -> int:
        if part == 3 and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        return part * part

    assert list(each(work, range(8), 2)) == [part * part for part in range(8)]


def test_parts_in_place_are_written_once_more_here() -> None:
    """Arrays shared with the workers hold what one process would have written."""
    found = shared_array((8,), np.int64)

    def write(part: slice) -> None:
        if part.start == 4 and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        found[part] = np.arange(8)[part] + 1

    parts = [slice(start, start + 2) for start in range(0, 8, 2)]
    assert list(in_place(write, parts, 2, lambda: None)) == parts
    assert found.tolist() == list(range(1, 9))
