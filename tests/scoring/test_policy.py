"""The policy: defaults, overrides, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.rules.catalogue import default_settings
from models.scoring.policy import Policy, PolicyError


def test_defaults_hold_every_rule_setting() -> None:
    assert dict(Policy.load().settings) == default_settings()


def test_one_file_overrides_values_and_rule_settings(tmp_path: Path) -> None:
    name, value = next(iter(sorted(default_settings().items())))
    typology, _, key = name.partition(".")
    file = tmp_path / "ours.toml"
    file.write_text(f"[line]\nprobability = 0.4\n[rules.{typology}]\n{key} = {value + 1}\n", encoding="utf-8")
    policy = Policy.load(file)
    assert policy["line.probability"] == 0.4
    assert policy.settings[name] == value + 1
    assert policy.version != Policy.load().version


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[line]\nprobabilty = 0.4\n", "unknown key 'line.probabilty'"),
        ("[line]\nprobability = 1.4\n", "line.probability"),
        ("[line]\nprobability = 'high'\n", "expected a number"),
        ("[line\n", "not TOML"),
        ("[desks]\nowed_capacity = -1\n", "desks.owed_capacity"),
        ("[rules.T01]\nnever_heard_of = 1\n", "unknown key"),
    ],
)
def test_a_wrong_file_is_refused_with_the_key(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=says.replace(".", r"\.")):
        Policy.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml"):
        Policy.load(tmp_path / "nowhere.toml")
