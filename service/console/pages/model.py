"""One model: its proof over time, its comparison with the champion, what moves its scores, its release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.problem import Problem
from service.console.drawings.intervals import Interval
from service.console.drawings.lines import Chart, Series
from service.console.page import Page
from service.console.visit import Visit, visit
from service.console.words import Words
from service.work.model_pages.on_record import SHIPPED, County, Event, Measure, ModelLine
from service.work.model_pages.one_model import (
    Bin,
    Calibration,
    Fold,
    Gate,
    GateItem,
    OneModel,
    Part,
    ProofTold,
    Top,
    one_model,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """The model.

    * `model`: everything on record of it; `county`: where its county's models stand, None for the shipped one
    * `tops`, `calibration`, `sample`: shares with intervals; `over_time`: precision and recall by fold; `beaten`: by
      baseline in how many of how many folds
    * `open_items`: items of the gate that cannot be told, which whoever decides takes upon himself by name
    """

    model: OneModel
    county: County | None
    tops: tuple[Interval, ...] = ()
    recall: tuple[Interval, ...] = ()
    calibration: tuple[Interval, ...] = ()
    over_time: Chart | None = None
    beaten: tuple[tuple[str, int, int], ...] = ()
    open_items: tuple[tuple[str, tuple[str, str]], ...] = ()
    widest: float = 1.0


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_M: Final = Measure(0.77, 0.56, 0.9)
_CAL: Final = Calibration(804, 0.03, 0.016, (Bin(54, 0.01, Measure(0.04, 0.01, 0.13)),))
EXAMPLE: Final = Contents(
    OneModel(
        ModelLine(
            "3", "2019-07-01-aaaaaaaaaaaa", "0280d23b", "challenger", "2019-07-01T00:00:00+08:00", _AT, None, (),
            _M, _M, 0.01, 26_830, 61, "cannot tell",
        ),
        (("data", "48561c0a58f224c9"), ("policy", "191e79c2da")),
        ProofTold(
            "2019-07-01", "findings", 26_830, 804, 61, _M,
            (Top("capacity", 600, 57, 44, _M, _M, _M), Top("1%", 268, 40, 35, _M, _M, _M)),
            (Fold("2018-07-02", "2018-12-31", 8, 239, _M, _M, _M, (("chance", True), ("best feature", None))),),
            _CAL, _CAL,
        ),
        Gate(
            "2", "2020-01-01T00:00:00+00:00", "2019-07-01", "2019-12-31", "cannot tell", 17_208,
            (
                GateItem("precision", ("核查力量内查准率", "Precision"), "passed", ("无", "no"), 0.7, 0.8),
                GateItem("groups", ("分群体误报率", "Error rates by group"), "cannot tell", ("无", "why"), None, None),
            ),
        ),
        (Part("T23.card_of_a_stranger", ("收款卡属于无关人员", "Card of somebody unrelated"), 0.0, 5.3),),
        (Part("ratio_amount_to_rate", ("金额与标准之比", "amount as a multiple of the rate"), -4.4, 1.04),),
        98, 199, ("T05.paid_in_two_villages",), 0.12, 0.5, ("61 confirmed findings",),
        (Event("3", _AT, ("训练完成并登记", "trained and put on record"), "原因"),),
    ),
    County("0280d23b", "2", "prior", "3", None),
    (Interval("核查力量内", 0.77, 0.56, 0.9, 57),), (Interval("核查力量内", 0.72, 0.48, 0.88, 61),),
    (Interval("0.01", 0.04, 0.01, 0.13, 54),),
    Chart("各期查准率", ("2018-07-02", "2018-12-31"), (Series("查准率", (0.5, 0.7)),), "share"),
    (("chance", 4, 4), ("best feature", 3, 3)), (("groups", ("分群体误报率", "Error rates by group")),), 5.3,
)  # fmt: skip

PAGE: Final = Page("model", EXAMPLE, "models.read", nav="models")
router: Final = APIRouter()


@router.get("/models/prior")
def show_shipped(visitor: Annotated[Visit, Depends(visit("models.read"))]) -> Response:
    """The model that comes with mingbai."""
    return show(visitor, SHIPPED)


@router.get("/models/{number:int}")
def show_trained(visitor: Annotated[Visit, Depends(visit("models.read"))], number: int) -> Response:
    """A model trained here."""
    return show(visitor, str(number))


def show(visitor: Visit, number: str) -> Response:
    """One model."""
    found = one_model(number)
    if found is None:
        raise Problem(404, "not-found", "Nothing here", ("There is no model of that number.", "没有该编号的模型。"))
    record, model = found
    county = next((one for one in record.counties if one.lineage == model.line.lineage), None)
    t = Words(PAGE.name, visitor.language)
    proof, gate = model.proof, model.gate
    return visitor.page(
        PAGE,
        Contents(
            model,
            county if model.line.place != "shipped" else None,
            _tops(proof, t),
            _recall(proof, t),
            _calibration(proof, t),
            _over_time(proof, t),
            _beaten(proof),
            tuple((item.name, item.title) for item in gate.items if item.said == "cannot tell") if gate else (),
            max([abs(end) for part in (*model.rules, *model.terms) for end in (part.low, part.high)], default=1.0),
        ),
    )


def _tops(proof: ProofTold | None, t: Words) -> tuple[Interval, ...]:
    if proof is None:
        return ()
    return tuple(
        Interval(
            _budget(top, t), top.precision.value, top.precision.low, top.precision.high, top.labelled,
            t("top_note", looked_at=f"{top.looked_at:,}", confirmed=f"{top.confirmed:,}"),
        )
        for top in proof.tops
    )  # fmt: skip


def _recall(proof: ProofTold | None, t: Words) -> tuple[Interval, ...]:
    if proof is None:
        return ()
    return tuple(
        Interval(_budget(top, t), top.recall.value, top.recall.low, top.recall.high, proof.confirmed)
        for top in proof.tops
    )


def _budget(top: Top, t: Words) -> str:
    return t("within_capacity") if top.budget == "capacity" else t("top_share", share=top.budget)


def _calibration(proof: ProofTold | None, t: Words) -> tuple[Interval, ...]:
    if proof is None:
        return ()
    return tuple(
        Interval(
            t("mean_score", score=f"{one.mean_score:.3f}"),
            one.confirmed.value,
            one.confirmed.low,
            one.confirmed.high,
            one.rows,
        )
        for one in proof.calibration.bins
    )


def _over_time(proof: ProofTold | None, t: Words) -> Chart | None:
    if proof is None or not proof.folds:
        return None
    folds = proof.folds
    return Chart(
        t("over_time"),
        tuple(fold.origin for fold in folds),
        (
            Series(
                t("precision"), tuple(fold.precision.value for fold in folds),
                tuple(fold.precision.low for fold in folds), tuple(fold.precision.high for fold in folds),
            ),
            Series(t("recall"), tuple(fold.recall.value for fold in folds)),
            Series(t("average_precision"), tuple(fold.average_precision.value for fold in folds)),
        ),
        "share",
    )  # fmt: skip


def _beaten(proof: ProofTold | None) -> tuple[tuple[str, int, int], ...]:
    if proof is None:
        return ()
    names = dict.fromkeys(name for fold in proof.folds for name, _ in fold.beaten)
    found = []
    for name in names:
        said = [beaten for fold in proof.folds for own, beaten in fold.beaten if own == name and beaten is not None]
        if said:
            found.append((name, sum(said), len(said)))
    return tuple(found)
