"""The stamp of a score: it changes when a definition does, and when nothing else does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.rules._life import RuleStates, Standing
from models.scoring import provenance
from models.scoring.bundle import load_bundle
from models.scoring.in_force import with_states
from models.scoring.policy import Policy
from models.scoring.provenance import Stamp, StampError, covered, definitions, normalised, stamp_of
from tests.conftest import ROOT

# What a scoring loads and a stamp need not name: who is asked, how work is shared out, what is read from disk.
NOT_DEFINITIONS = {
    "models/__init__.py", "models/_record.py", "models/people.py", "models/detectors/_bench.py",
    "models/rules/_journal.py", "models/rules/_life.py",
    "models/scoring/__init__.py", "models/scoring/_workers.py", "models/scoring/policy.py",
    "models/scoring/provenance.py",
}  # fmt: skip
LOADED = """
import sys
import models.scoring.score
from models.rules.catalogue import all_rules
from features.catalogue import all_features
all_rules(), all_features()
print("\\n".join(m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)))
"""


@pytest.mark.parametrize(
    "same",
    [
        "def f(x):\n    # a comment\n    return x + 1\n",
        'def f(x: int) -> int:\n    """Told in another way."""\n    return (x + 1)\n',
    ],
)
def test_words_and_layout_do_not_count(same: str) -> None:
    """Comments, docstrings, annotations, brackets, blank lines."""
    assert normalised(same) == normalised('def f(x):\n    "Told."\n\n    return x + 1')


@pytest.mark.parametrize(
    "other", ["def f(x):\n    return x + 2", "def f(x):\n    return x - 1", "def g(x): return x + 1"]
)
def test_everything_else_counts(other: str) -> None:
    """A number, an operator, a name."""
    assert normalised(other) != normalised("def f(x):\n    return x + 1")


def test_examples_beside_a_definition_do_not_count() -> None:
    """A case more is no other rule; a word more in its reason is, for it stands in the score file."""
    rule = "RULE = Rule(code='T01.a', because=('paid', '发放'), cases=({cases}))"
    assert normalised(rule.format(cases="fires('x', w)")) == normalised(
        rule.format(cases="fires('y', v), quiet('z', w)")
    )
    assert normalised(rule.format(cases="")) != normalised(rule.format(cases="").replace("paid", "paid late"))


def test_a_changed_definition_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of the checkout with one number of one rule and one feature changed, each alone."""
    before = definitions()
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    for name in covered_before():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    definitions.cache_clear()
    try:
        assert definitions() == before
        for name, old, new in (
            ("models/rules/t01/paid_after_death.py", "> 0", "> 1"),
            ("features/person/days_paid_after_death.py", ".min(", ".max("),
        ):
            path = tmp_path / name
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            definitions.cache_clear()
            found = definitions()
            assert (found.rules != before.rules) == name.startswith("models/rules")
            assert (found.features != before.features) == name.startswith("features")
            path.write_text(text + "# a last word\n", encoding="utf-8")
            definitions.cache_clear()
            assert definitions() == before
            path.write_text(text, encoding="utf-8")
    finally:
        definitions.cache_clear()


def covered_before() -> list[str]:
    """The files the real checkout's stamp names."""
    files = [*(ROOT / "features").rglob("*.py"), *(ROOT / "models").rglob("*.py")]
    return [path.relative_to(ROOT).as_posix() for path in files]


def test_every_file_that_makes_scores_is_named() -> None:
    """What a process that scores has loaded of features and models is covered, or is on the short list above."""
    answer = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = {
        path.relative_to(ROOT).as_posix() for text in answer.stdout.split()
        if (path := Path(text)).is_relative_to(ROOT) and ".venv" not in path.parts
    }  # fmt: skip
    own = {name for name in loaded if name.startswith(("features/", "models/"))}
    left_out = {name for name in own - covered() if not name.startswith(("features/_world", "features/intake/"))}
    assert left_out <= NOT_DEFINITIONS, sorted(left_out - NOT_DEFINITIONS)


def test_a_stamp_is_read_as_it_was_written() -> None:
    """All five parts; another text is refused."""
    bundle, policy = load_bundle(None), Policy.load()
    stamp = stamp_of(bundle, policy)
    assert Stamp.parse(str(stamp)) == stamp
    assert (stamp.model, stamp.policy) == (bundle.version, policy.version)
    for text in ("2019-07-01-903afbd5d4b1", "", "a/f-1/p-2/r-3", f"{stamp}/more"):
        with pytest.raises(StampError):
            Stamp.parse(text)


def test_each_part_tells_of_its_own() -> None:
    """Another policy, another state of a rule, another model: one part each."""
    bundle, policy = load_bundle(None), Policy.load()
    plain = stamp_of(bundle, policy)
    changed = replace(policy, settings={**policy.settings, "T01.months_after_death": 9.0})
    assert replace(stamp_of(bundle, changed), policy=plain.policy) == plain
    assert stamp_of(bundle, changed).policy != plain.policy
    states = RuleStates({bundle.rule_codes[0]: Standing("retired", "retired on 2020-01-01: does not run")})
    moved = stamp_of(with_states(bundle, states), policy)
    assert moved.states != plain.states
    assert replace(moved, states=plain.states) == plain
    assert stamp_of(with_states(bundle, RuleStates({})), policy) == plain
    assert stamp_of(replace(bundle, version="other"), policy).model == "other"
