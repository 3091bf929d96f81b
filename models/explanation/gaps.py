"""What was not known of a payment, what would have to be, and which innocent situations were asked about."""

from __future__ import annotations

from typing import Literal

import numpy as np

from features.asof import View
from features.catalogue import all_features
from features.contract import DERIVED
from models.explanation.concepts import concept_of_typology
from models.explanation.explanation import Gap, LookAlike
from models.rules._expression import Settings
from models.rules._rule import Outcome, Rule
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Found = Literal["found", "not_found", "cannot_tell"]
STATES: dict[Found, tuple[str, str]] = {
    "found": ("found", "属于此情形"),
    "not_found": ("looked for, not found", "已核对，不属于此情形"),
    "cannot_tell": ("cannot be told from what is on record", "现有数据无法判断"),
}


def gaps(view: View, facts: Facts, i: int, bundle: Bundle) -> tuple[Gap, ...]:
    """Rules the i-th query of the view could not be asked, what weighs most first: those that are off by
    the tables they lack, those that cannot tell by concept."""
    worth = {
        code: float(weight) * bundle.scale for code, weight in zip(bundle.rule_codes, bundle.rule_weights, strict=True)
    }
    groups: dict[tuple[Literal["off", "cannot_tell", "silent"], object], tuple[list[Rule], dict[str, None]]] = {}
    for k in np.nonzero(facts.outcomes[i] >= Outcome.CANNOT_TELL)[0].tolist():
        rule = facts.rules[k]
        if facts.outcomes[i, k] == Outcome.OFF:
            missing = rule.off(view)
            # A rule that lacks nothing does not run because of its state in this deployment.
            why = missing or bundle.silent.get(rule.code, "")
            rules, names = groups.setdefault(("off" if missing else "silent", why), ([], {}))
        else:
            missing = tuple(
                feature.name
                for feature in rule.when.features
                if feature.null == "unknown" and np.isnan(feature.of(view)[i])
            )
            rules, names = groups.setdefault(("cannot_tell", concept_of_typology()[rule.typology]), ([], {}))
        rules.append(rule)
        names.update(dict.fromkeys(missing))
    titles = {feature.name: feature.title for feature in all_features()}
    out = []
    for (kind, reason), (rules, wanted) in groups.items():
        most = max(worth.get(rule.code, 0.0) for rule in rules)
        missing = tuple(wanted)
        told = [titles.get(name, (name, name)) for name in missing]
        english = f"{len(rules)} rule{'s' if len(rules) > 1 else ''} could not be answered; "
        english += "not shared: " if kind == "off" else "to be known: "
        english += ", ".join(name[1] for name in told)
        chinese = f"{len(rules)}条规则无法判断；{'未共享' if kind == 'off' else '需要了解'}："
        chinese += "、".join(name[0] for name in told)
        if kind == "off" and (waiting := [name for name in missing if name.partition(".")[0] in DERIVED]):
            english += " (made by `mingbai match` from departments' lists)"
            chinese += f"（{len(waiting)}项由名单匹配生成：`mingbai match`）"
        if kind == "silent":
            english, chinese = (
                f"{len(rules)} rule(s) do not run here: {reason}",
                f"{len(rules)}条规则在本地未启用：{reason}",
            )
        out.append(Gap(kind, missing, tuple(rule.code for rule in rules), most, (english, chinese)))
    return tuple(sorted(out, key=lambda gap: (-gap.most, gap.missing)))


def look_alikes(view: View, facts: Facts, i: int, settings: Settings) -> tuple[LookAlike, ...]:
    """What every rule whose condition holds asked about: found (the rule is explained), not found, cannot tell."""
    out = []
    for k in np.nonzero((facts.outcomes[i] == Outcome.FIRED) | (facts.outcomes[i] == Outcome.EXPLAINED))[0].tolist():
        rule = facts.rules[k]
        for unless in rule.unless:
            truth = unless.condition.evaluate(view, settings)
            state: Found = "found" if truth.true[i] else "cannot_tell" if truth.unknown[i] else "not_found"
            words = STATES[state]
            text = (f"{rule.title[0]}: {unless.en}: {words[0]}", f"{rule.title[1]}：{unless.zh}：{words[1]}")
            out.append(LookAlike(rule.code, state, text))
    order: dict[str, int] = {"found": 0, "cannot_tell": 1, "not_found": 2}
    return tuple(sorted(out, key=lambda item: (order[item.found], item.rule)))
