"""One whole number, with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Flaw, Problem, not_found, responses
from service.api.texts import Lines
from service.store.personal_values import ValueKind
from service.work.personal.unmask import A_DAY, REASON_AT_LEAST, UnmaskRefusedError, unmask

router = APIRouter(prefix="/v1/unmasking", tags=["personal data"])

Asker = Annotated[Principal, Depends(needs("persons.unmask"))]


class UnmaskBody(BaseModel):
    """What is to be shown, and why. `reference` is the person's or the card's own reference as other answers give it
    (a keyed hash, never the number itself)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "field": "identity_number",
                    "reference": "6f1c0d2a9b8e4c5d7a3f2b1c0e9d8a7b",
                    "reason": "核对死亡登记与发放对象是否为同一人",
                }
            ]
        },
    )
    field: ValueKind
    reference: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    reason: Annotated[Lines, Field(min_length=1, max_length=500)]


class UnmaskedBody(BaseModel):
    """The whole value, and how many the account has seen in the last 24 hours; above `above` the supervisor is told."""

    value: str = Field(examples=["519921195303041232"])
    today: int = Field(examples=[3])
    above: int = Field(examples=[A_DAY])


@router.post("", operation_id="unmask", responses=responses(401, 403, 404, 422))
def unmask_value(context: Asked, who: Asker, body: UnmaskBody, response: Response) -> UnmaskedBody:
    """Show one whole identity number, name, phone or card of somebody in the scope. Every call stands in the log."""
    # No cache, neither the browser's nor one in between, may keep it.
    response.headers["Cache-Control"] = "no-store"
    try:
        found = unmask(context, who, body.field, body.reference, body.reason)
    except UnmaskRefusedError as refused:
        if refused.kind == "not-found":
            raise not_found(("person or card", "人员或卡片")) from None
        raise Problem(
            422,
            refused.kind,
            "A reason is needed",
            (str(refused), refused.chinese),
            flaws=[Flaw(where="body.reason", found="too_short", expected=f"at least {REASON_AT_LEAST} characters")],
        ) from None
    return UnmaskedBody(value=found.value, today=found.today, above=A_DAY)
