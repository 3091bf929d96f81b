"""Filters of the queue that people keep for themselves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import not_found, responses
from service.api.routes._queue_bodies import FilterBody
from service.api.routes._queue_told import told
from service.api.texts import Line
from service.work.queue.keep_filter import drop_filter, keep_filter, kept_filters

router = APIRouter(prefix="/v1/case-filters", tags=["queues"])
Reader = Annotated[Principal, Depends(needs("cases.read"))]
Name = Annotated[Line, Field(min_length=1, max_length=60, examples=["本乡新件"])]


class KeptBody(BaseModel):
    """A filter under its name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "本乡新件", "filter": {"state": "new", "division": "519901000000"}}]}
    )

    name: str
    filter: dict[str, Any]


class KeptFiltersBody(BaseModel):
    """Your filters, by name."""

    filters: list[KeptBody]


class KeepBody(BaseModel):
    """A filter to keep; persons, cards, phones, hubs and words are not kept."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "本乡新件", "filter": {"state": "new"}}]}
    )

    name: Name
    filter: FilterBody


class DropBody(BaseModel):
    """The name of a filter."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "本乡新件"}]})

    name: Name


@router.get("", responses=responses(401, 403))
def filters(context: Asked, who: Reader) -> KeptFiltersBody:
    """Your filters."""
    return KeptFiltersBody(filters=[KeptBody(name=name, filter=told) for name, told in kept_filters(context, who)])


@router.post("", status_code=204, responses=responses(401, 403, 422))
def keep(context: Asked, who: Reader, body: KeepBody) -> None:
    """Keep a filter under a name, in place of the one there was."""
    with told():
        keep_filter(context, who, body.name, body.filter.wanted())


@router.post("/removal", status_code=204, responses=responses(401, 403, 404, 422))
def drop(context: Asked, who: Reader, body: DropBody) -> None:
    """Drop a filter."""
    if not drop_filter(context, who, body.name):
        raise not_found(("filter", "筛选"))
