"""Every reason code of the place match: its weight and its sentence for staff (decision 4: a match says why).

Weights follow the measured first version of the research notes (ecosystem.md §1) and are adjusted on the labelled sentences of
``tests/quality`` only. ``{name}`` is the name as written, ``{near}`` the words that speak for or against it.
"""

from __future__ import annotations

from typing import NamedTuple

from core.places import Cue


class Reason(NamedTuple):
    """Weight in the score and the sentence in Vietnamese and English."""

    weight: float
    vi: str
    en: str


REASONS: dict[str, Reason] = {
    # what the name itself is worth
    "name_unique": Reason(0.35, "Trong danh mục chỉ có đơn vị này tên “{name}”.", "In the gazetteer only this unit is called “{name}”."),
    "name_shared": Reason(0.15, "“{name}” là tên của đơn vị này, điểm thấp vì đơn vị khác cũng tên như vậy.", "“{name}” is this unit's name; few points, since other units are called so too."),
    "name_wider": Reason(
        0.15,
        "“{name}” là tên của đơn vị này, điểm thấp vì còn là tên huyện, tỉnh.",
        "“{name}” is this unit's name; few points, since a district or province is called so too.",
    ),
    "name_person": Reason(0.0, "Riêng tên “{name}” chưa được điểm nào: cũng là tên nhân vật lịch sử.", "No points for “{name}” alone: it is also the name of a notable person."),
    "name_short": Reason(0.0, "Riêng tên “{name}” chưa được điểm nào: tên một âm tiết dễ nhầm.", "No points for “{name}” alone: a name of one syllable is easily mistaken."),
    "name_part": Reason(0.2, "Một phần của “{name}” nay thuộc đơn vị này.", "A part of “{name}” now belongs to this unit."),
    "name_place": Reason(0.5, "“{name}” là địa điểm thuộc địa bàn.", "“{name}” lies in the locality."),
    "name_foreign": Reason(0.6, "“{name}” là tên nước ngoài của địa bàn.", "“{name}” is the locality's name abroad."),
    "name_province": Reason(0.62, "“{name}” là tên tỉnh, thành phố.", "“{name}” is the name of the province or city."),
    "name_former_province": Reason(
        0.4, "“{name}” là tỉnh cũ, nay đã nhập vào.", "“{name}” is a former province, now merged into this one."
    ),
    "name_institution": Reason(0.62, "“{name}” là cách gọi cơ quan của địa bàn.", "“{name}” is an institution of the locality."),
    "name_short_form": Reason(0.62, "“{name}” là chữ viết tắt của địa bàn.", "“{name}” is short for the locality."),
    "name_until": Reason(0.0, "“{name}” là tên trước ngày {near}.", "“{name}” was its name before {near}."),
    "name_of_its_day": Reason(0.0, "Khi đăng tin còn tên là “{name}”; đổi tên từ ngày {near}.", "It was called “{name}” then, until {near}."),
    "name_not_yet": Reason(-0.2, "Khi đăng tin chưa có tên “{name}”, tên này có từ ngày {near}.", "The name “{name}” did not exist yet: it is of {near}."),
    "tail_only": Reason(-0.2, "Chỉ có tên ở phần đuôi trang (đọc thêm, tin liên quan, số lượt thích).", "Named only in what stands around the text (related links, counters)."),
    # what stands beside it
    "own_unit_word": Reason(0.5, "Có chữ “{near}” ngay cạnh tên.", "“{near}” stands beside the name."),
    "unit_word_differs": Reason(
        0.2, "Viết “{near}”, khác loại đơn vị, nhưng không có “{near} {name}” nào khác nên vẫn tính là nơi này.", "“{near}” is another type, but there is no other “{near} {name}”: it counts as this place."
    ),
    "other_level": Reason(-0.7, "“{near} {name}” là tên ở cấp khác, không phải đơn vị này.", "“{near} {name}” is of another level, not this unit."),
    "other_unit": Reason(-0.45, "“{near} {name}” là đơn vị khác, không phải đơn vị này.", "“{near} {name}” is another unit."),
    "unit_list": Reason(0.45, "Nằm trong danh sách sau chữ “{near}”, đúng loại đơn vị.", "In a list that begins with “{near}”, the right type of unit."),
    "other_list": Reason(-0.5, "Nằm trong danh sách sau chữ “{near}”, khác loại đơn vị.", "In a list that begins with “{near}”, another type of unit."),
    "surname_before": Reason(-0.65, "Trước tên là họ người: “{near}”.", "A surname stands before: “{near}”."),
    "honorific": Reason(-0.65, "Trước tên là cách gọi người: “{near}”.", "A form of address stands before: “{near}”."),
    "age_after": Reason(-0.6, "Sau tên là tuổi hoặc năm sinh, như nói về người.", "An age or a year of birth follows, as of a person."),
    "speech_after": Reason(-0.35, "Sau tên là “{near}”, như nói về người.", "“{near}” follows, as of a person."),
    "role_in_brackets": Reason(-0.5, "Tên đứng trong ngoặc sau tên người.", "The name stands in brackets after a person."),
    "brand": Reason(-0.55, "Đi với “{near}”: tên doanh nghiệp, thương hiệu, tác phẩm.", "With “{near}”: a company, brand or work."),
    "street_or_school": Reason(-0.6, "Đi với “{near}”: tên đường, trường, công trình.", "With “{near}”: a street, school or building."),
    "quote_after": Reason(-0.35, "Sau tên là lời nói trong ngoặc kép, như một người phát biểu.", "Quoted words follow, as of a person who speaks."),
    "table_of_people": Reason(-0.65, "Nằm trong cột “{near}” của bảng, cột ghi tên người.", "In the column “{near}” of a table, which names people."),
    "civic_near": Reason(0.15, "Gần đó có “{near}”, thường nói về địa phương.", "“{near}” is near, mostly said of local matters."),
    "name_alone": Reason(-0.15, "“{name}” cũng hay là tên người, và quanh đó không có chữ nào nói đến một nơi.", "“{name}” is a usual name of persons too, and nothing around it speaks of a place."),
    "stage_near": Reason(-0.35, "Gần đó có “{near}”, thường nói về nghệ sĩ.", "“{near}” is near, mostly said of artists."),
    "capital_before": Reason(-0.4, "Trước tên còn chữ viết hoa “{near}”: tên dài hơn.", "“{near}” before it belongs to a longer name."),
    "capital_after": Reason(-0.4, "Sau tên còn chữ viết hoa “{near}”: tên dài hơn.", "“{near}” after it belongs to a longer name."),
    "place_word": Reason(0.25, "Trước tên là “{near}”, như nói về một nơi.", "“{near}” stands before the name, as of a place."),
    "weak_place_word": Reason(0.1, "Trước tên là “{near}”, có thể nói về một nơi.", "“{near}” stands before the name, perhaps as of a place."),
    "dateline": Reason(0.4, "Tên đứng đầu tin như nơi viết.", "The name opens the text as its dateline."),
    # what stands further off
    "parent_beside": Reason(0.45, "Ngay sau là “{near}”, cấp trên của địa bàn.", "“{near}”, which it belongs to, follows."),
    "parent_near": Reason(0.35, "Gần đó có “{near}”, cấp trên của địa bàn.", "“{near}”, which it belongs to, is near."),
    "parent_in_text": Reason(0.2, "Trong bài có “{near}”, cấp trên của địa bàn.", "The text names “{near}”, which it belongs to."),
    "child_beside": Reason(0.2, "Trước đó là “{near}” thuộc địa bàn.", "“{near}” before it lies in the locality."),
    "sibling_near": Reason(0.2, "Gần đó có “{near}”, cùng tỉnh với địa bàn.", "“{near}”, of the same province, is near."),
    "as_parent": Reason(-0.6, "Ở đây “{name}” là tên cấp trên, không phải đơn vị này.", "Here “{name}” is the area above, not this unit."),
    "other_parent_beside": Reason(-0.65, "Ngay sau là “{near}”, không phải cấp trên của địa bàn.", "“{near}” follows: another area."),
    "namesake_near": Reason(-0.45, "Gần đó có “{near}”, nơi khác cũng có “{name}”.", "“{near}”, which has a “{name}” too, is near."),
    "namesake_in_text": Reason(-0.2, "Bài chỉ nhắc “{near}”, nơi khác cũng có “{name}”.", "The text names only “{near}”, which has a “{name}” too."),
    "foreign_context": Reason(0.35, "Bài có “{near}”, như nói về Việt Nam.", "The text names “{near}”, as of Việt Nam."),
    "no_context": Reason(-0.3, "Không có chữ nào nói đây là ở Việt Nam.", "Nothing says that this is in Việt Nam."),
    "person_in_text": Reason(-0.3, "Trong bài, “{name}” là tên người hoặc thương hiệu.", "In this text “{name}” is a person or a brand."),
    # what the office said (rules on screen)
    "rule_out": Reason(-1.0, "Quy tắc của cơ quan: đi với “{near}” thì không phải địa bàn.", "The office's rule: with “{near}” it is not the locality."),
    "rule_in": Reason(1.0, "Quy tắc của cơ quan: đi với “{near}” thì đúng là địa bàn.", "The office's rule: with “{near}” it is the locality."),
    "rule_out_item": Reason(-1.0, "Cơ quan xác định: riêng tin này không phải địa bàn.", "The office says of this item alone that it is not the locality."),
    "rule_in_item": Reason(1.0, "Cơ quan xác định: riêng tin này đúng là địa bàn.", "The office says of this item alone that it is the locality."),
    "rule_sense": Reason(-0.6, "Theo chỗ khác trong bài, quy tắc của cơ quan cho biết “{name}” không phải địa bàn.", "In this text the office's rule says that “{name}” is not the locality."),
    # the document
    "own_source": Reason(0.35, "Nguồn tin là của chính địa bàn.", "The source belongs to the locality."),
    "area_source": Reason(0.15, "Nguồn tin cùng tỉnh với địa bàn.", "The source is of the same province."),
    "one_sense": Reason(0.0, "Cùng nghĩa với chỗ khác trong bài.", "The same sense as elsewhere in the text."),
    "no_accents": Reason(-0.1, "Tên viết không dấu nên dễ nhầm.", "The name is written without accents and easily mistaken."),
    "no_capitals": Reason(-0.15, "Dòng này không viết hoa nên khó biết là tên riêng.", "This line has no capitals: whether it is a name is hard to tell."),
}  # fmt: skip


def cue(
    code: str, name: str, near: str = "", *, span: tuple[int, int] | None = None, weight: float | None = None
) -> Cue:
    """The cue with its sentences filled in; ``weight`` only where it differs from the table."""
    reason = REASONS[code]
    words = {"name": name, "near": near}
    return Cue(
        code,
        reason.weight if weight is None else weight,
        reason.vi.format_map(words),
        reason.en.format_map(words),
        span,
    )
