"""A made-up case the drawings of graph and timeline show: cards of a village kept by one official and emptied at one
outlet."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.work.portraits.shapes import Event, Graph, Node, Tie

ZONE: Final = dt.timezone(dt.timedelta(hours=8))
SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"


def example_graph(people: int = 8, more: bool = True) -> Graph:
    """`people` persons with a card each, all emptied at one outlet; two of them share a phone with the hub official,
    one is the official's kin. `more`: with what is beside the case."""
    nodes = [
        Node(
            "o1", "official", ("周*", "周*"), ("村文书，清溪村", "village accountant, Qingxi"), True, False,
            "/look-up/official/o1",
        ),
        Node("out1", "outlet", ("清溪助农取款点", "Qingxi agent point"), ("代办网点", "agent point")),
        Node("ph1", "phone", ("尾号 8821", "ending 8821"), ("实名：周*", "registered: 周*")),
        Node("v1", "village", ("清溪村", "Qingxi village"), ("", ""), False, False, "/look-up/village/519901001001"),
    ]  # fmt: skip
    ties = [
        Tie("o1", "v1", "serves_in", dt.date(2016, 3, 1), None),
        Tie("ph1", "o1", "bound_to", dt.date(2018, 2, 1), None, 1),
    ]
    for n in range(people):
        name = SURNAMES[n % len(SURNAMES)] + "*"
        age = 61 + n * 7 % 30
        nodes += [
            Node(f"h{n // 2}", "household", (f"{name[0]}*户", f"household {name}"), ("低收入", "low income"))
            for _ in range(1 if n % 2 == 0 else 0)
        ]
        nodes += [
            Node(f"p{n}", "person", (name, name), (f"{age} 岁", f"aged {age}"), False, True, f"/look-up/person/p{n}"),
            Node(
                f"c{n}",
                "card",
                (f"尾号 {1204 + n * 37}", f"ending {1204 + n * 37}"),
                ("农商行", "rural bank"),
                False,
                True,
            ),
        ]
        first, last = dt.date(2018, 1 + n % 6, 10), dt.date(2019, 6, 20)
        ties += [
            Tie(f"p{n}", f"h{n // 2}", "belongs_to"),
            Tie(f"p{n}", f"c{n}", "paid_to", first, last, 18 - n % 6, (18 - n % 6) * 420_00, True),
            Tie(f"c{n}", "out1", "drawn_at", dt.date(2018, 7, 12), last, 12, 12 * 420_00, True),
            Tie("o1", f"p{n}", "prepared", first, last, 18),
        ]
        if n % 2 == 0:
            ties.append(Tie(f"h{n // 2}", "v1", "lives_in"))
    ties.append(Tie("o1", "out1", "opened_for", dt.date(2017, 11, 2), dt.date(2017, 11, 2), people, None, True))
    if more:
        nodes += [
            Node("c99", "collector", ("尾号 0093", "ending 0093"), ("他人账户", "someone's account")),
            Node("o2", "official", ("吴*", "吴*"), ("镇经办，清溪镇", "township clerk, Qingxi")),
            Node("d1", "device", ("设备 7f3a", "device 7f3a"), ("手机银行", "mobile bank")),
        ]
        ties += [
            Tie("c1", "c99", "swept_to", dt.date(2019, 5, 3), dt.date(2019, 6, 21), 2, 800_00),
            Tie("c2", "ph1", "bound_to", dt.date(2018, 6, 2), None),
            Tie("c3", "ph1", "bound_to", dt.date(2018, 6, 2), None),
            Tie("c4", "d1", "bound_to", dt.date(2019, 1, 9), None),
            Tie("p0", "o1", "kin_of"),
            Tie("p2", "p5", "kin_of"),
        ] + [Tie("o2", f"p{n}", "decided", dt.date(2018, 2, 1), dt.date(2019, 2, 1), 2) for n in range(people)]
    return Graph(tuple(nodes), tuple(ties), (("person", 3),) if more else (), 2 if more else 0)


def example_events() -> tuple[Event, ...]:
    """What happened around two of the cards: applied, decided, paid and emptied month by month; one holder died, which
    was on record two months later."""

    def at(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
        return dt.datetime(year, month, day, hour, 20, tzinfo=ZONE)

    found = [
        Event(at(2017, 11, 2), "card_opened", ("代办开卡 8 张", "8 cards opened by proxy"), about="c0"),
        Event(at(2018, 1, 8), "applied", ("王* 申报农村低保", "王* applied for the allowance"), about="p0"),
        Event(at(2018, 1, 12), "decided", ("村评议通过", "village assessment passed")),
        Event(at(2018, 1, 15), "posted", ("公示 3 天", "posted for 3 days")),
        Event(at(2018, 1, 26), "decided", ("乡镇审核通过", "township review passed")),
        Event(at(2018, 2, 5), "decided", ("县级审定通过", "county determination passed")),
        Event(at(2018, 6, 2), "phone_bound", ("两张卡绑定同一手机，尾号 8821", "two cards bound to one phone")),
        Event(at(2019, 2, 11), "died", ("登记死亡", "death on record"), known_at=at(2019, 4, 18), about="p0"),
        Event(at(2019, 5, 3), "swept", ("转入尾号 0093", "to the card ending 0093"), 400_00, about="c1"),
        Event(at(2019, 6, 2), "reported", ("村民反映卡不在本人手中", "a villager reports the card is held by another")),
    ]
    for n in range(18):
        year, month = 2018 + n // 12, n % 12 + 1
        case = n >= 14
        found += [
            Event(at(year, month, 8), "submitted", ("农村低保", "allowance"), 420_00, None, "p0", f"D{n}", case),
            Event(at(year, month, 10), "paid", ("入账", "credited"), 420_00, None, "c0", f"D{n}", case),
        ]
        if n >= 6:
            found.append(
                Event(
                    at(year, month, 12, 15),
                    "withdrawn",
                    ("清溪助农取款点", "Qingxi agent point"),
                    420_00,
                    None,
                    "c0",
                    "",
                    case,
                )
            )
    found.append(Event(at(2018, 9, 11), "returned", ("账户状态异常", "account not in order"), 420_00, about="c1"))
    return tuple(sorted(found, key=lambda one: (one.at, one.kind)))
