"""Keeps the English catalogue complete: ``python -m review_app.catalogue`` takes new strings in and compiles what is there.

Strings are Vietnamese in code and templates. Run it after adding one, write the English in ``translations/en``, run it again;
a test fails while anything is missing, fuzzy or not compiled.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent
ENGLISH = ROOT / "translations" / "en" / "LC_MESSAGES"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
}  # fmt: skip
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}


def extracted() -> Catalog:
    """Every string of the review app, without places (they would change with every edit)."""
    found = Catalog(charset="utf-8")
    for _, _, message, comments, context in extract_from_dir(
        str(ROOT), method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        found.add(message, None, auto_comments=comments, context=context)
    return found


def english() -> Catalog:
    """The English catalogue as written."""
    with (ENGLISH / "messages.po").open("rb") as source:
        return read_po(source, locale="en")


def _is_done(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def missing(catalogue: Catalog) -> list[str]:
    """Source strings that have no English, or only a guess."""
    done = {message.id for message in catalogue if message.id and not message.fuzzy and _is_done(message)}
    return sorted(str(message.id) for message in extracted() if message.id and message.id not in done)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update() -> list[str]:
    """Take new strings in, drop those that are gone, compile. Returns what still lacks English."""
    catalogue = english()
    made = catalogue.creation_date
    catalogue.update(extracted(), no_fuzzy_matching=True)
    # A date that changes with every run would make every run a change.
    catalogue.creation_date = made
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations = []
    with (ENGLISH / "messages.po").open("wb") as out:
        write_po(out, catalogue, width=0, sort_output=True)
    (ENGLISH / "messages.mo").write_bytes(compiled(catalogue))
    return missing(catalogue)


def main() -> int:
    """Update, and say what still lacks English."""
    lacking = update()
    for text in lacking:
        sys.stdout.write(f"{text}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
