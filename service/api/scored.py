"""How a score is told by routes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Reason(BaseModel):
    """One reason of a score, as the contract has it: `evidence` names the rows it rests on as `table:key`."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(examples=["T18.amount_over_rate"])
    kind: Literal["rule", "model", "graph"]
    text_zh: str
    text_en: str
    weight: float
    evidence: list[str]


class Off(BaseModel):
    """A rule that could not run, and why."""

    code: str
    why: str


class RowFlaw(BaseModel):
    """What is wrong with one payment. Never the value."""

    where: str = Field(description="The column.", examples=["amount"])
    found: str = Field(examples=["bad_type: money with three decimals"])
    expected: str
    found_zh: str
    expected_zh: str


class Score(BaseModel):
    """What a model says of one payment as of one moment. A score is a question, never a verdict on a beneficiary."""

    disbursement_id: str
    score: float = Field(ge=0, le=1, description="Calibrated probability that the payment would be found irregular.")
    anomaly: float = Field(ge=0, le=1)
    recommendation: Literal["release", "verify", "review"]
    deadline: str | None = Field(description="When a `verify` row releases itself unless a person decided.")
    desk: Literal["none", "discipline", "department", "owed"]
    typology: str
    suspect_role: str
    reasons: list[Reason]
    not_applicable: str = Field(description="Key in the answer's `not_applicable`: rules that could not run.")
    model_version: str
    degraded: bool = Field(description="Scored by rules alone because no model could be loaded.")
    as_of: str
    scored_at: str
    kind: Literal["before", "after"] = Field(description="Before payment, or again after it.")
    fact_seq: int = Field(description="Everything sent up to this batch was known.")
    seen_before: bool = False


EXAMPLE: dict[str, Any] = {
    "disbursement_id": "D00004283",
    "score": 0.23417,
    "anomaly": 0.31,
    "recommendation": "review",
    "deadline": None,
    "desk": "department",
    "typology": "T18",
    "suspect_role": "department",
    "reasons": [
        {
            "code": "T18.amount_over_rate",
            "kind": "rule",
            "text_zh": "金额与标准相差 150.00 元",
            "text_en": "150.00 yuan off the rate",
            "weight": 2.1,
            "evidence": ["disbursements:D00004283"],
        }
    ],
    "not_applicable": "5f0c1e0d2a8b4c6f9e7d3b1a2c4e6f80",
    "model_version": "prior-1b18ebffb0/f-1a2b3c4d5e/p-0123456789/r-6f7a8b9c0d.1a2b3c4d",
    "degraded": False,
    "as_of": "2018-09-06T10:51:33+08:00",
    "scored_at": "2018-09-06T10:51:33.120000+08:00",
    "kind": "before",
    "fact_seq": 40,
    "seen_before": False,
}
"""A score as documentation shows it."""
