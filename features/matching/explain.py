"""Why a row was decided as it was: every field with its level and weight, adding up to the log-odds.

`agreement` is `{field: {"level": ..., "weight": ...}}` with `prior` (how many rows have somebody, among how many
persons), one entry a field (`unknown` where nothing could be said), `<field>_value` where the value is rarer or more
common than usual, and `rivals` (other candidates; equally good ones are named under `persons`). `stranger` takes back
what a field gained that only settles which of several persons is meant (`settled` where that made the person likelier,
`as_likely` where it moved nothing), `name_alone` what a name gained that nothing else bears out. Weights are natural
logarithms of odds in four decimals; their sum is `log_odds`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from features.matching.compare import Compared
from features.matching.decide import Chosen
from features.matching.weights import UNIT, Model

UNKNOWN = "unknown"


def agreements(compared: Compared, chosen: Chosen, model: Model, right_ids: pa.Array) -> list[str]:
    """The `agreement` of each chosen pair, JSON."""
    best = Compared(
        compared.row[chosen.pair],
        compared.person[chosen.pair],
        compared.levels[chosen.pair],
        compared.shares[chosen.pair],
    )
    fields = []
    for place, c in enumerate(model.comparisons):
        keys = np.array([*(level.key for level in c.levels), UNKNOWN], dtype=object)
        texts = [
            json.dumps(c.field) + ': {"level": "' + str(key) + '", "weight": ' + _number(int(weight)) + "}"
            for key, weight in zip(keys, np.append(model.weights(c.field), 0), strict=True)
        ]
        said = np.array(texts, dtype=object)[best.levels[:, place]]
        added = model.by_value(place, best)
        fields.append((said.tolist(), added.tolist(), c.field))
    prior = '"prior": {"level": "anybody", "weight": ' + _number(model.prior) + "}"
    made = []
    columns = (chosen.rivals, chosen.settled, chosen.moved, chosen.alone)
    taken = zip(*(column.tolist() for column in columns), chosen.equals, strict=True)
    for i, (rivals, settled, moved, alone, equals) in enumerate(taken):
        parts = [prior]
        for said_texts, values, field in fields:
            parts.append(said_texts[i])
            if values[i]:
                level = "rare" if values[i] > 0 else "common"
                parts.append(f'"{field}_value": {{"level": "{level}", "weight": {_number(values[i])}}}')
        if rivals or equals:
            level = "equal" if equals else "weaker"
            named = f', "persons": {json.dumps(right_ids.take(pa.array(equals)).to_pylist())}' if equals else ""
            parts.append(f'"rivals": {{"level": "{level}", "weight": {_number(rivals)}{named}}}')
        if settled:
            level = "settled" if moved else "as_likely"
            parts.append(f'"stranger": {{"level": "{level}", "weight": {_number(settled)}}}')
        if alone:
            parts.append(f'"name_alone": {{"level": "question", "weight": {_number(alone)}}}')
        made.append("{" + ", ".join(parts) + "}")
    return made


def _number(units: int) -> str:
    """Units as a decimal of four places, exact."""
    sign, value = ("-", -units) if units < 0 else ("", units)
    return f"{sign}{value // UNIT}.{value % UNIT:04d}"


def added_up(agreement: str) -> float:
    """The sum of all weights of an `agreement`, exact to four decimals.

    >>> added_up('{"prior": {"level": "anybody", "weight": -9.9033}, "sex": {"level": "same", "weight": 0.6832}}')
    -9.2201
    """
    entries: Mapping[str, Mapping[str, float]] = json.loads(agreement)
    return sum(round(entry["weight"] * UNIT) for entry in entries.values()) / UNIT
