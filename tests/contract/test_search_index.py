"""One contract for both search engines: the same documents give the same hit sets, whatever a person types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import OutOfStep, Unavailable
from core.finding import Filters, IndexDocument, SearchIndex, SortOrder
from core.text.query import Invalid, Node, parse_query
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.fts5 import Fts5Index, most_frequent

T0 = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def document(number: int, title: str, text: str, **changes: Any) -> IndexDocument:
    """A document with unremarkable fields, first seen ``number`` minutes after T0."""
    base = IndexDocument(
        id=number,
        version=1,
        title=title,
        text=text,
        source="ben-song",
        language="vi",
        domestic=True,
        social=False,
        localities=(),
        localities_check=(),
        tags=(),
        story=None,
        has_claim=False,
        reach_tier=1,
        need=0.0,
        first_seen_at=T0 + timedelta(minutes=number),
        published_at=None,
    )
    return replace(base, **changes)


CORPUS = (
    document(
        1, "Đê Bến Trại an toàn", "Hạt Quản lý đê khẳng định đê không vỡ.", localities=("11131",), need=10.0
    ),
    document(
        2,
        "De Ben Trai vo roi",
        "ca xa so tan ngay trong dem",
        localities_check=("11131",),
        social=True,
        need=90.0,
    ),
    document(
        3,
        "Khánh thành cầu Hòa Bình",
        "Cầu được thông xe sáng nay tại phường Thiên Hương.",
        localities=("11557",),
    ),
    document(
        4,
        "Lễ khai mạc hoà nhạc",
        "Buổi hòa nhạc mừng năm học mới, thuỷ thủ đoàn đến dự.",
        tags=("7:irrelevant", "8:watch"),
    ),
    document(5, "海防市洪水", "海防市志明社堤坝安全。", language="zh", domestic=False, source="dong-bai"),
    document(
        6,
        "Covid-19 và TP.HCM",
        "Thành phố Hồ Chí Minh ghi nhận 2,5 tỷ đồng hỗ trợ.",
        published_at=T0 - timedelta(days=3),
    ),
    document(
        7, "Tin NFD: \u0110e\u0302 va\u0300 so\u0302ng", "N\u01b0\u01a1\u0301c le\u0302n cao", published_at=T0
    ),
    document(8, "", "", story=4),
    document(9, "x" * 40_000, "một từ dài ba mươi hai nghìn ký tự", story=4, has_claim=True),
)


@pytest.fixture(params=["fts5", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An empty index of each engine."""
    made: SearchIndex
    if request.param == "fts5":
        made = Fts5Index(tmp_path / "index.db")
    else:
        url = request.getfixturevalue("elasticsearch_url")
        made = ElasticIndex(
            ElasticSettings(url=url, index=request.getfixturevalue("elasticsearch_prefix") + "items")
        )
    made.create()
    yield made
    made.drop()
    made.close()


def fill(index: SearchIndex, documents: tuple[IndexDocument, ...] = CORPUS, seq: int = 9) -> None:
    """Apply and make visible."""
    assert index.apply(documents, [], seq) == []
    index.refresh()


def hits(index: SearchIndex, text: str, filters: Filters | None = None, **how: Any) -> list[int]:
    """Ids for what a person typed."""
    node = parse_query(text) if text else None
    assert not isinstance(node, Invalid)
    given: dict[str, Any] = {"sort": "newest", "limit": 50, **how}
    return list(index.search(node, filters or Filters(), **given).ids)


def parsed(text: str) -> Node:
    """A query that can be read."""
    node = parse_query(text)
    assert not isinstance(node, Invalid)
    return node


QUERIES: tuple[tuple[str, set[int]], ...] = (
    ("đê", {1, 7}),
    ("de", {1, 2, 7}),
    ("đê vỡ", {1}),
    ("de vo", {1, 2}),
    ('"bến trại"', {1}),
    ('"ben trai"', {1, 2}),
    ('"an toàn hạt"', set()),
    ("hòa", {3, 4}),
    ("hoà nhạc", {4}),
    ("thủy", {4}),
    ("海防", {5}),
    ("防市", {5}),
    ("海市", set()),
    ("TP.HCM", {6}),
    ("covid-19", {6}),
    ("2,5 tỷ", {6}),
    ("đê OR cầu", {1, 3, 7}),
    ("cầu hoặc hòa", {3, 4}),
    ("đê -vỡ", {7}),
    ("de NOT vo", {7}),
    ("-đê", {2, 3, 4, 5, 6, 8, 9}),
    ("(đê OR cầu) -bến", {3, 7}),
    ("NOT (đê OR hòa)", {2, 5, 6, 8, 9}),
    ("hòa OR -de", {3, 4, 5, 6, 8, 9}),
    ("nước sông", {7}),
    ('title:x NEAR( ^ * "', set()),
)


def test_a_query_means_the_same_on_every_engine(index: SearchIndex) -> None:
    fill(index)
    for text, wanted in QUERIES:
        node = parse_query(text)
        assert not isinstance(node, Invalid)
        page = index.search(node, Filters(), sort="newest", limit=50)
        assert (set(page.ids), page.total) == (wanted, len(wanted)), text
        assert list(page.ids) == sorted(page.ids, reverse=True), text


FILTERS: tuple[tuple[Filters, set[int]], ...] = (
    (Filters(), set(range(1, 10))),
    (Filters(sources=("dong-bai",)), {5}),
    (Filters(languages=("zh", "en")), {5}),
    (Filters(localities=("11131",)), {1, 2}),
    (Filters(localities=("11131", "11557")), {1, 2, 3}),
    (Filters(office=7, tags=("irrelevant",)), {4}),
    (Filters(office=8, tags=("irrelevant",)), set()),
    (Filters(office=8, tags=("irrelevant", "watch")), {4}),
    (Filters(office=7, tags=("",)), set(range(1, 10)) - {4}),
    (Filters(office=7, tags=("", "irrelevant")), set(range(1, 10))),
    (Filters(office=7, tags=("", "watch")), set(range(1, 10)) - {4}),
    (Filters(office=9, tags=("",)), set(range(1, 10))),
    (Filters(domestic=False), {5}),
    (Filters(social=True), {2}),
    (Filters(has_claim=True), {9}),
    (Filters(story=4), {8, 9}),
    (Filters(since=T0 + timedelta(minutes=3), until=T0 + timedelta(minutes=5)), {3, 4}),
)


def test_filters(index: SearchIndex) -> None:
    fill(index)
    for filters, wanted in FILTERS:
        assert set(hits(index, "", filters)) == wanted, filters


def test_orders_are_total(index: SearchIndex) -> None:
    fill(index)
    assert hits(index, "", sort="newest") == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert hits(index, "", sort="published") == [7, 6, 9, 8, 5, 4, 3, 2, 1]
    assert hits(index, "", sort="need") == [2, 1, 9, 8, 7, 6, 5, 4, 3]
    assert hits(index, "de", sort="need") == [2, 1, 7]


def test_a_title_hit_beats_a_body_hit(index: SearchIndex) -> None:
    fill(
        index,
        (
            document(1, "Chuyện khác", "lũ lụt " * 3 + "và nhiều chữ khác nữa"),
            document(2, "Lũ lụt", "chữ khác nữa và nhiều"),
        ),
    )
    assert hits(index, "lũ", sort="score") == [2, 1]


def test_pages_and_facets(index: SearchIndex) -> None:
    fill(index)
    assert hits(index, "", limit=3, offset=3) == [6, 5, 4]
    page = index.search(None, Filters(), sort="newest", limit=0, facets=True)
    assert page.ids == ()
    assert page.total == 9
    assert page.facets["source"] == {"ben-song": 8, "dong-bai": 1}
    assert page.facets["locality"] == {"11131": 2, "11557": 1}
    assert page.facets["domestic"]["1" if "1" in page.facets["domestic"] else "true"] == 8
    assert page.facets["tag"] == {}
    for office, tags in ((7, {"": 8, "irrelevant": 1}), (8, {"": 8, "watch": 1}), (9, {"": 9})):
        page = index.search(None, Filters(office=office), sort="newest", limit=0, facets=True)
        assert page.facets["tag"] == tags


def test_a_tag_given_and_taken_back_by_one_office_leaves_the_others(index: SearchIndex) -> None:
    told = document(1, "Đê", "nước lên", tags=("7:watch", "8:criticism"))
    fill(index, (told,), 1)
    fill(index, (replace(told, version=2, tags=("8:criticism",)),), 2)
    assert hits(index, "de", Filters(office=7, tags=("",))) == [1]
    assert hits(index, "de", Filters(office=7, tags=("watch",))) == []
    assert hits(index, "de", Filters(office=8, tags=("criticism",))) == [1]
    index.apply([], [(1, 3)], 3)
    index.refresh()
    assert hits(index, "", Filters(office=8, tags=("criticism",))) == []
    fill(index, (replace(told, version=4, tags=()),), 4)
    assert hits(index, "", Filters(office=8, tags=("",))) == [1]


def test_tags_without_an_office_are_refused() -> None:
    with pytest.raises(ValueError, match="office"):
        Filters(tags=("watch",))


def test_facets_count_the_newest_matches_and_say_how_many(index: SearchIndex) -> None:
    spread = tuple(
        document(number * number * 37, "đê", "nước", source=f"s{number % 3}", localities=("11131",))
        for number in range(1, 31)
    )
    fill(index, spread, 30)
    assert isinstance(index, Fts5Index | ElasticIndex)
    index.facet_window = 10
    page = index.search(parsed("de"), Filters(), sort="need", limit=5, facets=True)
    assert (page.total, page.counted, len(page.ids)) == (30, 10, 5)
    newest = spread[-10:]
    assert page.facets["source"] == most_frequent(Counter(made.source for made in newest))
    assert page.facets["locality"] == {"11131": 10}
    older = Filters(upto=spread[19].id)
    assert index.search(parsed("de"), older, sort="newest", limit=1, facets=True).facets[
        "source"
    ] == most_frequent(Counter(made.source for made in spread[10:20]))
    index.facet_window = 30
    assert index.search(parsed("de"), Filters(), sort="newest", limit=1, facets=True).counted == 30


def test_volume_by_day_and_source_and_counts(index: SearchIndex) -> None:
    midnight = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # 21 November begins in Viet Nam
    fill(
        index,
        tuple(
            document(
                number,
                "đê",
                "nước lên" if number % 2 else "nước rút",
                source=f"s{number % 3}" if number % 5 else "",
                first_seen_at=midnight + timedelta(seconds=number - 20, days=number // 30),
            )
            for number in range(1, 61)
        ),
        60,
    )
    friday = date(2026, 11, 20).toordinal()
    held = index.volume(None, Filters())
    assert sum(held.values()) == 60
    assert sum(number for (day, _), number in held.items() if day == friday) == 19
    assert {source for _, source in held} == {"", "s0", "s1", "s2"}
    assert sum(index.volume(parsed("rút"), Filters(sources=("s1",))).values()) == 8
    questions = [
        (parsed("lên"), Filters()),
        (None, Filters(upto=7)),
        (parsed('"nước rút"'), Filters(above=58)),
    ]
    assert index.counts(questions) == [30, 7, 1]
    assert index.counts([]) == []


def test_counting_can_be_bounded(index: SearchIndex) -> None:
    fill(index)
    for at_most, wanted in ((0, 1), (2, 3), (3, 3), (50, 3)):
        page = index.search(parsed("de"), Filters(), sort="newest", limit=2, at_most=at_most)
        assert (page.ids, page.total) == ((7, 2), wanted)
        page = index.search(parsed("de"), Filters(social=True), sort="need", limit=2, at_most=at_most)
        assert (page.ids, page.total) == ((2,), 1)
    assert index.search(None, Filters(), sort="newest", limit=0, at_most=4).total == 5


def test_a_list_stays_what_it_was_while_items_arrive(index: SearchIndex) -> None:
    fill(index)
    first = hits(index, "", limit=4)
    fill(index, (document(10, "vừa đến", "đê"), document(11, "vừa đến", "đê")), seq=11)
    assert hits(index, "", Filters(upto=first[0]), limit=4, offset=4) == [5, 4, 3, 2]
    assert hits(index, "de", Filters(above=9)) == [11, 10]


def test_more_filters(index: SearchIndex) -> None:
    fill(
        index,
        (
            document(1, "a", "đê", kind="press", reach_tier=3),
            document(2, "b", "đê", kind="hand", reach_tier=0, copy=True),
            document(3, "c", "đê", kind="foreign", reach_tier=1, domestic=False),
        ),
    )
    assert hits(index, "de", Filters(kinds=("press", "foreign"))) == [3, 1]
    assert hits(index, "de", Filters(reach=2)) == [1]
    assert hits(index, "de", Filters(copies=False)) == [3, 1]
    assert hits(index, "-de", Filters(copies=True)) == []


def test_the_deepest_and_longest_queries_are_answered(index: SearchIndex) -> None:
    fill(index)
    for deep in (
        "(đê OR -" * 60 + "vỡ",
        "(hòa (đê OR NOT " * 15 + "x" + "))" * 15,
        "-(đê OR (cầu -" * 30 + "an",
        " ".join(f"-a{number}" for number in range(63)) + " đê",
        " OR ".join(f"a{number}" for number in range(63)) + " OR đê",
        '"' + "đê " * 500 + '"',
    ):
        node = parsed(deep)
        page = index.search(node, Filters(), sort="newest", limit=50)
        other = index.search(node, Filters(), sort="score", limit=50)
        assert set(page.ids) == set(other.ids)
        assert page.total == len(page.ids)


def test_repeats_old_versions_and_deletes(index: SearchIndex) -> None:
    fill(index)
    fill(index)
    assert len(hits(index, "")) == 9
    newer = replace(CORPUS[0], version=3, title="Đính chính của báo", text="Bài đã sửa.")
    fill(index, (newer,), seq=10)
    fill(index, (CORPUS[0],), seq=10)
    assert hits(index, "đính") == [1]
    assert hits(index, "bến") == []
    index.apply([], [(2, 5)], 11)
    index.apply([CORPUS[1]], [], 11)
    index.refresh()
    assert hits(index, "vo") == []
    assert dict(index.versions()) == {1: 3} | {number: 1 for number in range(3, 10)}
    stats = index.stats()
    assert (stats.documents, stats.last_seq) == (8, 11)


def test_the_outbox_number_never_goes_back(index: SearchIndex) -> None:
    fill(index, seq=9)
    assert index.apply([], [], 4) == []
    assert index.stats().last_seq == 9


def test_a_feeder_that_is_ahead_of_the_index_is_told(index: SearchIndex) -> None:
    fill(index, seq=9)
    with pytest.raises(OutOfStep):
        index.apply([document(10, "mới", "tin")], [], 30, after=20)
    index.refresh()
    assert index.stats().last_seq == 9
    assert 10 not in hits(index, "")


def test_an_index_that_is_away_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "index.db"
    folder.mkdir()
    for away in (Fts5Index(folder), ElasticIndex(ElasticSettings(url="http://127.0.0.1:9", index="lamro"))):
        with pytest.raises(Unavailable) as caught:
            away.search(None, Filters(), sort="newest", limit=1)
        assert "dữ liệu vẫn nguyên" in caught.value.vi


def test_strict_mapping_refuses_a_field_that_is_not_ours(
    elasticsearch_url: str, elasticsearch_prefix: str
) -> None:
    from elasticsearch import BadRequestError, Elasticsearch

    index = ElasticIndex(ElasticSettings(url=elasticsearch_url, index=elasticsearch_prefix + "items"))
    index.create()
    with Elasticsearch(elasticsearch_url) as client, pytest.raises(BadRequestError):
        client.index(index=elasticsearch_prefix + "items", document={"author": "ai đó"})
    index.drop()
    index.close()


# --- any corpus, any query ------------------------------------------------------------------------------------------

_SYLLABLES = (
    "đê",
    "de",
    "vỡ",
    "vo",
    "hòa",
    "hoà",
    "Hải",
    "hai",
    "防",
    "海",
    "xã",
    "a-b",
    "đe\u0302",
    "Đ",
    "١٢",
    "ß",
    "ς",
    "İ",
    "ﬁ",
    "TP.HCM",
    "2,5",
    "thuỷ",
    "thủy",
    "nga\u0300y",
    "1\u200b2",
    "ไทย",
    "កម្ពុជា",
    "한국",
    "😀",
    "y" * 33_000,
)
_text = st.lists(st.sampled_from(_SYLLABLES), max_size=6).map(" ".join)
_SORTS: tuple[SortOrder, ...] = ("newest", "need", "published")
_query = st.one_of(
    st.lists(
        st.sampled_from((*_SYLLABLES, "AND", "OR", "NOT", "-", "(", ")", '"', "-đê", '"hải đê"')),
        min_size=1,
        max_size=8,
    ).map(" ".join),
    st.text(max_size=20),
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Fts5Index]:
    """Makes an FTS5 index in a folder of its own."""
    return lambda name: Fts5Index(tmp_path_factory.mktemp(name) / "index.db")


def test_hit_sets_are_identical_on_any_corpus(
    elasticsearch_url: str, elasticsearch_prefix: str, both: Callable[[str], Fts5Index]
) -> None:
    elastic = ElasticIndex(ElasticSettings(url=elasticsearch_url, index=elasticsearch_prefix + "items"))
    elastic.create()
    fts = both("parity")
    fts.create()
    compared = found = 0

    @given(
        texts=st.lists(st.tuples(_text, _text), min_size=4, max_size=12),
        queries=st.lists(_query, min_size=8, max_size=16),
    )
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def compare(texts: list[tuple[str, str]], queries: list[str]) -> None:
        nonlocal compared, found
        seq = fts.stats().last_seq + 1
        documents = [
            document(
                number,
                title,
                text,
                version=seq,
                need=len(text) % 7 / 3,
                social=len(title) % 2 == 0,
                published_at=None if len(text) % 3 else T0 - timedelta(days=len(title) % 5),
            )
            for number, (title, text) in enumerate(texts, start=1)
        ]
        gone = [(number, seq) for number in range(len(texts) + 1, 13)]
        for index in (fts, elastic):
            index.apply(documents, gone, seq)
            index.refresh()
        for number, text in enumerate(queries):
            node = parse_query(text)
            if isinstance(node, Invalid):
                continue
            filters = Filters(social=(None, True, False)[number % 3], upto=None if number % 4 else 8)
            one, two = (
                index.search(node, filters, sort=_SORTS[number % 3], limit=50, facets=True)
                for index in (fts, elastic)
            )
            assert one == two, text
            compared += 1
            found += bool(one.total)

    compare()
    assert compared > 50
    assert found > 20
    elastic.drop()
    elastic.close()
