"""Sentences of our own for one locality, true and false ones in turn: what an office judges before its store has enough items.

Each stands for a kind of sentence that the match meets: the unit's own word, a list, a dateline, no accents; and the same name as a
person, a brand, a street, a school, another unit.
"""

from __future__ import annotations

from core.text.normalise import fold
from indexer.gazetteer.units import Gazetteer

_OURS = (
    "UBND {typed}, {province} thông báo lịch cắt điện trong tuần này.",
    "Người dân {typed} phản ánh đường liên thôn ngập sau mỗi trận mưa.",
    "{name} ({short}): Chợ mới mở cửa từ sáng nay, tiểu thương dọn hàng trước giờ.",
    "Đoàn công tác của {short} về {name} xem lại đoạn kè vừa sửa.",
    "{bare}, {bare_short}: nghe noi tram y te dong cua, ba con hoi lai cho chac.",
    "Công an {typed} làm rõ nhóm thanh niên đốt pháo tự chế.",
    "{Typed} công khai danh sách hộ được hỗ trợ sau bão.",
    "Cháy xưởng gỗ ở {name}, {short} lúc rạng sáng, không ai bị thương.",
    "Trường Tiểu học {typed}, {short} nhận thêm hai lớp bán trú.",
    "{short} phân bổ vốn làm đường cho {typed} và một số nơi khác.",
)
_OTHERS = (
    "Ca sĩ {name} ra mắt album thứ ba ở nhà hát lớn.",
    "Va chạm ở ngã tư đường {name} và đường Cây Gạo khiến xe ùn dài.",
    "Anh Trần {name}, 34 tuổi, sửa xe miễn phí cho học trò nghèo.",
    "Công ty cổ phần {name} công bố lợi nhuận quý hai.",
    "Nhà hàng {name} bị phạt vì không rõ nguồn gốc thực phẩm.",
    "Bà {name} kể chuyện hai mươi năm bán xôi nuôi con.",
    "Quán cà phê {name} đông khách dịp cuối tuần.",
    "Diễn viên {name} nói về vai phản diện đầu tay.",
    "Tiệm vàng {name} đóng cửa nghỉ lễ ba ngày.",
    "Họa sĩ {name} trưng bày ba mươi bức sơn mài.",
)


def sample_sentences(table: Gazetteer, locality: str) -> tuple[str, ...]:
    """Up to twenty sentences; empty for a code that the gazetteer does not know."""
    unit = table.get(locality)
    if unit is None:
        return ()
    parents = table.parents(unit)
    short, province = (parents[-1].name, parents[-1].typed_name) if parents else ("Việt Nam", "Việt Nam")
    words = {
        "name": unit.name,
        "typed": unit.typed_name,
        "Typed": unit.typed_name[:1].upper() + unit.typed_name[1:],
        "short": short,
        "province": province,
        "bare": fold(unit.typed_name),
        "bare_short": fold(short),
    }
    return tuple(line.format_map(words) for pair in zip(_OURS, _OTHERS, strict=True) for line in pair)
