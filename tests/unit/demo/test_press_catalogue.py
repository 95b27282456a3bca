"""The content of the sample press: whole, fictional, well-formed, and in step with the script."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest

from config.demo.press.catalogue import Catalogue, Item, load_catalogue, paragraphs
from config.demo.press.moments import Moment, fill_dates, parse_moment
from config.demo.press.newsroom import Newsroom
from config.demo.press.script import ScriptClaim, load_storylines
from core.errors import Misconfigured
from core.rules.vocabulary import Verdict

TODAY = date(2026, 11, 23)
LIVE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = LIVE + timedelta(hours=1)
CODES = {"11131", "11557", "11713", "15664", "31", "38"}
#: Parts of real outlets' names, spelt so that no text of ours contains one by chance.
REAL_OUTLETS = (
    "vnexpress|báo tuổi trẻ|dân trí|vietnamnet|vietnamplus|lao động online|tiền phong|cafef|zing|kenh14|soha|"
    "báo nhân dân|sài gòn giải phóng|báo hải phòng|báo hải dương|báo thanh hóa|báo thanh niên|"
    "reuters|bloomberg|nikkei|bbc|xinhua|新华|联合早报|星洲|人民网"
)
#: New-style tone marks at the end of an open syllable (hoà, khoẻ, thuỷ), but not quý, quỹ, quỷ.
NEW_STYLE = re.compile(r"\w*(?:o[àáảãạèéẻẽẹ]|(?<![qQ])u[ỳýỷỹỵ])\b")


@pytest.fixture(scope="module")
def press() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def newsroom(press: Catalogue) -> Newsroom:
    return Newsroom(press, TODAY, LIVE)


def test_ten_outlets_of_different_kinds_and_sixty_items(press: Catalogue) -> None:
    assert len(press.outlets) == 10
    assert len(press.items) >= 60
    assert {outlet.shape for outlet in press.outlets.values()} == {
        "rss",
        "atom",
        "mastodon",
        "youtube",
        "listing",
    }
    assert {outlet.language for outlet in press.outlets.values()} == {"vi", "en", "zh"}
    assert sum(not outlet.domestic for outlet in press.outlets.values()) == 3
    listing = [outlet for outlet in press.outlets.values() if outlet.kind == "listing"]
    assert [(o.locality_code, bool(o.rules.link_css)) for o in listing] == [("11131", True)]


def test_every_storyline_has_something_to_find(press: Catalogue) -> None:
    told = {item.storyline for item in press.items.values()} | {t.storyline for t in press.received.values()}
    assert told - {""} == {f"T{n}" for n in range(1, 15)} - {"T13"}
    noise = [item for item in press.items.values() if not item.storyline]
    assert len(noise) >= 20


def test_articles_have_the_length_of_articles(press: Catalogue, newsroom: Newsroom) -> None:
    for item_id in press.items:
        edition = newsroom.edition(item_id, LATER)
        assert edition is not None
        if edition.outlet.social:
            continue
        text = " ".join(edition.paragraphs)
        if edition.outlet.language == "zh":
            assert 200 <= len(text) <= 800, item_id
        else:
            assert 120 <= len(text.split()) <= 400, (item_id, len(text.split()))
        assert edition.title, item_id
        assert edition.summary, item_id


def test_the_files_are_nfc_and_exactly_one_item_is_published_decomposed(
    press: Catalogue, newsroom: Newsroom
) -> None:
    for item_id, text in press.texts():
        assert unicodedata.is_normalized("NFC", text), item_id
    decomposed = [item.id for item in press.items.values() if item.form == "NFD"]
    assert len(decomposed) == 1
    edition = newsroom.edition(decomposed[0], LATER)
    assert edition is not None
    assert not unicodedata.is_normalized("NFC", edition.title)
    assert unicodedata.is_normalized("NFD", " ".join(edition.paragraphs))


def test_tone_marks_are_old_style_but_for_the_items_that_show_the_other(press: Catalogue) -> None:
    new_style = {item_id for item_id, text in press.texts() if NEW_STYLE.search(text)}
    assert new_style == {"ns-tram-bom"}


def test_one_post_is_written_without_marks(newsroom: Newsroom) -> None:
    edition = newsroom.edition("ms-mat-dien-khong-dau", LATER)
    assert edition is not None
    assert " ".join(edition.paragraphs).isascii()


def test_no_real_outlet_is_named(press: Catalogue) -> None:
    words = [*(text for _, text in press.texts()), *(outlet.name for outlet in press.outlets.values())]
    pattern = re.compile(rf"(?<!\w)(?:{REAL_OUTLETS})(?!\w)")
    assert [found[0] for text in words if (found := pattern.search(text.lower()))] == []
    ours = {outlet.name for outlet in press.outlets.values()}
    for text in words:
        for name in re.findall(r"\b(?:Báo|Nhật báo|Tạp chí) (?:[A-ZĐ]\w+ ?){2,3}", text):
            assert name.strip() in ours


def test_namesakes_and_localities_are_marked(press: Catalogue) -> None:
    for item in press.items.values():
        assert set(item.about) <= CODES, item.id
        if item.namesake:
            assert not set(item.about) & {"11131", "11557", "11713", "15664"}, item.id
    namesakes = {item.namesake for item in press.items.values()}
    assert {
        "Hồ Chí Minh",
        "Chí Minh (Hưng Yên)",
        "Thiên Hương (ca sĩ)",
        "Thiên Hương (quán ăn)",
        "huyện Nghi Dương (xưa)",
    } <= namesakes


def test_the_hostile_and_the_endless_title(press: Catalogue) -> None:
    hostile = press.items["vx-tieu-de-la"].title
    assert "<script>" in hostile
    assert "&" in hostile
    assert "\u202e" in hostile
    assert max(len(item.title) for item in press.items.values()) > 500


def test_copies_verbatim_and_edited(press: Catalogue, newsroom: Newsroom) -> None:
    copies = [item for item in press.items.values() if item.copy_of]
    assert len(copies) >= 5
    verbatim = 0
    for item in copies:
        original, edition = press.items[item.copy_of], newsroom.edition(item.id, LATER)
        assert edition is not None
        first = [fill_dates(part, TODAY) for part in paragraphs(original.body)]
        same = set(first) & set(edition.paragraphs)
        verbatim += list(edition.paragraphs) == first
        assert same or item.replace, item.id
        assert edition.outlet is not press.outlet_of[original.id] or edition.outlet.social, item.id
    assert verbatim >= 1
    assert any(item.replace for item in copies)


def test_the_replay_ends_before_today_and_live_items_start_within_a_minute(press: Catalogue) -> None:
    live = sorted(
        item.published.live_seconds
        for item in press.items.values()
        if item.published.live_seconds is not None
    )
    assert 6 <= len(live) <= 8
    assert live[0] < 60
    assert live[-1] <= 20 * 60
    past = [item.published.day for item in press.items.values() if item.published.live_seconds is None]
    assert min(past) >= -28
    assert max(past) < 0


def test_one_outlet_is_silent_and_one_breaks(press: Catalogue, newsroom: Newsroom) -> None:
    before_live = LIVE - timedelta(seconds=1)
    newest = {name: newsroom.shelf(name, before_live)[0].published for name in press.outlets}
    silent = {name for name, at in newest.items() if at < LIVE - timedelta(days=7)}
    assert silent == {"an-thanh"}
    assert [name for name in press.outlets if newsroom.broken(name, before_live)] == ["dong-bai"]
    assert not newsroom.broken("dong-bai", LIVE - timedelta(days=4))
    assert newsroom.shelf("dong-bai", LIVE - timedelta(days=4))


def test_an_edit_shows_only_when_its_time_has_come(newsroom: Newsroom) -> None:
    edit = Moment(day=-19, at=datetime(2026, 1, 1, 9, 30).time()).resolve(TODAY, None)
    assert edit is not None
    before = newsroom.edition("bs-truong-25-ty", edit - timedelta(seconds=1))
    after = newsroom.edition("bs-truong-25-ty", edit)
    assert before is not None
    assert after is not None
    assert "25 tỷ" in before.title
    assert not before.edited
    assert "2,5 tỷ" in after.title
    assert after.edited
    assert after.updated == edit
    assert any(part.startswith("Thông tin cải chính") for part in after.paragraphs)
    assert before.path == after.path


def test_nothing_live_is_shown_before_the_live_part(press: Catalogue) -> None:
    waiting = Newsroom(press, TODAY)
    live = [item.id for item in press.items.values() if item.published.live_seconds is not None]
    assert [waiting.edition(item_id, LATER) for item_id in live] == [None] * len(live)


def test_every_edit_of_every_item_can_be_applied(press: Catalogue, newsroom: Newsroom) -> None:
    edited = [item for item in press.items.values() if item.edits]
    assert len(edited) >= 4
    for item in edited:
        edition = newsroom.edition(item.id, LATER)
        assert edition is not None
        assert edition.edited, item.id


def test_paths_are_unique_within_an_outlet(press: Catalogue, newsroom: Newsroom) -> None:
    for outlet in press.outlets.values():
        paths = [newsroom.path_of(item) for item in outlet.items]
        assert len(set(paths)) == len(paths)


# --- the script -----------------------------------------------------------------------------------------------------


def test_the_script_tells_every_storyline_but_the_year_end() -> None:
    assert set(load_storylines(TODAY)) == {f"T{n}" for n in range(1, 15)} - {"T13"}


def test_every_quote_stands_word_for_word_where_the_script_says(press: Catalogue, newsroom: Newsroom) -> None:
    for storyline in load_storylines(TODAY).values():
        for claim in storyline.claims:
            if claim.received:
                assert claim.quote in press.received[claim.received].text, claim.id
                assert claim.received in storyline.received
                continue
            assert claim.item in storyline.items
            now = _first_hour(press.items[claim.item], newsroom) if claim.before_edit else LATER
            edition = newsroom.edition(claim.item, now)
            assert edition is not None
            assert any(claim.quote in part for part in edition.paragraphs), claim.id
            if claim.before_edit:
                last = newsroom.edition(claim.item, LATER)
                assert last is not None
                said = any(claim.quote in part for part in last.paragraphs)
                assert said == (claim.id == "T2b"), claim.id


def test_items_and_script_name_each_other(press: Catalogue) -> None:
    storylines = load_storylines(TODAY)
    for storyline in storylines.values():
        for item_id in storyline.items:
            assert press.items[item_id].storyline == storyline.id
        for text_id in storyline.received:
            assert press.received[text_id].storyline == storyline.id
        assert storyline.locality in CODES
    for item in press.items.values():
        assert not item.storyline or item.id in storylines[item.storyline].items


def test_a_misleading_verdict_rests_on_enough_evidence_of_others() -> None:
    """Two independent sources or one competent authority; the unit's own paper about itself never counts alone."""
    for storyline in load_storylines(TODAY).values():
        pieces = {piece.id: piece for piece in storyline.evidence}
        for claim in storyline.claims:
            given = [pieces[name] for name in claim.evidence]
            others = [
                piece for piece in given if not claim.concerns or piece.source_locality != claim.concerns
            ]
            if claim.verdict is Verdict.OPINION:
                continue
            enough = any(p.competent_authority for p in others) or len({p.source_name for p in others}) >= 2
            assert enough, claim.id


def test_clarifications_are_expected_only_for_misleading_claims() -> None:
    for storyline in load_storylines(TODAY).values():
        assert not set(storyline.documents) & set(storyline.forbidden)
        if not any(claim.verdict is Verdict.MISLEADING for claim in storyline.claims):
            assert not set(storyline.documents) & {"D1", "D3", "D7", "D10"}, storyline.id
            assert {"D1", "D3"} <= set(storyline.forbidden), storyline.id
        assert bool(storyline.documents) != bool(storyline.silence), storyline.id


def test_true_criticism_of_the_ward_can_never_become_misleading() -> None:
    story = load_storylines(TODAY)["T14"]
    claim = story.claims[0]
    assert claim.verdict is Verdict.ACCURATE
    assert claim.earlier is Verdict.UNVERIFIED
    assert claim.concerns == story.locality
    letter = next(piece for piece in story.evidence if piece.id == "e-thu-cua-phuong")
    assert letter.source_locality == story.locality
    assert not letter.competent_authority
    assert {(r.act, r.value) for r in story.refusals} >= {
        ("verdict", "misleading"),
        ("document", "D1"),
        ("document", "D3"),
    }


# --- wrong data is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["day -3", "day -3 7:05", "live 2m", "live +2h", "tomorrow", "day -3 25:00"])
def test_a_moment_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|hour"):
        parse_moment(text)


def test_an_item_needs_a_text_and_a_copy_needs_an_original(press: Catalogue) -> None:
    moment = Moment(day=-1)
    with pytest.raises(ValueError, match="neither a body nor copy_of"):
        Item(id="abc", published=moment)
    outlet = press.outlets["van-xuan"]
    orphan = outlet.model_copy(update={"items": (Item(id="abc", published=moment, copy_of="not-there"),)})
    with pytest.raises(Misconfigured, match="not-there"):
        Catalogue((orphan,), ())
    with pytest.raises(Misconfigured, match="used twice"):
        Catalogue((outlet, outlet.model_copy(update={"id": "other"})), ())


def test_a_copy_whose_passage_is_gone_says_which(press: Catalogue) -> None:
    item = press.items["ns-dich-ta-lon"]
    wrong = item.model_copy(update={"replace": (item.replace[0].model_copy(update={"old": "không có"}),)})
    outlet = press.outlet_of[item.id]
    changed = outlet.model_copy(
        update={"items": tuple(wrong if i.id == item.id else i for i in outlet.items)}
    )
    others = tuple(o for o in press.outlets.values() if o.id != outlet.id)
    with pytest.raises(ValueError, match="ns-dich-ta-lon"):
        Newsroom(Catalogue((*others, changed), ()), TODAY, LIVE).edition(item.id, LATER)


def test_a_claim_cannot_carry_a_sub_verdict_of_another_verdict() -> None:
    claim = load_storylines(TODAY)["T5"].claims[0].model_dump()
    claim["sub_verdict"] = "false"
    with pytest.raises(ValueError, match="cannot be"):
        ScriptClaim.model_validate(claim)


def _first_hour(item: Item, newsroom: Newsroom) -> datetime:
    published = item.published.resolve(newsroom.today, newsroom.live_from)
    assert published is not None
    return published + timedelta(minutes=5)
