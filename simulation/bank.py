"""What banks answer, and what is paid again after it came back."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, waking_hours
from simulation._county import County
from simulation._frame import Frame, Ints

STATUS = ("paid", "failed", "returned")
PAID, FAILED, RETURNED = range(3)
_REASONS = ("", "账户状态异常", "账号户名不符", "账户已销户", "证件信息不符")
_REASONS_LATIN = ("", "account blocked", "name mismatch", "account closed", "document mismatch")
KINDS_OF_REASON = len(_REASONS)


def reasons(latin: bool) -> tuple[str, ...]:
    """The bank's words by reason number; 0 is none."""
    return _REASONS_LATIN if latin else _REASONS


def frame() -> Frame:
    """Answers by payment; money in fen."""
    return Frame(payment=-1, status=0, fen=0, at=0, reason=0)


def settle(c: County) -> None:
    """An answer to every payment, and re-issues of what came back."""
    rng = c.streams("bank")
    f = c.payments
    rows = np.flatnonzero(~f["drop"])
    _answer(c, rng, rows, rng.random(len(rows)) < c.traits.fail)
    _reissue(c, rng)


def _answer(c: County, rng: np.random.Generator, rows: Ints, bad: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    f, s = c.payments, c.settlements
    planned = np.where(f["run"][rows] >= 0, c.runs["planned"][f["run"][rows]], 0)
    day = np.maximum(planned, f["at"][rows] // DAY) + rng.choice(4, len(rows), p=(0.7, 0.2, 0.07, 0.03))
    at = np.maximum(day * DAY + 30_600 + rng.integers(0, 22_000, len(rows)), f["at"][rows] + 1800)
    status = np.where(bad, np.where(rng.random(len(rows)) < 0.4, FAILED, RETURNED), PAID)
    at = at + np.where(status == RETURNED, rng.integers(1, c.traits.return_lag + 1, len(rows)) * DAY, 0)
    s.add(
        len(rows),
        payment=rows,
        status=status,
        fen=np.where(bad, 0, f["fen"][rows]),
        at=at,
        reason=np.where(bad, rng.integers(1, KINDS_OF_REASON, len(rows)), 0),
    )


def _reissue(c: County, rng: np.random.Generator) -> None:
    """What came back is paid again in a later run of the item, now and then to a corrected account."""
    f, s, r = c.payments, c.settlements, c.runs
    back = np.flatnonzero(s["status"] != PAID)
    if not len(back):
        return
    old = s["payment"][back]
    wait = (s["at"][back] // DAY) + 4 + rng.integers(3, c.traits.reissue_lag, len(back))
    dead = c.people.persons["death"][f["person"][old]] < wait
    c.resemble(old[dead], "T40")
    ok = (wait < c.last) & ~dead & (f["typ"][old] == 0)
    old, wait = old[ok], wait[ok]
    at = waking_hours(rng, wait) // DAY * DAY + 34_000 + rng.integers(0, 20_000, len(wait))
    run = f["run"][old].copy()
    for i, (program, day) in enumerate(zip(f["program"][old].tolist(), wait.tolist(), strict=True)):
        near = np.flatnonzero(
            (r["program"] == program) & (np.abs(r["planned"] - day) < 8) & (r["created"] < day * DAY) & ~r["drop"]
        )
        if len(near):
            run[i] = near[0]
            at[i] = max(int(r["created"][near[0]]) + 7200, min(int(at[i]), int(r["planned"][near[0]]) * DAY + 50_000))
    at = np.maximum(at, s["at"][back[ok]] + 3600)
    inside = at < c.last * DAY
    old, run, at = old[inside], run[inside], at[inside]
    card = c.cards.paid_to(f["payee"][old], at // DAY)
    same = card == f["card"][old]
    new = f.copy_rows(
        old,
        run=run,
        at=at,
        reissue=old,
        card=card,
        typ=0,
        look=0,
        ring=0,
        actor=-1,
        role=0,
        line=9000 + np.arange(len(old)),
    )
    c.resemble(new[same & (rng.random(len(same)) < 0.4)], "T03")
    c.resemble(new[~same], "T40")
    _answer(c, rng, new, np.zeros(len(new), dtype=bool))
