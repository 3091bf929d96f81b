"""No sequence of steps by one person moves a champion forward; sequences of two move it as a plain pile says."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models import registry
from models.registry import _journal, read_book
from models.release import doors
from models.release.doors import ReleaseRefusedError, approve, propose, roll_back
from tests.release.record import compared, decided, trained

ONE = st.sampled_from(["Li Ming", "li  ming", "MING LI", "Li-Ming"])
TWO = st.sampled_from(["Li Ming", "ming li", "Wang Fang", "WANG FANG"])
WHICH = st.integers(0, 5)


class Record(RuleBasedStateMachine):
    """A record in a folder of its own, its steps, and the pile of champions as it should be."""

    people = TWO

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.undo = ExitStack()
        self.undo.enter_context(patch.dict(os.environ, {"MINGBAI_MLRUNS": str(Path(self.folder.name) / "runs")}))
        self.undo.enter_context(patch.object(doors, "follow", lambda: None))
        self.minutes = 0
        self.pile: list[str] = []
        self.numbers: list[str] = []
        self.proposed: tuple[str, str, str] | None = None
        self.fresh: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        """Put everything back."""
        self.undo.close()
        self.folder.cleanup()

    @property
    def champion(self) -> str:
        """What should be in force."""
        return self.pile[-1] if self.pile else registry.PRIOR

    @initialize()
    def begin(self) -> None:
        """The first model."""
        self.numbers.append(trained())
        self.pile.append("1")

    @rule()
    def train(self) -> None:
        """Another model."""
        if len(self.numbers) < 6:
            self.numbers.append(trained())

    @rule(which=WHICH)
    def compare(self, which: int) -> None:
        """A comparison that passes."""
        number = self.numbers[which % len(self.numbers)]
        if number != self.champion:
            self.minutes += 1
            compared(number, minute=self.minutes)
            self.fresh[number, self.champion] = self.minutes

    @rule(which=WHICH, data=st.data())
    def propose(self, which: int, data: st.DataObject) -> None:
        """Somebody proposes; refused without a comparison."""
        number, by = self.numbers[which % len(self.numbers)], data.draw(self.people)
        try:
            propose(number, decided(by))
        except ReleaseRefusedError:
            assert number == self.champion or (number, self.champion) not in self.fresh
            return
        self.proposed = (number, by, f"{self.fresh[number, self.champion]}")

    @rule(which=WHICH, data=st.data())
    def approve(self, which: int, data: st.DataObject) -> None:
        """Somebody approves; only another person's open proposal of this very model, on its newest comparison."""
        number, by = self.numbers[which % len(self.numbers)], data.draw(self.people)
        try:
            approve(number, decided(by))
        except ReleaseRefusedError:
            return
        assert self.proposed is not None
        proposed, asker, minute = self.proposed
        assert proposed == number
        assert minute == f"{self.fresh[number, self.champion]}"
        assert sorted("wang" in name.casefold() for name in (asker, by)) == [False, True]
        self.pile.append(number)
        self.proposed = None

    @rule(data=st.data())
    def back(self, data: st.DataObject) -> None:
        """Somebody goes back."""
        try:
            roll_back(decided(data.draw(self.people)))
        except ReleaseRefusedError:
            assert not self.pile
            return
        self.pile.pop()
        self.proposed = None

    @invariant()
    def the_book_says_so(self) -> None:
        """The book's chain holds, and it comes to the pile."""
        if self.numbers:
            _journal.read()
            assert [placed.number for placed in read_book().standings["aaaa"].pile] == self.pile


class OnePerson(Record):
    """The same steps by one person under several spellings."""

    people = ONE

    @invariant()
    def never_forward(self) -> None:
        """The first model, or the shipped one below it."""
        if self.numbers:
            found = registry.champion()
            assert found is None or found.number == "1"


TestTwoPeople = Record.TestCase
TestOnePerson = OnePerson.TestCase
TestTwoPeople.settings = TestOnePerson.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
