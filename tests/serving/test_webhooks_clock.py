"""What a clock that leaps does to consumers: none waits longer than it should, and none is knocked at too soon."""

from __future__ import annotations

import datetime as dt

from service.clock import SetClock
from service.store import webhooks
from service.work.context import Context
from service.work.webhooks.courier import HOLD, LONGEST_WAIT, Courier
from tests.serving.consumer import Consumer
from tests.serving.test_webhooks_delivery import consumer, context, courier, happen, states, subscribed

__all__ = ["consumer", "context", "courier"]
"""Fixtures of deliveries, used here too."""


def test_a_clock_that_ran_ahead_keeps_no_consumer_waiting(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """Ahead by five days a worker takes a subscription and dies, a consumer is down, an event is refused and others are
    planned; once the clock is set right everything arrives at once, each once and in order."""
    number = subscribed(context, consumer)
    clock.move(days=5)
    with context.database.write() as connection:
        assert webhooks.hold(connection, number, "died", clock.now(), clock.now() + HOLD, LONGEST_WAIT)
    sent = [happen(context, "runs/1", n) for n in range(3)]
    consumer.stop()
    courier.round()
    clock.move(minutes=3)
    courier.round()
    consumer.start()
    consumer.answers = lambda _: (400, {})
    clock.move(minutes=6)
    courier.round()
    with context.database.read() as connection:
        subscription = webhooks.find(connection, number, webhooks.ANY)
        planned = webhooks.deliveries(connection, number, 0, 10, "waiting")
    assert subscription is not None
    assert subscription.wait_until > clock.now()
    assert all(row.due_at > clock.now() - dt.timedelta(minutes=10) for row in planned)
    consumer.answers = lambda _: (200, {})
    before = len(consumer.came)
    clock.move(days=-5)
    for _ in range(4):
        courier.round()
    assert consumer.ids()[before:] == sent
    assert set(states(context, number)) == {"delivered"}


def test_what_waits_as_it_should_goes_on_waiting(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """An hour a consumer asked for, and a hold of somebody at work, count; more than an hour is knocked at."""
    number = subscribed(context, consumer)
    happen(context, "runs/1")
    consumer.answers = lambda _: (503, {"retry-after": "90000"})
    courier.round()
    consumer.answers = lambda _: (200, {})
    clock.move(minutes=59)
    courier.round()
    assert len(consumer.came) == 1
    clock.move(minutes=2)
    with context.database.write() as connection:
        assert webhooks.hold(connection, number, "other", clock.now(), clock.now() + HOLD, LONGEST_WAIT)
    courier.round()
    assert len(consumer.came) == 1
    with context.database.write() as connection:
        webhooks.let_go(connection, number, "other")
    courier.round()
    assert len(consumer.came) == 2
