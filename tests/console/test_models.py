"""Pages of models: the record, one model, release by two people, drift, groups and what of them is public."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from models.registry import read_book, root
from models.registry.proofs import proof_of
from models.release.items import CANNOT_TELL
from service.clock import SetClock
from service.running.handlers import all_handlers
from service.store import studies
from service.store.audit_lines import AUDIT_LINES
from service.store.jobs import JOBS
from service.work.context import Context
from service.work.jobs import work_once
from service.work.model_pages.one_model import proof_told
from service.work.moments import EPOCH
from tests.console.conftest import Browse
from tests.county import County, invent
from tests.release.record import compared, trained

pytestmark = pytest.mark.any_database

RUN = "a" * 32


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty record of models and rules."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))
    return tmp_path / "mlruns"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county with findings."""
    return invent(tmp_path_factory.mktemp("models"), households=250, seed=4, months=14)


@pytest.fixture
def known(context: Context, clock: SetClock, county: County, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The county's facts as if they were the service's, after its last payment."""
    clock.at = EPOCH + dt.timedelta(microseconds=county.moment(1.0) + 86_400_000_000)
    here = SimpleNamespace(history=SimpleNamespace(lacking=(), ledger=county.ledger))
    monkeypatch.setattr("service.work.runs.scorer_here.scorer_here", lambda _context: here)
    return context


def worked(context: Context) -> None:
    """Do what is due of studies."""
    while work_once(context, all_handlers().every, "test", kinds=("study",)):
        pass


def challenger() -> str:
    """A champion on record, and a challenger that was compared and passed."""
    trained()
    number = trained()
    compared(number)
    return number


def actions(context: Context) -> list[str]:
    """What the log says was done to models."""
    with context.database.read() as connection:
        asked = select(AUDIT_LINES.c.action).where(AUDIT_LINES.c.about_kind == "model").order_by(AUDIT_LINES.c.line)
        return list(connection.execute(asked).scalars())


def with_proof(number: str, told: dict[str, Any]) -> None:
    """Give a version a proof, as MLflow lays files out."""
    folder = root() / read_book().versions[number].path
    (folder.parent / "MLmodel").write_text(f"model_id: m-1\nrun_id: {RUN}\n", "utf-8")
    place = root() / "artifacts" / RUN / "artifacts" / "proof"
    place.mkdir(parents=True)
    (place / "proof.json").write_text(json.dumps(told), "utf-8")


def test_without_a_record_the_shipped_model_is_told(browse: Browse) -> None:
    page = browse("auditor").open("/models")
    assert "本地尚未训练模型" in page
    assert "随软件提供的模型" in page
    shipped = browse("auditor", language="en").open("/models/prior")
    assert "There is no proof on record" in shipped
    assert "Rules, where they fire" in shipped
    browse("auditor").open("/models/7", 404)
    browse("auditor").open("/models/nonsense", 404)


def test_no_page_loads_what_only_training_needs(browse: Browse) -> None:
    challenger()
    before = set(sys.modules)
    browser = browse("data_scientist")
    for path in ("/models", "/models/1", "/models/prior", "/models/drift", "/models/groups"):
        browser.open(path)
    assert not {"mlflow", "sklearn"} & (set(sys.modules) - before)


def test_who_sees_models(browse: Browse) -> None:
    challenger()
    for role in ("investigator", "supervisor", "auditor"):
        page = browse(role).open("/models/2")
        assert "/models/propose" not in page
        assert "/models/go-back" not in browse(role).open("/models")
    for role in ("department_verifier", "administrator"):
        browse(role).open("/models", 403)
    for action in ("propose", "approve", "go-back"):
        assert browse("auditor").again(f"/models/{action}", form_key="k", number="2", why="x").status_code == 403


def test_a_model_is_released_by_two_people(browse: Browse, context: Context) -> None:
    number = challenger()
    one, other = browse("data_scientist", name="li.na"), browse("data_scientist", name="wang.wei")
    path = f"/models/{number}"
    assert one.send(path, "/models/propose", number=number, why="查准率更高").headers["location"] == path
    assert "您是提议人" in one.open(path), "whoever proposed is not offered to approve"
    assert "待另一人批准" in one.open("/models")
    page = other.open(path)
    assert "li.na" in page
    assert "查准率更高" in page
    assert other.send(page, "/models/approve", number=number, why="同意").status_code == 303
    assert read_book().standings["aaaa"].champion == number
    # The pointer follows at once, MLflow's aliases by a job.
    assert json.loads((root() / "champion.json").read_text("utf-8"))["number"] == number
    with context.database.read() as connection:
        kinds = list(connection.execute(select(JOBS.c.kind)).scalars())
    assert "follow_releases" in kinds
    assert actions(context) == ["model.proposed", "model.released"]
    # And taken back by one.
    back = other.send("/models", "/models/go-back", lineage="aaaa", expected=number, why="误报增多")
    assert back.headers["location"] == "/models"
    assert read_book().standings["aaaa"].champion == "1"
    assert actions(context)[-1] == "model.taken_back"


def test_nobody_approves_alone(browse: Browse, context: Context) -> None:
    number = challenger()
    one = browse("data_scientist", name="li.na")
    page = one.open(f"/models/{number}")
    one.send(page, "/models/propose", number=number, why="查准率更高")
    # The form of the page before, sent to the other verb.
    token = page.split('name="form_token" value="')[1].split('"')[0]
    answer = one.again("/models/approve", form_token=token, form_key="another", number=number, why="我自己批准")
    assert answer.status_code == 409
    assert "须由另一人批准" in answer.text
    assert read_book().standings["aaaa"].champion == "1"
    assert actions(context) == ["model.proposed"]


def test_what_the_gate_cannot_tell_is_taken_by_both_by_name(browse: Browse) -> None:
    trained()
    number = trained()
    compared(number, said=CANNOT_TELL, on="calibration")
    one, other = browse("data_scientist", name="li.na"), browse("data_scientist", name="wang.wei")
    page = one.open(f"/models/{number}")
    assert 'name="accept" value="calibration"' in page
    refused = one.send(page, "/models/propose", number=number, why="等不及")
    assert refused.status_code == 409
    assert "逐项勾选" in refused.text
    one.send(f"/models/{number}", "/models/propose", number=number, why="等不及", accept="calibration")
    assert other.send(f"/models/{number}", "/models/approve", number=number, why="同意").status_code == 409
    done = other.send(f"/models/{number}", "/models/approve", number=number, why="同意", accept="calibration")
    assert done.status_code == 303


def test_going_back_twice_takes_one_release(browse: Browse) -> None:
    """Two people who both saw the same champion: the second one's form is of a page that is no longer so."""
    challenger()
    browser = browse("data_scientist")
    page = browser.open("/models")
    first = browser.send(page, "/models/go-back", lineage="aaaa", expected="1", why="误报增多")
    assert first.status_code == 303
    token = page.split('name="form_token" value="')[1].split('"')[0]
    second = browser.again(
        "/models/go-back", form_token=token, form_key="other", lineage="aaaa", expected="1", why="误报增多"
    )
    assert second.status_code == 409
    assert "现役模型已变更" in second.text


def test_a_broken_record_is_told(browse: Browse) -> None:
    trained()
    book = root() / "releases.jsonl"
    book.write_text(book.read_text("utf-8").replace('"trained"', '"adopted"'), "utf-8")
    page = browse("auditor").open("/models")
    assert "模型记录无法读取" in page
    assert "Traceback" not in page


def test_a_proof_is_found_by_the_model_file(browse: Browse) -> None:
    number = trained()
    version = read_book().versions[number]
    assert proof_of(version) is None
    measure = {"value": 0.5, "low": 0.25, "high": 0.75}
    top = {
        "budget": "capacity", "looked_at": 100, "labelled": 10, "confirmed": 5, "precision": measure,
        "recall": measure, "money_recall": measure,
    }  # fmt: skip
    part = {
        "name": "all", "judged": 1000, "labelled": 40, "confirmed": 9, "average_precision": measure, "tops": [top],
    }  # fmt: skip
    reliability = {
        "rows": 40, "error": 0.02, "chance_at_most": 0.03,
        "bins": [{"rows": 40, "mean_score": 0.3, "confirmed": measure}],
    }  # fmt: skip
    fold = {
        "origin": "2018-07-02", "until": "2018-12-31", "kept": part,
        "rivals": [{"name": "chance", "beaten": True}, {"name": "best feature", "beaten": None}],
    }  # fmt: skip
    told = {
        "as_of": "2019-07-01", "source": "findings", "folds": [fold],
        "pooled": {"kept": part, "calibration": reliability, "random_sample": reliability},
    }  # fmt: skip
    with_proof(number, told)
    found = proof_told(proof_of(version))
    assert found is not None
    assert found.tops[0].precision.value == 0.5
    page = browse("auditor").open(f"/models/{number}")
    for words in ("查准率", "校准", "50% (25%–75%)", "2018-07-02", "随机排序 1/1"):
        assert words in page, words
    assert "最佳单一事实" not in page, "what could not be compared was not beaten"


@pytest.mark.slow
def test_the_proof_of_a_real_training_reads(trained_county: Any) -> None:
    """The shape pages read is the one training writes."""
    found = proof_told(json.loads(trained_county.model.proof.to_json()))
    proof = trained_county.model.proof
    assert (found is None) == (proof.pooled is None)
    if found is not None:
        assert len(found.folds) == len(proof.folds)
        assert found.judged == proof.pooled.kept.judged


def test_drift_from_the_form_to_the_page(browse: Browse, known: Context) -> None:
    browser = browse("data_scientist")
    where = browser.send("/models/drift", "/models/drift/ask", until="", days="90").headers["location"]
    assert 'data-refresh="5"' in browser.open(where)
    worked(known)
    page = browse("auditor", language="en").open(where)
    assert "recent payments" in page
    assert "Days silent" in page
    assert "Look again" not in page
    assert browser.send("/models/drift", "/models/drift/ask", until="", days="3").status_code == 422
    browser.open("/models/drift?study=4711", 404)


def test_groups_are_published_by_somebody_else_and_read_by_everybody(browse: Browse, known: Context) -> None:
    one, other = browse("data_scientist", name="li.na"), browse("data_scientist", name="wang.wei")
    assert "尚未公布报告" in browse().open("/fairness")
    where = one.send("/models/groups", "/models/groups/ask", until="", days="365").headers["location"]
    worked(known)
    page = one.open(where)
    assert "乡镇" in page
    assert "报告由您发起" in page
    token = page.split('name="form_token" value="')[1].split('"')[0]
    refused = one.again("/models/groups/publish", form_token=token, form_key="k", study="1", why="自己公布")
    assert refused.status_code == 422
    assert "须由另一人公布" in refused.text
    assert other.send(where, "/models/groups/publish", study="1", why="").status_code == 422
    assert other.send(where, "/models/groups/publish", study="1", why="年度公布").status_code == 303
    assert "尚未公布报告" not in browse().open("/fairness")
    public = browse(language="en").open("/fairness")
    assert "Not enough data is not the same as fair" in public
    for inside in ("乡镇", "Township", "T01", "li.na", "wang.wei"):
        assert inside not in public, inside
    again = other.again(
        "/models/groups/publish",
        form_token=other.open(where).split('name="form_token" value="')[1].split('"')[0],
        form_key="k2", study="1", why="再次公布",
    )  # fmt: skip
    assert again.status_code == 422
    assert "已经公布" in again.text


def test_the_public_page_hides_small_counts(browse: Browse, context: Context) -> None:
    """What the report masks is not on the page, whatever the full one holds."""

    def rate(hits: int | None, rows: int | None) -> dict[str, Any]:
        share = None if hits is None or rows is None else hits / rows
        return {"hits": hits, "rows": rows, "share": share, "interval": None}

    def group(hits: int | None, rows: int | None) -> dict[str, Any]:
        return {
            "selected": rate(hits, rows), "precision": rate(hits, rows), "false_positive": rate(hits, rows),
            "false_negative": rate(hits, rows), "ratio": None, "ratio_interval": None, "held": "not enough data",
        }  # fmt: skip

    def report(hits: int | None) -> dict[str, Any]:
        return {
            "first": "2019-01-01", "last": "2019-06-30", "model_version": "m", "swaps": [],
            "rates": {
                "source": "looked at", "bound": 1.25, "overall": group(400, 9_000),
                "by": {"sex": {"women": group(hits, 7_777 if hits else None)}},
            },
        }  # fmt: skip

    with context.database.write() as connection:
        number = studies.add(connection, "groups", "", "li.na", context.clock.now(), {})
        told = json.dumps({"full": report(13), "public": report(None)})
        studies.keep(connection, number, context.clock.now(), told)
        studies.publish(connection, number, "wang.wei", context.clock.now())
    page = browse().open("/fairness")
    assert "不显示" in page
    assert "7,777" not in page
    assert "7,777" in browse("auditor").open(f"/models/groups?study={number}")
