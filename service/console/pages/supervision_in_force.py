"""Models and rules in force at any date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.pages._supervision import AS_OF_EXAMPLE, AsOf, as_of
from service.console.visit import Visit, visit
from service.work.supervision.in_force import InForce, ModelThen, RuleThen, in_force_at


@dataclass(frozen=True, slots=True)
class Contents:
    """What was in force. `silent`: rules that were not live; `live`: those that were. `problem`: why a record cannot be
    read, (Chinese, English)."""

    as_of: AsOf
    models: tuple[ModelThen, ...]
    silent: tuple[RuleThen, ...]
    live: tuple[RuleThen, ...]
    problem: tuple[str, str] | None = None


EXAMPLE: Final = Contents(
    AS_OF_EXAMPLE,
    (ModelThen("0280d23b", "2", "2019-04-01-bbbb", "2019-04-02T01:00:00+08:00", ("li.na", "wang.wei")),),
    (RuleThen("T27.one_device_for_long", "一台设备长期绑定多户卡", "One device", "suspended", "overturned"),),
    (RuleThen("T01.paid_after_death", "死亡后仍发放", "Paid after death", "live", ""),),
    ("记录无法读取", "the record cannot be read"),
)  # fmt: skip

PAGE: Final = Page("supervision_in_force", EXAMPLE, "supervision.read", nav="supervision")
router: Final = APIRouter()


@router.get("/supervision/in-force")
def show(visitor: Annotated[Visit, Depends(visit("supervision.read"))], at: str = "") -> Response:
    """Models and rules in force at a date."""
    from models.registry import RegistryError
    from models.rules._life import LifeError

    moment = as_of(visitor, at)
    try:
        found: InForce = in_force_at(moment.at)
    except (RegistryError, LifeError) as error:
        return visitor.page(PAGE, Contents(moment, (), (), (), (f"记录无法读取：{error}", str(error))))
    live = tuple(rule for rule in found.rules if rule.state == "live")
    silent = tuple(rule for rule in found.rules if rule.state != "live")
    return visitor.page(PAGE, Contents(moment, found.models, silent, live))
