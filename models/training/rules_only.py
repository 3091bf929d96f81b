"""A model of rules alone, made of code: what scores when no trained or shipped model can be read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np

from models.rules.catalogue import all_rules
from models.scoring.bundle import Bundle
from models.scoring.policy import Policy
from models.training.rule_weights import RatePrior, prior_of, shipped_priors

VERSION = "rules-only"


def rules_only(policy: Policy) -> Bundle:
    """Each live rule weighs what its hits among irregular payments are rarer by than among innocent ones:

        weight = log(true rate / base) - log(innocent rate / (1 - base))

    with the shipped rates, or those of its severity where they cannot be read; the base rate and both lines are the
    policy's. There are no learned terms and no anomaly. Expected precision is that of a hit on its own.
    """
    rules, base = all_rules(), policy["learning.base_rate"]
    priors = _rates()
    weights, precision = [], []
    for rule in rules:
        rate = prior_of(rule, priors)
        weight = math.log(rate.true_rate / base) - math.log(rate.innocent_rate / (1.0 - base))
        weights.append(max(weight, 0.0) if rule.state == "live" else 0.0)
        precision.append(rate.true_rate / (rate.true_rate + rate.innocent_rate))
    return Bundle(
        version=VERSION,
        as_of="",
        rule_codes=tuple(rule.code for rule in rules),
        rule_weights=np.array(weights),
        rule_precision=np.array(precision),
        muted=(),
        feature_names=(),
        terms=(),
        intercept=math.log(base / (1.0 - base)),
        scale=1.0,
        shift=0.0,
        line=policy["line.probability"],
        verify_line=policy["line.verify_probability"],
        notes=("no model could be loaded: rules alone decide",),
    )


def _rates() -> Mapping[str, RatePrior]:
    """The shipped rates; none where their file is as broken as the model's."""
    try:
        return shipped_priors()
    except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError):
        return {}
