"""What moves a champion, and what does not: the doors of a release, one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import registry
from models.people import same_person
from models.registry import _journal, lineage, read_book
from models.release import gate
from models.release.doors import ReleaseRefusedError, approve, propose, roll_back
from models.release.items import CANNOT_TELL, FAILED
from models.release.verify import verify
from models.scoring.provenance import Definitions
from tests.release.record import compared, decided, trained


def in_force() -> str:
    """The number in force, `prior` for the shipped model."""
    found = registry.champion()
    return found.number if found else registry.PRIOR


def test_two_people_put_a_challenger_in_force(light: Path) -> None:
    """The first model is in force at once; the second after a proposal and an approval, and it says by whom."""
    first, second = trained(), trained()
    assert in_force() == first
    assert read_book().standings["aaaa"].challenger == second
    compared(second)
    propose(second, decided("Wang Fang"))
    assert in_force() == first
    approve(second, decided("Li Ming"))
    assert in_force() == second
    champion = registry.champion()
    assert champion is not None
    assert champion.by == ("Wang Fang", "Li Ming")
    assert read_book().standings["aaaa"].challenger is None


@pytest.mark.parametrize("again", ["Wang Fang", "wang  fang", "FANG WANG", "Wang-Fang", "WangFang", " Wang Fang "])
def test_one_person_is_not_two(light: Path, again: str) -> None:
    """However the name is typed."""
    trained()
    second = trained()
    compared(second)
    propose(second, decided("Wang Fang"))
    with pytest.raises(ReleaseRefusedError, match="somebody else"):
        approve(second, decided(again))
    assert in_force() == "1"


def test_names_of_different_people_are_different() -> None:
    """Near misses are two people; Chinese names count with and without a space."""
    assert not same_person("李明", "李敏")
    assert same_person("李 明", "李明")
    assert not same_person("Li Ming", "Li Mingming")


def test_what_refuses_a_proposal(light: Path) -> None:
    """Unknown, in force, never compared, failed, without name or reason."""
    first, second = trained(), trained()
    for number, why in (("9", "no model 9"), (first, "in force already"), (second, "never compared")):
        with pytest.raises(ReleaseRefusedError, match=why):
            propose(number, decided("Wang Fang"))
    compared(second, said=FAILED, on="precision")
    with pytest.raises(ReleaseRefusedError, match="failed on precision"):
        propose(second, decided("Wang Fang", accept=("precision",)))
    for broken in (decided(" . "), decided("Wang Fang", why="  ")):
        with pytest.raises(registry.RegistryError, match="say"):
            propose(second, broken)
    assert len(_journal.read()) == 2


def test_what_cannot_be_told_is_accepted_by_name_and_by_both(light: Path) -> None:
    """By neither, by the first alone, by the second alone: refused."""
    trained()
    second = trained()
    compared(second, said=CANNOT_TELL, on="calibration")
    with pytest.raises(ReleaseRefusedError, match="--accept calibration"):
        propose(second, decided("Wang Fang"))
    with pytest.raises(ReleaseRefusedError, match="no items of the gate"):
        propose(second, decided("Wang Fang", accept=("calibration", "weather")))
    propose(second, decided("Wang Fang", accept=("calibration",)))
    with pytest.raises(ReleaseRefusedError, match="--accept calibration"):
        approve(second, decided("Li Ming"))
    assert in_force() == "1"
    approve(second, decided("Li Ming", accept=("calibration",)))
    assert in_force() == second


def test_a_report_that_is_not_about_now_carries_no_release(light: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer findings, other files of the model, other code, a newer comparison, another champion, a changed report."""
    trained()
    second, third = trained(), trained()
    report = compared(second)
    lineage.remember("aaaa", lineage.Sketch(np.arange(9, dtype=np.uint64), 9))
    lineage.note_findings("aaaa", 11, "2020-02-01T00:00:00.000000+00:00")
    with pytest.raises(ReleaseRefusedError, match="11 are there now"):
        propose(second, decided("Wang Fang"))
    (light / "lineages" / "aaaa.json").unlink()
    propose(second, decided("Wang Fang"))
    compared(second, minute=5)
    with pytest.raises(ReleaseRefusedError, match="compared again"):
        approve(second, decided("Li Ming"))
    propose(second, decided("Wang Fang"))
    with monkeypatch.context() as other:
        other.setattr("models.release.gate.definitions", lambda: Definitions("0", "0"))
        with pytest.raises(ReleaseRefusedError, match="defined otherwise"):
            approve(second, decided("Li Ming"))
    compared(third)
    propose(third, decided("Zhao Lei"))
    with pytest.raises(ReleaseRefusedError, match="nobody proposed model 2"):
        approve(second, decided("Li Ming"))
    approve(third, decided("Li Ming"))
    with pytest.raises(ReleaseRefusedError, match="never compared with the champion, model 3"):
        propose(second, decided("Wang Fang"))
    path = light / "gates" / f"{report.digest[:16]}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("1000", "2000"), encoding="utf-8")
    with pytest.raises(registry.RegistryError, match="changed since"):
        gate.load(report.digest)


def test_files_of_a_model_that_were_changed_carry_no_release(light: Path) -> None:
    """A model that is not the one that was trained, and compared, is refused; the record says so."""
    trained()
    second = trained()
    (light / "artifacts" / second / "bundle.json").write_text('{"version": "other"}', encoding="utf-8")
    compared(second)
    with pytest.raises(ReleaseRefusedError, match="were changed"):
        propose(second, decided("Wang Fang"))


def test_back_and_not_forward(light: Path) -> None:
    """One person goes back, as far as the shipped model; forward again takes two and a comparison."""
    trained()
    second = trained()
    compared(second)
    propose(second, decided("Wang Fang"))
    approve(second, decided("Li Ming"))
    assert roll_back(decided("Li Ming")) == "1"
    assert roll_back(decided("Li Ming")) == registry.PRIOR
    with pytest.raises(ReleaseRefusedError, match="nothing to go back from"):
        roll_back(decided("Li Ming"))
    assert registry.champion() is None
    third = trained()
    assert registry.champion() is None
    compared(third)
    propose(third, decided("Wang Fang"))
    approve(third, decided("Li Ming"))
    assert in_force() == third


def test_two_counties_stand_side_by_side(light: Path) -> None:
    """Each with a champion of its own; one's release does not touch the other; "the" champion is an error."""
    trained("aaaa")
    other = trained("bbbb")
    second = trained("aaaa")
    compared(second)
    propose(second, decided("Wang Fang"))
    approve(second, decided("Li Ming"))
    book = read_book()
    assert {name: standing.champion for name, standing in book.standings.items()} == {"aaaa": second, "bbbb": other}
    with pytest.raises(registry.RegistryError, match="several counties"):
        registry.champion()
    with pytest.raises(ReleaseRefusedError, match="--lineage"):
        roll_back(decided("Li Ming"))
    assert roll_back(decided("Li Ming"), "bbbb") == registry.PRIOR
    assert read_book().standings["aaaa"].champion == second


def test_the_book_shows_every_change(light: Path) -> None:
    """A changed word, a line taken out, lines swapped; a half line at the end is a crash and no change."""
    trained()
    second = trained()
    compared(second)
    propose(second, decided("Wang Fang"))
    path = light / "releases.jsonl"
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    for broken in (
        whole.replace("Wang Fang", "Wang Fong"),
        "".join(lines[1:]),
        "".join([lines[1], lines[0], lines[2]]),
    ):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(registry.RegistryError, match=r"releases\.jsonl, line"):
            read_book()
        assert verify()
    path.write_text(whole + lines[0][:40], encoding="utf-8")
    assert len(_journal.read()) == 3
    approve(second, decided("Li Ming"))
    assert in_force() == second
    assert path.read_text(encoding="utf-8").startswith(whole)
    assert len(_journal.read()) == 4
