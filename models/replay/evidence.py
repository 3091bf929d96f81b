"""A replay as evidence for moving a rule: counts and a fingerprint, no payment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from models.replay.change import ReplayError
from models.replay.replayed import seal


def evidence_from(text: str, code: str) -> dict[str, Any]:
    """What the record keeps of a replay's JSON for one rule.

    Raises ReplayError where the text is no replay, was edited since it was made, or does not speak of the rule.
    """
    try:
        told: Mapping[str, Any] = json.loads(text)
        sealed, rules = told["fingerprint"], told["rules"]
        if told["kind"] != "replay":
            raise KeyError("kind")
    except (ValueError, KeyError, TypeError) as error:
        raise ReplayError("the evidence is no replay: make one with `mingbai replay DATA --json FILE`") from error
    if seal(dict(told)) != sealed:
        raise ReplayError("the replay's file was changed since it was made: replay again")
    rule = next((r for r in rules if r["code"] == code), None)
    if rule is None:
        raise ReplayError(f"that replay does not speak of {code}: replay it with --rule {code}")
    found = rule["found"]["after"]
    return {
        "kind": "replay",
        "fingerprint": sealed,
        "definition": rule["definition"],
        "settings": {name: values[1] for name, values in rule["settings"].items()},
        "first": told["first"],
        "last": told["last"],
        "as_of": told["as_of"],
        "payments": told["payments"],
        "hits": rule["hits"]["after"],
        "explained": rule["explained"]["after"],
        "missing": rule["missing"],
        "confirmed": found["all"]["confirmed"],
        "cleared": found["all"]["cleared"],
        "errors": found["all"]["errors"],
        "alerts_gained": (told["queue"] or {}).get("gained"),
        "alerts_lost": (told["queue"] or {}).get("lost"),
    }
