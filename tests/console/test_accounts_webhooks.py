"""Webhooks by the pages: made, paused, removed by administrators; approved by those who may see cases."""

from __future__ import annotations

import re

import pytest

from service.store import webhooks
from service.work.context import Context
from tests.console.conftest import Browse, Browser

pytestmark = pytest.mark.any_database

URL = "https://finance.example/hooks/mingbai"


@pytest.fixture
def admin(browse: Browse) -> Browser:
    """An administrator of everywhere."""
    return browse("administrator", name="li.na")


def states(context: Context) -> list[tuple[str, str, bool]]:
    """Name, state and whether it waits, of every subscription that was not removed."""
    with context.database.read() as connection:
        rows = webhooks.page(connection, 0, 99, webhooks.ANY)
    return [(row.name, row.state, row.asked_by is not None) for row in rows]


def test_one_is_made_paused_resumed_and_removed(context: Context, admin: Browser) -> None:
    """The secret is shown once; each form once."""
    assert "还没有推送到其他系统" in admin.open("/webhooks")
    page = admin.open("/webhooks")
    made = admin.send(page, "/webhooks/make", name="<b>平台</b>", url=URL, nouns="run", place="*")
    assert made.status_code == 200
    secret = re.search(r"whsec_[\w+/=]+", made.text)
    assert secret is not None
    assert secret[0] not in admin.open("/webhooks")
    assert "&lt;b&gt;平台&lt;/b&gt;" in admin.open("/webhooks")
    assert admin.send(page, "/webhooks/make", name="x", url=URL, nouns="run").headers["location"] == "/webhooks"
    assert states(context) == [("<b>平台</b>", "active", False)]
    assert admin.send("/webhooks", "/webhooks/change").status_code == 303
    assert states(context)[0][1] == "paused"
    page = admin.open("/webhooks")
    assert "已暂停，期间的事件恢复后补送" in page
    assert admin.send(page, "/webhooks/change").status_code == 303
    assert states(context)[0][1] == "active"
    form = admin.open("/webhooks").split('name="to" value="removed"')[0].rpartition("<form")[2]
    keys = dict(re.findall(r'name="(form_token|form_key|hook)" value="([^"]*)"', form))
    assert admin.again("/webhooks/change", **keys, to="removed").status_code == 303
    assert states(context) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": "ftp://x", "nouns": "run"}, "url"),
        ({"url": URL}, "types"),
        ({"url": URL, "nouns": "run", "place": "9999"}, "管辖范围"),
    ],
)
def test_what_is_refused_stands_there_again(browse: Browse, fields: dict[str, str], says: str) -> None:
    """Name and address as they were entered."""
    admin = browse("administrator", divisions=("5199",))
    answer = admin.send("/webhooks", "/webhooks/make", name="平台", **({"place": "5199"} | fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="平台"' in answer.text


def test_what_tells_of_cases_begins_with_a_second_word(context: Context, admin: Browser, browse: Browse) -> None:
    """Of somebody who may see cases; the account's page leads there; an administrator cannot."""
    made = admin.send("/webhooks", "/webhooks/make", name="平台", url=URL, nouns="case", place="*")
    assert "须由有权查看的另一名人员批准" in made.text
    assert states(context) == [("平台", "paused", True)]
    assert "/webhooks/change" in admin.open("/webhooks")
    assert "恢复 平台" not in admin.open("/webhooks")
    admin.open("/webhooks/approvals", 403)
    second = browse("supervisor")
    assert 'href="/webhooks/approvals"' in second.open("/account")
    page = second.open("/webhooks/approvals")
    other = second.send(page, "/webhooks/approvals/approve", url="https://other.example/")
    assert other.status_code == 409
    assert "该订阅已变更" in other.text
    assert second.send(other.text, "/webhooks/approvals/approve").headers["location"] == "/webhooks/approvals"
    assert states(context) == [("平台", "active", False)]
    assert "没有等待批准的推送" in second.open("/webhooks/approvals")
    assert "/webhooks/approvals" not in second.open("/account")
    browse("auditor").open("/webhooks", 403)
