"""Applications and the stages they pass: report, assessment, posted list, township, county, release."""

from __future__ import annotations

import numpy as np

from simulation._clock import DAY, office_hours
from simulation._county import County
from simulation._frame import Array, Bools, Ints
from simulation._labels import number
from simulation.officials import ACCOUNTANT, DIRECTOR, GROUP_LEADER, SECRETARY

STAGES = (
    "household_report",
    "village_assessment",
    "public_notice",
    "township_review",
    "county_determination",
    "finance_release",
)


def build(c: County) -> None:
    """One application a year for every enrolment that is paid, and a few that are refused."""
    rng = c.streams("chain")
    _gather(c, rng)
    _dates(c, rng)
    _hands(c, rng)
    _recuse(c)
    _refused(c, rng)


def _gather(c: County, rng: np.random.Generator) -> None:
    """Make the applications: enrolment x year, with what the first payment says."""
    f, a = c.payments, c.applications
    gap = rng.random((c.places.villages, len(c.programs))) < c.traits.unlinked  # lists whose papers were never entered
    rows = np.flatnonzero((f["enrolment"] >= 0) & ~f["drop"] & ~gap[f["village"], f["program"]])
    rows = rows[np.argsort(f["at"][rows], kind="stable")]
    key = f["enrolment"][rows] * 100 + (f["period"][rows] // 12) % 100
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    base = len(a)
    one = rows[first]
    yearly = f["period"][one] // 12 * 12
    a.add(
        len(one),
        program=f["program"][one],
        enrolment=f["enrolment"][one],
        person=f["person"][one],
        household=f["household"][one],
        period=yearly,
        quantity=f["quantity"][one],
        village=f["village"][one],
        first_paid=f["at"][one] // DAY,
        posted_quantity=f["quantity"][one],
        posted_fen=f["fen"][one],
    )
    f["application"][rows] = base + place


def _dates(c: County, rng: np.random.Generator) -> None:
    """Days of every stage, back from the first payment; one village's list moves together."""
    a = c.applications
    n = len(a)
    group_key = (a["program"] * 4096 + a["village"]) * 65_536 + a["first_paid"] % 65_536
    _, group = np.unique(group_key, return_inverse=True)
    groups = int(group.max(initial=-1)) + 1
    notice = np.array([p.notice_days for p in c.programs])
    monthly = np.array([p.span < 12 for p in c.programs])
    posts = ~monthly | (rng.random(len(c.programs)) < c.traits.monthly_notice)
    a["notice"] = posts[a["program"]]

    def days(low: int, high: int) -> Ints:
        return rng.integers(low, high + 1, groups)[group]

    release = a["first_paid"] - days(0, 2)
    county = release - days(1, 7)
    township = county - days(1, 8)
    slack = rng.integers(0, c.traits.notice_slack + 1, groups)[group]
    late = days(0, 3)
    a["posted_to"] = township - 1 - late
    a["posted_from"] = a["posted_to"] - notice[a["program"]] - slack
    notice_day = a["posted_from"]
    village = notice_day - days(1, 4)
    report = village - days(1, 9)
    a["applied"] = report - rng.integers(0, 4, n)
    # a list is worked through row by row; imported lists carry one moment
    town = c.places.town_of[a["village"]]
    imports = rng.random((c.places.towns, len(c.programs))) < c.traits.bulk_import
    bulk = imports[town, a["program"]]
    order = np.argsort(group, kind="stable")
    turn = np.empty(n, dtype=np.int64)
    sorted_group = group[order]
    turn[order] = np.arange(n) - np.searchsorted(sorted_group, sorted_group)
    pace = np.where(bulk, 0, rng.integers(15, 70, groups)[group])
    for stage, day in enumerate((report, village, notice_day, township, county, release)):
        base = office_hours(rng, day[np.unique(group, return_index=True)[1]] if groups else day)
        base = np.minimum(base, base // DAY * DAY + 57_600)
        a[f"at{stage}"] = base[group] + np.minimum(turn * pace, 5_000)
    for stage in range(4, -1, -1):  # weekends must not turn the order round
        a[f"at{stage}"] = np.minimum(a[f"at{stage}"], a[f"at{stage + 1}"] - np.where(bulk, 2, 120))
    a["applied"] = np.minimum(a["applied"], a["at0"] // DAY)
    pays = np.full(len(c.applications), c.last * DAY)
    rows = np.flatnonzero(c.payments["application"] >= 0)
    np.minimum.at(pays, c.payments["application"][rows], c.payments["at"][rows])
    back = np.maximum(0, a["at5"] - pays + 60)
    a["at5"] = a["at5"] - back
    for stage in range(4, -1, -1):
        a[f"at{stage}"] = np.minimum(a[f"at{stage}"], a[f"at{stage + 1}"] - 2)
    busy = (
        np.isin(c.payments["application"], np.flatnonzero(bulk)) & (c.payments["look"] == 0) & (c.payments["typ"] == 0)
    )
    some = busy & (rng.random(len(busy)) < 0.06)
    c.payments["look"][some] = number("T33")


def _hands(c: County, rng: np.random.Generator) -> None:
    """Who handled each stage."""
    a, o = c.applications, c.officials
    village, town = a["village"], c.places.town_of[a["village"]]
    month = ((a["at3"] // DAY - c.first) / 30.44).astype(np.int64)
    habit = rng.random(c.places.villages)[village]
    a["by0"] = np.where(habit < 0.6, o.holder(GROUP_LEADER, village, month), o.holder(ACCOUNTANT, village, month))
    a["by1"] = np.where(
        rng.random(c.places.villages)[village] < 0.55,
        o.holder(SECRETARY, village, month),
        o.holder(DIRECTOR, village, month),
    )
    a["by2"] = np.where(habit < 0.5, o.holder(ACCOUNTANT, village, month), o.holder(DIRECTOR, village, month))
    one_hand = rng.random(c.places.villages)[village] < c.traits.one_hand  # few people, one hand for the village stages
    a["by0"] = np.where(one_hand, a["by1"], a["by0"])
    a["by2"] = np.where(one_hand, a["by1"], a["by2"])
    by_leader = rng.random((c.places.towns, len(c.programs)))[town, a["program"]] < 0.3
    a["by3"] = np.where(by_leader, o.leader_of(town, month), o.clerk_of(town, month, a["program"]))
    a["by4"] = o.reviewer[a["program"] % len(o.reviewer)]
    a["by5"] = o.finance[a["program"] % len(o.finance)]
    entered_by_clerk = rng.random(len(c.programs))[a["program"]] < 0.4
    a["by"] = np.where(entered_by_clerk, o.clerk_of(town, month, a["program"]), o.holder(ACCOUNTANT, village, month))


def kin_on(c: County, official: Ints, household: Ints) -> Bools:
    """Whether each household is one of the official's kin."""
    size = len(c.people.households) + 1
    keys = np.concatenate([i * size + kin for i, kin in c.officials.kin.items()])
    hit: Bools = np.isin(official * size + household, keys)
    return hit


def _recuse(c: County) -> None:
    """Officials step aside for their kin: another hand signs, and the record says who stepped aside."""
    a, o = c.applications, c.officials
    month = ((a["at3"] // DAY - c.first) / 30.44).astype(np.int64)
    town = c.places.town_of[a["village"]]
    for stage in range(5):
        hit = np.flatnonzero(kin_on(c, a[f"by{stage}"], a["household"]))
        if not len(hit):
            continue
        aside = a[f"by{stage}"][hit]
        for other in (
            o.holder(ACCOUNTANT, a["village"][hit], month[hit]),
            o.holder(DIRECTOR, a["village"][hit], month[hit]),
            o.holder(GROUP_LEADER, a["village"][hit], month[hit]),
            o.clerk_of(town[hit], month[hit], a["program"][hit]),
            o.leader_of(town[hit], month[hit]),
            o.reviewer[(a["program"][hit] + 1) % len(o.reviewer)],
        ):
            bad = kin_on(c, a[f"by{stage}"][hit], a["household"][hit])
            a[f"by{stage}"][hit] = np.where(bad, other, a[f"by{stage}"][hit])
        a["recused"][hit], a["recused_stage"][hit] = aside, stage
    entered = kin_on(c, a["by"], a["household"])
    a["by"] = np.where(entered, o.clerk_of(town, month, a["program"]), a["by"])
    mine = np.flatnonzero((c.payments["application"] >= 0) & (c.payments["typ"] == 0) & (c.payments["look"] == 0))
    c.resemble(mine[(a["recused"][c.payments["application"][mine]] >= 0) & (mine % 9 == 0)], "T32")


def _refused(c: County, rng: np.random.Generator) -> None:
    """Applications that came to nothing, and lists sent back once before they passed."""
    a = c.applications
    n = len(a)
    again = np.flatnonzero(rng.random(n) < 0.012)
    a["again_from"][again] = a["at3"][again] - rng.integers(600, 7200, len(again))
    means = np.array([p.means_tested for p in c.programs])[a["program"]]
    model = np.flatnonzero(means & (rng.random(n) < 0.06))
    heads = c.people.households["head"]
    home = rng.integers(0, len(heads), len(model))
    ok = (heads[home] >= 0) & ~c.people.households["ghost"][home] & (heads[home] < len(c.people.persons))
    model, home = model[ok], home[ok]
    stage = rng.choice([1, 3, 4], len(model), p=(0.5, 0.3, 0.2))
    a.copy_rows(
        model,
        enrolment=-1,
        person=heads[home],
        household=home,
        village=c.people.households["village"][home],
        rejected=stage,
        recused=-1,
        notice=stage > 1,
        again_from=0,
    )


def period_text(frequency: str, month: Array) -> Array:
    """Periods written as the contract has them: `2019`, `2019Q1`, `2019-07`. Shape (n,), object."""
    distinct, place = np.unique(month, return_inverse=True)
    if frequency == "monthly":
        words = [f"{m // 12}-{m % 12 + 1:02d}" for m in distinct.tolist()]
    elif frequency == "quarterly":
        words = [f"{m // 12}Q{m % 12 // 3 + 1}" for m in distinct.tolist()]
    else:
        words = [str(m // 12) for m in distinct.tolist()]
    out: Array = np.array([*words, ""], dtype=object)[place]
    return out
