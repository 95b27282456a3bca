"""Rules about names: what they would change, what they change, what they leave to people, and how they are taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.records.audit import AuditRow
from core.records.claim import Claim
from core.records.item import Item, Mention, Story, StoryLocality
from core.records.place_rule import PlaceRuleRow, PlaceRuleTouch
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Level, Role, Tag, Verdict
from core.services import claims, intake, outbox, place_rules, rematching, triage, units
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import candidate

PLAIN = "Chuyện lạ ở Thiên Hương khiến cả khán phòng ở Hải Phòng lặng đi vì câu hát cuối."
SINGER = "Đêm qua danh cầm Thiên Hương gảy đàn ở Hải Phòng, khách nghe đứng kín sân."
WARD = "Phường Thiên Hương, thành phố Hải Phòng thông báo lịch cắt điện tuần này."


@pytest.fixture
def ward(desk: Desk, office: int) -> int:
    """The office watches the ward too."""
    units.watch(desk, None, office, ["11131", "11557"])
    return office


@pytest.fixture
def officer(person: Callable[..., Actor], ward: int) -> Actor:
    return person("canbo", Role.OFFICER)


@pytest.fixture
def items(desk: Desk, press: str, officer: Actor) -> dict[str, int]:
    texts = {
        "one": ("Đêm đàn kín sân", SINGER),
        "two": (
            "Vé mời hết sạch từ tuần trước",
            "Người xếp hàng mua vé kể với danh cầm Thiên Hương chuyện lỡ chuyến xe về Hải Phòng.",
        ),
        "both": (
            "Lịch cắt điện và một buổi diễn",
            f"{WARD} Buổi tối danh cầm Thiên Hương vẫn diễn bằng đèn dầu.",
        ),
        "ward": (
            "Thu phí rác theo khối lượng",
            "UBND phường Thiên Hương, Hải Phòng thu phí rác theo cân từ tháng tới.",
        ),
    }
    taken = intake.take(desk, [candidate(press, key, *words) for key, words in texts.items()])
    assert [one.outcome for one in taken] == ["new"] * 4
    return {key: one.item_id or 0 for key, one in zip(texts, taken, strict=True)}


def bands(desk: Desk, items: dict[str, int]) -> dict[str, str]:
    with desk.store.read() as session:
        rows = dict(
            session.execute(select(Mention.item_id, Mention.band).where(Mention.locality == "11557")).all()
        )
    return {key: rows[item_id] for key, item_id in items.items()}


def sign_of(desk: Desk, item_id: int, kind: str, words: str) -> str:
    with desk.store.read() as session:
        found = place_rules.signs(session, desk, item_id, "11557")
    return next(one.value for one in found if one.sign.kind == kind and words in one.sign.label)


def test_a_rule_turns_the_items_with_its_sign_and_undo_restores_them(
    desk: Desk, officer: Actor, items: dict[str, int]
) -> None:
    before = bands(desk, items)
    assert before["one"] != "out" and before["ward"] == before["both"] == "in"
    sign = sign_of(desk, items["one"], "phrase", "cầm Thiên Hương")
    with desk.store.read() as session:
        trial = place_rules.trial(session, desk, officer, "11557", items["one"], sign, admits=False)
    assert {(one.item_id, one.before, one.after) for one in trial.changed} == {
        (items["one"], before["one"], "out"),
        (items["two"], before["two"], "out"),
    }
    assert bands(desk, items) == before, "a trial changes nothing"
    seq = outbox.last_seq(desk)
    made = place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    assert (made.moved, made.more) == (2, False)
    assert bands(desk, items) == {"one": "out", "two": "out", "both": "in", "ward": "in"}
    changed = outbox.batch(desk, seq, 50).documents
    assert {items["one"], items["two"]} <= {document.id for document in changed}
    assert all(not d.localities_check for d in changed if d.id in {items["one"], items["two"]})
    with desk.store.read() as session:
        why = session.get_one(Mention, (items["one"], "11557")).why
        assert any(cue["code"] == "rule_out" and "cầm Thiên Hương" in cue["vi"] for cue in why)
        stories = set(
            session.scalars(select(StoryLocality.story_id).where(StoryLocality.locality == "11557"))
        )
        assert session.get_one(Item, items["one"]).story_id not in stories
        assert session.get(Item, items["one"]) is not None, "out stays in the store"
    undone = place_rules.undo(desk, officer, made.rule_id)
    assert (undone.moved, undone.more) == (2, False)
    assert bands(desk, items) == before
    assert place_rules.undo(desk, officer, made.rule_id).moved == 0
    with desk.store.read() as session:
        acts = session.scalars(select(AuditRow.act).where(AuditRow.act.like("place.%")).order_by(AuditRow.id))
        assert list(acts) == ["place.rule", "place.rule_undo"]


def test_new_items_follow_a_rule_and_are_counted(
    desk: Desk, press: str, officer: Actor, items: dict[str, int]
) -> None:
    sign = sign_of(desk, items["one"], "phrase", "cầm Thiên Hương")
    made = place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    later = intake.take(desk, [candidate(press, "later", "Đàn", f"Báo chí viết: {SINGER}")])
    with desk.store.read() as session:
        touched = set(
            session.scalars(select(PlaceRuleTouch.item_id).where(PlaceRuleTouch.rule_id == made.rule_id))
        )
    # "both" is touched too: the ward stays, the player does not count
    assert touched == {items["one"], items["two"], items["both"], later[0].item_id}
    assert bands(desk, {"later": later[0].item_id or 0}) == {"later": "out"}
    place_rules.undo(desk, officer, made.rule_id)
    assert bands(desk, {"later": later[0].item_id or 0})["later"] != "out"


def test_a_person_s_word_stands_above_a_rule(desk: Desk, officer: Actor, items: dict[str, int]) -> None:
    with desk.store.read() as session:
        story = session.get_one(Item, items["two"]).story_id
        assert story is not None
        version = session.get_one(Story, story).version
        other = session.get_one(Item, items["one"]).story_id
    if other == story:
        pytest.fail("the two items were meant to be two stories")
    triage.tag(desk, officer, story, version, Tag.WATCH)
    before = bands(desk, items)
    sign = sign_of(desk, items["one"], "phrase", "cầm Thiên Hương")
    with desk.store.read() as session:
        trial = place_rules.trial(session, desk, officer, "11557", items["one"], sign, admits=False)
    assert trial.kept == 1 and len(trial.changed) == 1
    place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    after = bands(desk, items)
    assert after["one"] == "out" and after["two"] == before["two"]


def test_the_reverse_admits_by_a_landmark(desk: Desk, press: str, officer: Actor) -> None:
    text = "Đám rước của làng Thiên Hương dừng ở Đình Vân Ổ đến trưa."
    taken = intake.take(desk, [candidate(press, "hoi", "Đám rước đầu năm", text)])
    item = {"hoi": taken[0].item_id or 0}
    assert bands(desk, item) == {"hoi": "out"}
    sign = sign_of(desk, item["hoi"], "word", "Đình Vân Ổ")
    made = place_rules.make(desk, officer, "11557", item["hoi"], sign, admits=True)
    assert made.moved == 1 and bands(desk, item) == {"hoi": "in"}
    with desk.store.read() as session:
        assert any(cue["code"] == "rule_in" for cue in session.get_one(Mention, (item["hoi"], "11557")).why)
        story = session.get_one(Item, item["hoi"]).story_id
        assert session.get_one(StoryLocality, (story, "11557")).band == "in"


def test_what_a_rule_admits_is_held_against_the_claims_that_were_judged(
    desk: Desk, press: str, officer: Actor
) -> None:
    said = "Ban tổ chức thu mỗi nhà hai trăm nghìn đồng tiền rước kiệu."
    text = f"Đám rước của làng Thiên Hương dừng ở Đình Vân Ổ đến trưa. {said}"
    ours = intake.take(desk, [candidate(press, 1, "Phường Thiên Hương, Hải Phòng thu tiền rước kiệu?", said)])
    item = ours[0].item_id or 0
    with desk.store.read() as session:
        story = session.get_one(Item, item).story_id or 0
    claim = claims.open_claim(desk, officer, story, 1, item, said)
    with desk.store.write() as session:
        session.get_one(Claim, claim).verdict = Verdict.MISLEADING
    taken = intake.take(desk, [candidate(press, "hoi", "Đám rước đầu năm", text)])
    other = taken[0].item_id or 0
    with desk.store.read() as session:
        assert session.get(ClaimSuggestion, (other, claim)) is None
    place_rules.make(desk, officer, "11557", other, sign_of(desk, other, "word", "Đình Vân Ổ"), admits=True)
    with desk.store.read() as session:
        assert session.get_one(ClaimSuggestion, (other, claim)).stance == "repeats"


def test_older_items_wait_until_somebody_asks(
    desk: Desk, officer: Actor, items: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rematching, "BATCH", 1)
    monkeypatch.setattr(rematching, "MOST", 2)
    sign = sign_of(desk, items["one"], "phrase", "cầm Thiên Hương")
    made = place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    assert made.more and bands(desk, items)["one"] != "out" and bands(desk, items)["two"] == "out"
    more = place_rules.go_on(desk, officer, made.rule_id)
    assert (more.moved, more.more) == (1, False) and bands(desk, items)["one"] == "out"


def test_what_is_refused(
    desk: Desk, officer: Actor, items: dict[str, int], person: Callable[..., Actor]
) -> None:
    sign = sign_of(desk, items["one"], "phrase", "cầm Thiên Hương")
    with pytest.raises(Conflict):
        place_rules.make(
            desk, officer, "11557", items["one"], "phrase|thiên hương|cả làng thiên hương", admits=False
        )
    with pytest.raises(Forbidden):
        place_rules.make(desk, officer, "38", items["one"], sign, admits=False)
    with pytest.raises(NotFound):
        place_rules.make(desk, officer, "11131", items["one"], sign, admits=False)
    clerk = person("vanthu", Role.CLERK)
    with pytest.raises(Forbidden):
        place_rules.make(desk, clerk, "11557", items["one"], sign, admits=False)
    elsewhere = units.ensure_unit(
        desk, "15664", Level.COMMUNE, "Ủy ban nhân dân xã Triệu Sơn", "xã Triệu Sơn"
    )
    stranger = person("canbo.xa", Role.OFFICER, unit_id=elsewhere)
    made = place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    with pytest.raises(Forbidden):
        place_rules.undo(desk, stranger, made.rule_id)
    with pytest.raises(Invalid):
        place_rules.make(desk, officer, "11557", items["one"], sign, admits=False)
    with desk.store.read() as session:
        assert len(session.scalars(select(PlaceRuleRow.id)).all()) == 1
        refused = session.scalars(
            select(AuditRow.id).where(AuditRow.refused, AuditRow.act.like("place.%"))
        ).all()
        assert len(refused) == 3
