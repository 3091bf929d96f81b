"""API keys: an administrator's for systems, and one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.access import Permission, Principal
from service.api.asking import Asked, in_person
from service.api.problem import responses
from service.api.refusals import told
from service.api.routes.accounts import Administrator, After, Division, Limit
from service.api.texts import Line
from service.work.access import api_keys
from service.work.access.authenticate import forget_keys
from service.work.context import Context

router = APIRouter(prefix="/v1", tags=["API keys"])

Own = Annotated[Principal, Depends(in_person)]
KeyId = Annotated[int, Path(ge=1, le=2**53, examples=[7])]


class OwnKeyBody(BaseModel):
    """A key for one's own account: some of what it may do, where, from which networks, until when (a year at most)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "payments",
                    "permissions": ["runs.send", "runs.read"],
                    "divisions": ["519901"],
                    "addresses": ["10.1.0.0/16"],
                    "expires_at": "2027-06-30T00:00:00+08:00",
                }
            ]
        }
    )
    name: Annotated[Line, Field(min_length=2, max_length=64)]
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(get_args(Permission)))]
    divisions: Annotated[list[Division], Field(max_length=200)] = []
    addresses: Annotated[list[Annotated[Line, Field(max_length=64)]], Field(max_length=50)] = []
    expires_at: AwareDatetime


class KeyBody(OwnKeyBody):
    """A key for the account of a system. What shows cases goes only into keys that people make for themselves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": 4,
                    "name": "payments",
                    "permissions": ["runs.send", "runs.read"],
                    "expires_at": "2027-06-30T00:00:00+08:00",
                }
            ]
        }
    )
    account_id: Annotated[int, Field(ge=1, le=2**53)]


class KeyItem(BaseModel):
    """A key without its secret. `prefix` is what it begins with."""

    key_id: int = Field(examples=[7])
    prefix: str = Field(examples=["mb_3f9a1c0b77de"])
    account_id: int = Field(examples=[4])
    name: str = Field(examples=["payments"])
    permissions: list[str] = Field(examples=[["runs.send", "runs.read"]])
    divisions: list[str] = Field(examples=[["519901"]])
    addresses: list[str] = Field(examples=[["10.1.0.0/16"]])
    made_by: str = Field(examples=["li.na"])
    made_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None


class KeysAnswer(BaseModel):
    """A page of keys; `next` is the `after` of the next page, none at the end."""

    items: list[KeyItem]
    next: int | None = Field(examples=[None])


class NewKeyAnswer(BaseModel):
    """A new key, shown once: only a hash of it is kept."""

    item: KeyItem
    key: str = Field(examples=["mb_3f9a1c0b77de_R4nd0m"])


@router.get("/api-keys", responses=responses(401, 403, 422))
def get_keys(
    context: Asked,
    who: Administrator,
    account_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    after: After = 0,
    limit: Limit = 100,
) -> KeysAnswer:
    """Keys of accounts in your scope, by number; of one account where it is given."""
    return _page(api_keys.list_keys(context, who, after=after, limit=limit, account_id=account_id), limit)


@router.post("/api-keys", status_code=201, responses=responses(401, 403, 404, 422))
def post_key(body: KeyBody, response: Response, context: Asked, who: Administrator) -> NewKeyAnswer:
    """Make a key for an account."""
    return _made(context, who, body.account_id, body, response)


@router.post("/api-keys/{key_id}/revoke", responses=responses(401, 403, 404, 409, 422))
def post_revoke(key_id: KeyId, context: Asked, who: Administrator) -> KeyItem:
    """Revoke a key. Other processes take it for up to five seconds more."""
    return _revoked(context, who, key_id)


@router.get("/me/api-keys", responses=responses(401, 403, 422))
def get_own_keys(context: Asked, who: Own, after: After = 0, limit: Limit = 100) -> KeysAnswer:
    """One's own keys, by number."""
    return _page(api_keys.list_keys(context, who, after=after, limit=limit, account_id=who.account_id), limit)


@router.post("/me/api-keys", status_code=201, responses=responses(401, 403, 404, 422))
def post_own_key(body: OwnKeyBody, response: Response, context: Asked, who: Own) -> NewKeyAnswer:
    """Make a key for one's own account."""
    return _made(context, who, who.account_id, body, response)


@router.post("/me/api-keys/{key_id}/revoke", responses=responses(401, 403, 404, 409, 422))
def post_own_revoke(key_id: KeyId, context: Asked, who: Own) -> KeyItem:
    """Revoke a key of one's own."""
    return _revoked(context, who, key_id, own_only=True)


def _made(context: Context, who: Principal, account_id: int, body: OwnKeyBody, response: Response) -> NewKeyAnswer:
    new = api_keys.NewKey(
        account_id,
        body.name,
        tuple(body.permissions),
        body.expires_at,
        divisions=tuple(body.divisions),
        addresses=tuple(body.addresses),
    )
    with told():
        row, key = api_keys.make_key(context, who, new)
    response.headers["Cache-Control"] = "no-store"
    return NewKeyAnswer(item=_item(row), key=key)


def _revoked(context: Context, who: Principal, key_id: int, *, own_only: bool = False) -> KeyItem:
    with told():
        row = api_keys.revoke_key(context, who, key_id, own_only=own_only)
    forget_keys(context)
    return _item(row)


def _page(rows: Sequence[Any], limit: int) -> KeysAnswer:
    items = [_item(row) for row in rows]
    return KeysAnswer(items=items, next=items[-1].key_id if len(items) == limit else None)


def _item(row: Any) -> KeyItem:
    return KeyItem.model_validate({**row._mapping, "prefix": f"mb_{row.prefix}"})
