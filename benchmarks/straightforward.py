"""What a user would write instead, with pandas, networkx and scikit-learn: `python benchmarks/straightforward.py`.

Thirty-one of the catalogue's features, chosen to stand for its kinds (own history in windows, differences of keys, last
changes, joins with civil events and rates, peers in the village, ties between cards, phones and people, kin on the
approval path), an isolation forest and a logistic regression on them, reasons for 2 % of the rows, one file out. All
rows are judged as of the day the run began: a moment of its own for each row, and versions of corrected rows, are left
out, which is less than the product does. The run is sized down; seconds for a million rows are *extrapolated*
linearly from the two sizes measured, which is kind to pandas (its joins and the graph grow faster) and is said so.
Seconds are of the processor (user and system), which a busy machine changes less than those on the clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HISTORY = 10


def work(data: Path, out: Path) -> int:
    """Read, compute, judge, write; the number of rows scored."""
    import networkx as nx
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import IsolationForest
    from sklearn.linear_model import LogisticRegression

    read = {path.stem: pd.read_parquet(path) for path in sorted(data.glob("*.parquet"))}
    paid = read["disbursements"]
    paid["amount"] = paid["amount"].astype(float)
    began = paid["submitted_at"].max().normalize()
    past, run = paid[paid["submitted_at"] < began], paid[paid["submitted_at"] >= began].copy()
    features: list[str] = []

    def join(values: pd.Series, key: str | list[str], name: str) -> None:
        on = [key] if isinstance(key, str) else key
        run[name] = run[on].merge(values.rename(name).reset_index(), on=on, how="left")[name].to_numpy()
        features.append(name)

    for key in ("person_id", "household_id", "card_id", "prepared_by"):
        for days in (30, 90, 365):
            recent = past[past["submitted_at"] > began - pd.Timedelta(days=days)].groupby(key)["amount"]
            join(recent.size(), key, f"count_{key}_{days}d")
            if key != "prepared_by":
                join(recent.sum(), key, f"yuan_{key}_{days}d")
    join(past.groupby("card_id")["person_id"].nunique(), "card_id", "count_people_on_card")
    join(past.groupby("person_id")["card_id"].nunique(), "person_id", "count_cards_of_person")
    join(
        past.groupby("person_id")["submitted_at"].max().map(lambda t: (began - t).days), "person_id", "days_since_last"
    )
    item = ["person_id", "program_id"]
    join(past.groupby(item)["quantity"].last(), item, "quantity_before")
    village = ["division_code", "program_id", "period"]
    join(past.groupby(village[:2])["amount"].median(), village[:2], "yuan_village_median")
    events = read["civil_events"]
    died = (
        events[(events["kind"] == "death") & (events["recorded_at"] < began)].groupby("person_id")["effective_on"].min()
    )
    join(died.map(lambda d: (began.date() - d).days), "person_id", "days_paid_after_death")
    rates = read["program_rates"].groupby("program_id")["rate"].last().astype(float)
    run["yuan_off_rate"] = run["amount"] - run["program_id"].map(rates) * run["quantity"]
    features.append("yuan_off_rate")
    graph: Any = nx.Graph()
    cards = read["cards"]
    graph.add_edges_from(zip(cards["card_id"], cards["holder_person_id"], strict=True))
    graph.add_edges_from((c, f"phone {p}") for c, p in zip(cards["card_id"], cards["phone"], strict=True) if p)
    size = {node: len(part) for part in nx.connected_components(graph) for node in part}
    run["count_component"] = run["card_id"].map(size)
    run["count_ties_of_card"] = run["card_id"].map(dict(graph.degree))
    features += ["count_component", "count_ties_of_card"]
    kin = nx.Graph(list(zip(read["kinship"]["person_id"], read["kinship"]["relative_id"], strict=True)))
    officials = read["officials"].groupby("official_id")["person_id"].last()
    run["preparer"] = run["prepared_by"].map(officials)

    def distance(row: pd.Series) -> float:
        if row["person_id"] not in kin or row["preparer"] not in kin:
            return np.nan
        near = nx.single_source_shortest_path_length(kin, row["person_id"], cutoff=3)
        return near.get(row["preparer"], np.nan)

    run["count_kin_steps"] = run.apply(distance, axis=1)
    features.append("count_kin_steps")
    x = run[features].fillna(0.0).to_numpy(float)
    odd = -IsolationForest(random_state=0, n_jobs=1).fit(x[:20_000]).score_samples(x)
    labels = odd > np.quantile(odd, 0.98)
    scale = x.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=200).fit(x[:20_000] / scale, labels[:20_000])
    run["score"] = model.predict_proba(x / scale)[:, 1]
    run["anomaly"] = odd
    strongest = np.argsort(-(x / scale) * model.coef_[0], axis=1)[:, :5]
    reasons = np.full(len(run), "[]", dtype=object)
    for i in np.nonzero(labels)[0]:
        reasons[i] = json.dumps([{"code": features[j], "value": float(x[i, j])} for j in strongest[i]])
    run["reasons"] = reasons
    run[["disbursement_id", "score", "anomaly", "reasons"]].to_parquet(out)
    print(f"{len(features)} features", file=sys.stderr)
    return len(run)


def measured(folder: Path, rows: int) -> tuple[float, float]:
    """Processor seconds and peak megabytes of the script on a run of this many rows, in a process of its own."""
    data = folder / f"data-{rows}"
    if not data.exists():
        command = [sys.executable, str(HERE / "_make_history.py"), str(data)]
        command += ["--payments", str(rows * HISTORY), "--run", str(rows)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, __file__, "--work", str(data), str(folder / "out.parquet")], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main() -> None:
    """Measure two sizes and extrapolate."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=60_000, help="the larger size; the other is half of it")
    options.add_argument("--keep", type=Path, help="keep the data here instead of a temporary folder")
    options.add_argument("--work", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.work:
        work(*given.work)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        half, _ = measured(folder, given.rows // 2)
        whole, peak = measured(folder, given.rows)
    each = (whole - half) / (given.rows - given.rows // 2)
    print(f"{given.rows // 2:>9,} rows {half:8.1f} s\n{given.rows:>9,} rows {whole:8.1f} s, peak {peak:,.0f} MB")
    million = whole + each * (1_000_000 - given.rows)
    print(f"1,000,000 rows {million:8.0f} s, extrapolated linearly ({each * 1e6:.0f} s for each further million rows)")


if __name__ == "__main__":
    main()
