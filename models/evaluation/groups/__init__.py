"""Whom alerts and false alarms fall on: who belongs to which group, rates by group, and what a release gate says."""

from models.evaluation.groups.against_truth import Division, Group, Groups, group_values, measure_groups
from models.evaluation.groups.membership import Grouping, groupings
from models.evaluation.groups.rates import GroupRates, OfGroup, Rate, rates_by_group
from models.evaluation.groups.verdict import GroupVerdict, Judgement, group_verdict

__all__ = [
    "Division",
    "Group",
    "GroupRates",
    "GroupVerdict",
    "Grouping",
    "Groups",
    "Judgement",
    "OfGroup",
    "Rate",
    "group_values",
    "group_verdict",
    "groupings",
    "measure_groups",
    "rates_by_group",
]
