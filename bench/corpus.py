"""Pages made for measuring: no word of anybody's text is in them, and the same seed gives the same bytes.

A page is built like those of large outlets: 3 to 4 kB of article in some 140 kB of menus, boxes of related headlines, scripts and
styles. Words are syllables put together from Vietnamese onsets, rimes and tones, drawn by rank (Zipf); names of places come
from the gazetteer. One page in twenty is an edited copy of an earlier one.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gi",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
RIMES = ["a", "ac", "ai", "am", "an", "ang", "anh", "ao", "at", "ay", "âm", "ân", "âng", "âu", "ây", "e", "em", "en", "êm", "ên", "ênh", "i", "ia", "iêm", "iên", "iêu", "im", "in", "inh", "o", "oa", "oan", "oi", "om", "on", "ong", "ô", "ôi", "ôm", "ôn", "ông", "ơ", "ơi", "ơn", "u", "ua", "ui", "um", "un", "ung", "uôi", "ươi", "ương", "ưu"]  # fmt: skip
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
START = datetime(2026, 10, 1, tzinfo=UTC)
COPIES = 0.05


@dataclass(frozen=True, slots=True)
class Made:
    """One page and what it holds."""

    url: str
    html: bytes
    title: str
    text: str
    published_at: datetime


class Words:
    """An endless supply of words."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        known = {self._syllable() for _ in range(2_500)}
        self._known = sorted(known)
        chance.shuffle(self._known)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._known) + 1)))

    def _syllable(self) -> str:
        rime = self._chance.choice(RIMES)
        return unicodedata.normalize(
            "NFC", self._chance.choice(ONSETS) + rime[0] + self._chance.choice(TONES) + rime[1:]
        )

    def known(self, rank: int) -> str:
        """The word of that rank: 0 is the most frequent."""
        return self._known[rank]

    def draw_by(self, chance: random.Random) -> None:
        """Draw by another seed from now on, out of the same words."""
        self._chance = chance

    def line(self, count: int) -> str:
        """So many words, the first with a capital."""
        words = " ".join(self._chance.choices(self._known, cum_weights=self._weights, k=count))
        return words[:1].upper() + words[1:]


def pages(count: int, seed: int = 1, host: str = "bao.example") -> Iterator[Made]:
    """``count`` pages."""
    chance = random.Random(seed)
    words = Words(chance)
    places = _places(chance)
    scripts = _scripts(words)
    earlier: list[list[str]] = []
    for number in range(count):
        if earlier and chance.random() < COPIES:
            body = list(chance.choice(earlier))
            body[-1] = words.line(60) + "."
        else:
            body = [_paragraph(words, chance, places) for _ in range(chance.randint(7, 11))]
        earlier = [*earlier[-200:], body]
        title = f"{words.line(9)} ở {chance.choice(places)}"
        at = START + timedelta(minutes=7 * number)
        url = f"http://{host}/{'-'.join(['bai', 'viet', 'so', str(number)])}-{100_000 + number}.html"
        yield Made(url, _page(words, chance, title, body, at, scripts), title, "\n".join(body), at)


def _places(chance: random.Random) -> list[str]:
    from indexer.gazetteer.units import gazetteer

    known = gazetteer()
    codes = ["11131", "11557", "11713", "15664", "31", "38"]
    return [known.full_name(code) for code in codes] * 3 + [
        f"thôn {word}" for word in ("Đông", "Đoài", "Thượng", "Hạ")
    ]


def _paragraph(words: Words, chance: random.Random, places: list[str]) -> str:
    sentences = [words.line(chance.randint(12, 24)) + "." for _ in range(chance.randint(3, 5))]
    if chance.random() < 0.4:
        sentences.append(f"Tại {chance.choice(places)}, {words.line(14).lower()}.")
    return " ".join(sentences)


def _scripts(words: Words) -> str:
    data = ",".join(f'{{"id":{i},"t":"{words.line(8)}"}}' for i in range(1000))
    style = "".join(f".c{i}{{margin:{i}px;padding:{i % 7}px;color:#{i:06x}}}" for i in range(500))
    return f"<style>{style}</style><script>window.data=[{data}];</script>"


def _page(
    words: Words, chance: random.Random, title: str, body: list[str], at: datetime, scripts: str
) -> bytes:
    local = at + timedelta(hours=7)
    data = (
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{title}",'
        f'"datePublished":"{local:%Y-%m-%dT%H:%M:00}+07:00","author":{{"@type":"Person","name":"An Bình"}}}}</script>'
    )
    menu = "".join(f'<li class="m{i}"><a href="/muc-{i}">{words.line(2)}</a></li>' for i in range(90))
    related = "".join(
        f'<div class="item"><a href="/bai-{i}.html"><img src="/a{i}.jpg" alt=""></a><h3><a href="/bai-{i}.html">{words.line(11)}</a></h3>'
        f'<div class="meta"><span class="time">{i % 24}:30</span><span class="cat"><a href="/muc-{i % 60}">{words.line(2)}</a></span></div>'
        f'<p class="lead">{words.line(18)}</p></div>'
        for i in range(150)
    )
    article = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    head = f'<meta charset="utf-8"><title>{title} | Báo Mẫu</title><meta property="og:title" content="{title}">{scripts}'
    head += data if chance.random() < 0.8 else ""
    return (
        f'<!DOCTYPE html><html lang="vi"><head>{head}</head><body><header><nav><ul>{menu}</ul></nav></header>'
        f'<div class="wrap"><main><h1>{title}</h1><span class="date">{local:%d/%m/%Y - %H:%M} (GMT+7)</span>'
        f'<p class="sapo">{words.line(30)}.</p><article class="content">{article}</article></main>'
        f'<aside class="related">{related}</aside></div><footer><ul>{menu}</ul><p>{words.line(40)}</p></footer></body></html>'
    ).encode()
