"""The catalogue of sources: what a new office starts with, what a search finds, which change is offered; and the shipped files."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from config.catalogue import shipped
from core.rules.catalogue import GROUPS, CatalogueEntry, Certainty, Wanted, changes, search, starting
from crawlers.registry import KindRegistry, all_kinds
from indexer.gazetteer.units import gazetteer


def entry(name: str, group: str = "central", certainty: str = "high", **more: object) -> CatalogueEntry:
    given = {"kind": "feed", "url": f"https://{name}.example/rss"} | more
    return CatalogueEntry(id=name, name=name, group=group, certainty=Certainty(certainty), **given)  # type: ignore[arg-type]


ENTRIES = [
    entry("bao-lon"),
    entry("bao-vua", certainty="medium"),
    CatalogueEntry("cua-bien", "Báo Cửa Biển", "provincial", Certainty.MEDIUM, "feed", "https://cua-bien.example/rss", province="31"),
    entry("ben-do", "provincial", "low", province="31"),
    entry("nui-cao", "provincial", "high", province="38"),
    entry("hong", certainty="broken"),
    entry("tim", "search", "high", url="https://tim.example/rss?q={query}&l={lang}"),
    entry("xa-lac", "foreign", "high", language="en", domestic=False),
    CatalogueEntry("kin", "Mạng kín", "social", Certainty.BROKEN),
]  # fmt: skip


def test_a_new_office_starts_with_what_is_sure():
    assert [one.id for one in starting(ENTRIES, "31")] == ["bao-lon", "cua-bien"]
    assert [one.id for one in starting(ENTRIES, "38")] == ["bao-lon", "nui-cao"]
    assert [one.id for one in starting(ENTRIES, "")] == ["bao-lon"]


def test_a_search_is_without_accents_ours_first_and_the_unreadable_last():
    assert [one.id for one in search(ENTRIES, Wanted(words="cua bien"))] == ["cua-bien"]
    assert [one.id for one in search(ENTRIES, Wanted(words="Cửa biển"))] == ["cua-bien"]
    assert [one.id for one in search(ENTRIES, Wanted(province="31"))] == ["cua-bien", "ben-do"]
    assert [one.id for one in search(ENTRIES, Wanted(language="en"))] == ["xa-lac"]
    everything = [one.id for one in search(ENTRIES, Wanted(), home="31")]
    assert everything[:2] == ["cua-bien", "ben-do"] and set(everything[-2:]) == {"hong", "kin"}
    assert len(everything) == len(ENTRIES)


def test_blanks_and_what_can_be_read():
    by_id = {one.id: one for one in ENTRIES}
    assert by_id["tim"].blanks == ("query", "lang") and by_id["tim"].readable
    assert not by_id["hong"].readable and not by_id["kin"].readable


def test_only_what_the_shipped_entry_changed_is_offered():
    before = entry("bao-lon")
    assert changes(before.values(), before) == {}
    moved = entry("bao-lon", url="https://moi.example/rss")
    assert changes(before.values(), moved) == {"url": "https://moi.example/rss"}


# --- the shipped files ----------------------------------------------------------------------------------------------


#: what a person could fill into a blank
FILLED = {
    "id": "UC" + "aB3_-5kLmN" * 2 + "xy",
    "list": "PLaB3_-5kLmNxyzQ",
    "channel": "tin_xa",
    "instance": "mang.example",
    "tag": "haiphong",
    "account": "tin.example",
    "query": "Chí Minh",
    "rsshub": "http://rsshub.example:1200",
    "route": "telegram/channel/tin_xa",
    "community": "vietnam",
    "page": "tin.xa",
}


def filled(one: CatalogueEntry) -> str:
    return one.url.format(**{name: FILLED[name] for name in one.blanks})


def test_every_shipped_entry_can_be_what_it_says():
    entries = shipped()
    assert len(entries) > 200 and {one.group for one in entries} == set(GROUPS)
    for one in entries:
        if one.kind:
            # Also of one that is known to be broken: who has the office's own token adds it by hand.
            checked = KindRegistry().check(one.kind, filled(one), one.rules)
            assert one.social or not checked.social, one.id
            if one.readable and not one.blanks:
                # What is stored is what the file says, or every source would be offered an update at once.
                assert (checked.url, dict(checked.rules)) == (one.url, dict(one.rules)), one.id
        if not one.readable:
            assert one.note_vi and one.note_en, f"{one.id}: say why it cannot be read"
    addresses = [one.url for one in entries if one.url and not one.blanks]
    assert len(addresses) == len(set(addresses))


def test_an_entry_of_a_platform_has_that_platforms_kind():
    """A platform that has a kind of its own is never read as a plain feed or a plain page."""
    of_host = {
        "youtube.com": "youtube", "t.me": "telegram", "bsky.app": "bluesky", "reddit.com": "reddit", "facebook.com": "facebook",
        "news.google.com": "google-news", "bing.com": "bing-news", "api.gdeltproject.org": "gdelt",
    }  # fmt: skip
    for one in shipped():
        host = (urlsplit(one.url).hostname or "").removeprefix("www.")
        assert one.kind == of_host.get(host, one.kind), one.id
        if {"instance"} & set(one.blanks):
            assert one.kind == "mastodon", one.id
    social = {one.kind for one in shipped() if one.group == "social"}
    assert {name for name, kind in all_kinds().items() if kind.social} | {"rsshub"} <= social
    # Plain feeds that are left there are forums, each at an address of its own.
    assert all(
        not one.blanks for one in shipped() if one.group == "social" and one.kind in {"feed", "listing"}
    )


def test_what_is_known_to_be_broken_is_never_begun_with_or_offered():
    broken = {one.id for one in shipped() if one.certainty is Certainty.BROKEN}
    assert {"facebook-page", "reddit-community", "tiktok", "zalo-oa"} <= broken
    assert not any(one.readable for one in shipped() if one.id in broken)
    for code in ("31", "38", ""):
        assert not broken & {one.id for one in starting(shipped(), code)}


def test_every_province_of_the_catalogue_exists_today():
    for one in shipped():
        assert bool(one.province) == (one.group == "provincial"), one.id
        if one.province:
            unit = gazetteer().get(one.province)
            assert unit is not None and unit.level == "p" and unit.current, one.id
        if one.former:
            assert any(
                one.province in {heir.code for heir in gazetteer().successors(unit)}
                for unit in gazetteer().named(one.former)
                if unit.level == "p" and not unit.current
            ), one.id


@pytest.mark.parametrize(("code", "own"), [("31", "baohaiphong-html"), ("38", "baothanhhoa-thoi-su")])
def test_what_an_office_of_hai_phong_or_thanh_hoa_starts_with(code, own):
    begun = starting(shipped(), code)
    assert own in {one.id for one in begun}
    assert all(one.certainty in {Certainty.HIGH, Certainty.MEDIUM} and not one.blanks for one in begun)
    assert {one.province for one in begun} == {"", code}
    assert 10 <= len(begun) <= 40
