"""Somebody who reads the log wants to know who looked at their own people: the log is no way around recusal."""

from __future__ import annotations

import pytest

from service.access import Role
from service.store import kin_ties
from service.work.audit.record import Line, record
from service.work.context import Context
from tests.console.conftest import Browse
from tests.console.recipients_help import VILLAGE, a_village, take
from tests.serving.test_recipients import ONE, TWO

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_looks_at_ones_own_people_are_not_told_by_the_log(context: Context, browse: Browse, role: Role) -> None:
    """Person, household, card, post and payments of kin; those of others are there, on the page and in the file."""
    a_village(context)
    own, other = (context.seal.hash("person", one) for one in (ONE, TWO))
    now = context.clock.now()
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(own, "me", "parent", None)])
        kin_ties.keep_places(connection, [(own, "H-OWN", VILLAGE, now), (other, "H-OTHER", VILLAGE, now)])
        for kind, mine, others in (
            ("person", own, other),
            ("household", "H-OWN", "H-OTHER"),
            ("official", "O-ME", "O-OTHER"),
            ("payment", "D1", "D2"),
            ("disbursement", "D1", "D2"),
        ):
            for about in (mine, others):
                record(context, connection, Line("li.na", f"{kind}.looked_up", kind, about, VILLAGE, "核对一项信息"))
    reader = browse(role, person="me", official_id="O-ME")
    page, file = reader.open("/log"), reader.client.get("/v1/audit/lines.csv").text
    for text in (page, file):
        for hidden in (own, own[:19], "H-OWN", "O-ME", "D1"):
            assert hidden not in text, hidden
        for told in (other[:19], "H-OTHER", "O-OTHER", "D2"):
            assert told in text, told
    stranger = browse(role).open("/log")
    for told in (own[:19], "H-OWN", "O-ME", "D1"):
        assert told in stranger


def test_looks_at_a_card_of_kin_are_not_told(context: Context, browse: Browse) -> None:
    """A card is known by whoever holds it."""
    a_village(context)
    opened = {"holder_person_id": ONE, "kind": "social_security", "bank_code": "RCU", "opened_on": "2015-01-01"}
    take(context, "cards", {"card_id": "6299011000000000017", **opened})
    own, card = context.seal.hash("person", ONE), context.seal.hash("card", "6299011000000000017")
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(own, "me", "parent", None)])
        record(context, connection, Line("li.na", "card.looked_up", "card", card, VILLAGE))
    assert card[:19] in browse("auditor").open("/log?kind=card")
    assert card[:19] not in browse("auditor", person="me").open("/log?kind=card")
