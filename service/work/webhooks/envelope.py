"""An event as CloudEvents 1.0 writes it, and the headers of Standard Webhooks that sign it."""

from __future__ import annotations

import base64
import datetime as dt
import os
from typing import Any

from service.store.outbox import Event

SECRET_BYTES = 32
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


def attributes(event: Event, source: str) -> dict[str, str]:
    """The context attributes of CloudEvents; `sequence` is its extension for order, `divisioncode` our own."""
    found = {
        "id": event.event_id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": event.at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": f"{event.position:020d}",
    }
    if event.division_code is not None:
        found["divisioncode"] = event.division_code
    return found


def as_json(event: Event, source: str) -> dict[str, Any]:
    """The event in the JSON event format, as a document."""
    return {"specversion": "1.0", **attributes(event, source), "data": event.data}


def body_of(event: Event, source: str) -> bytes:
    """The event in structured mode, as bytes: the same at every attempt."""
    from cloudevents.conversion import to_structured
    from cloudevents.http import CloudEvent

    _, body = to_structured(CloudEvent(attributes(event, source), event.data))
    return bytes(body)


def new_secret() -> str:
    """A new secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def headers(event_id: str, body: bytes, secrets: list[str], at: dt.datetime) -> dict[str, str]:
    """The headers of one attempt, with a signature for every secret that counts, so that a consumer may change over."""
    from standardwebhooks import Webhook

    text = body.decode()
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, at, text) for secret in secrets),
    }
