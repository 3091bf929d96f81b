"""Numbers of features as a person reads them."""

from __future__ import annotations

import math

from features._feature import Feature


def worded(feature: Feature, value: float) -> str:
    """A value in its unit: yuan with two decimals, shares in percent, whole days; a dash where there is none."""
    if math.isnan(value):
        return "—"
    if feature.unit == "fen":
        return f"{value / 100:,.2f}"
    if feature.unit == "share":
        return f"{value:.0%}"
    if feature.unit == "flag":
        return "1" if value > 0 else "0"
    if feature.unit in ("count", "days", "seconds"):
        return f"{value:.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".")
