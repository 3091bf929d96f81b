"""A model as the states of its rules leave it: rules that are not live weigh nothing and say why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.rules._life import RuleStates
from models.rules.catalogue import all_rules
from models.scoring.bundle import Bundle

UNKNOWN = "live since after this model was trained: weighs nothing until the next training"


def with_states(bundle: Bundle, states: RuleStates) -> Bundle:
    """The bundle with the weights and rarities of rules that are not live at 0, and why in `silent`.

    Other states are laid over the model as it was trained, whatever states this one was under.
    """
    bundle = bundle.trained or bundle
    known = frozenset(bundle.rule_codes)
    unknown = {r.code: UNKNOWN for r in all_rules() if r.code not in known and states.of(r.code) == "live"}
    silent = {**states.silent, **unknown}
    if not silent:
        return replace(bundle, states=states.version, trained=bundle)
    counts = np.array([code not in silent for code in bundle.rule_codes], dtype=bool)
    arrays = dict(bundle.arrays)
    if "rule_rarity" in arrays:
        arrays["rule_rarity"] = np.where(counts, arrays["rule_rarity"], 0.0)
    return replace(
        bundle,
        rule_weights=np.where(counts, bundle.rule_weights, 0.0),
        arrays=arrays,
        silent=silent,
        resting=states.resting,
        states=states.version,
        trained=bundle,
    )
