"""Values against those of peers, counted in the history."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from service.work.portraits.drawer import Drawer
from service.work.portraits.look_graph import hub_of, payments_of
from service.work.portraits.shapes import Peers
from service.work.portraits.words import plain

if TYPE_CHECKING:
    from features.portrait.facts import Int64
    from features.portrait.peers import Compared
    from features.portrait.strands import Key

IN_YUAN = frozenset({"amount", "amount_a_household"})
"""Measures of money: fen in the history, yuan on a plot."""


def peers_of(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[Peers]]:
    """`payment`: its number."""
    from features.portrait.peers import of_payment

    rows, _ = payments_of(drawer, [str(about["payment"])])
    if not len(rows):
        return []
    return (yield from _all(of_payment(drawer.facts, int(rows[-1]))))


def hub_peers(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[Peers]]:
    """`payments` (numbers), `hub_kind`, `hub_id`."""
    rows, _ = payments_of(drawer, list(about["payments"]))
    hub = hub_of(drawer, str(about["hub_kind"]), str(about["hub_id"]))
    return (yield from peers_of_hub(drawer, hub, rows))


def peers_of_hub(drawer: Drawer, hub: Key | None, rows: Int64) -> Generator[None, None, list[Peers]]:
    """A thing against others of its kind; `rows`: payments that say in which villages."""
    from features.portrait.peers import of_hub

    if hub is None:
        return []
    return (yield from _all(of_hub(drawer.facts, hub, rows)))


def _all(steps: Iterator[list[Compared] | None]) -> Generator[None, None, list[Peers]]:
    found: list[Compared] = []
    for step in steps:
        found = step or found
        yield
    return [_peers(one) for one in found]


def _peers(one: Compared) -> Peers:
    by = 100.0 if one.measure in IN_YUAN else 1.0
    return Peers(
        measure=plain(one.measure),
        group=plain(one.group),
        edges=tuple(round(edge / by, 4) for edge in one.edges),
        counts=one.counts,
        value=one.value / by,
        median=one.median / by,
        rank=one.rank,
        peers=one.peers,
    )
