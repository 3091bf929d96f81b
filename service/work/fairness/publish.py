"""Publish a report on groups: its public part becomes what everybody reads, by somebody who did not ask for it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from models.people import same_person
from service.access import Principal
from service.store import studies
from service.store.studies import Study
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.fairness.told import GroupsTold, groups_told
from service.work.studies.errors import StudyError, unknown_study


@dataclass(frozen=True, slots=True)
class Published:
    """The report everybody reads, and since when."""

    at: dt.datetime
    report: GroupsTold


def publish(context: Context, who: Principal, study_id: int, reason: str) -> None:
    """Publish the public part of a report. Raises StudyError where there is none, it is not done, it was published
    before, or whoever asked for it publishes it."""
    if not reason.strip():
        raise StudyError("reason", "Say why.", "请写明理由。")
    with context.database.write() as connection:
        study = studies.get(connection, study_id)
        if study is None or study.kind != "groups" or study.state != "done":
            raise unknown_study()
        if same_person(study.asked_by, who.name):
            raise StudyError(
                "second-person",
                "Somebody else must publish it: you asked for this report.",
                "报告由您发起，须由另一人公布。",
            )
        if not studies.publish(connection, study_id, who.name, context.clock.now()):
            raise StudyError("published", "It was published before.", "该报告已经公布。")
        record(context, connection, Line(who.name, "groups.published", "study", str(study_id), reason=reason))


def published_report(context: Context) -> Published | None:
    """What everybody may read: the public part of the report published last, without counts that are too small."""
    with context.database.read() as connection:
        study = studies.published(connection, "groups")
    if study is None or study.result is None or study.published_at is None:
        return None
    return Published(study.published_at, groups_told(json.loads(study.result)["public"]))


def full_report(study: Study) -> GroupsTold | None:
    """A report in full, for those who work with it; None while it is not done."""
    return None if study.result is None else groups_told(json.loads(study.result)["full"])
