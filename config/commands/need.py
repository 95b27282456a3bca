"""``lamro need show`` and ``refit``: the weights of the need score, and others by what people decided."""

from __future__ import annotations

from dataclasses import asdict

from config.commands.output import print_json, print_table
from config.settings import load
from config.wiring import make_desk
from core.queries.need import row_in_force
from core.services import need_refit, need_weights


def run_need_show(*, as_json: bool, as_yaml: bool) -> None:
    """The weights in force; as YAML, the file to begin one's own with."""
    from review_app import need_words

    desk = make_desk(load())
    with desk.store.read() as session:
        row = row_in_force(session)
        held = need_weights.present(session, desk)
    if as_yaml:
        import yaml

        print(yaml.safe_dump(held.as_json(), sort_keys=False, allow_unicode=True), end="")
        return
    if as_json:
        print_json(held.as_json() | {"proposal": None if row is None else row.id})
        return
    print_table(
        "Trọng số mức cần xử lý",
        ("Phần", "Trọng số"),
        ((f"{need_words.PARTS[name]} [{name}]", f"{value:g}") for name, value in held.parts.items()),
    )
    sure = ", ".join(f"{need_words.PLACES[band]} [{band}] {value:g}" for band, value in held.places.items())
    print(f"Nhân theo độ chắc của địa bàn: {sure}.")
    if row is not None:
        print(
            f"Theo đề xuất số {row.id}, áp dụng {row.applied_at:%d/%m/%Y}. Hoàn tác ở màn hình Mức cần xử lý."
        )
    elif load().need_weights:
        print(f"Theo tệp {load().need_weights}.")
    else:
        print("Theo giá trị đi kèm chương trình.")


def run_need_refit(*, as_json: bool) -> None:
    """Refit by the decisions of a year, try on the last month's; propose where better. Applies nothing."""
    desk = make_desk(load())
    told, row_id = need_refit.propose(desk)
    if as_json:
        print_json(asdict(told) | {"better": told.better, "proposal": row_id})
        return
    print(
        f"Tính lại từ {told.trained} quyết định ({told.trained_needed} cần trả lời), so trên {told.held_out} quyết định của 30 ngày qua"
        f" ({told.held_out_needed} cần trả lời)."
    )
    print(
        f"Độ chính xác trung bình (average precision): đang dùng {told.before:.3f}, tính lại {told.after:.3f};"
        f" tốt hơn trong {told.sure * 100:.0f} % số lần lấy mẫu lại."
    )
    if row_id is None:
        print("Không đề xuất: trọng số tính lại chưa tốt hơn rõ ràng. Trọng số đang dùng giữ nguyên.")
    else:
        print(
            f"Đề xuất số {row_id} chờ quản trị xem và áp dụng ở màn hình Mức cần xử lý. Chưa có gì thay đổi."
        )
