"""What is said when a folder cannot be loaded at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)
class IntakeError(Exception):
    """The load stopped before anything was stored.

    Says where (`file`, `line`, `column`; line and column are empty where they mean nothing), what was `found`, what
    was `expected`, and what to `do` about it, in English and Chinese. `str()` gives one English line, `in_chinese()`
    the same in Chinese. No value of a data row ever stands in it.
    """

    file: Path
    found: tuple[str, str]
    expected: tuple[str, str]
    do: tuple[str, str]
    column: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """The message as one English line."""
        return f"{self._where()}: found {self.found[0]}; expected {self.expected[0]}. {self.do[0]}."

    def in_chinese(self) -> str:
        """The message as one Chinese line."""
        return f"{self._where()}：发现{self.found[1]}；应为{self.expected[1]}。{self.do[1]}。"

    def _where(self) -> str:
        """File, line and column, as far as they are known."""
        where = str(self.file)
        if self.line is not None:
            where += f", line {self.line}"
        if self.column:
            where += f", column {self.column}"
        return where


class ConservationError(RuntimeError):
    """Rows in are not rows accepted plus rows quarantined: a defect of this program, never of the data."""
