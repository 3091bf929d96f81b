"""Payment runs: sent before pay-day, scored, looked at, signed off. No route here stops a payment."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Flaw, Problem, responses
from service.api.routes._runs_bodies import ListsBody, ReferenceBody, RunBody, RunsBody, run_body
from service.api.routes._runs_told import told
from service.api.routes._runs_upload import FORMS, content_type, read_json, spool_form, spool_raw, unsupported
from service.store.runs import State
from service.work.context import Context
from service.work.runs.cancel import cancel, resume
from service.work.runs.results import runs_page
from service.work.runs.send import Sent, send_reference, send_upload
from service.work.runs.sign import sign
from service.work.runs.summary import summed_up
from service.work.runs.told import FIELDS, checked

router = APIRouter(prefix="/v1/runs", tags=["runs"])

Run = Annotated[int, Path(ge=1, le=2**53, description="Our number of the run.")]
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_Field = Annotated[str | None, Query(max_length=64, pattern=_PLAIN)]
_FILE = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "Rows of `disbursements` (one upload, one run), or a reference to rows sent before.",
        "content": {
            **{kind: {"schema": {"type": "string"}} for kind in FORMS},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": _FILE, **{name: {"type": "string", "maxLength": 64} for name in FIELDS}},
                },
                "encoding": {"file": {"contentType": ", ".join(FORMS)}},
            },
            "application/json": {"schema": ReferenceBody.model_json_schema(), "example": {"run_id": "R00179"}},
        },
    }
}


@router.post("", status_code=202, responses=responses(400, 401, 403, 409, 413, 415, 422, 503), openapi_extra=_BODY)
async def send_run(
    request: Request,
    response: Response,
    context: Asked,
    who: Annotated[Principal, Depends(needs("runs.send"))],
    run_id: _Field = None,
    program_id: _Field = None,
    period: _Field = None,
    division_code: _Field = None,
    funds_received_on: _Field = None,
    funds_amount: _Field = None,
    created_at: _Field = None,
    planned_on: _Field = None,
    idempotency_key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,128}$")] = None,
) -> RunBody:
    """Take a payment run in and answer at once; it is scored afterwards.

    The fields of its row in `payment_runs` stand in the query or, in a form, beside the file. The same content again,
    or the same Idempotency-Key with it, is the same run and gets the same answer; the key with other content is 409.
    Rows that do not hold are quarantined and hold up no others.
    """
    given = dict(
        zip(
            FIELDS,
            (run_id, program_id, period, division_code, funds_received_on, funds_amount, created_at, planned_on),
            strict=True,
        )
    )
    asked = {name: text for name, text in given.items() if text is not None}
    with told():
        sent = await _sent(request, context, who, asked, idempotency_key)
    response.headers["Location"] = f"/v1/runs/{sent.run.run}"
    return run_body(sent.run)


async def _sent(request: Request, context: Context, who: Principal, fields: dict[str, str], key: str | None) -> Sent:
    kind, number = content_type(request), str(request.scope.get("request_id", ""))
    if kind == "application/json":
        try:
            reference = ReferenceBody.model_validate(await read_json(request))
        except ValidationError as error:
            raise _not_as_expected(error) from None
        return await run_in_threadpool(send_reference, context, who, reference.run_id, key, request_id=number)
    if kind == "multipart/form-data":
        form = await spool_form(request, context)
        upload, called = form.upload, form.form
        fields = {**fields, **form.fields}
    elif kind in FORMS:
        checked(fields, context.clock.now())  # Before gigabytes come in for nothing.
        upload, called = await spool_raw(request, context), FORMS[kind]
    else:
        raise unsupported("another content type", "该内容类型")
    return await run_in_threadpool(send_upload, context, who, upload, called, fields, key, request_id=number)


@router.get("", responses=responses(401, 403, 422))
def list_runs(
    context: Asked,
    who: Annotated[Principal, Depends(needs("runs.read"))],
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Runs before this number.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    state: State | None = None,
    run_id: Annotated[str | None, Query(max_length=64, pattern=_PLAIN, description="The contract's number.")] = None,
) -> RunsBody:
    """Runs in your divisions, newest first."""
    found = runs_page(context, who, before, limit, state, run_id)
    return RunsBody(items=[run_body(row) for row in found], next=found[-1].run if len(found) == limit else None)


@router.get("/{run}", responses=responses(401, 403, 404, 422))
def one_run(run: Run, context: Asked, who: Annotated[Principal, Depends(needs("runs.read"))]) -> RunBody:
    """A run: state, progress, lists, what differs from the last one."""
    with told():
        return run_body(*summed_up(context, who, run))


@router.post("/{run}/cancel", responses=responses(401, 403, 404, 409, 422))
def cancel_scoring(
    run: Run, request: Request, context: Asked, who: Annotated[Principal, Depends(needs("runs.send"))]
) -> RunBody:
    """Stop the *scoring* of a run. Payments are not touched, scores that are there stay, `resume` takes it up again."""
    with told():
        return run_body(cancel(context, who, run, request_id=_number(request)))


@router.post("/{run}/resume", status_code=202, responses=responses(401, 403, 404, 409, 422))
def resume_scoring(
    run: Run, request: Request, context: Asked, who: Annotated[Principal, Depends(needs("runs.send"))]
) -> RunBody:
    """Take the scoring up again at the first piece that is missing, after it was cancelled or failed."""
    with told():
        return run_body(resume(context, who, run, request_id=_number(request)))


@router.post("/{run}/sign", responses=responses(401, 403, 404, 409, 422))
def sign_run(
    run: Run,
    looked_at: ListsBody,
    request: Request,
    context: Asked,
    who: Annotated[Principal, Depends(needs("runs.sign"))],
) -> RunBody:
    """Sign the lists off, saying the counts and the version you looked at; what changed meanwhile is not signed (409).

    A person signs, signed in, who did not send the run. From then on the lists stay as they are.
    """
    with told():
        sign(context, who, run, looked_at.lists(), request_id=_number(request))
        return run_body(*summed_up(context, who, run))


def _number(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _not_as_expected(error: ValidationError) -> Problem:
    flaws: list[Flaw] = [
        Flaw(where=".".join(str(part) for part in one["loc"]), found=str(one["type"]), expected=str(one["msg"]))
        for one in error.errors()
    ]
    texts: tuple[str, str] = ("See flaws.", "详见 flaws。")
    return Problem(422, "not-as-expected", "The request does not hold what is expected", texts, flaws=flaws[:100])
