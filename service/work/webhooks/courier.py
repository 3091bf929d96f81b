"""Bring events to their subscriptions: positions, delivery rows, attempts, waiting, and in the end the dead letters.

What holds at every moment: an event that was kept gets its rows; a row leaves `waiting` only when the consumer
answered 2xx or a day of attempts is over; of one subject nothing goes out before what came earlier. A crash between
the consumer's answer and the record sends the event once more, under the same `webhook-id`.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from service.sealing.column import open_text
from service.store import outbox, webhooks
from service.work.context import Context
from service.work.metrics import DELIVERIES
from service.work.webhooks.chosen import chosen
from service.work.webhooks.envelope import body_of, headers
from service.work.webhooks.guard import Resolve, networks
from service.work.webhooks.send import ASKED_SECONDS, GONE, Answer, new_client, send

if TYPE_CHECKING:
    import httpx2

HOLD = dt.timedelta(seconds=120)
"""How long a worker has a subscription to itself; longer than one batch can take."""
LONGEST_WAIT = dt.timedelta(seconds=max(ASKED_SECONDS, 300.0 * 1.2) + 60.0)
"""No consumer is waited for longer than this without a knock."""
LONGEST_DELAY = dt.timedelta(seconds=7200.0 * 1.2 + 60.0)
"""No event is put off for longer than this."""
DEAD_AFTER = dt.timedelta(days=1)
"""From the first attempt of an event to the last."""
AHEAD = 5000
"""Delivery rows of one subscription that wait at most; further events stay in the outbox until there is room."""
PLACED = 200
"""Events that are given positions in one transaction: a writer elsewhere waits no longer than these take."""
PAUSE_SECONDS = 0.005
"""Between two such transactions, so that who waits to write comes first."""
BATCH = 16
TOGETHER = 4
"""Events of one subscription under way at once, each of another subject."""
PAUSED_GONE = "the consumer answered 410"


def source_of(context: Context) -> str:
    """The `source` of every event: the deployment's address, or a fixed path where none is set."""
    return context.settings.public_url or "/mingbai"


def event_delay(attempts: int, jitter: float) -> dt.timedelta:
    """Before an event that was refused is tried again: 5 s, 15 s, 45 s ... at most 2 hours; `jitter` in [0, 1)."""
    return dt.timedelta(seconds=min(5.0 * 3.0 ** min(attempts - 1, 10), 7200.0) * (0.8 + 0.4 * jitter))


def consumer_delay(failures: int, jitter: float) -> dt.timedelta:
    """Before a consumer that is down is tried again: 1 s, 2 s, 4 s ... at most 5 minutes; `jitter` in [0, 1)."""
    return dt.timedelta(seconds=min(2.0 ** min(failures - 1, 10), 300.0) * (0.8 + 0.4 * jitter))


def _chance() -> float:
    return random.random()  # noqa: S311 - spreads attempts over time, keeps no secret


@dataclass(slots=True)
class Courier:
    """Serves all subscriptions of a deployment; one a worker process. `sender` names it among the others."""

    context: Context
    sender: str
    resolve: Resolve | None = None
    chance: Callable[[], float] = _chance
    at_once: int = 8
    _client: httpx2.Client | None = None
    _subscriptions: ThreadPoolExecutor | None = None
    _attempts: ThreadPoolExecutor | None = None
    _busy: set[int] = field(default_factory=set)

    def round(self, *, wait: bool = True) -> int:
        """Place new events and serve every active subscription; returns how many it began to serve.

        With `wait` it returns when all are served; without, a slow consumer is left behind in its thread and the next
        round passes it over until it is done.
        """
        self.place()
        with self.context.database.read() as connection:
            found = [int(row.subscription_id) for row in webhooks.active(connection)]
        if self._subscriptions is None:
            self._client = new_client()
            self._subscriptions = ThreadPoolExecutor(self.at_once, thread_name_prefix="webhooks")
            self._attempts = ThreadPoolExecutor(self.at_once * TOGETHER, thread_name_prefix="webhook-attempts")
        begun = [number for number in found if number not in self._busy]
        self._busy.update(begun)
        served = [self._subscriptions.submit(self._serve, number) for number in begun]
        if wait:
            for one in served:
                one.result()
        return len(begun)

    def place(self) -> None:
        """Give events that were kept since the last round their positions."""
        with self.context.database.read() as connection:
            if not outbox.unplaced(connection):
                return
        placed = PLACED
        while placed == PLACED:
            with self.context.database.write() as connection:
                self.context.database.alone(connection, "outbox")
                placed = outbox.place(connection, PLACED)
            time.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """Finish what is under way and give connections back."""
        for pool in (self._subscriptions, self._attempts):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def _serve(self, subscription_id: int) -> None:
        try:
            while self._batch(subscription_id):
                pass
        finally:
            with self.context.database.write() as connection:
                webhooks.let_go(connection, subscription_id, self.sender)
            self._busy.discard(subscription_id)

    def _batch(self, subscription_id: int) -> bool:
        """Plan, send and record one batch; whether there may be more to send at once."""
        now = self.context.clock.now()
        with self.context.database.write() as connection:
            if not webhooks.hold(connection, subscription_id, self.sender, now, now + HOLD, LONGEST_WAIT):
                return False
            subscription = webhooks.find(connection, subscription_id, webhooks.ANY)
            if subscription is None:
                return False
            self._plan(connection, subscription, now)
            # One knock at a door that stayed shut is enough to know.
            limit = BATCH if subscription.failures == 0 else 1
            rows = webhooks.due(connection, subscription_id, now, limit, LONGEST_DELAY)
            events = {str(row.event_id): outbox.one(connection, str(row.event_id)) for row in rows}
            secrets = [
                str(open_text(self.context.seal, webhooks.SECRET.c.sealed, sealed))
                for sealed in webhooks.secrets(connection, subscription_id, now)
            ]
        if not rows:
            return False
        answers = self._attempt(subscription, rows, events, secrets)
        return self._record(subscription, rows, answers)

    def _plan(self, connection: Any, subscription: Row[Any], now: dt.datetime) -> None:
        number = int(subscription.subscription_id)
        last = outbox.last_position(connection)
        if last <= subscription.position or webhooks.waiting(connection, number) >= AHEAD:
            return
        found = outbox.after(connection, int(subscription.position), 1000, chosen(subscription))
        webhooks.plan(connection, number, ((one.event_id, one.position, one.subject) for one in found), now)
        webhooks.change(connection, number, {"position": found[-1].position if len(found) == 1000 else last})

    def _attempt(
        self,
        subscription: Row[Any],
        rows: Sequence[Row[Any]],
        events: dict[str, outbox.Event | None],
        secrets: list[str],
    ) -> list[Answer | None]:
        """Send a batch, several at once; None where the event is no longer kept."""
        client, source = self._client, source_of(self.context)
        assert client is not None  # noqa: S101 - made before any thread is asked
        allowed = networks(self.context.settings.webhook_networks)

        def one(row: Row[Any]) -> Answer | None:
            event = events[str(row.event_id)]
            if event is None:
                return None
            body = body_of(event, source)
            signed = headers(event.event_id, body, secrets, self.context.clock.now())
            return send(client, subscription.url, signed, body, allowed=allowed, resolve=self.resolve)

        if self._attempts is None or len(rows) == 1:
            return [one(row) for row in rows]
        return list(self._attempts.map(one, rows))

    def _record(self, subscription: Row[Any], rows: Sequence[Row[Any]], answers: Sequence[Answer | None]) -> bool:
        now = self.context.clock.now()
        arrived = any(answer is not None and answer.arrived for answer in answers)
        told = [answer for answer in answers if answer is not None]
        for one in told:
            DELIVERIES.labels("arrived" if one.arrived else "down" if one.down else "refused").inc()
        asked_to_wait = max((answer.wait_s for answer in told if answer.wait_s is not None), default=None)
        with self.context.database.write() as connection:
            for row, answer in zip(rows, answers, strict=True):
                webhooks.record(connection, int(row.delivery_id), self._outcome(row, answer, now))
            values: dict[str, Any] = {"failures": 0, "wait_until": None}
            if not arrived and told:
                failures = int(subscription.failures) + 1
                wait = consumer_delay(failures, self.chance())
                values = {"failures": failures, "wait_until": now + wait}
            if asked_to_wait is not None:
                values["wait_until"] = now + dt.timedelta(seconds=asked_to_wait)
            if any(answer.status == GONE for answer in told):
                values |= {"state": "paused", "state_reason": PAUSED_GONE}
            webhooks.change(connection, int(subscription.subscription_id), values)
        return values["wait_until"] is None

    def _outcome(self, row: Row[Any], answer: Answer | None, now: dt.datetime) -> dict[str, Any]:
        """What is written to a delivery row after an attempt."""
        if answer is None:
            return {"state": "dead", "ended_at": now, "reason": "the event is no longer kept"}
        attempts = int(row.attempts) + 1
        # A clock that ran ahead made the first attempt later than it was: the day of attempts begins now.
        first = min(row.first_tried_at or now, now)
        values = {"attempts": attempts, "first_tried_at": first, "status": answer.status, "reason": answer.reason}
        if answer.arrived:
            return {**values, "state": "delivered", "ended_at": now}
        if now - first >= DEAD_AFTER:
            return {**values, "state": "dead", "ended_at": now}
        # A consumer that is down is waited for as a whole; the event itself is due as soon as it is back.
        again = now if answer.down else now + event_delay(attempts, self.chance())
        return {**values, "due_at": again}
