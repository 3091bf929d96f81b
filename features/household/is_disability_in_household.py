"""Whether a member of the household of a means-tested line holds a disability certificate."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.household._assets import members_if_means_tested
from features.person._register import sub_view


def _certificates(view: View) -> Pairs:
    people = members_if_means_tested(view)
    found = sub_view(people, {"person_id": people["person_id"]}).match("certificates", "person_id")
    pairs = Pairs(view, "certificates", people.query[found.query], found.row)
    return pairs.where(pairs.is_("kind", "disability"))


def _compute(view: View) -> Float:
    return _certificates(view).any()


certified = world().add("certificates", person_id="P2", kind="disability")

is_disability_in_household = Feature(
    name="is_disability_in_household",
    title=("户内有残疾证", "a disability certificate in the household"),
    unit="flag",
    null="none",
    needs=("certificates", "persons.household_id", "programs.means_tested"),
    compute=_compute,
    rests_on=_certificates,
    cases=(
        Case("the spouse's", certified.paid("P1", "DIBAO"), 1.0),
        Case("another household's", certified.paid("P3", "DIBAO"), 0.0),
    ),
)
