"""Which nodes of a graph are drawn as one: those of a kind whose ties are alike all the way, as 23 cards emptied at one
outlet, each of a person of its own. Found by refining colours until nothing changes; what differs stands alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from service.work.portraits.shapes import Graph, NodeKind

PLAIN: Final = 30
"""Up to so many nodes nothing is stacked, unless one column is crowded."""
CROWDED: Final = 13
"""So many nodes of one column are crowded."""
FEWEST: Final = 3
"""Fewer than these alike are drawn one by one."""
MOST: Final = 24
"""So many things of a column are drawn at most; the least telling share a stack."""

COLUMNS: Final[dict[NodeKind, int]] = {
    "village": 0, "household": 1, "person": 2, "card": 3, "phone": 4, "device": 4, "outlet": 4, "collector": 4,
    "official": 5,
}  # fmt: skip
"""Where each kind stands, left to right."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What is drawn as one box.

    * `key`: `n` and the node's number in the graph, or `s` and a stack's number
    * `nodes`: numbers of the nodes, more than one in a stack
    * `mixed`: a stack of nodes whose ties differ
    """

    key: str
    kind: NodeKind
    nodes: tuple[int, ...]
    mixed: bool = False

    @property
    def is_stack(self) -> bool:
        """Whether it stands for several nodes."""
        return len(self.nodes) > 1


def things_of(graph: Graph, *, stacked: bool = True) -> tuple[Thing, ...]:
    """Boxes of a graph, in the order of the first node of each. `stacked` False: one a node."""
    count = len(graph.nodes)
    columns = Counter(COLUMNS[one.kind] for one in graph.nodes)
    crowded = count > PLAIN or max(columns.values(), default=0) > CROWDED
    if not stacked or not crowded:
        return tuple(Thing(f"n{n}", one.kind, (n,)) for n, one in enumerate(graph.nodes))
    alike: dict[int, list[int]] = defaultdict(list)
    for n, colour in enumerate(colours_of(graph)):
        alike[colour].append(n)
    groups = [(nodes, False) for nodes in alike.values() if len(nodes) >= FEWEST]
    taken = {n for nodes, _ in groups for n in nodes}
    single = [n for n in range(count) if n not in taken]
    groups += [(nodes, True) for nodes in _overflow(graph, single, groups)]
    taken = {n for nodes, _ in groups for n in nodes}
    groups += [([n], False) for n in range(count) if n not in taken]
    made, stacks = [], 0
    for nodes, mixed in sorted(groups):
        key = f"n{nodes[0]}" if len(nodes) == 1 else f"s{stacks}"
        stacks += len(nodes) > 1
        made.append(Thing(key, graph.nodes[nodes[0]].kind, tuple(nodes), mixed))
    return tuple(made)


def colours_of(graph: Graph) -> list[int]:
    """A number for each node; two nodes share one where kind, part in the case, and their ties to nodes of each colour
    are the same. A hub shares with nobody."""
    number = {one.key: n for n, one in enumerate(graph.nodes)}
    beside: list[list[tuple[str, bool, bool, int]]] = [[] for _ in graph.nodes]
    for tie in graph.ties:
        one, other = number.get(tie.one), number.get(tie.other)
        if one is None or other is None:
            continue
        beside[one].append((tie.kind, tie.matters, True, other))
        beside[other].append((tie.kind, tie.matters, False, one))
    colours = _numbered([(one.kind, one.is_member, n if one.is_hub else -1) for n, one in enumerate(graph.nodes)])
    while True:
        finer = _numbered(
            [
                (colours[n], tuple(sorted((kind, matters, out, colours[m]) for kind, matters, out, m in ties)))
                for n, ties in enumerate(beside)
            ]
        )
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _numbered(keys: list[tuple[object, ...]]) -> list[int]:
    seen: dict[tuple[object, ...], int] = {}
    return [seen.setdefault(key, len(seen)) for key in keys]


def _overflow(graph: Graph, single: list[int], groups: list[tuple[list[int], bool]]) -> list[list[int]]:
    """The least telling single nodes of columns that are too long even so, by kind."""
    touched = {key for tie in graph.ties if tie.matters for key in (tie.one, tie.other)}
    found = []
    for column in sorted(set(COLUMNS.values())):
        here = [n for n in single if COLUMNS[graph.nodes[n].kind] == column]
        room = max(MOST - sum(COLUMNS[graph.nodes[nodes[0]].kind] == column for nodes, _ in groups), FEWEST)
        if len(here) <= room:
            continue

        def telling(n: int) -> tuple[bool, bool, bool, int]:
            one = graph.nodes[n]
            return (not one.is_hub, one.key not in touched, not one.is_member, n)

        kept = set(sorted(here, key=telling)[: room - 1])
        by_kind: dict[NodeKind, list[int]] = defaultdict(list)
        for n in here:
            if n not in kept and not graph.nodes[n].is_hub:
                by_kind[graph.nodes[n].kind].append(n)
        found += [nodes for nodes in by_kind.values() if len(nodes) > 1]
    return found
