"""The .docx file itself: styles, properties, and bytes that are equal for equal input."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
from docx.oxml.ns import qn

from alerts.documents import layout
from alerts.documents.wordxml import element
from core.text.printable import line

#: Zip can date nothing earlier; the same for every entry, so that bytes depend on content alone.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
#: The date in the properties of a draft, which has none of its own.
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
#: Parts of the library's template that our documents do not use: other fonts, a thumbnail, another program's name.
_UNUSED = (
    "/theme", "/fontTable", "/webSettings", "/stylesWithEffects", "/numbering", "/customXml", "/thumbnail", "/extended-properties",
)  # fmt: skip
_KEPT_STYLES = {"Normal", "Default Paragraph Font", "Normal Table", "No List"}


def _drop_unused(rels: Any) -> None:
    for key in [key for key, rel in rels.items() if rel.reltype.endswith(_UNUSED)]:
        del rels[key]


def _set_styles(styles: Any, font: str, size_pt: float) -> None:
    """One font everywhere, no theme, the language set to Vietnamese; the template's other styles go."""
    for style in styles.findall(qn("w:style")):
        if style.find(qn("w:name")).get(qn("w:val")) not in _KEPT_STYLES:
            styles.remove(style)
    latent = styles.find(qn("w:latentStyles"))
    if latent is not None:
        styles.remove(latent)
    defaults = styles.find(qn("w:docDefaults"))
    for child in list(defaults):
        defaults.remove(child)
    runs = element("rPr")
    runs.append(element("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font))
    half_points = str(round(size_pt * 2))
    runs.extend([element("sz", val=half_points), element("szCs", val=half_points)])
    runs.append(element("lang", val="vi-VN", eastAsia="vi-VN", bidi="ar-SA"))
    run_default = element("rPrDefault")
    run_default.append(runs)
    spacing = element("pPr")
    spacing.append(element("spacing", before="0", after="0", line="240", lineRule="auto"))
    paragraph_default = element("pPrDefault")
    paragraph_default.append(spacing)
    defaults.extend([run_default, paragraph_default])


def _set_settings(settings: Any) -> None:
    """The layout rules of Word 2013 and later: tables then stand on the margin, as the form wants."""
    compat = settings.find(qn("w:compat"))
    if compat is None:
        compat = element("compat")
        settings.append(compat)
    for old in list(compat):
        compat.remove(old)
    compat.append(
        element(
            "compatSetting",
            name="compatibilityMode",
            uri="http://schemas.microsoft.com/office/word",
            val="15",
        )
    )


def new_document(
    *,
    title: str,
    author: str,
    made_at: datetime | None,
    font: str | None = None,
    size_pt: float | None = None,
) -> Any:
    """An empty document with our styles and properties; ``made_at`` (aware) is the only date in it."""
    document = docx.Document()
    _drop_unused(document.part.rels)
    _drop_unused(document.part.package.rels)
    _set_styles(document.styles.element, font or layout.FONT, size_pt or layout.BODY_PT)
    _set_settings(document.settings.element)
    moment = (made_at or _UNDATED).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = document.core_properties
    properties.title, properties.author = line(title)[:255], line(author)[:255]
    properties.last_modified_by = line(author)[:255]
    properties.comments = properties.keywords = properties.subject = properties.category = ""
    properties.created = properties.modified = moment
    properties.revision = 1
    properties.language = "vi-VN"
    return document


def to_bytes(document: Any) -> bytes:
    """The file, entries in a fixed order with a fixed date: equal input gives equal bytes."""
    raw = io.BytesIO()
    document.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()
