"""Places as they stand after every merger, and villages named in the text of an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from features.matching.names import is_han, words, written

_CUT = re.compile(r"[0-9零一二三四五六七八九十]+(?:组|社|队|号|屯).*$|[0-9].*$")


@dataclass(frozen=True, slots=True)
class Divisions:
    """The tree of divisions. Without one, towns and counties are read from the first 9 and 6 of 12 digits.

    `renamed` has codes whose successor is the same village under a new code: nobody else's, and begun later.

    `successor`, `parent` and `level` are by code, `name` too; villages are followed through every merger, so that an
    old code and a new one are one place. `by_name` has villages by a written name in Chinese characters, `by_words` by
    the words of a name in another script.
    """

    successor: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)
    level: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_words: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table | None) -> Divisions:
        """From the contract's `divisions` table, rows in any order."""
        if table is None:
            return cls()
        rows = table.select([c for c in _COLUMNS if c in table.column_names]).to_pylist()
        rows.sort(key=lambda row: (row["division_code"], row.get("valid_from") or _DAWN))
        level = {row["division_code"]: row["level"] for row in rows}
        made = cls(
            {r["division_code"]: r["successor_code"] for r in rows if r.get("successor_code")},
            {r["division_code"]: r["parent_code"] for r in rows if r.get("parent_code")},
            level,
        )
        by_name: dict[str, set[str]] = {}
        by_words: dict[tuple[str, ...], set[str]] = {}
        for row in rows:
            if row["level"] == "village" and (name := written(row["name"] or "")):
                codes = (
                    by_name.setdefault(name, set()) if is_han(name) else by_words.setdefault(_key(row["name"]), set())
                )
                codes.add(made.standing(row["division_code"]))
        return cls(
            made.successor,
            made.parent,
            level,
            {name: tuple(sorted(codes)) for name, codes in by_name.items()},
            {name: tuple(sorted(codes)) for name, codes in by_words.items()},
            _renamed(made.successor, {row["division_code"]: row.get("valid_from") or _DAWN for row in reversed(rows)}),
        )

    def standing(self, code: str) -> str:
        """The code after every merger; a circle in the table ends where it began."""
        seen = {code}
        while (after := self.successor.get(code)) is not None and after not in seen:
            seen.add(after)
            code = after
        return code

    def _above(self, code: str, level: str, digits: int) -> str:
        code, steps = self.standing(code), 0
        while code in self.level and steps < 9:
            if self.level[code] == level:
                return code
            if (above := self.parent.get(code)) is None:
                return ""
            code, steps = self.standing(above), steps + 1
        return code[:digits] if len(code) == 12 and code.isdigit() and code[digits - 3 : digits] != "000" else ""

    def village(self, text: str) -> str:
        """The village a code stands for now; empty where it stands for something larger."""
        code = self.standing(text.strip())
        return code if self.level.get(code, "village") == "village" else ""

    def own_village(self, text: str) -> str:
        """The village's code before any merger, under its last name; empty where it stands for something larger."""
        code, seen = text.strip(), set[str]()
        while code in self.renamed and code not in seen:
            seen.add(code)
            code = self.renamed[code]
        return code if self.village(code) else ""

    def town(self, text: str) -> str:
        """The township above (or at) a code, empty where there is none."""
        return self._above(text.strip(), "township", 9)

    def county(self, text: str) -> str:
        """The county above (or at) a code, empty where there is none."""
        return self._above(text.strip(), "county", 6)

    def named(self, addresses: pa.Array, towns: pa.Array) -> pa.Array:
        """The village an address names, null where it names none or several that the row's town does not settle.

        The longest village name inside the text counts. In Chinese what follows a group or house number is left out;
        other scripts are compared by whole words, numbers among them, so that "Hamlet 2" is not found in "Hamlet 25".
        """
        if not self.by_name and not self.by_words:
            return pa.nulls(len(addresses), pa.string())
        pairs = list(zip(addresses.to_pylist(), towns.to_pylist(), strict=True))
        found = {pair: self._named(*pair) for pair in set(pairs)}
        return pa.array([found[pair] for pair in pairs], pa.string())

    def _named(self, address: str | None, town: str | None) -> str | None:
        if not address:
            return None
        if not is_han(address):
            return self._named_in_words(_key(address), town)
        text = written(_CUT.sub("", address))
        longest = min(len(text), max(map(len, self.by_name), default=0))
        for size in range(longest, 1, -1):
            for start in range(len(text) - size, -1, -1):
                if (codes := self.by_name.get(text[start : start + size])) is not None:
                    return self._only(codes, town)
        return None

    def _named_in_words(self, text: tuple[str, ...], town: str | None) -> str | None:
        longest = min(len(text), max(map(len, self.by_words), default=0))
        for size in range(longest, 0, -1):
            runs = {text[start : start + size] for start in range(len(text) - size + 1)}
            if found := {code for run in runs for code in self.by_words.get(run, ())}:
                return self._only(tuple(sorted(found)), town)
        return None

    def _only(self, codes: tuple[str, ...], town: str | None) -> str | None:
        """The one village of these, or the one inside the town; None where that leaves several."""
        inside = [c for c in codes if town and self.town(c) == town] or list(codes)
        return inside[0] if len(inside) == 1 else None


def _renamed(successor: Mapping[str, str], begun: Mapping[str, dt.date]) -> dict[str, str]:
    """Codes that only changed; `begun` is when each code first counted."""
    before: dict[str, list[str]] = {}
    for code, after in successor.items():
        before.setdefault(after, []).append(code)
    return {
        codes[0]: after
        for after, codes in before.items()
        if len(codes) == 1 and begun.get(after, _DAWN) > begun.get(codes[0], _DAWN)
    }


def _key(text: str) -> tuple[str, ...]:
    return tuple(words(text))


_COLUMNS = ("division_code", "parent_code", "name", "level", "valid_from", "successor_code")
_DAWN = dt.date.min
