"""One county whose scores are in a file: nothing moves them unnoticed."""

from __future__ import annotations

from tests.golden.remake import FILE, differences, lines


def test_scores_of_the_golden_county() -> None:
    """Compare with `scores.txt`; after a wanted change remake it and say why in the changelog."""
    changed = differences(FILE.read_text(encoding="utf-8").splitlines(), lines())
    assert not changed, "\n".join(
        [
            f"{len(changed)} lines of the golden county changed, the first of them:",
            *changed[:10],
            "If that was meant: `python -m tests.golden.remake`, look at the difference, and commit it together with a",
            "line under *Scores changed* in CHANGELOG.md: what moved, why, and what a half worked queue will see.",
        ]
    )


def test_differences_are_told_by_payment() -> None:
    """Moved, new, and gone back to what most payments are."""
    old = ["# 9 of 11", "D1 0.5 review T01 T01.x", "D2 0.9 verify T02 T02.y"]
    new = ["# 9 of 11", "D1 0.6 review T01 T01.x", "D3 0.4 review - -"]
    assert [line.split(":")[0] for line in differences(old, new)] == ["D1", "D2", "D3"]
    assert differences(old, old) == []
