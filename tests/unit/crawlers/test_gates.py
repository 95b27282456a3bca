"""Which addresses may be asked for, and what a body really is."""

from __future__ import annotations

import pytest

from crawlers.failures import REASONS, Failure, is_transient, reason_of
from crawlers.fetch.addresses import AllowedHosts, is_public_address
from crawlers.fetch.magic import refuse_files
from crawlers.fetch.settings import crawl_settings, user_agent
from crawlers.fetch.url_gate import check_url

PUBLIC = [
    "8.8.8.8",
    "203.162.4.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
INNER = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "240.0.0.1", "192.88.99.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "localhost", "", "1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address):
    assert is_public_address(address)


@pytest.mark.parametrize("address", INNER)
def test_everything_else_is_not(address):
    assert not is_public_address(address)


GOOD = [
    "http://bao.example/rss",
    "https://bao.example:443/a?b=c",
    "http://báo-điện-tử.example/tin",
    "http://bao.example:80/x%20y",
]
PRIVATE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://127.0.0.1./", "http://%31%32%37.0.0.1/", "http://[::1]/",
    "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://localhost/", "http://may-chu/", "http://may-in.local/",
    "http://x.internal/", "http://127.0.0.1:22/", "http://169.254.169.254/latest/", "http://0/", "http://10.0.0.1:8080/",
]  # fmt: skip
BAD = [
    "ftp://bao.example/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "gopher://bao.example/", "bao.example",
    "http://user:pass@bao.example/", "http://bao.example:22/", "http://bao.example:8080/", "http://127.0.0.1\\@bao.example/",
    "http://bao.example/\r\nX: y", "http:///x", "http://bao..example/", "http://8.8.8.8/", "http://bao.example:99999/", "http://[x/",
    "http://bao.example/" + "a" * 2000, "",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_ordinary_addresses_pass(url):
    check_url(url, AllowedHosts())


@pytest.mark.parametrize(
    ("url", "code"), [*((u, "private_address") for u in PRIVATE), *((u, "bad_url") for u in BAD)]
)
def test_others_are_refused_by_name(url, code):
    with pytest.raises(Failure) as caught:
        check_url(url, AllowedHosts())
    assert caught.value.code == code


def test_the_exception_of_demo_and_test_is_exact_and_dead_in_production():
    words = {"LAMRO_ALLOW_HOSTS": "127.0.0.1:8123, [::1]:9000,bad,x:0,y:99999"}
    allowed = AllowedHosts.from_environment({**words, "LAMRO_ENV": "demo"})
    assert allowed.pairs == {("127.0.0.1", 8123), ("::1", 9000)}
    check_url("http://127.0.0.1:8123/rss", allowed)
    for url in ("http://127.0.0.1:8124/rss", "http://127.0.0.2:8123/rss", "https://127.0.0.1/"):
        with pytest.raises(Failure):
            check_url(url, allowed)
    for env in ({}, {"LAMRO_ENV": "production"}, {"LAMRO_ENV": "Demo"}):
        assert AllowedHosts.from_environment({**words, **env}).pairs == frozenset()


@pytest.mark.parametrize(
    "body", [b"%PDF-1.4", b"PK\x03\x04..", b"MZ\x90\x00\x03", b"\x7fELF", b"\x1f\x8b\x08", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\0\1\2\3" * 100]
)  # fmt: skip
def test_files_are_refused_by_their_first_bytes(body):
    with pytest.raises(Failure) as caught:
        refuse_files(body, "http://bao.example/")
    assert caught.value.code == "not_text"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<rss/>",
        "Xã".encode(),
        "Xã họp".encode("utf-16"),
        ("<?xml?>" * 9).encode("utf-16-le"),
        b"MZ la ten bai",
    ],
)
def test_text_passes(body):
    refuse_files(body, "http://bao.example/")


def test_the_settings_close_what_scrapy_leaves_open():
    settings = crawl_settings(AllowedHosts(), {})
    for name in (
        "TELNETCONSOLE_ENABLED",
        "REMOTE_CONTROL_ENABLED",
        "METAREFRESH_ENABLED",
        "COOKIES_ENABLED",
        "HTTPPROXY_ENABLED",
    ):
        assert settings[name] is False
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert settings["ROBOTSTXT_OBEY"] is True
    assert settings["DOWNLOAD_MAXSIZE"] == 10 * 1024 * 1024
    assert (settings["DOWNLOAD_TIMEOUT"], settings["REDIRECT_MAX_TIMES"], settings["DOWNLOAD_DELAY"]) == (
        30.0,
        5,
        1.0,
    )
    assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert settings["DOWNLOAD_SLOTS"] == {}
    assert settings["DOWNLOAD_HANDLERS"] == {"file": None, "data": None, "ftp": None, "s3": None}


def test_the_contact_cannot_add_a_header_line():
    agent = user_agent({"LAMRO_CONTACT": "ubnd@example.vn\r\nX-Evil: 1\tñ"})
    assert agent.endswith("ubnd@example.vnX-Evil: 1)")
    assert agent.isascii()


def test_unknown_codes_still_have_words():
    assert reason_of("http_502") is REASONS["http_500"]
    assert reason_of("http_418") is REASONS["http_other"]
    assert reason_of("never heard of") is REASONS["internal"]
    assert is_transient("http_503") and not is_transient("timeout") and not is_transient("http_404")
