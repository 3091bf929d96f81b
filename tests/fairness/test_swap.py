"""Sex and surname changed throughout the data, before they are loaded: no score may move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.intake.identity_number import is_checksum_ok
from models.evaluation.groups.surnames import surname
from models.fairness.swap import Tables, compared, other_sex, swap_sex, swap_surnames, without_phones
from tests.county import County, Trained, hand_over, scored


def scores_of(county: County, trained: Trained) -> dict[str, float]:
    """Scores by id of the payments after the training, each as of its own submission."""
    rows, at = county.between(0.6, 1.0)
    table = scored(county, trained.bundle, trained.policy, rows, at)
    return dict(zip(table.column("disbursement_id").to_pylist(), table.column("score").to_pylist(), strict=True))


@pytest.fixture(scope="module")
def before(trained_county: Trained) -> dict[str, float]:
    """Scores as the county is."""
    return scores_of(trained_county.county, trained_county)


@pytest.mark.parametrize("swap", [swap_sex, swap_surnames])
def test_sex_and_surname_move_no_score(
    swap: Callable[[Tables], dict[str, pa.Table]], trained_county: Trained, before: dict[str, float], tmp_path: Path
) -> None:
    """The changed tables are handed over as departments would, loaded, and scored by the same model."""
    changed = swap(trained_county.county.tables)
    assert changed["persons"] != trained_county.county.tables["persons"]
    after = scores_of(hand_over(changed, tmp_path), trained_county)
    found = compared(swap.__name__, before, after, trained_county.bundle.line)
    assert found.payments > 500
    assert (found.changed, found.largest_change) == (0, 0.0)


def test_taking_phones_away_moves_some(trained_county: Trained, before: dict[str, float], tmp_path: Path) -> None:
    """The measure can see a change where there is one."""
    after = scores_of(hand_over(without_phones(trained_county.county.tables), tmp_path), trained_county)
    found = compared("phone", before, after, trained_county.bundle.line)
    assert found.changed > 0
    assert found.largest_change > 0


def test_every_sex_is_the_other(trained_county: Trained) -> None:
    """Identity numbers, where they say a sex, and the column beside them turn together; right checks stay right."""
    old, new = trained_county.county.tables["persons"], swap_sex(trained_county.county.tables)["persons"]
    turned = {"M": "F", "F": "M", None: None}
    assert [turned[sex] for sex in old.column("sex").to_pylist()] == new.column("sex").to_pylist()
    numbers, others = old.column("person_id").to_pylist(), new.column("person_id").to_pylist()
    assert all(int(a[16]) % 2 != int(b[16]) % 2 for a, b in zip(numbers, others, strict=True) if len(a) == 18)
    assert is_checksum_ok(numbers).tolist() == is_checksum_ok(others).tolist()
    assert len(set(numbers)) == len(set(others))


def test_surnames_are_others_and_namesakes_stay(trained_county: Trained) -> None:
    """Hardly a surname is left, equal names are equal still, and different ones different."""
    old = trained_county.county.tables["persons"].column("name").to_pylist()
    new = swap_surnames(trained_county.county.tables)["persons"].column("name").to_pylist()
    assert all(surname(a) != surname(b) for a, b in zip(old, new, strict=True) if surname(a))
    assert len({*zip(old, new, strict=True)}) == len(set(old)) == len(set(new))


@given(st.text("0123456789", min_size=17, max_size=17), st.sampled_from("0123456789X"))
def test_the_other_sex_and_back(digits: str, check: str) -> None:
    """Twice is as before, whatever the check character."""
    number = digits + check
    assert other_sex(number) != number
    assert other_sex(other_sex(number)) == number


def test_a_slip_stays_the_same_slip() -> None:
    """A registered number written with another sex digit, or two digits changed about, is still one slip away."""
    meant = "519921195303041232"
    persons = pa.table({"person_id": [meant], "name": ["某甲"], "sex": ["M"]})
    for written in ("519921195303041242", "519921195303041322", "519921195303041223"):
        paid = pa.table({"disbursement_id": ["D1"], "person_id": [written]})
        found = swap_sex({"persons": persons, "disbursements": paid})
        turned, slipped = (found[name].column("person_id")[0].as_py() for name in ("persons", "disbursements"))
        unlike = [k for k in range(18) if turned[k] != slipped[k]]
        assert unlike == [k for k in range(18) if meant[k] != written[k]]


def test_different_payments_are_no_comparison() -> None:
    """A payment on one side only is named as the error it is."""
    with pytest.raises(ValueError, match="on one side only"):
        compared("sex", {"D1": 0.1}, {"D2": 0.1}, 0.12)
