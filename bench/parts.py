"""The floor: the best part for each stage, called directly and joined by nothing (performance.md, "sum of best parts").

trafilatura with metadata, one fold, script rules before py3langid, daachorse over the gazetteer's names, rensa's MinHash with its
LSH, and one SQLite file with FTS5 in batches of 100. No reasons, no versions, no stories, no counters, no second process.
"""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.corpus import Made

BATCH = 100
_MARKED = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.I)


def run_parts(made: list[Made], folder: Path, stage: Callable[[str, float], None]) -> int:
    """Run every page through the stages; ``stage`` is told the CPU seconds of each. Returns how many were stored."""
    import daachorse
    import py3langid
    import rensa
    from trafilatura import bare_extraction

    from indexer.gazetteer.units import gazetteer

    names = list(dict.fromkeys(unit.name.lower() for unit in gazetteer().by_id.values()))
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(names)
    near: Any = rensa.RMinHashLSH(0.45, 128, 32)
    fold = folds()
    base = sqlite3.connect(folder / "parts.db", isolation_level=None)
    base.executescript(
        "pragma journal_mode=wal; pragma synchronous=normal; create table item(id integer primary key, url text unique, title text, body text,"
        " at text, lang text); create virtual table words using fts5(title, body, content='', tokenize='unicode61 remove_diacritics 0');"
        " create table hit(item int, place int, start int, stop int)"
    )
    waiting: list[tuple[Any, ...]] = []

    def store() -> None:
        base.execute("begin")
        base.executemany("insert into item values (?,?,?,?,?,?)", [row[:6] for row in waiting])
        base.executemany(
            "insert into words(rowid, title, body) values (?,?,?)",
            [(row[0], row[2], row[6]) for row in waiting],
        )
        base.executemany(
            "insert into hit values (?,?,?,?)", [(row[0], *hit) for row in waiting for hit in row[7]]
        )
        base.execute("commit")
        waiting.clear()

    bare_extraction(made[0].html, with_metadata=True)
    py3langid.classify("warm up")
    for number, page in enumerate(made, start=1):
        begun = time.process_time()
        found: Any = bare_extraction(page.html, url=page.url, include_comments=False, with_metadata=True)
        title, text, date = found.title or "", found.text or "", found.date or ""
        begun = _lap(stage, "extract", begun)
        text = unicodedata.normalize("NFC", text)
        lower = text.lower()
        folded = lower.translate(fold)
        begun = _lap(stage, "normalise", begun)
        language = "vi" if _MARKED.search(text[:1000]) else py3langid.classify(text[:1000])[0]
        begun = _lap(stage, "language", begun)
        hits = [
            (place, start, stop)
            for start, stop, place in automaton.find_overlapping(lower)
            if not (lower[start - 1 : start].isalnum() or lower[stop : stop + 1].isalnum())
        ]
        begun = _lap(stage, "places", begun)
        words = folded.split()
        mark = rensa.RMinHash(128, 42)
        mark.update([" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)] or [folded])
        near.query(mark)
        near.insert(number, mark)
        begun = _lap(stage, "copies", begun)
        waiting.append((number, page.url, title, text, date, language, folded, hits))
        if len(waiting) == BATCH:
            store()
        _lap(stage, "store", begun)
    begun = time.process_time()
    store()
    _lap(stage, "store", begun)
    stored = int(base.execute("select count(*) from words").fetchone()[0])
    base.close()
    return stored


def _lap(stage: Callable[[str, float], None], name: str, begun: float) -> float:
    now = time.process_time()
    stage(name, now - begun)
    return time.process_time()


def folds() -> dict[int, str]:
    """Latin letters with marks → without, for ``str.translate``."""
    return {
        code: bare
        for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
        if (bare := plain(chr(code))) != chr(code)
    }


def plain(letter: str) -> str:
    """A letter without its marks, đ → d."""
    letter = letter.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
