"""One address for one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.urls import canonical_url, host_of


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("HTTP://Bao.Example.VN:80/Tin/Bai.html", "http://bao.example.vn/Tin/Bai.html"),
        ("https://bao.example:443", "https://bao.example/"),
        ("https://bao.example:8443/", "https://bao.example:8443/"),
        ("https://bao.example/a#binh-luan", "https://bao.example/a"),
        ("https://bao.example/a?utm_source=zalo&id=5&fbclid=x", "https://bao.example/a?id=5"),
        ("https://bao.example/a?zarsrc=30&gidzl=abc&zalo_share=1", "https://bao.example/a"),
        ("https://bao.example/a?b=2&a=1", "https://bao.example/a?b=2&a=1"),
        ("https://bao.example/a?source=rss", "https://bao.example/a?source=rss"),
        ("https://bao.example/x/../y/./z", "https://bao.example/y/z"),
        ("https://bao.example/../../y", "https://bao.example/y"),
        ("https://bao.example/x/..", "https://bao.example/"),
        ("https://bao.example./", "https://bao.example/"),
        ("https://u:p@bao.example/", "https://bao.example/"),
        ("https://báo.vn/Tin mới", "https://xn--bo-mia.vn/Tin%20m%E1%BB%9Bi"),
        ("https://bao.example/%7ea%2f", "https://bao.example/~a%2F"),
        ("  https://bao.example/a\u200b\n", "https://bao.example/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://bao.example/tin;v=1?a=%C4%91", "https://bao.example/tin;v=1?a=%C4%91"),
    ],
)
def test_canonical(raw: str, canonical: str) -> None:
    assert canonical_url(raw) == canonical


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "bao.example",
        "ftp://bao.example/",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "http://a b/",
        "http://x:99999/",
        "http://[::1",
        "https://-.vn",
        "https://" + "a" * 9000,
    ],
)
def test_what_is_no_web_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_url(wrong)


PARTS = st.text(st.sampled_from("ab/.%?&=#:@ áđ\u200b;+~2e[]\\"), max_size=40)


@given(PARTS | st.text(st.characters(), max_size=60))
def test_canonical_twice_is_the_same_and_it_is_plain(tail: str) -> None:
    try:
        once = canonical_url("https://bao.example/" + tail)
    except ValueError:
        return
    assert canonical_url(once) == once
    assert once.isascii()
    assert "#" not in once
    assert " " not in once
    assert host_of(once) == "bao.example"


@given(st.text(st.characters(), max_size=60))
def test_any_text_gives_an_address_or_is_refused(text: str) -> None:
    host_of(text)
    try:
        answer = canonical_url(text)
    except ValueError:
        return
    assert answer.startswith(("http://", "https://"))


def test_host() -> None:
    assert host_of("https://M.Bao.Example:8080/x") == "m.bao.example"
    assert host_of("nothing") == ""
    assert host_of("http://[::1") == ""
