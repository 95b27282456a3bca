"""Which items exist at a given moment, and how each reads then: copies resolved, edits applied, dates filled in."""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass
from datetime import date, datetime

from config.demo.press.catalogue import Catalogue, Item, Outlet, Replacement, in_form, paragraphs
from config.demo.press.moments import fill_dates


@dataclass(frozen=True, slots=True)
class Edition:
    """One item as its outlet shows it at one moment. Times are aware UTC; texts are in the item's Unicode form."""

    item: Item
    outlet: Outlet
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    published: datetime
    updated: datetime
    path: str

    @property
    def edited(self) -> bool:
        """Whether the outlet has changed the text since it was published."""
        return self.updated > self.published


class Newsroom:
    """The outlets' shelves at any moment. ``live_from`` stays None until the watched part of the demo begins."""

    def __init__(self, catalogue: Catalogue, today: date, live_from: datetime | None = None) -> None:
        self.catalogue = catalogue
        self.today = today
        self.live_from = live_from
        self._by_path = {(o.id, self.path_of(i)): i.id for o in catalogue.outlets.values() for i in o.items}

    def edition(self, item_id: str, now: datetime) -> Edition | None:
        """The item as it reads at ``now``, or None when it is not published yet. Raises KeyError for an unknown id."""
        item = self.catalogue.items[item_id]
        outlet = self.catalogue.outlet_of[item_id]
        published = item.published.resolve(self.today, self.live_from)
        if published is None or published > now:
            return None
        title, summary, body = self._first_version(item)
        updated = published
        for edit in item.edits:
            at = edit.at.resolve(self.today, self.live_from)
            if at is None or at > now:
                continue
            title = edit.title or title
            summary = edit.summary or summary
            body = [*_replaced(body, edit.replace, item.id), *paragraphs(edit.append)]
            updated = max(updated, at)
        return Edition(
            item=item,
            outlet=outlet,
            title=self._say(title, item),
            summary=self._say(summary, item),
            paragraphs=tuple(self._say(text, item) for text in body),
            published=published,
            updated=updated,
            path=self.path_of(item),
        )

    def shelf(self, outlet_id: str, now: datetime) -> list[Edition]:
        """Everything an outlet has published by ``now``, newest first."""
        outlet = self.catalogue.outlets[outlet_id]
        found = [e for item in outlet.items if (e := self.edition(item.id, now)) is not None]
        return sorted(found, key=lambda edition: (edition.published, edition.item.id), reverse=True)

    def at_path(self, outlet_id: str, path: str, now: datetime) -> Edition | None:
        """The article at a path of an outlet, or None when there is none (yet)."""
        item_id = self._by_path.get((outlet_id, path))
        return None if item_id is None else self.edition(item_id, now)

    def broken(self, outlet_id: str, now: datetime) -> bool:
        """Whether the outlet answers everything with its maintenance page."""
        moment = self.catalogue.outlets[outlet_id].broken_from
        since = None if moment is None else moment.resolve(self.today, self.live_from)
        return since is not None and since <= now

    def path_of(self, item: Item) -> str:
        """The address of an item inside its outlet: the same in every run, so that a resumed demo sees no new items."""
        outlet = self.catalogue.outlet_of[item.id]
        number = 1_000_000 + zlib.crc32(item.id.encode()) % 9_000_000
        title = item.title or self.catalogue.items.get(item.copy_of, item).title
        match outlet.layout:
            case "social":
                return f"/@{item.handle}/11{number}{zlib.adler32(item.id.encode()) % 10**9:09d}"
            case "video":
                return f"/watch/{_video_id(item.id)}"
            case "chinese":
                return f"/news/{number}.shtml"
            case "blog":
                return f"/posts/{slug(title)}/"
            case "portal":
                return f"/tin-tuc/{slug(title)}-{number}"
            case _:
                return f"/{slug(title)}-{number}.html"

    def _first_version(self, item: Item) -> tuple[str, str, list[str]]:
        """Title, summary and paragraphs on the day of publishing; a copy repeats its original's first version."""
        if not item.copy_of:
            return item.title, item.summary, paragraphs(item.body)
        original = self.catalogue.items[item.copy_of]
        body = _replaced(paragraphs(original.body), item.replace, item.id)
        body = [*paragraphs(item.prepend), *body, *paragraphs(item.append)]
        return item.title or original.title, item.summary or original.summary, body

    def _say(self, text: str, item: Item) -> str:
        return in_form(fill_dates(text, self.today), item.form)


def slug(title: str) -> str:
    """The title as Vietnamese papers put it in an address: lower case, no marks, hyphens, at most 80 characters."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "-".join(kept.split())[:80].rstrip("-")


def _replaced(body: list[str], changes: tuple[Replacement, ...], where: str) -> list[str]:
    for change in changes:
        if not any(change.old in text for text in body):
            raise ValueError(f"{where}: the passage to change is not in the text: {change.old!r}")
        body = [text.replace(change.old, change.new) for text in body]
    return body


def _video_id(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    number = zlib.crc32(text.encode()) << 34 | zlib.adler32(text.encode()) << 2
    return "".join(alphabet[number >> shift & 63] for shift in range(60, -1, -6))
