"""How every rule does in this deployment, as one document: hits by month, findings among them, tables it lacks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.clock import micros
from service.work.errors import UnusableDataError

if TYPE_CHECKING:
    from features.asof import Ledger
    from models.replay.overturned import Review
    from models.rules._life import RuleStates
    from service.work.context import Context


def review_document(
    context: Context, ledger: Ledger, at: dt.datetime, states: RuleStates, used: Mapping[str, int]
) -> str:
    """JSON text: `as_of`, `first` and `last` (local days of submission), `payments` looked at, `states`, `months`,
    `payments_by_month`, and by code `rules` with `state`, `hits`, `by_month`, `cannot_tell`, `explained`, findings
    (`confirmed`, `cleared`, `errors`, `at_random`, `households`, `independent`, `share` with its 95 % interval `low`,
    `high`, `weighted`), `since`, and `off`, the tables and columns it lacks.

    Each payment is looked at as of its own submission; findings count that were decided by the moment. Rules that rest
    (draft, retired) are left out. Raises UnusableDataError where nothing had been submitted.
    """
    import numpy as np

    from features.asof import View
    from models.evaluation.intervals import wilson
    from models.replay.change import Change
    from models.replay.load import day_of, places_of_payments
    from models.replay.outcomes import run_rules
    from models.replay.overturned import review
    from models.rules._life import RESTING
    from models.rules._rule import Outcome
    from models.rules.catalogue import all_rules
    from models.training.labels import labels_at
    from models.training.train import reference_rows

    rules = [rule for rule in all_rules() if states.of(rule.code) not in RESTING]
    try:
        rows = reference_rows(ledger, micros(at))
    except ValueError as error:
        raise UnusableDataError("No payment was submitted yet.", "尚无发放明细。") from error
    known = ledger.tables["disbursements"].known_at[rows]
    changes = [Change(rule, "unchanged") for rule in rules]
    outcome = run_rules(ledger, rows, known, changes, context.policy, context.policy, workers=1).after
    labels = labels_at(ledger, rows, micros(at))
    fired = outcome == Outcome.FIRED
    found = review(ledger, rows, rules, fired, labels, context.policy, micros(at), seen_until=used)
    month = places_of_payments(ledger, rows, known).month
    view = View(ledger, known[:1], rows[:1])

    def told(k: int, one: Review) -> dict[str, Any]:
        between = None if one.share is None else wilson(one.share * one.independent, one.independent)
        return {
            "state": states.of(one.code),
            "hits": one.hits,
            "by_month": np.bincount(month.code[fired[:, k]], minlength=len(month.names)).tolist(),
            "explained": int((outcome[:, k] == Outcome.EXPLAINED).sum()),
            "cannot_tell": int((outcome[:, k] == Outcome.CANNOT_TELL).sum()),
            "confirmed": one.confirmed,
            "cleared": one.cleared,
            "errors": one.errors,
            "at_random": one.at_random,
            "households": one.households,
            "independent": one.independent,
            "share": one.share,
            "low": between[0] if between else None,
            "high": between[1] if between else None,
            "weighted": one.weighted,
            "since": one.since,
            "off": list(rules[k].off(view)),
        }

    document = {
        "as_of": at.isoformat(),
        "first": day_of(int(known.min()), ledger.utc_offset),
        "last": day_of(int(known.max()), ledger.utc_offset),
        "payments": len(rows),
        "states": states.version,
        "months": list(month.names),
        "payments_by_month": np.bincount(month.code, minlength=len(month.names)).tolist(),
        "rules": {one.code: told(k, one) for k, one in enumerate(found)},
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)
