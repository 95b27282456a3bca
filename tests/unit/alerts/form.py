"""Reads the numbers of Decree 30/2020, Annex I, out of a .docx with zipfile and lxml alone, and says what is wrong.

Expected values are written here a second time on purpose: nothing of the renderer is imported.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MM = 1440 / 25.4


@dataclass
class Report:
    """Names of checks made, and of those that failed with what was found."""

    made: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def check(self, name: str, found, wanted) -> None:
        self.made.append(name)
        if found != wanted:
            self.faults.append(f"{name}: found {found!r}, wanted {wanted!r}")

    def mm(self, name: str, twips, wanted: float) -> None:
        self.made.append(name)
        if twips is None or abs(int(twips) - wanted * MM) > 1:
            self.faults.append(f"{name}: found {twips} twips, wanted {wanted} mm")

    def within(self, name: str, found: float, low: float, high: float) -> None:
        self.made.append(name)
        if not low <= found <= high:
            self.faults.append(f"{name}: found {found:.2f}, wanted {low:.2f} to {high:.2f}")


def text_of(node) -> str:
    return "".join(node.itertext(W + "t"))


class Docx:
    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        assert self.zip.testzip() is None
        self.roots: dict[str, Any] = {
            name: etree.fromstring(self.zip.read(name))
            for name in self.zip.namelist()
            if name.endswith((".xml", ".rels"))
        }
        self.body = self.roots["word/document.xml"].find(W + "body")
        self.tables = self.body.findall(W + "tbl")
        self.sections = list(self.body.iter(W + "sectPr"))

    def starting(self, start: str):
        """The first paragraph whose text starts so."""
        return next(p for p in self.body.iter(W + "p") if text_of(p).startswith(start))

    def text(self) -> str:
        return "\n".join(text_of(p) for p in self.body.iter(W + "p"))


def runs(report: Report, name: str, p, size: float, *, bold=False, italic=False, ink="000000") -> None:
    """Size, weight, slant, colour and font of every run of a paragraph."""
    found = []
    for rpr in p.iterfind(f"{W}r/{W}rPr"):
        fonts = rpr.find(W + "rFonts")
        found.append(
            (
                int(rpr.find(W + "sz").get(W + "val")) / 2,
                int(rpr.find(W + "szCs").get(W + "val")) / 2,
                rpr.find(W + "b") is not None,
                rpr.find(W + "i") is not None,
                rpr.find(W + "color").get(W + "val"),
                {fonts.get(W + script) for script in ("ascii", "hAnsi", "eastAsia", "cs")},
            )
        )
    report.check(f"{name}: has text", bool(found), True)
    wanted = (size, size, bold, italic, ink, {"Times New Roman"})
    for index, label in enumerate(("size", "complex size", "bold", "italic", "colour", "font")):
        report.check(f"{name}: {label}", [one[index] for one in found], [wanted[index]] * len(found))


def shape(
    report: Report, name: str, p, *, align: str, before=0.0, after=0.0, lines=1.0, first_cm=0.0, left_mm=0.0
) -> None:
    """Alignment, gaps, line spacing and indents of a paragraph."""
    properties = p.find(W + "pPr")
    spacing, indent = properties.find(W + "spacing"), properties.find(W + "ind")
    report.check(f"{name}: alignment", properties.find(W + "jc").get(W + "val"), align)
    report.check(f"{name}: gap before", int(spacing.get(W + "before")) / 20, before)
    report.check(f"{name}: gap after", int(spacing.get(W + "after")) / 20, after)
    report.check(f"{name}: line spacing", int(spacing.get(W + "line")), round(lines * 240))
    report.check(f"{name}: line rule", spacing.get(W + "lineRule"), "auto")
    for key, wanted in (("firstLine", first_cm * 10), ("left", left_mm)):
        found = "0" if indent is None else indent.get(W + key, "0")
        report.mm(f"{name}: indent {key}", found, wanted)


def rule(
    report: Report, name: str, p, column_mm: float, low_mm: float, high_mm: float, wanted_mm: float
) -> None:
    """A rule: the lower border of an empty paragraph; its length is the column less both indents."""
    properties = p.find(W + "pPr")
    border = properties.find(f"{W}pBdr/{W}bottom")
    report.check(f"{name}: empty", text_of(p), "")
    report.check(f"{name}: plain line", border is not None and border.get(W + "val"), "single")
    if border is None:
        return
    report.check(f"{name}: weight", int(border.get(W + "sz")) / 8, 0.75)
    report.check(f"{name}: colour", border.get(W + "color"), "000000")
    indent, spacing = properties.find(W + "ind"), properties.find(W + "spacing")
    left, right = int(indent.get(W + "left")) / MM, int(indent.get(W + "right")) / MM
    report.check(f"{name}: centred", round(left - right, 1), 0.0)
    length = column_mm - left - right
    report.within(f"{name}: length", length, low_mm, high_mm)
    report.within(f"{name}: our length", length, wanted_mm - 0.4, wanted_mm + 0.4)
    report.check(f"{name}: height", (spacing.get(W + "line"), spacing.get(W + "lineRule")), ("40", "exact"))
    report.check(f"{name}: gap after", int(spacing.get(W + "after")) / 20, 6.0)


def pages(report: Report, docx: Docx) -> None:
    for number, section in enumerate(docx.sections, 1):
        name = f"section {number}"
        size, margins = section.find(W + "pgSz"), section.find(W + "pgMar")
        report.mm(f"{name}: paper width", size.get(W + "w"), 210)
        report.mm(f"{name}: paper height", size.get(W + "h"), 297)
        report.check(f"{name}: portrait", size.get(W + "orient"), "portrait")
        for side, wanted in (("top", 20), ("bottom", 20), ("left", 30), ("right", 20), ("header", 10)):
            report.mm(f"{name}: margin {side}", margins.get(W + side), wanted)
        report.check(f"{name}: gutter", margins.get(W + "gutter"), "0")
        report.check(f"{name}: first page differs", section.find(W + "titlePg") is not None, True)
        numbers = section.find(W + "pgNumType")
        report.check(f"{name}: counts from 1", numbers.get(W + "start"), "1")
        report.check(f"{name}: Arabic", numbers.get(W + "fmt"), "decimal")
    targets = {rel.get("Id"): rel.get("Target") for rel in docx.roots["word/_rels/document.xml.rels"]}
    headers = {
        ref.get(W + "type"): docx.roots["word/" + targets[ref.get(R + "id")]]
        for ref in docx.sections[0].findall(W + "headerReference")
    }
    report.check("headers", sorted(headers), ["default", "first"])
    report.check("first page shows no number", list(headers["first"].iter(W + "instrText")), [])
    fields = [field.text.strip() for field in headers["default"].iter(W + "instrText")]
    report.check("other pages show their number", fields, ["PAGE"])
    paragraph = headers["default"].find(W + "p")
    report.check("number centred", paragraph.find(f"{W}pPr/{W}jc").get(W + "val"), "center")
    runs(report, "page number", paragraph, 14)


def fonts(report: Report, docx: Docx) -> None:
    """No part names another font, and no theme can put one in."""
    named = set()
    for root in docx.roots.values():
        for node in root.iter(W + "rFonts"):
            named |= set(node.attrib.items())
    report.check(
        "fonts named",
        named,
        {(W + script, "Times New Roman") for script in ("ascii", "hAnsi", "eastAsia", "cs")},
    )
    report.check("no theme", [name for name in docx.roots if "theme" in name.lower()], [])
    default = docx.roots["word/styles.xml"].find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    report.check("default size", default.find(W + "sz").get(W + "val"), "28")
    report.check("language", default.find(W + "lang").get(W + "val"), "vi-VN")


def head(report: Report, docx: Docx, agency: list[tuple[str, float]]) -> tuple[list, list]:
    """The head table; ``agency`` are its lines with the printed length in millimetres at 12 pt bold."""
    table = docx.tables[0]
    borders = table.find(f"{W}tblPr/{W}tblBorders")
    report.check("head: no border", {side.get(W + "val") for side in borders}, {"nil"})
    report.check("head: fixed columns", table.find(f"{W}tblPr/{W}tblLayout").get(W + "type"), "fixed")
    columns = [column.get(W + "w") for column in table.findall(f"{W}tblGrid/{W}gridCol")]
    report.check("head: two columns", len(columns), 2)
    report.mm("head: left column", columns[0], 70)
    report.mm("head: right column", columns[1], 90)
    report.within("head: as wide as the text", sum(map(int, columns)) / MM, 159.9, 160.1)
    margins = {node.get(W + "w") for node in table.find(f"{W}tblPr/{W}tblCellMar")}
    report.check("head: cells without margins", margins, {"0"})
    left, right = (list(cell.findall(W + "p")) for cell in table.findall(f"{W}tr/{W}tc"))
    report.check("superior", text_of(left[0]), text_of(left[0]).upper())
    runs(report, "superior", left[0], 12)
    shape(report, "superior", left[0], align="center")
    lines = left[1 : 1 + len(agency)]
    report.check("agency: lines", [text_of(p) for p in lines], [text for text, _ in agency])
    for p in lines:
        if text_of(p):
            runs(report, f"agency {text_of(p)}", p, 12, bold=True)
            shape(report, f"agency {text_of(p)}", p, align="center")
    longest = max(length for _, length in agency)
    rule(report, "agency's rule", left[1 + len(agency)], 70, longest / 3, longest / 2, longest * 0.4)
    report.check("state name", text_of(right[0]), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    runs(report, "state name", right[0], 12, bold=True)
    shape(report, "state name", right[0], align="center")
    report.check("motto", text_of(right[1]), "Độc lập - Tự do - Hạnh phúc")
    runs(report, "motto", right[1], 13, bold=True)
    shape(report, "motto", right[1], align="center")
    rule(report, "motto's rule", right[2], 90, 55.5, 56.8, 56.14)
    runs(report, "place and date", right[3], 13, italic=True)
    shape(report, "place and date", right[3], align="center")
    return left[2 + len(agency) :], right


def body(report: Report, docx: Docx, first: str, last: str) -> None:
    for name, start in (("first paragraph", first), ("last paragraph", last)):
        p = docx.starting(start)
        runs(report, name, p, 14)
        shape(report, name, p, align="both", after=6, lines=1.15, first_cm=1.27)
    report.check("closing mark", text_of(docx.starting(last)).endswith("./."), True)
    report.check("one closing mark", docx.text().count("./."), 1)
    report.check(
        "the last paragraph stays with the signature",
        docx.starting(last).find(f"{W}pPr/{W}keepNext") is not None,
        True,
    )


def signature(report: Report, docx: Docx, recipients: list[str], authority: list[str], name: str) -> None:
    table = docx.tables[1]
    columns = [column.get(W + "w") for column in table.findall(f"{W}tblGrid/{W}gridCol")]
    report.mm("signature: left column", columns[0], 75)
    report.mm("signature: right column", columns[1], 85)
    borders = table.find(f"{W}tblPr/{W}tblBorders")
    report.check("signature: no border", {side.get(W + "val") for side in borders}, {"nil"})
    report.check("signature: on one page", len(table.findall(f"{W}tr/{W}trPr/{W}cantSplit")), 1)
    gap = table.getprevious().find(f"{W}pPr/{W}spacing")
    report.check("signature: gap before", int(gap.get(W + "before")) / 20, 12.0)
    left, right = (list(cell.findall(W + "p")) for cell in table.findall(f"{W}tr/{W}tc"))
    report.check("recipients: title", text_of(left[0]), "Nơi nhận:")
    runs(report, "recipients: title", left[0], 12, bold=True, italic=True)
    report.check("recipients: list", [text_of(p) for p in left[1:]], recipients)
    for p in left[1:]:
        runs(report, f"recipients: {text_of(p)}", p, 11)
        shape(report, f"recipients: {text_of(p)}", p, align="left")
    report.check("signer: authority", [text_of(p) for p in right[:-1]], authority)
    for p in right[:-1]:
        runs(report, f"signer: {text_of(p)}", p, 14, bold=True)
        shape(report, f"signer: {text_of(p)}", p, align="center")
    report.check("signer: name", text_of(right[-1]), name)
    runs(report, "signer: name", right[-1], 14, bold=True)
    shape(report, "signer: name", right[-1], align="center", before=72)


def annex(report: Report, docx: Docx, reference: str) -> None:
    report.check("annex: a section of its own", len(docx.sections), 2)
    word = docx.starting("Phụ lục")
    runs(report, "annex: word", word, 14, bold=True)
    shape(report, "annex: word", word, align="center")
    title = docx.starting("HỒ SƠ LÀM RÕ")
    report.check("annex: title in capitals", text_of(title), text_of(title).upper())
    runs(report, "annex: title", title, 14, bold=True)
    line = docx.starting("(Kèm theo")
    report.check("annex: reference", text_of(line), reference)
    runs(report, "annex: reference", line, 14, italic=True)
    shape(report, "annex: reference", line, align="center", after=6)
    part = docx.starting("I. TUYÊN BỐ")
    runs(report, "annex: heading", part, 14, bold=True)
    shape(report, "annex: heading", part, align="both", before=6, after=6, lines=1.15, first_cm=1.27)
    tables = docx.tables[2:]
    report.check("annex: tables", len(tables), 3)
    for number, table in enumerate(tables, 1):
        name = f"annex table {number}"
        rows = table.findall(W + "tr")
        report.check(f"{name}: heading row repeats", rows[0].find(f"{W}trPr/{W}tblHeader") is not None, True)
        borders = table.find(f"{W}tblPr/{W}tblBorders")
        report.check(
            f"{name}: border", {(b.get(W + "val"), b.get(W + "sz")) for b in borders}, {("single", "4")}
        )
        margins = table.find(f"{W}tblPr/{W}tblCellMar")
        report.mm(f"{name}: cell margin", margins.find(W + "left").get(W + "w"), 1.5)
        width = sum(int(c.get(W + "w")) for c in table.findall(f"{W}tblGrid/{W}gridCol"))
        report.within(f"{name}: width", width / MM, 159.8, 160.2)
        runs(report, f"{name}: heading", rows[0].find(f".//{W}p"), 12, bold=True)
        runs(report, f"{name}: text", rows[1].find(f".//{W}p"), 12)


def press_release(data: bytes) -> Report:
    """D1 of tests.unit.alerts.samples: a named type with a dossier."""
    report, docx = Report(), Docx(data)
    pages(report, docx)
    fonts(report, docx)
    left, right = head(report, docx, [("ỦY BAN NHÂN DÂN", 39.86), ("XÃ CHÍ MINH", 28.3)])
    report.check("number", text_of(left[0]), "Số: 05/TC-UBND")
    runs(report, "number", left[0], 13)
    shape(report, "number", left[0], align="center")
    report.check("nothing under the number", len(left), 1)
    report.check("place and date: words", text_of(right[3]), "xã Chí Minh, ngày 05 tháng 02 năm 2026")
    title = docx.starting("THÔNG CÁO BÁO CHÍ")
    runs(report, "title", title, 14, bold=True)
    shape(report, "title", title, align="center", before=12)
    abstract = title.getnext()
    report.check("abstract", text_of(abstract), "Về tình hình đê Bến Trại đêm 12 tháng 9 năm 2026")
    runs(report, "abstract", abstract, 14, bold=True)
    shape(report, "abstract", abstract, align="center")
    # 106.9 mm: the abstract's printed length, measured with Liberation Serif Bold
    rule(report, "abstract's rule", abstract.getnext(), 160, 106.9 / 3, 106.9 / 2, 106.9 * 0.4)
    basis = docx.starting("Căn cứ")
    runs(report, "basis", basis, 14, italic=True)
    shape(report, "basis", basis, align="both", after=6, lines=1.15, first_cm=1.27)
    report.check("basis: closing mark", text_of(basis)[-1], ".")
    body(report, docx, "Ủy ban nhân dân xã Chí Minh khẳng định", "Thông tin đang làm rõ")
    recipients = [
        "- Các cơ quan báo chí;", "- Sở Văn hóa, Thể thao và Du lịch (để báo cáo);", "- UBND thành phố;",
        "- Cổng TTĐT xã;", "- Lưu: VT, VHXH.",
    ]  # fmt: skip
    authority = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    signature(report, docx, recipients, authority, "Đỗ Thanh Lam")
    reference = (
        "(Kèm theo Thông cáo báo chí số 05/TC-UBND ngày 05 tháng 02 năm 2026 của Ủy ban nhân dân xã Chí Minh)"
    )
    annex(report, docx, reference)
    return report


STAMPS = {"HỎA TỐC": 30, "THƯỢNG KHẨN": 40, "KHẨN": 20}


def letter(data: bytes, urgency: str) -> Report:
    """D3 of tests.unit.alerts.samples: an official letter with an urgency stamp."""
    report, docx = Report(), Docx(data)
    pages(report, docx)
    fonts(report, docx)
    left, right = head(report, docx, [("ỦY BAN NHÂN DÂN", 39.86), ("XÃ CHÍ MINH", 28.3)])
    report.check("number", text_of(left[0]), "Số: 12/UBND-VHXH")
    runs(report, "number", left[0], 13)
    report.check("subject", text_of(left[1]), "V/v thông tin sai lệch về đê Bến Trại")
    runs(report, "subject", left[1], 12)
    shape(report, "subject", left[1], align="center", before=6)
    report.check("place and date: words", text_of(right[3]), "xã Chí Minh, ngày 13 tháng 9 năm 2026")
    report.check("no title", docx.tables[0].getnext(), docx.starting("Kính gửi:"))
    box = docx.tables[0].find(f".//{W}tc/{W}tbl")
    report.mm("stamp: width", box.find(f"{W}tblGrid/{W}gridCol").get(W + "w"), STAMPS[urgency])
    height = box.find(f"{W}tr/{W}trPr/{W}trHeight")
    report.mm("stamp: height", height.get(W + "val"), 8)
    report.check("stamp: exact height", height.get(W + "hRule"), "exact")
    frame = {(b.get(W + "val"), b.get(W + "color")) for b in box.find(f"{W}tblPr/{W}tblBorders")}
    report.check("stamp: red frame", frame, {("single", "FF0000")})
    word = box.find(f".//{W}p")
    report.check("stamp: word", text_of(word), urgency)
    runs(report, "stamp", word, 13, bold=True, ink="FF0000")
    gap = box.getprevious().find(f"{W}pPr/{W}spacing")
    report.check("stamp: gap before", int(gap.get(W + "before")) / 20, 6.0)
    greeting = docx.starting("Kính gửi:")
    runs(report, "salutation", greeting, 14)
    shape(report, "salutation", greeting, align="left", before=12, after=6, left_mm=30)
    first = greeting.getnext()
    report.check("addressees", [text_of(first), text_of(first.getnext())], [
        "- Sở Văn hóa, Thể thao và Du lịch;", "- Ủy ban nhân dân thành phố Hải Phòng.",
    ])  # fmt: skip
    shape(report, "addressee", first, align="left", left_mm=42.7)
    body(report, docx, "Ủy ban nhân dân xã Chí Minh khẳng định", "Thông tin đang làm rõ")
    authority = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    signature(report, docx, ["- Như trên;", "- Công an xã;", "- Lưu: VT, VHXH."], authority, "Đỗ Thanh Lam")
    reference = "(Kèm theo Công văn số 12/UBND-VHXH ngày 13 tháng 9 năm 2026 của Ủy ban nhân dân xã Chí Minh)"
    annex(report, docx, reference)
    return report
