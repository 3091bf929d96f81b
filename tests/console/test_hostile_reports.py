"""Somebody wants to learn who reported: by the village they serve, by a post without a number, by pages of people, by
the log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.api.asking import COOKIE
from service.store import audit_lines, kin_ties, sessions
from service.store.kin_ties import Post
from service.work.access.sessions import hash_of
from service.work.context import Context
from tests.console.conftest import Browse
from tests.console.recipients_help import VILLAGE, a_village, enter
from tests.console.test_reports import reported
from tests.serving.queue_world import audit_actions
from tests.serving.test_recipients import ONE, TWO

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def village(context: Context) -> None:
    """The same village for every test."""
    a_village(context)


def post(context: Context, kind: str, person: str | None = None) -> None:
    """Somebody holds a post in the village."""
    with context.database.write() as connection:
        kin_ties.keep_posts(connection, [Post("O0001", kind, VILLAGE, "2018-01-01", None, person)])


@pytest.mark.parametrize("kind", ["village_secretary", "township_clerk"])
def test_an_official_of_the_village_reads_no_report_from_it(context: Context, browse: Browse, kind: str) -> None:
    """Neither the list, nor by number, nor a count; whoever serves the township answers them."""
    number = reported(context)
    post(context, kind)
    staff = browse("department_verifier", divisions=(VILLAGE,), official_id="O0001")
    if kind == "township_clerk":
        assert number in staff.open("/reports")
        return
    assert number not in staff.open("/reports?tab=all")
    staff.open(f"/reports/{number}", 404)
    assert "report.refused" in audit_actions(context, number)


def test_a_post_is_its_holder(context: Context, browse: Browse) -> None:
    """An account that names a post and no person is kept off reports of the holder's kin."""
    number, other = reported(context), reported(context, "少了", "too_little", "D2", TWO)
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(context.seal.hash("person", ONE), "holder", "sibling", None)])
    post(context, "township_clerk", "holder")
    staff = browse("department_verifier", divisions=(VILLAGE,), official_id="O0001")
    listed = staff.open("/reports?tab=all")
    assert number not in listed
    assert other in listed
    staff.open(f"/reports/{number}", 404)


def test_the_log_calls_a_recipient_nothing_a_page_about_them_has(context: Context, browse: Browse) -> None:
    """Who reads the log and looks people up must not put the two together."""
    enter(context, browse())
    key = context.seal.hash("person", ONE)
    with context.database.read() as connection:
        lines = connection.execute(select(audit_lines.AUDIT_LINES)).mappings().all()
    told = [line for line in lines if str(line["action"]).startswith("recipient.")]
    assert {line["action"] for line in told} == {"recipient.sign_in"}
    assert not any(key[:6] in str(dict(line)) for line in told)


def test_the_session_before_ends_when_somebody_signs_in(context: Context, browse: Browse) -> None:
    """On a telephone that is lent, or where staff look at what recipients see: nothing is left signed in behind."""
    browser = browse("investigator", divisions=(VILLAGE,))
    staff = browser.client.cookies.get(COOKIE)
    assert staff is not None
    enter(context, browser)
    with context.database.read() as connection:
        row = sessions.by_hash(connection, hash_of(staff))
    assert row is not None
    assert row.ended_at is not None
