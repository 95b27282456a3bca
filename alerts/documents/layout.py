"""The numbers of the official form, in one place: every size, margin and gap of Decree 30/2020/NĐ-CP, Annex I.

Units are in the names: ``_MM`` millimetres, ``_PT`` points, ``_CM`` centimetres; ``_RATIO`` is a share of a text's width.
Where the Decree gives a range, the comment says it and the value is our choice within it. Renderers read these names at call time.
"""

from __future__ import annotations

#: Annex I part I.2: A4 portrait.
PAGE_WIDTH_MM = 210.0
PAGE_HEIGHT_MM = 297.0
#: Annex I part I.4: top and bottom 20–25, left 30–35, right 15–20.
MARGIN_TOP_MM = 20.0
MARGIN_BOTTOM_MM = 20.0
MARGIN_LEFT_MM = 30.0
MARGIN_RIGHT_MM = 20.0
#: Annex I part I.5: Times New Roman, Unicode of TCVN 6909:2001, black.
FONT = "Times New Roman"
INK = "000000"
#: Annex I part I.6: Arabic, 13–14, upright, centred in the top margin, not shown on the first page.
PAGE_NUMBER_PT = 14.0
#: The distance of the number from the paper's edge: it stands in the middle of the top margin.
PAGE_NUMBER_FROM_EDGE_MM = 10.0

#: The head: two columns without borders over the whole text width (ô 1, 2, 3, 4). The split is ours: Quốc hiệu must fit one line.
HEAD_LEFT_MM = 70.0
HEAD_RIGHT_MM = 90.0
#: An agency's line breaks before it comes this near to the other column.
HEAD_GUTTER_MM = 4.0
#: Annex I part II.1 (Quốc hiệu 12–13, Tiêu ngữ 13–14: 13 goes with 12) and II.2 (agencies 12–13).
STATE_NAME_PT = 12.0
MOTTO_PT = 13.0
SUPERIOR_PT = 12.0
AGENCY_PT = 12.0
#: II.2: the rule under the agency is one third to one half of the line's length.
AGENCY_RULE_RATIO = 0.4
#: II.1: the rule under the motto is as long as the motto.
MOTTO_RULE_RATIO = 1.0
#: A plain black rule; its weight is not prescribed.
RULE_PT = 0.75
#: The gap between a line and its rule, and under the rule: not prescribed, kept small.
RULE_LINE_PT = 2.0
RULE_AFTER_PT = 6.0

#: II.3: "Số:" 13, upright.
NUMBER_PT = 13.0
#: II.4: place and date 13–14, italic (13 goes with Quốc hiệu 12).
PLACE_DATE_PT = 13.0
#: II.5 b: "V/v" of an official letter 12–13, upright, centred under the number, 6 pt away.
LETTER_SUBJECT_PT = 12.0
LETTER_SUBJECT_BEFORE_PT = 6.0

#: II.5 a: the type's name and the abstract 13–14, bold, centred; rule of one third to one half under the abstract.
TITLE_PT = 14.0
ABSTRACT_PT = 14.0
ABSTRACT_RULE_RATIO = 0.4
TITLE_BEFORE_PT = 12.0

#: II.9: "Kính gửi" 13–14, upright.
SALUTATION_PT = 14.0
SALUTATION_INDENT_MM = 30.0
SALUTATION_BEFORE_PT = 12.0
#: II.6 b: bases 13–14, italic.
BASIS_PT = 14.0
#: II.6 đ: body 13–14, justified; first line 1 or 1.27 cm; paragraphs at least 6 pt apart; lines 1.0–1.5.
BODY_PT = 14.0
FIRST_LINE_CM = 1.27
PARAGRAPH_GAP_PT = 6.0
LINE_SPACING = 1.15
#: The head's lines stand single.
SINGLE_SPACING = 1.0

#: II.7: authority, title and name of the signer 13–14, bold.
SIGNER_PT = 14.0
SIGNER_NAME_PT = 14.0
#: Room for the handwriting and the seal between title and name; not prescribed.
SIGNATURE_ROOM_PT = 72.0
SIGNATURE_BEFORE_PT = 12.0
SIGNATURE_LEFT_MM = 75.0
SIGNATURE_RIGHT_MM = 85.0
#: II.9: "Nơi nhận:" 12, bold italic; the list 11, upright.
RECIPIENTS_TITLE_PT = 12.0
RECIPIENTS_PT = 11.0

#: II.8 b: urgency stamps, single frame, 13–14 bold capitals, red: HỎA TỐC 30×8, THƯỢNG KHẨN 40×8, KHẨN 20×8 mm.
URGENCY_WIDTH_MM: dict[str, float] = {"HỎA TỐC": 30.0, "THƯỢNG KHẨN": 40.0, "KHẨN": 20.0}
URGENCY_HEIGHT_MM = 8.0
URGENCY_PT = 13.0
URGENCY_INK = "FF0000"
URGENCY_BEFORE_PT = 6.0

#: II.10 (annex): "Phụ lục" 14 bold, its title 13–14 bold capitals, the reference to the main text 14 italic; own page numbers.
ANNEX_WORD_PT = 14.0
ANNEX_TITLE_PT = 14.0
ANNEX_REFERENCE_PT = 14.0
#: II.6 đ: parts 13–14 bold capitals.
HEADING_PT = 14.0
#: Text in the annex's tables: at most the body's size; 12 keeps three columns readable.
TABLE_PT = 12.0
TABLE_BORDER_PT = 0.5
TABLE_CELL_MM = 1.5

TEXT_WIDTH_MM = PAGE_WIDTH_MM - MARGIN_LEFT_MM - MARGIN_RIGHT_MM
