"""What the sample press consists of: outlets and items as YAML, checked when they are read.

The YAML files beside this module are package data. Every text is fictional and our own; people, outlets and figures
exist nowhere else. A mistake in a file raises :class:`core.errors.Misconfigured` with the file's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.demo.press.moments import MomentField
from core.errors import Misconfigured
from core.text import yaml_text
from crawlers.parsers.results import ListingRules

Shape = Literal["rss", "atom", "mastodon", "youtube", "listing"]
Layout = Literal[
    "daily", "paper", "portal", "business", "chinese", "blog", "social", "video", "village", "farm"
]
DateStyle = Literal["json-ld", "meta", "byline", "time"]


_M = TypeVar("_M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Replacement(_Strict):
    """One passage changed: ``old`` must stand in the text (checked when it is applied)."""

    old: str = Field(min_length=1)
    new: str


class Edit(_Strict):
    """What an outlet changed in an article after publishing it."""

    at: MomentField
    title: str = ""
    summary: str = ""
    replace: tuple[Replacement, ...] = ()
    append: str = ""


class Item(_Strict):
    """One article, post or video.

    ``copy_of`` names the item whose first version is re-posted: its body (and title and summary where ours are empty)
    is taken over with ``replace`` applied and ``prepend``/``append`` added. ``about`` lists the unit codes that the text
    is truly about: the right answer for place matching, never shown on a page.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{3,60}$")
    storyline: str = Field(default="", pattern=r"^(T([1-9]|1[0-4]))?$")
    title: str = ""
    summary: str = ""
    body: str = ""
    published: MomentField
    section: str = ""
    author: str = ""
    handle: str = ""
    views: int | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    namesake: str = ""
    date_style: DateStyle | None = None
    form: Literal["NFC", "NFD"] = "NFC"
    copy_of: str = ""
    replace: tuple[Replacement, ...] = ()
    prepend: str = ""
    append: str = ""
    edits: tuple[Edit, ...] = ()

    @model_validator(mode="after")
    def _has_text(self) -> Item:
        if not self.copy_of and not self.body.strip():
            raise ValueError(f"item {self.id} has neither a body nor copy_of")
        return self


class Outlet(_Strict):
    """A paper, page or channel, with its items. ``reach_tier`` is R0–R3 as in the response matrix (0 one page, 3 national or foreign)."""

    id: str = Field(pattern=r"^[a-z0-9-]{3,40}$")
    name: str
    tagline: str = ""
    shape: Shape
    layout: Layout
    path: str = Field(pattern=r"^/[A-Za-z0-9/._?=-]*$")
    language: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    domestic: bool
    reach_tier: int = Field(ge=0, le=3)
    social: bool = False
    locality_code: str | None = None
    rules: ListingRules = ListingRules()
    sections: tuple[str, ...] = ()
    date_style: DateStyle = "json-ld"
    broken_from: MomentField | None = None
    disallow: tuple[str, ...] = ()
    items: tuple[Item, ...]

    @property
    def kind(self) -> Literal["feed", "listing"]:
        """The source kind that a crawler must use for this outlet."""
        return "listing" if self.shape == "listing" else "feed"


class ReceivedText(_Strict):
    """A text that no crawler can see (a closed social network), entered by hand as Article 6.2 allows."""

    id: str = Field(pattern=r"^[a-z0-9-]{3,60}$")
    storyline: str = Field(pattern=r"^T([1-9]|1[0-4])$")
    text: str
    title: str = ""
    seen_where: str
    seen_at: MomentField
    brought_by: str
    url: str = ""
    views: int | None = None
    about: tuple[str, ...] = ()


class Catalogue:
    """All outlets and hand-received texts, with look-ups by id. Raises Misconfigured when ids clash or a copy points nowhere."""

    def __init__(self, outlets: tuple[Outlet, ...], received: tuple[ReceivedText, ...]) -> None:
        self.outlets = {outlet.id: outlet for outlet in outlets}
        self.received = {text.id: text for text in received}
        self.items: dict[str, Item] = {}
        self.outlet_of: dict[str, Outlet] = {}
        for outlet in outlets:
            for item in outlet.items:
                if item.id in self.items:
                    raise _wrong(outlet.id, f"item id {item.id} is used twice")
                self.items[item.id] = item
                self.outlet_of[item.id] = outlet
        for item in self.items.values():
            original = self.items.get(item.copy_of) if item.copy_of else item
            if original is None or (item.copy_of and original.copy_of):
                raise _wrong(item.id, f"copy_of {item.copy_of} must name an original item")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every written text with the id of its item, as it stands in the files (NFD items included)."""
        for item in self.items.values():
            for text in (item.title, item.summary, item.body, item.prepend, item.append):
                yield item.id, text
            for edit in item.edits:
                yield item.id, edit.title + edit.summary + edit.append + "".join(r.new for r in edit.replace)
        for received in self.received.values():
            yield received.id, received.text


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a YAML body: parted by blank lines, single line breaks joined."""
    parts = (" ".join(part.split()) for part in body.split("\n\n"))
    return [part for part in parts if part]


def in_form(text: str, form: Literal["NFC", "NFD"]) -> str:
    """The text in the Unicode form in which its outlet publishes it."""
    return unicodedata.normalize(form, text)


def read_yaml(name: str) -> Any:
    """A YAML file of this package. Raises Misconfigured when it cannot be read."""
    try:
        return yaml_text.read_yaml(files("config.demo.press").joinpath(name).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _wrong(name, str(error)) from error


@cache
def load_catalogue() -> Catalogue:
    """The whole sample press. Raises Misconfigured naming the file that is wrong."""
    folder = files("config.demo.press").joinpath("outlets")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    outlets = tuple(_validate(Outlet, read_yaml(f"outlets/{name}"), name) for name in names)
    received = tuple(_validate(ReceivedText, row, "received.yaml") for row in read_yaml("received.yaml"))
    return Catalogue(outlets, received)


def _validate(model: type[_M], data: Any, name: str) -> _M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _wrong(name, str(error)) from error


def _wrong(name: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"Dữ liệu báo mẫu có lỗi ở {name}: {why}. Cài lại gói lamro.",
        f"The sample press data is wrong in {name}: {why}. Install the lamro package again.",
    )
