"""A first draft, for comparison: newspaper4k, langdetect, one regular expression, datasketch, a commit per article.

Run by the Python of a throw-away environment (:mod:`bench.measure`), never by ours: none of these is a dependency of the product.
Reads one line of place names and lines ``{"url", "html"}``; prints ``{"cpu": seconds, "items": stored, "stages": {"extract": seconds, …}}``.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import time


def main() -> None:
    """Read the pages from stdin and run them."""
    import langdetect  # type: ignore[import-not-found]
    import newspaper  # type: ignore[import-not-found]
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found]

    names = json.loads(sys.stdin.readline())
    pages = [json.loads(line) for line in sys.stdin]
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    near = MinHashLSH(threshold=0.5, num_perm=128)
    langdetect.DetectorFactory.seed = 0
    langdetect.detect("khởi động")
    base = sqlite3.connect(sys.argv[1])
    base.execute("create virtual table words using fts5(title, body)")
    base.execute("create table hit (item int, place text)")
    begun = time.process_time()
    extracting = 0.0
    for number, page in enumerate(pages):
        started = time.process_time()
        article = newspaper.Article(page["url"], fetch_images=False, language="vi")
        article.download(input_html=page["html"])
        article.parse()
        extracting += time.process_time() - started
        text = article.text.lower()
        try:
            langdetect.detect(text)
        except langdetect.LangDetectException:
            pass
        hits = pattern.findall(text)
        words = text.split()
        mark = MinHash(128)
        for three in zip(words, words[1:], words[2:], strict=False):
            mark.update(" ".join(three).encode())
        near.query(mark)
        near.insert(number, mark)
        base.execute("insert into words values (?, ?)", (article.title, article.text))
        base.executemany("insert into hit values (?, ?)", [(number, hit) for hit in hits])
        base.commit()
    spent = time.process_time() - begun
    stored = base.execute("select count(*) from words").fetchone()[0]
    stages = {"extract": extracting, "everything else": spent - extracting}
    print(json.dumps({"cpu": spent, "items": stored, "stages": stages}))


if __name__ == "__main__":
    main()
