"""The drawings of the notebooks: those that take more lines than a cell should have. Each one shows itself."""

from _draw.county import calendar, degrees, drawings, findings, layers, missing
from _draw.models import budgets, gate, precedents, reliability, terms, two_scores
from _draw.shapes import bars, delays, intervals, months, tally, thresholds

__all__ = [
    "bars",
    "budgets",
    "calendar",
    "degrees",
    "delays",
    "drawings",
    "findings",
    "gate",
    "intervals",
    "layers",
    "missing",
    "months",
    "precedents",
    "reliability",
    "tally",
    "terms",
    "thresholds",
    "two_scores",
]
