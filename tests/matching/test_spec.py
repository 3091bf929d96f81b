"""Policy files of a matching: a key nobody reads is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.matching.spec import SpecError, load_spec
from models.scoring.policy import Policy
from tests.matching.lists import FEBRL_POLICY

FIELDS = '[matching]\nleft_id = "a"\nright_id = "b"\nblocks = [["x"]]\n[matching.fields.x]\nkind = "code"\n'


def written(folder: Path, text: str) -> Path:
    """A policy file."""
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_with_numbers_changes_only_those(tmp_path: Path) -> None:
    """And what it says reaches the version."""
    shipped = load_spec()
    changed = load_spec(written(tmp_path, "[matching]\nsame_probability = 0.97\n[line]\nprobability = 0.2\n"))
    assert (changed.same_probability, changed.none_probability) == (0.97, shipped.none_probability)
    assert changed.fields == shipped.fields
    assert changed.version != shipped.version
    assert load_spec(written(tmp_path, "[line]\nprobability = 0.2\n")).version == shipped.version


def test_a_file_with_fields_describes_other_lists(tmp_path: Path) -> None:
    """Numbers it does not name are the shipped ones."""
    spec = load_spec(written(tmp_path, FIELDS))
    assert [(f.name, f.left, f.right) for f in spec.fields] == [("x", "x", "x")]
    assert spec.same_probability == load_spec().same_probability
    assert len(load_spec(FEBRL_POLICY).fields) == 9


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[matching]\nsame_probabilty = 0.9\n", "matching.same_probabilty"),
        ("[matching]\nsame_probability = 1.5\n", "matching.same_probability"),
        ("[matching]\nsame_probability = true\n", "matching.same_probability"),
        ("[matching]\nnone_probability = 0.5\nsame_probability = 0.5\n", "none_probability"),
        ('[matching]\nblocks = [["name"]]\n', "matching.blocks"),
        ("matching = 3\n", "matching must be a table"),
        ("[matching\n", "not TOML"),
        (FIELDS.replace('"code"', '"codes"'), "matching.fields.x.kind"),
        (FIELDS + 'lefts = "a"\n', "'lefts'"),
        (FIELDS + 'other = "y"\n', "matching.fields.x.other"),
        (FIELDS.replace("fields.x", 'fields."x; drop"'), "small letters"),
        (FIELDS.replace('left_id = "a"\n', ""), "matching.left_id is missing"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    """File, key, what was found."""
    with pytest.raises(SpecError) as caught:
        load_spec(written(tmp_path, text))
    assert named in str(caught.value)
    assert "policy.toml" in str(caught.value)


def test_scoring_reads_the_same_file(tmp_path: Path) -> None:
    """One policy file a deployment: the other reader leaves `[matching]` alone."""
    policy = Policy.load(written(tmp_path, "[matching]\nblock_cap = 50\n[line]\nprobability = 0.2\n"))
    assert policy["line.probability"] == 0.2
    assert load_spec(tmp_path / "policy.toml").block_cap == 50
