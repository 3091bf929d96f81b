"""What a look at a case, payment or person costs the process that scores: `python benchmarks/looks.py [--store DIR]`.

Without a store a county of N households is invented. The ledger is opened as the scorer keeps it, its indexes are made
by scoring one payment, and each look is worked through step by step as between payments. Milliseconds of processor
time over the looks of each kind:

* `median`, `slowest`: of a whole look, drawn and put into JSON
* `step`: the longest of its steps, which is what a payment waits for at most
* `bytes`: the largest answer

Cases are at officials, cards, phones, devices and outlets with most payments, up to `--payments` each: what they show
is cut to 200 things.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow.parquet as pq

from features.asof._cache import Cache
from features.asof.live import LiveLedger
from features.contract import EVERY_TABLE
from models.scoring.few import warm_up
from models.scoring.policy import Policy
from models.training.rules_only import rules_only
from service.sealing import Seal
from service.work.portraits.looks import Asked, Looks
from service.work.portraits.sight import Sight

Rows = np.ndarray[tuple[int], np.dtype[np.int64]]


def text(ledger: LiveLedger, entity: str, code: int) -> str:
    """The text of a code."""
    return str(ledger.vocabulary(entity).decode(np.array([code]))[0])


def cases(ledger: LiveLedger, payments: int, count: int) -> Iterator[dict[str, Any]]:
    """Cases at the hubs of each kind with most payments."""
    table = ledger.tables["disbursements"]
    numbers = table.column("disbursement_id")
    cards = ledger.tables["cards"]

    def case(kind: str, entity: str, code: int, rows: Rows, typology: str) -> dict[str, Any]:
        names = ledger.vocabulary("disbursement").decode(numbers[rows[-payments:]].astype(np.int64))
        return {
            "payments": [str(one) for one in names], "hub_kind": kind, "hub_id": text(ledger, entity, code),
            "typology": typology, "most": 200,
        }  # fmt: skip

    def most(codes: Any) -> list[int]:
        known = np.asarray(codes)[np.asarray(codes) >= 0]
        return np.bincount(known).argsort()[::-1][:count].tolist() if len(known) else []

    def of_cards(codes: Rows) -> Rows:
        return np.flatnonzero(np.isin(table.column("card_id"), codes)).astype(np.int64)

    for code in most(table.column("prepared_by")):
        yield case("official", "official", code, np.flatnonzero(table.column("prepared_by") == code), "T33")
    for code in most(table.column("card_id")):
        yield case("card", "card", code, np.flatnonzero(table.column("card_id") == code), "T22")
    for code in most(cards.column("phone")):
        held = cards.column("card_id")[cards.column("phone") == code]
        yield case("phone", "phone", code, of_cards(held), "T28")
    if "card_transactions" in ledger.tables:
        drawn = ledger.tables["card_transactions"]
        for code in most(drawn.column("outlet_id")):
            held = np.unique(drawn.column("card_id")[drawn.column("outlet_id") == code])[:100]
            yield case("outlet", "outlet", code, of_cards(held), "T25")


def looked(looks: Looks, ledger: LiveLedger, asked: Asked) -> tuple[float, float, int]:
    """Milliseconds of processor time of a whole look, of its longest step, and bytes of the answer."""
    steps = looks.begin(ledger, asked)
    whole = longest = 0.0
    while True:
        began = time.process_time()
        try:
            next(steps)
        except StopIteration as done:
            answer = json.dumps(done.value, ensure_ascii=False).encode()
            took = (time.process_time() - began) * 1000
            return whole + took, max(longest, took), len(answer)
        took = (time.process_time() - began) * 1000
        whole, longest = whole + took, max(longest, took)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--store", type=Path, help="a loaded county (read only)")
    parser.add_argument("--households", type=int, default=2_000, help="of the county that is invented without a store")
    parser.add_argument("--payments", type=int, default=500, help="payments of one case at most")
    parser.add_argument("--each", type=int, default=5, help="cases of each kind of hub")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        store = options.store
        if store is None:
            from features.intake import load
            from simulation import simulate

            simulate(Path(folder) / "county", households=options.households, seed=7)
            load(Path(folder) / "county", store := Path(folder) / "store")
        found = {name: store / f"{name}.parquet" for name in EVERY_TABLE if (store / f"{name}.parquet").exists()}
        ledger = LiveLedger({name: pq.read_table(path) for name, path in found.items()}, cache=Cache(None))
        policy = Policy.load()
        warm_up(ledger, rules_only(policy), policy)
        seal = Seal.from_text(Seal.new_key())
        # As the scorer does: what was loaded lives as long as the process.
        gc.collect()
        gc.freeze()
        looks = Looks(SimpleNamespace(seal=seal, policy=policy))  # type: ignore[arg-type]  # all that is asked for
        measure(looks, ledger, options.payments, options.each)


def measure(looks: Looks, ledger: LiveLedger, payments: int, each: int) -> None:
    """Every kind of look, once to make what it needs and then for the figures."""
    table = ledger.tables["disbursements"]
    at = dt.datetime.fromtimestamp(int(table.known_at[-1]) / 1e6, dt.UTC)
    sight = Sight(("*",), look_up=True)
    at_hubs = list(cases(ledger, payments, each))
    first = [one["payments"][0] for one in at_hubs]
    rows = np.random.default_rng(1).integers(0, table.rows, 20)
    things = [
        {"kind": kind, "id": text(ledger, entity, int(table.column(column)[row])), "after": None, "limit": 50}
        for kind, entity, column in (
            ("household", "household", "household_id"), ("person", "person", "person_id"), ("card", "card", "card_id"),
            ("official", "official", "prepared_by"), ("village", "division", "division_code"),
            ("program", "program", "program_id"),
        )
        for row in rows.tolist()
        if int(table.column(column)[row]) >= 0
    ]  # fmt: skip
    kinds: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "case_graph": [("case_graph", one) for one in at_hubs],
        "case_events": [("case_events", {**one, "most": 400}) for one in at_hubs],
        "hub_peers": [("hub_peers", one) for one in at_hubs],
        "peers_of": [("peers_of", {"payment": one}) for one in first],
        **{kind: [("portrait", one) for one in things if one["kind"] == kind] for kind in dict.fromkeys(
            str(one["kind"]) for one in things
        )},
    }  # fmt: skip
    print(f"payments {table.rows:,}")
    print(f"{'look':<12}{'looks':>7}{'median':>9}{'slowest':>9}{'step':>9}{'bytes':>10}")
    for kind, asked in kinds.items():
        for what, about in asked:
            looked(looks, ledger, Asked(what, sight, at, about))
        told = [looked(looks, ledger, Asked(what, sight, at, about)) for what, about in asked]
        whole, longest, size = zip(*told, strict=True)
        print(
            f"{kind:<12}{len(told):>7}{statistics.median(whole):>9.1f}{max(whole):>9.1f}{max(longest):>9.1f}"
            f"{max(size):>10,}"
        )


if __name__ == "__main__":
    main()
