"""What people said, as matching reads it: pairs that stay away, and rows whose person is settled.

Both hold while the records are what they were when somebody looked at them: their fingerprints are compared, as keyed
hashes, and with other data the pair is compared anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from features.matching.undone import Memory

if TYPE_CHECKING:
    from service.sealing.seal import Seal
    from service.store.match_answers import Answered

PairKey = tuple[str, str, str]
"""Row and the prints of both records, all keyed hashes."""


def row_hash(seal: Seal, row_id: str) -> str:
    """The hash by which a row of a list is known."""
    return seal.hash("row", row_id)


def print_hash(seal: Seal, fingerprint: str) -> str:
    """A fingerprint as the database keeps it: without the key nobody can try records out."""
    return seal.hash("record", fingerprint)


@dataclass(frozen=True, slots=True)
class Said(Memory):
    """A memory over answers.

    `names`: hash by row, of rows somebody spoke of; `different`: pairs that stay away; `same`: of a row and its print,
    the print of the person meant. `settled` and `away` are filled while pairs are sorted out: rows that people had
    settled, and pairs kept out because somebody said they are different.
    """

    hashed: Callable[[str], str] = str
    names: Mapping[str, str] = field(default_factory=dict)
    different: frozenset[PairKey] = frozenset()
    same: Mapping[tuple[str, str], str] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    away: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, seal: Seal, answers: Iterable[Answered], row_ids: Mapping[str, str]) -> Said:
        """From answers, the oldest first; `row_ids`: row by its hash, of every row there is."""
        told = [one for one in answers if one.row_hash in row_ids]
        return cls(
            (),
            lambda text: print_hash(seal, text),
            {row_ids[one.row_hash]: one.row_hash for one in told},
            frozenset((one.row_hash, one.row_print, one.person_print) for one in told if one.answer == "different"),
            {(one.row_hash, one.row_print): one.person_print for one in told if one.answer == "same"},
        )

    @property
    def any(self) -> bool:
        """Whether anybody said anything of a row there is."""
        return bool(self.names)

    @property
    def rows(self) -> frozenset[str]:
        """Rows somebody spoke of."""
        return frozenset(self.names)

    def out(
        self, pairs: Sequence[tuple[str, int, int]], left: Mapping[int, str], right: Mapping[int, str]
    ) -> list[tuple[int, int]]:
        """Pairs that stay away: those said to be different, and of a row that is settled all but the one."""
        by_row: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, one, other in pairs:
            by_row[row].append((one, other))
        prints = {number: self.hashed(text) for number, text in right.items()}
        found: list[tuple[int, int]] = []
        for row, own in by_row.items():
            name = self.names[row]
            row_print = self.hashed(left[own[0][0]])
            meant = self.same.get((name, row_print))
            if meant is not None and any(prints[other] == meant for _, other in own):
                self.settled.add(row)
                found += [pair for pair in own if prints[pair[1]] != meant]
                continue
            away = [pair for pair in own if (name, row_print, prints[pair[1]]) in self.different]
            self.away.update(away)
            found += away
        return found
