"""What people report: some about what really happened, many groundless."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, waking_hours
from simulation._county import County
from simulation._frame import Frame, Ints
from simulation._labels import has

_TEXTS = (
    "举报村干部给亲戚办低保。",
    "存折一直被别人拿着，没见过钱。",
    "有人去世了还在领钱。",
    "补贴比公示的少。",
    "邻居家有车还吃低保。",
    "我家的补贴一直没有到账。",
    "没有种地的人也领了补贴。",
    "办事员说要交手续费。",
    "名单没有公示。",
    "同一个人领了两份。",
    "村里评议不公平。",
    "问问今年的补贴什么时候发。",
)


def frame() -> Frame:
    """Complaints; positions or -1."""
    return Frame(at=0, village=-1, official=-1, card=-1, person=-1, program=-1, text=0, known=0)


def speak(c: County) -> None:
    """Complaints weeks after payments: some rings draw one or two, most voices concern nothing irregular."""
    rng = c.streams("complaints")
    f = c.payments
    live = ~f["drop"]
    rings = np.unique(f["ring"][live & (f["ring"] > 0)])
    heard = rings[rng.random(len(rings)) < 0.2 * c.traits.complaints]
    for ring in heard.tolist():
        rows = np.flatnonzero(live & (f["ring"] == ring))
        _voice(c, rng, rng.permutation(rows)[: int(rng.integers(1, 3))], True)
    count = int(rng.poisson(260 * c.scale * c.traits.complaints * c.months / 36))
    _voice(c, rng, c.pick(rng, live & (f["typ"] == 0), count), False)


def _voice(c: County, rng: np.random.Generator, rows: Ints, real: bool) -> None:
    f, n = c.payments, len(rows)
    at = waking_hours(rng, f["at"][rows] // DAY + 10 + rng.exponential(60, n).astype(np.int64))
    official = np.where(f["actor"][rows] >= 0, f["actor"][rows], -1)
    month = c.payment_month()[rows]
    local = c.officials.holder(0, f["village"][rows], month)
    official = np.where(official >= 0, official, np.where(rng.random(n) < 0.35, local, -1))
    text = np.where(
        has(f["typ"][rows], "T25"), 1, np.where(has(f["typ"][rows], "T31"), 0, rng.integers(0, len(_TEXTS), n))
    )
    ok = at < (c.last + 80) * DAY
    c.complaints.add(
        int(ok.sum()),
        at=at[ok],
        village=f["village"][rows][ok],
        official=np.where(rng.random(n) < 0.6, official, -1)[ok],
        card=np.where(rng.random(n) < (0.3 if real else 0.05), f["card"][rows], -1)[ok],
        person=np.where(rng.random(n) < 0.55, f["person"][rows], -1)[ok],
        program=np.where(rng.random(n) < 0.75, f["program"][rows], -1)[ok],
        text=text[ok],
    )


def wording(text: Ints, latin: bool) -> list[str]:
    """The words of each complaint."""
    return [f"Complaint about payments ({i})" if latin else _TEXTS[i] for i in text.tolist()]
