"""The table of hostile sources: what each serves and how its job must end (reliability.md §4 and §5; ``row`` is the row there)."""

from __future__ import annotations

import gzip
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from core.messages import Candidate
from tests.integration.crawlers import hostile_wire as wire
from tests.integration.crawlers.hostile import MEMORY_EATER, XML, Handler, article, moved, reply, rss

Check = Callable[[list[Candidate]], bool]


@dataclass(frozen=True)
class Case:
    """One hostile source. ``kept`` candidates come out of it, each with all of ``warns``, and ``holds`` says yes to them."""

    name: str
    answer: bytes | Handler
    outcome: str
    codes: tuple[str, ...] = ("",)
    kind: str = "feed"
    row: int = 0
    url: str = ""
    """Asked for instead of the server's own address of this case."""
    opens: bool = False
    """Whether the pages behind a feed's entries are opened."""
    kept: int = 0
    warns: tuple[str, ...] = ()
    holds: Check | None = None


def one(title: str = "Tin", link: str = "/mot.html", more: str = "", text: str = "Nước đã rút.") -> bytes:
    """A feed of one entry, its parts as given, for byte-level tricks."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>t</title><item><title>{title}</title><link>{link}</link><description>{text}</description>{more}</item></channel></rss>"
    ).encode("utf-8", "surrogatepass")


def _titles(*wanted: str) -> Check:
    return lambda found: sorted(c.title for c in found) == sorted(wanted)


def entities() -> bytes:
    """Billion laughs."""
    lines = ['<!ENTITY a0 "haha">'] + [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE r [{"".join(lines)}]><rss version="2.0"><channel><title>&a9;</title></channel></rss>'.encode()


QUADRATIC = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><rss version="2.0"><channel><title>{"&a;" * 20_000}</title></channel></rss>'.encode()
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<rss version="2.0"><channel><item><title>&x;</title><link>http://a.example/1</link></item></channel></rss>'
)
LOGIN = b"<html><body><form action='/login'><input type=password name=p></form></body></html>"
PDF = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 50
VIETNAMESE = "Xã khơi thông kênh mương, nước đã rút hẳn khỏi đồng hạ trong buổi sáng nay"


def statuses() -> list[Case]:
    """Answers that are no content (rows 24 to 27)."""
    return [
        Case("404", reply(b"x", "404 Not Found"), "failed", ("http_404",)),
        Case("410", reply(b"x", "410 Gone"), "failed", ("http_410",), row=24),
        Case("401", reply(b"x", "401 Unauthorized"), "refused", ("http_401",), row=24),
        Case("403", reply(b"x", "403 Forbidden"), "refused", ("http_403",), row=24),
        Case("418", reply(b"x", "418 Teapot"), "failed", ("http_418",)),
        Case("500-with-feed", reply(rss("/a.html"), "500 Oops", XML), "failed", ("http_500",), row=26),
        Case("503", reply(b"x", "503 Busy", Retry_After="120"), "failed", ("http_503",)),
        Case("429", reply(b"x", "429 Too Many", Retry_After="999999999"), "refused", ("http_429",), row=25),
        Case("204", b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "empty", ("empty",), row=27),
        Case("stray-304", b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", "unchanged", row=27),
        Case("empty-200", reply(b"", kind=XML), "empty", ("empty",), row=11),
        Case("only-spaces", reply(b" \n " * 50, kind=XML), "empty", ("empty",), row=11),
        Case("no-entries", reply(rss(), kind=XML), "empty", ("no_entries",)),
    ]


def other_things(canary: str) -> list[Case]:
    """Bodies that are something else than they say (rows 12, 14, 34, 65)."""
    return [
        Case("html-as-feed", reply(article("Trang chủ")), "failed", ("not_a_feed",), row=12),
        Case("login-as-feed", reply(LOGIN, kind=XML), "failed", ("not_a_feed",), row=12),
        Case("plain-xml", reply(b"<?xml version='1.0'?><data><x/></data>", kind=XML), "failed", ("not_a_feed",)),
        Case("json-as-feed", reply(b'{"items": []}', kind=XML), "failed", ("not_a_feed",)),
        Case("opml-as-feed", reply(b'<opml version="2.0"><body><outline/></body></opml>', kind=XML), "failed", ("not_a_feed",)),
        Case("path-as-body", reply(b"/etc/passwd", kind=XML), "failed", ("not_a_feed",), row=65),
        Case("url-as-body", reply(f"http://{canary}/from-body".encode(), kind=XML), "failed", ("not_a_feed",), row=65),
        Case("pdf-as-html", reply(PDF), "failed", ("not_text",), "page", 34),
        Case("program", reply(b"MZ\x90\x00" + bytes(500)), "failed", ("not_text",), "page", 34),
        Case("docx-as-html", reply(b"PK\x03\x04" + bytes(500)), "failed", ("not_text",), "page", 34),
        Case("png-as-html", reply(b"\x89PNG\r\n\x1a\n" + bytes(500)), "failed", ("not_text",), "page", 34),
        Case("noise", reply(bytes(range(256)) * 40), "failed", ("not_text",), "page", 34),
        Case("gz-file", reply(gzip.compress(article("Tin")), kind="application/gzip"), "failed", ("not_text",), "page", 14),
        Case("gz-feed", reply(gzip.compress(one()), kind="application/gzip"), "new", row=14, kept=1),
        Case("gz-file-bomb", reply(wire.gzip_bomb(), kind="application/gzip"), "refused", ("bomb",), row=14),
        Case("login-page", reply(LOGIN), "failed", ("empty_text",), "page"),
        Case("script-only", reply(b"<html><body><script>render()</script></body></html>"), "failed", ("empty_text",), "page"),
        Case("page-as-listing", reply(b"<html><body><p>Khong co lien ket nao o day.</p></body></html>"), "failed", ("no_links",), "listing"),
    ]  # fmt: skip


def bombs() -> list[Case]:
    """Small bytes that cost much (rows 1 to 8, 13, 29 to 33)."""
    flood = b"<div " + b" ".join(b"a%d=1" % i for i in range(200_000)) + b">x</div>"
    deflated = zlib.compress(bytes(200 << 20), 9)
    before_comment = article("Xã khơi thông kênh mương").replace(
        b"</body></html>", b"<!-- " + b"x" * 4_000_000
    )
    return [
        Case("laughs", reply(entities(), kind=XML), "refused", ("bomb",), row=1),
        Case("quadratic", reply(QUADRATIC, kind=XML), "refused", ("bomb",), row=2),
        Case("xxe", reply(XXE, kind=XML), "refused", ("bomb",), row=3),
        Case("nested-xml", reply(b"<rss>" + b"<a>" * 300_000, kind=XML), "refused", ("bomb",), row=5),
        Case("node-of-6-mb", reply(one(text="nước " * 1_200_000), kind=XML), "new", row=6, kept=1, warns=("text_cut",)),
        Case("100000-entries", reply(rss(*["/x"] * 30_000), kind=XML), "truncated", row=7, kept=1),
        Case("tags-in-cdata", reply(one(text="<![CDATA[" + "<b>x</b>" * 150_000 + "]]>"), kind=XML), "new", row=8, kept=1),
        Case("half-tags", reply(one(text="&lt;b " * 200_000), kind=XML), "new", row=8, kept=1),
        Case("gzip-bomb", reply(wire.gzip_bomb(), kind=XML, Content_Encoding="gzip"), "refused", ("bomb",), row=13),
        Case(
            "double-gzip-bomb", reply(gzip.compress(wire.gzip_bomb()), kind=XML, Content_Encoding="gzip, gzip"), "refused", ("bomb",), row=13
        ),
        Case("deflate-bomb", reply(deflated, kind=XML, Content_Encoding="deflate"), "refused", ("bomb",), row=13),
        Case("brotli-bomb", reply(wire.brotli_bomb(), kind=XML, Content_Encoding="br"), "refused", ("bomb",), row=13),
        Case("attributes", reply(b"<html><body>" + flood), "refused", ("bomb",), "page", 31),
        Case("nested-div", reply(b"<div>" * 100_000 + b"chu o rat sau trong trang"), "failed", ("empty_text",), "page", 29),
        Case("memory-eater", reply(MEMORY_EATER), "failed", ("parser_killed", "empty_text"), "page", 31),
        Case("tag-flood", reply(b"<p>x" * 1_000_000), "refused", ("bomb",), "page", 32),
        Case("a-million-lt", reply(b"<" * 1_000_000), "refused", ("bomb",), "page", 32),
        Case("half-entities", reply(b"<html><body>" + b"&#" * 500_000), "new", ("",), "page", 32, kept=1),
        Case("line-of-9-mb", reply(b"<html><body><p>" + "nước ".encode() * 1_250_000), "new", ("",), "page", 30, kept=1, warns=("text_cut",)),
        Case("line-of-50-mb", reply(b"<html><body><p>" + b"nuoc " * 10_000_000), "refused", ("too_large",), "page", 30),
        Case("unclosed-comment", reply(before_comment), "new", ("",), "page", 33, kept=1, holds=lambda found: "xxx" not in found[0].text),
    ]  # fmt: skip


def on_the_wire() -> list[Case]:
    """Servers that misuse HTTP (rows 15 to 20)."""
    return [
        Case("unknown-encoding", reply(one(), kind=XML, Content_Encoding="x-la"), "new", row=15, kept=1),
        Case("not-brotli", reply(b"\x1f\x8b" + b"rubbish" * 9, Content_Encoding="br"), "failed", ("bad_encoding", "not_a_feed", "not_text"), row=15),
        Case("endless", wire.endless, "refused", ("too_large",), row=16),
        Case("announced-1gb", reply(b"<rss/>", kind=XML, length=1 << 30), "refused", ("too_large",), row=16),
        Case("drip", wire.drip, "failed", ("timeout",), row=17),
        Case("silence", wire.silence, "failed", ("timeout",), row=17),
        Case("slow-headers", wire.slow_headers, "failed", ("timeout",), row=17),
        Case("too-short", reply(b"<rss>", kind=XML, length=5000), "failed", ("incomplete", "connection_lost"), row=18),
        Case("reset", wire.reset, "failed", ("connection_lost", "incomplete"), row=18),
        Case("bad-chunk", wire.bad_chunk, "failed", ("connection_lost", "incomplete"), row=18),
        Case(
            "longer-than-said", reply(rss("/a", "/b", "/c"), kind=XML, length=430), "new", row=19, kept=1, warns=("feed_cut_off",),
        ),
        Case("not-http", wire.not_http, "failed", ("connection_lost",), row=20),
        Case("huge-header", wire.huge_header, "failed", ("connection_lost",), row=20),
        Case("20000-headers", wire.many_headers(one()), "new", row=20, kept=1),
        Case("600-cookies", wire.many_cookies(one()), "new", row=20, kept=1),
    ]  # fmt: skip


def redirects(canary: str) -> list[Case]:
    """Ways out, and ways in (rows 21 to 24 and §5)."""
    inner = {
        "to-canary": f"http://{canary}/redirect",
        "to-decimal": "http://2130706433/",
        "to-octal": "http://0177.0.0.1/",
        "to-hex": "http://0x7f000001/",
        "to-short": "http://127.1/",
        "to-circled": "http://①②⑦.⓪.⓪.①/",
        "to-six": "http://[::1]/",
        "to-mapped": "http://[::ffff:127.0.0.1]/",
        "to-6to4": "http://[2002:7f00:1::]/",
        "to-nat64": "http://[64:ff9b::7f00:1]/",
        "to-metadata": "http://169.254.169.254/latest/",
        "to-carrier-nat": "http://100.64.0.1/",
        "to-localhost": "http://localhost/",
        "to-inner-name": "http://may-chu.internal/",
        "to-inner-port": "http://127.0.0.1:22/",
    }
    odd = {
        "to-file": "file:///etc/passwd",
        "to-gopher": "gopher://x.example/",
        "to-data": "data:text/html,x",
        "to-rubbish": "http://[oops",
    }
    return [
        Case("loop", moved("/loop"), "failed", ("too_many_redirects",), row=21),
        Case("endless-road", wire.always_further("/endless-road"), "failed", ("too_many_redirects",), row=21),
        Case("to-itself", moved(""), "failed", ("too_many_redirects",), row=24),
        Case("to-login", moved("/account/login?next=x"), "refused", ("login_redirect",)),
        Case("to-name-and-password", moved(f"http://a:b@{canary}/"), "refused", ("bad_url",), row=66),
        *(Case(name, moved(target), "refused", ("private_address",), row=23) for name, target in inner.items()),
        *(Case(name, moved(target), "failed", ("bad_redirect",), row=22) for name, target in odd.items()),
        Case(
            "meta-refresh", reply(f'<html><head><meta http-equiv="refresh" content="0;url=http://{canary}/meta"></head></html>'.encode()),
            "failed", ("empty_text",), "page", 23,
        ),
    ]  # fmt: skip


def addresses(canary: str) -> list[Case]:
    """Addresses of sources that are refused before anything is asked (row 66 and §5)."""
    private = {
        "ask-canary": f"http://{canary}/",
        "ask-loopback": "http://127.0.0.1/",
        "ask-mapped": "http://[::ffff:10.0.0.1]/rss",
        "ask-dot-local": "http://may-in.local/rss",
        "ask-inner-name": "http://noi-bo.bao-mau.vn/rss",
        "ask-mixed-name": "http://lan-lon.bao-mau.vn/rss",
        "ask-rebinding-name": "http://doi-y.bao-mau.vn/rss",
    }
    bad = {
        "ask-user": f"http://admin:mat-khau@{canary}/",
        "ask-port-22": "http://bao.example:22/",
        "ask-backslash": f"http://{canary}\\@bao.example/",
        "ask-file": "file:///etc/passwd",
        "ask-newline": "http://bao.example/a\r\nX-Evil: 1",
        "ask-literal": "http://8.8.8.8/rss",
    }
    return [
        *(Case(name, b"", "refused", ("private_address",), row=66, url=url) for name, url in private.items()),
        *(
            Case(name, b"", "refused", ("bad_url", "private_address"), row=66, url=url)
            for name, url in bad.items()
        ),
        Case("ask-no-such-name", b"", "failed", ("dns",), url="http://khong-co.example/rss"),
    ]


def letters() -> list[Case]:
    """Letters that are not what they are called (rows 35 to 43)."""
    marked = f"<html><head><title>{VIETNAMESE}</title></head>".encode()
    page = article(VIETNAMESE)
    apart = unicodedata.normalize("NFD", VIETNAMESE)
    old_font = "TËp chÝ §¶ng bé x· th«ng b¸o vÒ viÖc ®æi giê lµm viÖc, c¸n bé vµ nh©n d©n trong x· cÇn biÕt ®Ó thùc hiÖn"
    return [
        Case("nul", reply(one("Tin\0 mới\x07 hôm\x1b nay"), kind=XML), "new", row=35, kept=1, holds=_titles("Tin mới hôm nay")),
        Case("surrogate", reply(one("Tin \ud800 mới"), kind=XML), "new", row=36, kept=1, holds=lambda found: found[0].title.startswith("Tin ")),
        Case("surrogate-entity", reply(one("Tin &#xD800; mới"), kind=XML), "new", row=36, kept=1, holds=lambda f: "\ud800" not in f[0].title),
        Case("utf-16", reply(one("Nước rút").decode().replace("utf-8", "utf-16").encode("utf-16"), kind=XML), "new", row=37, kept=1, holds=_titles("Nước rút")),
        Case("utf-16-called-utf-8", reply(one("Nước rút").decode().encode("utf-16-le"), kind=XML + "; charset=utf-8"), "new", row=37, kept=1, holds=_titles("Nước rút")),
        Case("utf-8-called-latin", reply(page, kind="text/html; charset=iso-8859-1"), "new", ("",), "page", 38, kept=1, holds=_titles(VIETNAMESE)),
        Case("windows-1258", reply(one(VIETNAMESE).decode().replace("utf-8", "windows-1258", 1).translate(_TO_1258).encode("cp1258", "replace"), kind=XML), "new", row=39, kept=1, holds=lambda f: f[0].title == unicodedata.normalize("NFC", f[0].title) and "kênh" in f[0].title),
        Case("1258-called-utf-8", reply(one(VIETNAMESE * 3).decode().translate(_TO_1258).encode("cp1258", "replace"), kind=XML), "new", row=40, kept=1, holds=lambda f: bool({"broken_characters", "character_set_guessed", "unreadable_characters"} & set(f[0].warnings))),
        Case("tcvn3", reply(one(old_font), kind=XML), "new", row=41, kept=1, warns=("old_font_encoding",)),
        Case("broken-utf-8", reply(one(VIETNAMESE).replace("nước".encode(), b"n\xffc"), kind=XML), "new", row=42, kept=1, warns=("broken_characters",), holds=lambda f: "kênh mương" in f[0].title),
        Case("apart", reply(one(apart), kind=XML), "new", row=43, kept=1, holds=_titles(VIETNAMESE)),
        Case("utf-7", reply(one("+ADw-script+AD4-"), kind=XML + "; charset=utf-7"), "new", kept=1, holds=_titles("+ADw-script+AD4-")),
        Case("unknown-charset", reply(one("Nước rút"), kind=XML + "; charset=x-khong-co"), "new", kept=1, holds=_titles("Nước rút")),
        Case("head-only", reply(marked), "failed", ("empty_text",), "page"),
    ]  # fmt: skip


def entries(canary: str) -> list[Case]:
    """Feeds that are read, whatever they try (rows 4, 9, 10, 44 to 53)."""
    absurd = (
        "Sat, 21 Nov 9999 10:00:00 +0700",
        "Sat, 21 Nov 0000 10:00:00 +0700",
        "21/11/2569",
        "21/11/2026 25:61:61",
    )
    dated = "".join(
        f"<item><title>{i}</title><link>/d{i}</link><pubDate>{value}</pubDate></item>"
        for i, value in enumerate(absurd)
    )
    vietnamese = (
        "Thứ Bảy, 21/11/2026, 10:05 GMT+7",
        "10h05 ngày 21-11-2026",
        "Sat, 21 Nov 2026 10:05:00 ICT",
        "Ngày 21 tháng 11 năm 2026, 10:05",
    )
    told = "".join(
        f"<item><title>{i}</title><link>/v{i}</link><pubDate>{value}</pubDate></item>"
        for i, value in enumerate(vietnamese)
    )
    same = "".join(
        f"<item><title>Một tin</title><guid>{i}</guid><link>/trung.html?utm_source={i}&amp;fbclid={i}</link></item>"
        for i in range(4)
    )
    script = "&lt;script&gt;alert(1)&lt;/script&gt;"
    tab = one("Tin", "java&#9;script:alert(1)")
    scripts = one(
        f"Nước rút {script}", more=f"<dc:creator>An {script}</dc:creator><category>{script}</category>"
    )
    spoof = article(
        VIETNAMESE, f'<iframe src="http://{canary}/i"></iframe><img src="http://{canary}/g">'
    ).replace(
        b"</title>",
        f'</title><link rel="canonical" href="https://chinhphu.example/that.html"><link rel="stylesheet" href="http://{canary}/c">'.encode(),
    )
    return [
        Case("outer-dtd", reply(one().replace(b"<rss", f'<!DOCTYPE rss SYSTEM "http://{canary}/x.dtd"><rss'.encode(), 1), kind=XML), "new", row=4, kept=1),
        Case("stylesheet", reply(one().replace(b"<rss", f'<?xml-stylesheet href="http://{canary}/x.xsl"?><rss'.encode(), 1), kind=XML), "new", row=4, kept=1),
        Case("xinclude", reply(one(more='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'), kind=XML), "new", row=4, kept=1),
        Case("cut-feed", reply(rss("/c0", "/c1", "/c2")[:-150], kind=XML), "new", row=9, kept=2, warns=("feed_cut_off",)),
        Case("nbsp", reply(one("Nước&nbsp;rút &copy;"), kind=XML), "new", row=10, kept=1, holds=lambda f: f[0].title.startswith("Nước rút")),
        Case("words-before-xml", reply(b"\n\nWarning: mysql_connect() in /var/www/rss.php\n" + one(), kind=XML), "new", kept=1),
        Case("absurd-dates", reply(_feed(dated), kind=XML), "new", row=44, kept=4, holds=_none_dated),
        Case("no-date", reply(one(), kind=XML), "new", row=44, kept=1, holds=lambda f: (f[0].published_at, f[0].date_from) == (None, "none")),
        Case("vietnamese-dates", reply(_feed(told), kind=XML), "new", row=45, kept=4, holds=_all_at_10_05),
        Case("one-address-four-times", reply(_feed(same), kind=XML), "new", row=46, kept=1, holds=lambda f: "utm" not in f[0].canonical_url),
        Case("title-of-2-mb", reply(one("Nước " * 400_000), kind=XML), "new", row=47, kept=1, warns=("text_cut",), holds=lambda f: len(f[0].title) <= 500),
        Case("javascript-link", reply(rss("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"), kind=XML), "failed", ("all_pages_failed",), row=48),
        Case("tab-javascript-link", reply(tab, kind=XML), "failed", ("all_pages_failed",), row=48),
        Case("scripts", reply(scripts, kind=XML), "new", row=49, kept=1, holds=lambda f: "<" not in f[0].title + f[0].author and f[0].title.startswith("Nước rút")),
        Case("template-words", reply(one("{{ 7*7 }} {% raw %}"), kind=XML), "new", row=50, kept=1, holds=_titles("{{ 7*7 }} {% raw %}")),
        Case("spoof", reply(spoof), "new", ("",), "page", 52, kept=1, warns=("address_of_another_site",), holds=lambda f: "chinhphu" not in f[0].canonical_url),
        Case("overrides", reply(one("Nước \u202etúr\u202c \u200brút"), kind=XML), "new", row=53, kept=1, warns=("bidi_controls_removed",), holds=_titles("Nước túr rút")),
        Case("look-alikes", reply(one("Ngân hàng Vietcоmbаnk báo lỗi"), kind=XML), "new", row=53, kept=1, warns=("mixed_script",)),
        Case("entry-into-canary", reply(rss(f"http://{canary}/bai.html"), kind=XML), "new", row=23, kept=1, opens=True, warns=("article_not_read",)),
        Case("base-into-canary", reply(f'<base href="http://{canary}/"><a href="/bai-viet-rat-dai-10001.html">Xã sửa đường liên thôn</a>'.encode()), "failed", ("all_pages_failed",), "listing", 23, opens=True),
    ]  # fmt: skip


def _feed(items: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


def _none_dated(found: list[Candidate]) -> bool:
    return all(
        c.published_at is None and c.date_from == "none" and any(w.startswith("date_") for w in c.warnings)
        for c in found
    )


def _all_at_10_05(found: list[Candidate]) -> bool:
    return {c.published_at.isoformat() for c in found if c.published_at} == {"2026-11-21T03:05:00+00:00"}


def _tcvn_free(text: str) -> dict[int, str]:
    """cp1258 holds bases and tone marks apart: what it cannot write in one letter, as letter and mark."""
    table = {}
    for letter in sorted(set(text)):
        try:
            letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            for cut in range(len(parts), 0, -1):
                base = unicodedata.normalize("NFC", parts[:cut])
                try:
                    (base + parts[cut:]).encode("cp1258")
                except UnicodeEncodeError:
                    continue
                table[ord(letter)] = base + parts[cut:]
                break
            else:
                marks = [m for m in parts[1:] if m in "\u0300\u0301\u0303\u0309\u0323"]
                rest = "".join(p for p in parts if p not in marks)
                table[ord(letter)] = unicodedata.normalize("NFC", rest) + "".join(marks)
    return table


_TO_1258 = _tcvn_free(VIETNAMESE)


def cases(canary: str) -> list[Case]:
    """All of them. ``canary`` is the address of a server that nobody may reach."""
    return [
        *statuses(), *other_things(canary), *bombs(), *on_the_wire(), *redirects(canary), *addresses(canary), *letters(), *entries(canary),
    ]  # fmt: skip
