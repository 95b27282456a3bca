"""Lists of sources as files: what is taken, what is refused and in which line, and a list of ours that comes back whole."""

from __future__ import annotations

import time

import pytest

from core.errors import Invalid
from core.services.source_files import MOST, read, source_id_of, write_opml
from core.services.sources import NewSource


def opml(body: str, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}\n<opml version="2.0"><head><title>x</title></head><body>\n{body}\n</body></opml>'.encode()


def taken(data: bytes) -> list[tuple[str, str]]:
    return [(one.source.name, one.source.url) for one in read(data, "tep") if one.source is not None]


def faults(data: bytes) -> list[tuple[int, str]]:
    return [(one.line, one.vi) for one in read(data, "tep") if one.source is None]


def test_folders_are_walked_and_spellings_of_feed_readers_are_taken():
    data = opml(
        '<outline text="Hải Phòng"><outline title="Báo A" xmlUrl="https://a.example/rss"/>\n'
        '<outline text="sâu"><outline type="RSS" text="B &amp; C" xmlURL=" https://b.example/rss "/></outline></outline>\n'
        '<outline type="link" text="D" xmlUrl="https://d.example/?x=1&amp;y=2"/>'
    )
    assert taken(data) == [
        ("Báo A", "https://a.example/rss"),
        ("B & C", "https://b.example/rss"),
        ("D", "https://d.example/?x=1&y=2"),
    ]


def test_what_is_not_a_feed_is_named_with_its_line():
    data = opml(
        '<outline text="A" xmlUrl="https://a.example/rss"/>\n<outline text="A lại" xmlUrl="https://A.example/rss#x"/>\n'
        '<outline text="B" type="rss" xmlUrl=""/>\n<outline text="C" xmlUrl="file:///etc/passwd"/>\n'
        '<outline text="D" type="include" url="https://d.example/list.opml"/>\n<outline text="thư mục"/>'
    )
    found = faults(data)
    assert [line for line, _ in found] == [4, 5, 6, 7]
    assert "trùng địa chỉ với dòng 3" in found[0][1] and "không có địa chỉ RSS" in found[1][1]
    assert "file:///etc/passwd" in found[2][1] and "dẫn tới một danh sách" in found[3][1]
    assert len(taken(data)) == 1


def test_bad_grammar_loses_nothing_that_can_be_read_and_is_said():
    data = opml(
        '<outline text="A" xmlUrl="https://a.example/?x=1&y=2"/>\n<outline text="arch&aelig;" xmlUrl="https://b.example/"/>\n'
        '<outline text="C" xmlUrl="https://c.example/" bare/>\n<outline text="D" xmlUrl="https://d.example/"/>'
    )
    assert taken(data)[:2] == [("A", "https://a.example/?x=1&y=2"), ("archæ", "https://b.example/")]
    assert ("D", "https://d.example/") in taken(data)
    assert any("sai cú pháp XML" in words and line == 5 for line, words in faults(data))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(encoding):
    text = opml('<outline text="Báo Cửa Biển" xmlUrl="https://a.example/rss"/>', "").decode()
    assert taken(text.strip().encode(encoding)) == [("Báo Cửa Biển", "https://a.example/rss")]


HOSTILE = {
    "entities": opml("", '<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'),
    "an outside entity": opml("&x;", '<?xml version="1.0"?><!DOCTYPE o [<!entity x SYSTEM "file:///etc/passwd">]>'),
    "entities in UTF-16": opml("", '<!DOCTYPE o [<!ENTITY a "aaaa">]>').decode().encode("utf-16"),
    "a pile of folders": opml('<outline text="x">' * 100_000),
    "a tag of 200,000 attributes": opml("<outline " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>"),
    "100,000 outlines": opml('<outline xmlUrl="https://a.example/1"/>\n' * 100_000),
    "a page": b"<html><head><title>x</title></head><body><p>Trang</p></body></html>",
    "a feed": b'<rss version="2.0"><channel><title>x</title></channel></rss>',
    "bytes": bytes(range(256)) * 100,
    "nothing": b" \n",
    "six megabytes": b"<opml>" + b" " * 6_000_000,
    "anchors": b"a: &a [x, x]\nb: &b [*a, *a]\nsources: [*b]",
    "a pile of brackets": b"[" * 50_000,
    "a word": b"url",
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_at_once_in_a_sentence(what):
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        read(HOSTILE[what], "tep.opml")
    assert time.process_time() - began < 20
    assert refused.value.vi.startswith("tep.opml") and refused.value.en.startswith("tep.opml")
    assert len(refused.value.vi) < 300 and "Traceback" not in refused.value.vi


def test_as_many_as_are_allowed_are_taken():
    data = opml("\n".join(f'<outline text="{n}" xmlUrl="https://a.example/{n}"/>' for n in range(MOST)))
    assert len(taken(data)) == MOST


def test_yaml_entries_are_checked_one_by_one():
    data = """
- {name: Báo A, url: "https://a.example/rss"}
- {name: B, url: "https://b.example/", kind: listing, rules: {link_css: "h3 a"}, reach_tier: 2, enabled: false}
- {name: C, url: "https://c.example/", reach_tier: cao}
- {name: D, url: "https://d.example/", màu: đỏ}
- chữ
- {name: E}
""".encode()
    found = read(data, "tep.yaml")
    assert [one.source.id for one in found if one.source is not None] == ["a-example-rss", "b-example"]
    second = found[1].source
    assert second is not None and second.kind == "listing" and second.rules == {"link_css": "h3 a"}
    assert (second.reach_tier, second.enabled) == (2, False)
    said = [one.vi for one in found if one.source is None]
    assert "reach_tier" in said[0] and "màu" in said[1] and "url" in said[2] and "(trống)" in said[3]
    with pytest.raises(Invalid, match="YAML, line"):
        read(b"- a: 1\n- b: [", "tep.yaml")


def test_a_list_of_ours_comes_back_whole():
    ours = [
        NewSource("a", "Báo “A” & B", "feed", "https://a.example/rss?x=1&y=2", language="vi", reach_tier=3, locality="31"),
        NewSource("b", "Cổng B", "listing", "https://b.example/tin", rules={"link_css": "h3 > a"}, enabled=False, interval_minutes=30),
        NewSource("c", "Xa", "feed", "https://c.example/feed", country="", domestic=False, social=True),
    ]  # fmt: skip
    data = write_opml(ours, "Nguồn tin", "Sun, 13 Sep 2026 07:32:00 +0700")
    assert [one.source for one in read(data, "tep")] == ours
    # Only what is a feed may look like one to a feed reader.
    assert data.count(b"xmlUrl=") == 2 and b'type="link"' in data


def test_codes_out_of_addresses():
    assert source_id_of("https://Bao-A.example/rss/tin moi.rss?x=1") == "bao-a-example-rss-tin-moi-rss"


def test_a_file_that_was_cut_off_says_where_it_ends():
    whole = b'<?xml version="1.0"?>\n<opml version="2.0"><body>\n<outline xmlUrl="https://a.example/rss"/>\n</body></opml>\n'
    assert [one.vi for one in read(whole, "x.opml")] == [""]
    for cut, line in ((whole[:45], 2), (whole[:80], 3), (whole[:-15], 4)):
        last = list(read(cut, "x.opml"))[-1]
        assert last.line == line and "tệp bị hỏng hoặc bị cắt" in last.vi and "cut off" in last.en
