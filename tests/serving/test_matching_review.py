"""What people see of matches and say of them: masked, in their divisions, on the log, once; and decision lines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.sealing.column import open_text
from service.store import kin_ties, match_answers, match_lines, match_rows
from service.store.audit_lines import AUDIT_LINES
from service.store.match_answers import MATCH_ANSWERS
from service.store.match_rows import MATCH_ROWS
from service.work.context import Context
from service.work.matching.answer import answer, undo
from service.work.matching.errors import MatchingError
from service.work.matching.lines import set_lines, told_lines
from service.work.matching.pairs import list_pairs, next_pair, own_answers, read_pair
from service.work.matching.summary import summary
from tests.serving.conftest import Signed
from tests.serving.matching_world import (
    EVIL,
    FAR,
    FAR_COUNTY,
    NAMES,
    OTHER,
    VILLAGE,
    decisions,
    lists,
    matched,
    mistyped,
    number,
    put_on_record,
    row,
    somebody,
    standing,
)

VERIFIER = somebody("department_verifier", name="he.verifier")


@pytest.fixture
def world(context: Context, tmp_path: Path) -> Context:
    """The tiny county, matched."""
    put_on_record(context, tmp_path, [*lists(), row("R-evil", "zhou", address=EVIL, id_number="", source="x" * 64)])
    matched(context)
    return context


def actions(context: Context) -> list[tuple[str, str]]:
    """What the log tells of matching: who and what."""
    with context.database.read() as connection:
        rows = connection.execute(select(AUDIT_LINES.c.who, AUDIT_LINES.c.action).order_by(AUDIT_LINES.c.line))
        return [(row.who, row.action) for row in rows if row.action.startswith("matching.")]


def test_a_pair_is_shown_masked_and_explains_itself(world: Context) -> None:
    """Names whole, of numbers and phones four digits and where they differ; every field says how much it speaks."""
    pair = read_pair(world, VERIFIER, standing(world, "R-wang").row_hash)
    fields = {one.name: one for one in pair.fields}
    assert fields["name"].row == fields["name"].person == NAMES["wang"][0]
    assert fields["id_number"].person == f"····{number('wang')[-4:]}"
    assert fields["id_number"].note == ("第15位不同", "differs at place 15")
    assert fields["id_number"].level[0] == "按校验码更正一位后一致"
    assert fields["id_number"].speaks == "strongly_for"
    assert fields["place"].row == "青山镇石桥村"
    told = str(pair)
    for secret in (number("wang"), mistyped("wang"), NAMES["wang"][3]):
        assert secret not in told
    assert pair.kind == ("入狱", "imprisonment") or pair.kind[0]
    assert actions(world)[-1] == ("he.verifier", "matching.looked")


def test_a_namesake_is_told_as_one(world: Context) -> None:
    pair = read_pair(world, VERIFIER, standing(world, "R-twins").row_hash)
    assert ("另有1人同样符合，无法区分", "1 more are just as likely: nothing tells them apart") in pair.remarks
    assert pair.decision == "unsure"


def test_the_weights_shown_are_those_that_decided(world: Context) -> None:
    """With what counted beside the fields they add up to the log-odds of the row."""
    from features.matching.explain import added_up
    from service.sealing.column import open_document

    for one in ("R-liu", "R-wang", "R-twins", "R-he"):
        found = standing(world, one)
        details = open_document(world.seal, MATCH_ROWS.c.details, found.details)
        import json

        assert added_up(json.dumps(details["agreement"])) == pytest.approx(found.log_odds, abs=1e-4)
        pair = read_pair(world, VERIFIER, found.row_hash)
        beside = sum(
            entry["weight"]
            for name, entry in details["agreement"].items()
            if name in ("prior", "rivals", "stranger", "name_alone")
        )
        assert sum(field.weight for field in pair.fields) + beside == pytest.approx(found.log_odds, abs=1e-3)


def test_what_lies_outside_is_not_there(world: Context) -> None:
    """By number, in the list, as the next, in the counts, to answer: nothing of another county."""
    near = somebody("department_verifier", divisions=("519921000000",), name="near")
    far = standing(world, "R-far")
    for act in (
        lambda: read_pair(world, near, far.row_hash),
        lambda: answer(world, near, far.row_hash, far.content, "different"),
    ):
        with pytest.raises(MatchingError) as refused:
            act()
        assert refused.value.kind == "not-there"
    seen = {one.row for of in ("same", "unsure", "none") for one in list_pairs(world, near, of)}
    assert seen
    assert far.row_hash not in seen
    there = somebody("department_verifier", divisions=(FAR_COUNTY,), name="far")
    assert next_pair(world, there, "sample").left == 1
    assert {one.row for one in list_pairs(world, there, "same")} == {far.row_hash}
    assert summary(world, there).total.rows == 1
    assert summary(world, near).total.rows == len(decisions(world)) - 1
    village = somebody("department_verifier", divisions=(OTHER,), name="village")
    assert {one.division_code for one in list_pairs(world, village, "same")} == {OTHER}
    answered, _ = answer(world, there, far.row_hash, far.content, "same")
    with pytest.raises(MatchingError):
        undo(world, near, answered, "不在我的范围内")


def test_nobody_judges_their_own_people(world: Context) -> None:
    """Oneself, one's kin, one's household: the pair is not there, and others are asked."""
    me, kin = (world.seal.hash("person", number(one)) for one in ("chen", "liu"))
    with world.database.write() as connection:
        kin_ties.keep_kin(connection, [(me, kin, "parent", None)])
    near = somebody("department_verifier", name="chen.verifier", person=me)
    liu = standing(world, "R-liu")
    with pytest.raises(MatchingError) as refused:
        read_pair(world, near, liu.row_hash)
    assert refused.value.kind == "not-there"
    with pytest.raises(MatchingError):
        answer(world, near, liu.row_hash, liu.content, "different")
    assert liu.row_hash not in {one.row for one in list_pairs(world, near, "same")}
    assert next_pair(world, near, "sample").left == next_pair(world, VERIFIER, "sample").left - 1


def test_an_answer_is_given_once_and_to_what_was_seen(world: Context) -> None:
    """Two people at once: one answer. What was seen before the data changed is no answer to what is there now."""
    liu = standing(world, "R-liu")

    def said(who: str) -> str:
        try:
            answer(world, somebody("department_verifier", name=who), liu.row_hash, liu.content, "same")
        except MatchingError as error:
            return error.kind
        return "kept"

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(said, ["a", "b", "c", "d"]))
    assert found == ["conflict", "conflict", "conflict", "kept"]
    with pytest.raises(MatchingError) as refused:
        answer(world, VERIFIER, standing(world, "R-yang").row_hash, "0" * 32, "same")
    assert refused.value.kind == "conflict"
    with world.database.read() as connection:
        assert len(match_answers.standing(connection)) == 1


def test_a_remark_is_kept_sealed(world: Context) -> None:
    liu = standing(world, "R-liu")
    answer(world, VERIFIER, liu.row_hash, liu.content, "same", f"电话{NAMES['liu'][3]}核实")
    with world.database.read() as connection:
        kept = connection.execute(select(MATCH_ANSWERS.c.why)).scalar_one()
    assert "核实" in (open_text(world.seal, MATCH_ANSWERS.c.why, kept) or "")
    shown = own_answers(world, VERIFIER)[0][1]
    assert shown.why == "电话····0001核实", "a number in a remark is masked"


def test_somebody_elses_answer_takes_a_reason(world: Context) -> None:
    liu = standing(world, "R-liu")
    said, _ = answer(world, VERIFIER, liu.row_hash, liu.content, "different")
    other = somebody("supervisor", name="li.supervisor")
    with pytest.raises(MatchingError) as refused:
        undo(world, other, said)
    assert refused.value.kind == "not-as-expected"
    undo(world, other, said, "核对户籍后发现有误")
    assert decisions(world)["R-liu"] == "same"
    assert actions(world)[-1] == ("li.supervisor", "matching.undone")
    answer(world, other, liu.row_hash, liu.content, "same")


def test_what_was_answered_does_not_come_again(world: Context) -> None:
    """One after the other through the sample, one left for later: each pair once, then nothing."""
    first = next_pair(world, VERIFIER, "sample")
    assert first.pair is not None
    skipped = next_pair(world, VERIFIER, "sample", after=first.pair.row)
    assert skipped.pair is not None
    assert skipped.pair.row != first.pair.row
    seen = []
    while (pair := next_pair(world, VERIFIER, "sample").pair) is not None:
        seen.append(pair.row)
        answer(world, VERIFIER, pair.row, pair.content, "unclear")
    assert len(seen) == len(set(seen)) == first.left
    assert next_pair(world, VERIFIER, "sample").left == 0
    assert next_pair(world, VERIFIER, "unsure").pair is None


def test_who_cannot_tell_changes_nothing(world: Context) -> None:
    before = decisions(world)
    for one in ("R-liu", "R-twins"):
        found = standing(world, one)
        answer(world, VERIFIER, found.row_hash, found.content, "unclear")
    assert decisions(world) == before


def test_a_pair_said_to_be_different_is_not_forgotten_by_the_estimate(world: Context, clock: SetClock) -> None:
    """It leaves what is compared; a wrong link that was found must still count as wrong."""
    who = somebody("data_scientist")
    before = told_lines(world, who)
    liu = standing(world, "R-liu")
    answer(world, VERIFIER, liu.row_hash, liu.content, "different")
    clock.move(days=1)
    matched(world)
    after = told_lines(world, who)
    at = {one.estimate.line: one.estimate for one in after.candidates}
    assert at[0.9].precision.value == 0.0
    assert at[0.9].precision.verdicts == 1
    assert sum(one.pairs for one in after.strata) >= sum(one.pairs for one in before.strata)
    assert sum(one.looked for one in after.strata) == 1


def test_lines_are_set_by_somebody_with_a_reason(world: Context) -> None:
    who = somebody("data_scientist", name="wang.wei")
    set_lines(world, who, 0.95, 0.05, "复核两百对，查准率达到要求")
    told = told_lines(world, who)
    assert (told.same, told.none, told.policy_same) == (0.95, 0.05, 0.9)
    assert told.standing is not None
    assert told.standing.set_by == "wang.wei"
    assert {one.estimate.line for one in told.candidates if one.in_force} == {0.95}
    assert {one.estimate.line for one in told.candidates if one.of_policy} == {0.9}
    assert actions(world)[-1] == ("wang.wei", "matching.lines_set")


@pytest.mark.parametrize(
    ("same", "none", "why", "kind"),
    [
        (0.4, 0.1, "复核后认为可以放宽", "not-as-expected"),
        (1.0, 0.1, "复核后认为可以收紧", "not-as-expected"),
        (0.9, 0.5, "复核后认为可以收紧", "not-as-expected"),
        (float("nan"), 0.1, "复核后认为可以收紧", "not-as-expected"),
        (0.9, 0.1, "短", "not-as-expected"),
    ],
)
def test_lines_that_make_no_sense_are_refused(context: Context, same: float, none: float, why: str, kind: str) -> None:
    with pytest.raises(MatchingError) as refused:
        set_lines(context, somebody("data_scientist"), same, none, why)
    assert refused.value.kind == kind
    assert refused.value.chinese
    with context.database.read() as connection:
        assert match_lines.newest(connection) is None


def test_lines_are_the_whole_deployments(context: Context) -> None:
    with pytest.raises(MatchingError) as refused:
        set_lines(context, somebody("data_scientist", divisions=(FAR,)), 0.9, 0.1, "复核后认为可以收紧一些")
    assert refused.value.kind == "not-allowed"


def test_the_routes_say_the_same(world: Context, signed_in: Signed) -> None:
    """Counts for those who may read, pairs for those who judge, runs and lines for those who manage; once each."""
    reader, judge = signed_in("auditor"), signed_in("department_verifier", name="he.verifier")
    manager = signed_in("administrator", name="admin.li")
    state = reader.get("/v1/matching").json()
    assert state["total"]["rows"] == len(decisions(world))
    assert {one["name"] for one in state["lists"]} >= {"civil_affairs", "justice", "police"}
    assert [one["state"] for one in reader.get("/v1/matching/runs").json()["runs"]] == ["done"]
    for path in ("/pairs", "/pairs/next"):
        assert reader.get(f"/v1/matching{path}").status_code == 403
        assert manager.get(f"/v1/matching{path}").status_code == 403
    pair = judge.get("/v1/matching/pairs/next").json()["pair"]
    assert pair["fields"]
    path = f"/v1/matching/pairs/{pair['row']}"
    assert judge.get(path).json()["row"] == pair["row"]
    said = {"content": pair["content"], "answer": "same"}
    assert judge.post(f"{path}/answers", json=said | {"answer": "guilty"}).status_code == 422
    done = judge.post(f"{path}/answers", json=said)
    assert (done.status_code, done.json()["decision"]) == (201, "same")
    assert judge.post(f"{path}/answers", json=said).status_code == 409
    back = f"/v1/matching/answers/{done.json()['answer_id']}/undo"
    assert judge.post(back, json={}).json() == {"row": pair["row"]}
    assert judge.post(back, json={}).status_code == 409
    assert judge.get(f"/v1/matching/pairs/{'0' * 32}").status_code == 404
    assert judge.post("/v1/matching/answers/999/undo", json={}).status_code == 404
    assert judge.post("/v1/matching/runs").status_code == 403
    assert manager.post("/v1/matching/runs").status_code == 202
    assert signed_in("administrator", divisions=(VILLAGE,)).post("/v1/matching/runs").status_code == 403
    body = {"same": 0.95, "none": 0.05, "why": "复核两百对，查准率达到要求"}
    assert judge.post("/v1/matching/lines", json=body).status_code == 403
    assert manager.post("/v1/matching/lines", json=body).status_code == 201
    assert manager.post("/v1/matching/lines", json=body | {"same": 0.2}).status_code == 422
    assert reader.get("/v1/matching/lines").json()["same"] == 0.95


def test_lists_are_paged_without_gap(world: Context, signed_in: Signed) -> None:
    judge = signed_in("supervisor")
    seen, after = [], ""
    while True:
        body = judge.get("/v1/matching/pairs", params={"decision": "same", "limit": 2, "after": after}).json()
        seen += [one["row"] for one in body["pairs"]]
        if body["next"] is None:
            break
        after = body["next"]
    expected = [one.row_hash for one in map(lambda r: standing(world, r["row_id"]), lists()) if one.decision == "same"]
    assert set(expected) <= set(seen)
    assert len(seen) == len(set(seen))
    with world.database.read() as connection:
        assert len(seen) == match_rows.count(connection, MATCH_ROWS.c.decision == "same")
