"""A run's rows as a form brings them: who sends is known before the file is read, and it is sealed as it comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from service.api.asking import context_of
from service.api.routes._runs_upload import FormData, content_type, spool_form, unsupported
from service.api.same_origin import check_form_token, check_origin
from service.console.visit import LedElsewhere, Visit, visit
from service.work.access import form_once
from service.work.access.form_once import Taken
from service.work.context import Context

RUNS = "/runs"

_VISIT = visit("runs.send")


@dataclass(slots=True)
class Arriving:
    """A form with a file that is on its way. Take it with `rows`; end with `done`, or with `refused` where nothing was
    done. `told`: the fields that came with it."""

    visit: Visit
    told: dict[str, str] = field(default_factory=dict)
    _taken: Taken | None = None

    async def rows(self) -> FormData:
        """The file on disk, sealed, and the fields. The form token stands before the file: a form of another page is
        refused without its file being read. Raises Problem 400, 403, 413 or 415, RunRefusedError, and LedElsewhere for
        a form that was sent before."""
        request, context = self.visit.request, self.visit.context
        if content_type(request) != "multipart/form-data":
            raise unsupported("another content type", "该内容类型")
        form = await spool_form(request, context, self._known)
        if self._taken is None:
            raise AssertionError("a file was taken of a form nobody knows")
        self.told |= {name: value.strip() for name, value in form.fields.items()}
        return form

    def done(self, location: str) -> None:
        """The run is on record: whoever sends the form again is led there."""
        if self._taken is not None:
            form_once.done(self.visit.context, self._taken, location)

    def refused(self) -> None:
        """Nothing was done: the form may be sent again."""
        if self._taken is not None:
            form_once.give_back(self.visit.context, self._taken)
            self._taken = None

    def _known(self, fields: dict[str, str]) -> None:
        """Called when the file begins, in a thread."""
        self.told |= {name: value.strip() for name, value in fields.items()}
        check_form_token(fields.get("form_token"), self.visit.form_token)
        taken = form_once.take(self.visit.context, self.visit.form_token, fields.get("form_key", ""))
        if not taken.first:
            raise LedElsewhere(taken.location or RUNS)
        self._taken = taken


async def arriving(request: Request, context: Annotated[Context, Depends(context_of)]) -> Arriving:
    """The dependency of the form that brings a file. Raises Problem 403 for one that another site made."""
    found = await _VISIT(request, context)
    check_origin(request, context)
    return Arriving(found)


arriving.permission = "runs.send"  # type: ignore[attr-defined]
arriving.is_form = True  # type: ignore[attr-defined]
