"""What a release gate says of two models' group rates: passed, failed, or cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.evaluation.groups.rates import GroupRates, OfGroup

Said = Literal["passed", "failed", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One group under both models: ratios of its false-positive rate to the overall one, and what follows."""

    grouping: str
    group: str
    before: float | None
    after: float | None
    after_interval: tuple[float, float] | None
    honest_rows: int
    said: Said
    why: str


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """`said` for the gate; `judged` are all groups, worst first; `standing` exceed the bound under both models.

    A standing excess is no reason to keep the older model, and none to be silent: whoever releases must see it.
    """

    said: Said
    bound: float
    judged: tuple[Judgement, ...]
    standing: tuple[str, ...]
    why: str


_ORDER: Mapping[str, int] = {"failed": 0, "cannot tell": 1, "passed": 2}


def group_verdict(before: GroupRates, after: GroupRates, policy: Mapping[str, float]) -> GroupVerdict:
    """Whether the model that would come in (`after`) treats any group worse than the one in force (`before`).

    Both are measured on the same payments. A group fails when its ratio is shown to exceed `groups.ratio_at_most`
    under `after` and either was not under `before` or has grown by more than `groups.worse_share`. It cannot be told
    where the ratio went over the bound without being shown to. Groups without enough data say nothing; where no group
    has enough, the verdict is `cannot tell`.
    """
    bound = policy["groups.ratio_at_most"]
    earlier = before.judged()
    judged = [
        _judge(name, label, earlier.get((name, label)), group, bound, policy["groups.worse_share"])
        for (name, label), group in after.judged().items()
        if group.held != "not enough data"
    ]
    judged.sort(key=lambda one: (_ORDER[one.said], -(one.after or 0.0)))
    standing = tuple(
        f"{name}: {label}"
        for (name, label), group in after.judged().items()
        if group.held == "exceeded" and (old := earlier.get((name, label))) is not None and old.held == "exceeded"
    )
    if not judged:
        return GroupVerdict("cannot tell", bound, (), standing, "no group has enough honest payments to judge")
    said = judged[0].said
    worst = [one for one in judged if one.said == said]
    why = (
        f"{len(judged)} groups judged, none worse than before"
        if said == "passed"
        else "; ".join(f"{one.grouping}: {one.group}: {one.why}" for one in worst)
    )
    return GroupVerdict(said, bound, tuple(judged), standing, why)


def _judge(name: str, label: str, old: OfGroup | None, new: OfGroup, bound: float, worse: float) -> Judgement:
    earlier = None if old is None else old.ratio
    now = new.ratio if new.ratio is not None else 0.0
    said: Said = "passed"
    why = f"{now:.2f} times the overall rate"
    known = old is not None and old.held != "not enough data" and earlier is not None
    if new.held == "exceeded":
        if not known or old is None or old.held != "exceeded":
            said, why = "failed", f"{why}, above {bound:g}; not shown before"
        elif earlier is not None and now > earlier * (1 + worse):
            said, why = "failed", f"{why}, above {bound:g} and up from {earlier:.2f}"
        else:
            why = f"{why}, above {bound:g} as before ({earlier:.2f})"
    elif now > bound and (earlier is None or now > earlier * (1 + worse)):
        said, why = "cannot tell", f"{why}, above {bound:g}, and too few payments to show it"
    return Judgement(name, label, earlier, new.ratio, new.ratio_interval, new.false_positive.rows, said, why)
