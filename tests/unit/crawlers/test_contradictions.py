"""A page that says two things at once is kept, and the person who reads it is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.parsers.article import extract_article

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
URL = "https://bao.example/khoi-thong-kenh-muong-10001.html"
VIETNAMESE = (
    "<p>Sáng nay, hơn một trăm hộ dân ra đồng khơi thông dòng chảy trước mùa mưa theo kế hoạch đã niêm yết.</p>"
    "<p>Trưởng thôn cho biết đoạn kênh dài hai cây số bị bèo lấp kín từ vụ trước, nước không thoát được.</p>"
    "<p>Tuần tới, xã sẽ kiểm tra các cống ngầm còn lại và công bố kết quả tại nhà văn hóa các thôn.</p>"
)
ENGLISH = (
    "<p>This morning more than a hundred households went to the fields and cleared the ditches before the rain.</p>"
    "<p>The head of the hamlet said that two kilometres of the canal had been choked by weeds since last season.</p>"
)
RUSSIAN = (
    "<p>Сегодня утром более ста семей вышли в поля и очистили каналы перед сезоном дождей, как было объявлено.</p>"
    "<p>Староста сообщил, что два километра канала заросли водорослями ещё с прошлого сезона, и вода стояла.</p>"
)


def page(head: str = "", under: str = "", body: str = VIETNAMESE, lang: str = "vi") -> list[str]:
    text = f'<html lang="{lang}"><head>{head}</head><body><h1>Xã khơi thông kênh mương</h1>{under}<article>{body}</article></body></html>'
    article = extract_article(text.encode(), URL, None, NOW)
    assert article.kind == "article"
    assert article.text
    return article.warnings


PUBLISHED = '<meta property="article:published_time" content="2026-11-21T10:05:00+07:00">'


@pytest.mark.parametrize(
    ("head", "under", "warnings"),
    [
        (PUBLISHED, '<span class="date">21/11/2026 10:05</span>', []),
        (PUBLISHED, '<span class="date">22/11/2026 08:00</span>', []),
        (PUBLISHED, '<span class="date">12/03/2024 10:05</span>', ["dates_disagree"]),
        (
            PUBLISHED + '<meta property="article:modified_time" content="2026-11-19T08:00:00+07:00">',
            '<span class="date">19/11/2026 08:00</span>',
            ["updated_before_published"],
        ),
        (PUBLISHED + '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-02"}</script>', "", ["dates_disagree"]),
        ('<meta property="og:title" content="Xã khơi thông kênh mương mùa mưa">', "", []),
        ('<meta property="og:title" content="Lãnh đạo tỉnh bị bắt trong đêm">', "", ["titles_disagree"]),
        ('<link rel="canonical" href="https://m.bao.example/khoi-thong-kenh-muong-10001.html">', "", []),
        ('<link rel="canonical" href="https://khac.example/khoi-thong-kenh-muong-10001.html">', "", ["address_of_another_site"]),
        ('<meta property="og:url" content="https://khac.example/a">', "", ["address_of_another_site"]),
        ('<link rel="canonical" href="http://[oops">', "", []),
    ],
)  # fmt: skip
def test_claims_that_contradict_each_other_are_named(head: str, under: str, warnings: list[str]) -> None:
    assert page(head, under) == warnings


@pytest.mark.parametrize(
    ("lang", "body", "warnings"),
    [
        ("vi", VIETNAMESE, []),
        ("en", ENGLISH, []),
        ("ru", RUSSIAN, []),
        ("", VIETNAMESE, []),
        ("en", VIETNAMESE, ["language_disagrees"]),
        ("vi", RUSSIAN, ["language_disagrees"]),
    ],
)
def test_a_language_that_the_text_is_not_in_is_named(lang: str, body: str, warnings: list[str]) -> None:
    assert page(body=body, lang=lang) == warnings


def test_the_name_of_the_outlet_is_taken_off_a_headline_in_metadata() -> None:
    data = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Xã khơi thông kênh mương - Báo Mẫu"}</script>'
    text = f"<html><head>{data}</head><body><h1>Xã khơi thông kênh mương</h1>{VIETNAMESE}</body></html>"
    assert extract_article(text.encode(), URL, None, NOW).title == "Xã khơi thông kênh mương"
