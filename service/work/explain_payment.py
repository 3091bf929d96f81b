"""Find one payment and explain its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError

if TYPE_CHECKING:
    from features.asof import Ledger
    from models.explanation.explanation import Explanation
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy


def explain_payment(
    ledger: Ledger, bundle: Bundle, policy: Policy, disbursement_id: str, as_of_us: int | None = None
) -> Explanation:
    """Why the payment is scored as it is: before payment as of its own submission, else as of the moment given.

    Raises WrongUsageError when there is no such payment, or none yet at the moment.
    """
    import numpy as np

    from models.explanation.explain import explain

    lines = ledger.tables["disbursements"]
    code = ledger.vocabulary("disbursement").encode_values([disbursement_id])[0]
    rows = np.nonzero(lines.column("disbursement_id") == code)[0] if code >= 0 else np.empty(0, np.int64)
    if len(rows) == 0:
        raise WrongUsageError(
            "no payment has that disbursement_id; it is the first column of the scores", "没有该编号的发放明细"
        )
    if as_of_us is None:
        row = int(rows[-1])
        return explain(ledger, bundle, policy, row, int(lines.known_at[row]))
    known = rows[lines.known_at[rows] <= as_of_us]
    if len(known) == 0:
        raise WrongUsageError(
            "the payment was submitted after --as-of; give a later moment, or none for its own submission",
            "该笔在 --as-of 之后才提交；请给出更晚的时刻，或不指定",
        )
    return explain(ledger, bundle, policy, int(known[-1]), as_of_us)
