"""Every key that the screens know, once: the list that people open with "?" is written from this table, and the script in the
page (static/js/frame.js) obeys what that list says, so the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_babel import LazyString, lazy_gettext

from core.rules.vocabulary import TAG_KEYS
from review_app.words import TAGS


@dataclass(frozen=True, slots=True)
class Key:
    """One act and its keys, named as browsers name them in lower case; ``value`` is the letter of the button that is pressed.

    ``always``: it also works while somebody types, and for people who switched single keys off (WCAG 2.1.4).
    """

    act: str
    keys: tuple[str, ...]
    what: LazyString
    value: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Keys that belong to the same place."""

    title: LazyString
    keys: tuple[Key, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        lazy_gettext("Ở mọi trang"),
        (
            Key("search", ("/",), lazy_gettext("tìm trong tin đã lưu")),
            Key("list", ("?",), lazy_gettext("mở bảng phím tắt này")),
            Key("hints", ("shift",), lazy_gettext("giữ để thấy phím trên các nút"), always=True),
            Key("close", ("escape",), lazy_gettext("đóng phần đang mở, bỏ chọn"), always=True),
        ),
    ),
    Section(
        lazy_gettext("Việc hôm nay, câu chuyện, hộp tin"),
        (
            Key("next", ("j",), lazy_gettext("chuyện tiếp theo; khi đo địa bàn: đúng, nói về nơi này")),
            Key("previous", ("k",), lazy_gettext("chuyện trước đó; khi đo địa bàn: không phải nơi này")),
            Key("open", ("enter",), lazy_gettext("mở chuyện đang chọn")),
            Key("undo", ("z", "8"), lazy_gettext("hoàn tác nhãn vừa gắn; khi đo địa bàn: câu vừa trả lời")),
        ),
    ),
    Section(
        lazy_gettext("Gắn nhãn cho chuyện đang mở, hoặc các tin đã chọn"),
        tuple(
            # The figure is the place of the button, the same as in the phone's thumb bar.
            Key("tag", (TAG_KEYS[tag], str(place)), mark.label, value=TAG_KEYS[tag].upper())
            for place, (tag, mark) in enumerate(TAGS.items(), 1)
        ),
    ),
)

#: keys as they stand on a keyboard
_CAPS = {"shift": "Shift", "escape": "Esc", "enter": "Enter"}


def cap(key: str) -> str:
    """What is printed on a key."""
    return _CAPS.get(key, key.upper())


def install(app: Flask) -> None:
    """Offer the table to templates."""
    app.jinja_env.globals.update(key_sections=SECTIONS, key_cap=cap)
