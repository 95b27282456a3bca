"""Saved real pages: is the text what it should be, beside trafilatura's default in the same run; sections, dates, contradictions."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

from core.text.tokens import folded_words
from core.text.trimming import trim
from crawlers.parsers.article import extract_article
from evaluation.table import Line

#: No page was saved after this.
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def measured(folder: Path) -> Iterator[Line]:
    """Pages with a gold parse, and pages whose name says what they are."""
    gold = list(_gold_pages(folder / "fundus"))
    if gold:
        yield _texts(gold)
        yield _trimmed(gold)
        yield _dates(gold)
    named = sorted(path for path in folder.rglob("*.html") if path.is_file())
    if named:
        yield _kinds(named)


def token_f1(text: str, gold: str) -> float:
    """F1 of folded words, each as often as it stands there."""
    found, wanted = Counter(folded_words(text)), Counter(folded_words(gold))
    common = sum((found & wanted).values())
    return 2 * common / (found.total() + wanted.total()) if common else 0.0


def _gold_pages(folder: Path) -> Iterator[tuple[str, str, bytes, dict[str, Any]]]:
    """(name, address, bytes, gold) of fundus's test pages."""
    for path in sorted(folder.rglob("*.html.gz")):
        outlet = path.name.partition("_")[0]
        version = path.with_name(f"{outlet}.gold-version.txt")
        gold = path.with_name(f"{outlet}.gold.json")
        if version.exists() and gold.exists():
            said = json.loads(gold.read_text(encoding="utf-8"))[version.read_text(encoding="utf-8").strip()]
            meta = json.loads((path.parent / "meta.info.json").read_text(encoding="utf-8"))
            yield path.name, meta[path.name]["url"], gzip.decompress(path.read_bytes()), said


def _texts(gold: list[tuple[str, str, bytes, dict[str, Any]]]) -> Line:
    """``beside`` is our mean minus trafilatura's default on the same pages, plus one, so that a floor can be set."""
    import trafilatura

    ours, theirs, wrong = [], [], []
    for name, url, body, said in gold:
        wanted = "\n".join(_paragraphs(said["body"]))
        ours.append(token_f1(extract_article(body, url, None, NOW).text, wanted))
        theirs.append(token_f1(trafilatura.extract(body, url=url) or "", wanted))
        wrong.append(f"{name}: {ours[-1]:.3f}, trafilatura {theirs[-1]:.3f}")
    figures = {"f1": mean(ours), "worst": min(ours), "beside": 1 + mean(ours) - mean(theirs)}
    floors = {"worst": 0.6, "beside": 0.995}
    return Line("pages", "text, real pages", len(gold), figures, floors, tuple(wrong))


def _trimmed(gold: list[tuple[str, str, bytes, dict[str, Any]]]) -> Line:
    """The same pages as they are stored. ``beside`` is the mean with trimming minus that without, plus one."""
    before, after, wrong = [], [], []
    for name, url, body, said in gold:
        wanted = "\n".join(_paragraphs(said["body"]))
        page = extract_article(body, url, None, NOW)
        kept = trim(page.title, page.text, host=urlsplit(url).hostname or "")
        before.append(token_f1(page.text, wanted))
        after.append(token_f1(kept.text, wanted))
        wrong.append(f"{name}: {before[-1]:.4f} -> {after[-1]:.4f}; {kept.title == said['title']}")
    figures = {"f1": mean(after), "beside": 1 + mean(after) - mean(before)}
    return Line("trimming", "text, real pages", len(gold), figures, {"beside": 1.0}, tuple(wrong))


def _paragraphs(body: dict[str, Any]) -> Iterator[str]:
    yield from body.get("summary", [])
    for section in body.get("sections", []):
        yield from section.get("headline", [])
        yield from section.get("paragraphs", [])


def _dates(gold: list[tuple[str, str, bytes, dict[str, Any]]]) -> Line:
    dated = [page for page in gold if page[3].get("publishing_date")]
    right, wrong = 0, []
    for name, url, body, said in dated:
        want = datetime.fromisoformat(said["publishing_date"])
        found = extract_article(body, url, None, NOW).published_at
        good = found is not None and abs(found - want.replace(tzinfo=want.tzinfo or UTC)) <= _MINUTE
        right += good
        if not good:
            wrong.append(f"{name}: {found}, not {want}")
    share = right / max(1, len(dated))
    return Line("pages", "dates, real pages", len(dated), {"right": share}, {"right": 1.0}, tuple(wrong))


def _kinds(paths: list[Path]) -> Line:
    """A file with "home" or "listing" in its name is a section page, any other an article."""
    right, wrong = 0, []
    for path in paths:
        want = "listing" if {"home", "listing"} & set(path.stem.split("-")) else "article"
        found = extract_article(path.read_bytes(), _address(path), None, NOW).kind
        right += found == want
        if found != want:
            wrong.append(f"{path.name}: {found}, not {want}")
    share = right / len(paths)
    return Line("pages", "kinds, real pages", len(paths), {"right": share}, {"right": 1.0}, tuple(wrong))


def _address(path: Path) -> str:
    """A made-up address: what a page is must be told by the page."""
    return f"https://{path.stem.partition('-')[0]}.example/{path.stem}"
