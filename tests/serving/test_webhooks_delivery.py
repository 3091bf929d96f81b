"""Events reach their consumers: signed, in order, again until they arrive, and none is lost on the way."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from service.access import Principal
from service.clock import SetClock
from service.store import jobs, outbox, webhooks
from service.store.division_paths import replace as replace_divisions
from service.work.context import Context
from service.work.jobs import work_once
from service.work.webhooks.approve import approve, needs_approval
from service.work.webhooks.change import change, rotate
from service.work.webhooks.courier import Courier
from service.work.webhooks.forget import KIND, forget_events
from service.work.webhooks.replay import ping, replay
from service.work.webhooks.subscribe import subscribe
from tests.serving.consumer import Came, Consumer

ADMIN = Principal(1, "administrator-1", frozenset({"administrator"}), ("*",), "session")
SECOND = Principal(2, "supervisor-2", frozenset({"supervisor"}), ("*",), "session")
SCORED = "org.mingbai.run.scored"


@pytest.fixture
def context(context: Context) -> Context:
    """A context whose deployment lets events go to this machine."""
    return replace(context, settings=replace(context.settings, webhook_networks="127.0.0.0/8,::1/128"))


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    """A consumer that takes everything."""
    made = Consumer().start()
    yield made
    made.stop()


@pytest.fixture
def courier(context: Context) -> Iterator[Courier]:
    """A courier whose delays have no chance in them."""
    made = Courier(context, "worker-1", chance=lambda: 0.5)
    yield made
    made.close()


def subscribed(
    context: Context, consumer: Consumer, types: tuple[str, ...] = ("*",), division: str | None = None
) -> int:
    """A subscription of the consumer, approved where it tells of cases."""
    number, _ = subscribe(context, ADMIN, name="c", url=consumer.url, types=types, division_code=division)
    if needs_approval(types):
        approve(context, SECOND, number, url=consumer.url, types=types)
    return number


def happen(context: Context, subject: str, n: int = 0, type: str = SCORED, division: str | None = None) -> str:
    """An event."""
    with context.database.write() as connection:
        return outbox.add(connection, type, subject, {"n": n}, context.clock.now(), division_code=division)


def states(context: Context, number: int) -> list[str]:
    """The states of a subscription's deliveries, in order."""
    with context.database.read() as connection:
        return [row.state for row in webhooks.deliveries(connection, number, 0, 1000, None)]


def signature_holds(came: Came, secret: str) -> bool:
    """Whether one of the signatures is that of a secret; the library's own check reads the machine's clock."""
    at = dt.datetime.fromtimestamp(int(came.headers["webhook-timestamp"]), dt.UTC)
    expected = Webhook(secret).sign(came.headers["webhook-id"], at, came.body.decode())
    return expected in came.headers["webhook-signature"].split(" ")


def test_an_event_arrives_signed_as_a_cloud_event(context: Context, consumer: Consumer, courier: Courier) -> None:
    """Structured CloudEvents 1.0 that the library reads back, under a signature the library makes too."""
    from cloudevents.http import from_json

    _, secret = subscribe(context, ADMIN, name="c", url=consumer.url, types=["org.mingbai.run.*"], division_code=None)
    event_id = happen(context, "runs/R-1", 7, division="519901000000")
    courier.round()
    (came,) = consumer.came
    event = from_json(came.body)
    assert (event["id"], event["type"], event["subject"]) == (event_id, SCORED, "runs/R-1")
    assert (event["divisioncode"], event.data) == ("519901000000", {"n": 7})
    assert came.headers["webhook-id"] == event_id
    assert came.headers["content-type"].startswith("application/cloudevents+json")
    assert signature_holds(came, secret)
    assert not signature_holds(replace(came, body=came.body.replace(b"7", b"8")), secret)


def test_both_secrets_sign_until_the_overlap_is_over(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """A consumer changes its secret without missing one, and the old one ends by itself."""
    number, old = subscribe(context, ADMIN, name="c", url=consumer.url, types=["org.mingbai.run.*"], division_code=None)
    new = rotate(context, ADMIN, number, dt.timedelta(hours=2))
    assert new is not None
    happen(context, "runs/1")
    courier.round()
    clock.move(hours=2)
    happen(context, "runs/2")
    courier.round()
    during, after = consumer.came
    assert signature_holds(during, old)
    assert signature_holds(during, new)
    assert signature_holds(after, new)
    assert not signature_holds(after, old)


def test_a_consumer_down_for_an_hour_misses_nothing(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """Everything that happened in the hour arrives once it is back, each once, each subject in its order."""
    number = subscribed(context, consumer)
    consumer.stop()
    sent = []
    for minute in range(60):
        sent.append(happen(context, f"runs/{minute % 7}", minute))
        courier.round()
        clock.move(minutes=1)
    assert set(states(context, number)) == {"waiting"}
    consumer.start()
    for _ in range(12):
        courier.round()
        clock.move(seconds=30)
    assert sorted(consumer.ids()) == sorted(sent)
    for run in range(7):
        order = [came.event["data"]["n"] for came in consumer.came if came.event["subject"] == f"runs/{run}"]
        assert order == sorted(order)


def test_a_crash_after_the_answer_sends_again_under_the_same_id(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and the consumer recognises the second one."""
    subscribed(context, consumer)
    event_id = happen(context, "runs/1")
    with monkeypatch.context() as patched:

        def crash(*_: object) -> None:
            raise RuntimeError

        patched.setattr(webhooks, "record", crash)
        with pytest.raises(RuntimeError):
            courier.round()
    other = Courier(context, "worker-2")
    other.round()
    other.close()
    assert consumer.ids() == [event_id, event_id]
    assert consumer.came[0].body == consumer.came[1].body


def test_what_is_refused_for_a_day_is_put_aside_and_can_be_sent_again(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """The dead letter has its reason, the subject goes on after it, others never waited, and replay brings it back."""
    number = subscribed(context, consumer)
    consumer.answers = lambda came: (400 if came.event["data"]["n"] == 13 else 200, {})
    odd = happen(context, "runs/1", 13)
    happen(context, "runs/1", 14)
    happen(context, "runs/2", 15)
    courier.round()
    clock.move(seconds=2)
    courier.round()
    assert states(context, number) == ["waiting", "waiting", "delivered"]
    for _ in range(30):
        clock.move(hours=1)
        courier.round()
    assert states(context, number) == ["dead", "delivered", "delivered"]
    with context.database.read() as connection:
        (letter,) = webhooks.deliveries(connection, number, 0, 10, "dead")
    assert (letter.event_id, letter.status, letter.reason) == (odd, 400, "answered 400")
    assert 10 < letter.attempts < 40
    consumer.answers = lambda _: (200, {})
    assert replay(context, ADMIN, number, dead=True) == 1
    clock.move(minutes=5)
    courier.round()
    assert consumer.ids()[-1] == odd
    assert replay(context, ADMIN, number, dead=True) == 0


def test_replay_of_one_event_and_of_a_stretch_of_time(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """Exactly what was asked for, in order, under the old ids."""
    number = subscribed(context, consumer)
    begun = clock.now()
    sent = []
    for n in range(5):
        sent.append(happen(context, f"runs/{n}", n))
        clock.move(minutes=10)
    courier.round()
    consumer.came.clear()
    assert replay(context, ADMIN, number, event_id=sent[3]) == 1
    courier.round()
    assert consumer.ids() == [sent[3]]
    consumer.came.clear()
    since, until = begun + dt.timedelta(minutes=10), begun + dt.timedelta(minutes=30)
    assert replay(context, ADMIN, number, since=since, until=until) == 2
    courier.round()
    assert sorted(consumer.ids()) == sorted(sent[1:3])
    assert replay(context, ADMIN, 99, event_id=sent[3]) is None


def test_a_slow_consumer_holds_nobody_up(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """While one consumer does not answer, another gets its events."""
    let = threading.Event()
    slow = Consumer(answers=lambda _: (200 if let.wait(20) else 500, {})).start()
    subscribed(context, slow)
    subscribed(context, consumer)
    for n in range(3):
        happen(context, f"runs/{n}", n)
        while len(consumer.came) <= n:
            courier.round(wait=False)
            let.wait(0.005)
    assert not let.is_set()
    let.set()
    while len(set(slow.ids())) < 3:
        courier.round()
    slow.stop()


def test_types_divisions_and_pings_choose(context: Context, consumer: Consumer, courier: Courier) -> None:
    """A subscription gets its types of its division and what lies below; a ping reaches one alone."""
    with context.database.write() as connection:
        tree = [("P", None), ("A", "P"), ("A1", "A"), ("B", "P")]
        replace_divisions(connection, [{"division_code": code, "parent_code": up} for code, up in tree])
    other = Consumer().start()
    subscribed(context, consumer, ("org.mingbai.run.*",), "A")
    number = subscribed(context, other, ("org.mingbai.case.closed",))
    here = [happen(context, "runs/1", division="A"), happen(context, "runs/2", division="A1")]
    happen(context, "runs/3", division="B")
    happen(context, "runs/4")
    happen(context, "cases/1", type="org.mingbai.case.opened", division="A")
    closed = happen(context, "cases/1", type="org.mingbai.case.closed", division="B")
    pinged = ping(context, ADMIN, number)
    courier.round()
    assert sorted(consumer.ids()) == sorted(here)
    assert sorted(other.ids()) == sorted([closed, str(pinged)])
    other.stop()


def test_paused_waits_resumed_goes_on_removed_ends(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """While it is paused nothing is sent and nothing lost; once removed nothing is sent any more."""
    number = subscribed(context, consumer)
    assert change(context, ADMIN, number, state="paused")
    sent = [happen(context, "runs/1", n) for n in range(3)]
    courier.round()
    assert consumer.came == []
    assert change(context, ADMIN, number, state="active")
    courier.round()
    assert consumer.ids() == sent
    assert change(context, ADMIN, number, state="removed")
    happen(context, "runs/1", 9)
    courier.round()
    assert consumer.ids() == sent
    assert not change(context, ADMIN, number, state="active")


def test_gone_pauses_retry_after_is_kept_and_redirects_are_not_followed(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """410 ends it until somebody looks; a consumer that asks for time gets it; nobody is sent elsewhere."""
    trap = Consumer().start()
    number = subscribed(context, consumer)
    consumer.answers = lambda _: (307, {"location": trap.url})
    happen(context, "runs/1")
    courier.round()
    assert (len(consumer.came), trap.came) == (1, [])
    consumer.answers = lambda _: (503, {"retry-after": "600"})
    clock.move(minutes=1)
    courier.round()
    clock.move(minutes=9)
    courier.round()
    assert len(consumer.came) == 2
    consumer.answers = lambda _: (410, {})
    clock.move(minutes=2)
    courier.round()
    with context.database.read() as connection:
        found = webhooks.find(connection, number, webhooks.ANY)
    assert found is not None
    assert (found.state, found.state_reason) == ("paused", "the consumer answered 410")
    assert states(context, number) == ["waiting"]
    trap.stop()


def test_two_workers_send_each_event_once(context: Context, consumer: Consumer) -> None:
    """Rounds at the same time share subscriptions, not events."""
    subscribed(context, consumer)
    sent = [happen(context, f"runs/{n}", n) for n in range(40)]
    couriers = [Courier(context, f"worker-{n}") for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda one: one.round(), couriers))
    couriers[0].round()
    for one in couriers:
        one.close()
    assert sorted(consumer.ids()) == sorted(sent)


def test_a_reader_by_position_passes_nothing_over(context: Context) -> None:
    """An event whose transaction ends late gets a later position, so that a cursor never jumps over it."""

    def early_is_placed() -> None:
        early = happen(context, "runs/early")
        with context.database.write() as connection:
            assert outbox.place(connection) == 1
            assert [event.event_id for event in outbox.after(connection, 0, 10)] == [early]

    if context.database.kind == "sqlite":
        # One writer at a time: transactions end in the order of their numbers.
        early_is_placed()
        happen(context, "runs/late")
    else:
        with context.database.write() as late:
            outbox.add(late, SCORED, "runs/late", {}, context.clock.now())
            early_is_placed()
    with context.database.write() as connection:
        assert outbox.place(connection) == 1
        (placed,) = outbox.after(connection, 1, 10)
    assert (placed.subject, placed.position) == ("runs/late", 2)


def test_what_is_old_is_let_go_of_and_nothing_else(
    context: Context, clock: SetClock, consumer: Consumer, courier: Courier
) -> None:
    """Events and deliveries after 90 days, done jobs after a week; what waits stays, and positions go on."""
    number = subscribed(context, consumer)
    happen(context, "runs/1")
    with context.database.write() as connection:
        jobs.add(connection, "done", {}, clock.now())
    work_once(context, {"done": lambda *_: None}, "w")
    courier.round()
    clock.move(days=91)
    consumer.answers = lambda _: (500, {})
    late = happen(context, "runs/2")
    courier.round()
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, clock.now())
    work_once(context, {KIND: forget_events}, "w")
    with context.database.read() as connection:
        assert [one.event_id for one in outbox.after(connection, 0, 10)] == [late]
        assert [row.state for row in webhooks.deliveries(connection, number, 0, 10, None)] == ["waiting"]
        kinds = connection.execute(select(jobs.JOBS.c.kind, jobs.JOBS.c.state).order_by(jobs.JOBS.c.job_id)).all()
        assert [tuple(row) for row in kinds] == [(KIND, "done"), (KIND, "waiting")]
        assert outbox.last_position(connection) == 2


def test_an_event_of_a_transaction_that_failed_never_was(context: Context) -> None:
    """Kept and undone together with what it tells of; no personal data gets in."""

    def fail() -> None:
        with context.database.write() as connection:
            outbox.add(connection, SCORED, "runs/1", {}, context.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with context.database.read() as connection:
        assert connection.execute(select(outbox.OUTBOX_EVENTS)).all() == []
    with context.database.write() as connection:
        for data in ({"person_id": "x"}, {"rows": [{"card_id": "x"}]}):
            with pytest.raises(ValueError, match="no personal data"):
                outbox.add(connection, SCORED, "runs/1", data, context.clock.now())
        with pytest.raises(ValueError, match="expected org"):
            outbox.add(connection, "run.scored", "runs/1", {}, context.clock.now())
