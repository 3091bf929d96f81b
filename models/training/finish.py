"""A fitted model gets its moment, its parameters and its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from models.scoring.bundle import Bundle, fingerprint
from models.scoring.policy import Policy
from models.scoring.provenance import definitions


def finish(
    bundle: Bundle, policy: Policy, *, as_of_us: int, utc_offset_us: int, params: Mapping[str, str] | None = None
) -> Bundle:
    """What `models.training.fit.fit` made as a model that can be recorded, compared and released.

    `as_of_us` (microseconds UTC) is the moment up to which it learned, told in local time (`utc_offset_us`); release
    and proof judge it on what came later. `params` say more of how it was made. The version begins with the day and
    hashes everything that scores, the policy, and the definitions of features and rules as a score's stamp names them.
    """
    zone = dt.timezone(dt.timedelta(microseconds=utc_offset_us))
    as_of = dt.datetime.fromtimestamp(as_of_us / 1e6, zone).isoformat()
    code = definitions()
    told = {
        **bundle.params, "as_of": as_of, "policy": policy.version, "rules": code.rules, "features": code.features,
        **(params or {}),
    }  # fmt: skip
    learned = [part for term in bundle.terms for part in (term.feature, term.cuts, term.scores, term.missing)]
    name = fingerprint(
        sorted(told.items()), bundle.rule_codes, bundle.rule_weights, bundle.intercept, bundle.scale, bundle.shift,
        bundle.line, bundle.verify_line, *learned,
    )  # fmt: skip
    return replace(bundle, version=f"{as_of[:10]}-{name}", as_of=as_of, params=told)
