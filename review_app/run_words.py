"""A reading of a source in one sentence: how it ended, or how far it is."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from review_app.language import both, gettext, ngettext
from review_app.words import OUTCOMES

#: outcomes in which nothing could be read
BAD = frozenset({"failed", "refused", "quarantined"})


def counted(counts: Mapping[str, int], *, brief: bool = False) -> str:
    """The counts that are not nought, in the order in which they matter: "12 tin mới, 3 đã có". New items are always named."""

    def some(word: str) -> int:
        return int(counts.get(word, 0) or 0)

    parts = [ngettext("%(num)s tin mới", "%(num)s tin mới", some("new"))]
    if some("edited"):
        parts.append(ngettext("%(num)s tin đã sửa", "%(num)s tin đã sửa", some("edited")))
    if some("off_topic"):
        parts.append(gettext("%(num)s ngoài địa bàn", num=some("off_topic")))
    if some("seen") and not brief:
        parts.append(gettext("%(num)s đã có", num=some("seen")))
    if some("quarantined"):
        parts.append(gettext("%(num)s bị giữ lại", num=some("quarantined")))
    if some("failed"):
        parts.append(ngettext("%(num)s trang lỗi", "%(num)s trang lỗi", some("failed")))
    return ", ".join(parts)


def ended(outcome: str, counts: Mapping[str, int], error_vi: str, error_en: str) -> str:
    """How a reading ended. What went wrong is said in the words of the error, which name the thing and what to do."""
    error = both(error_vi, error_en)
    if outcome in BAD or outcome == "interrupted":
        return error or str(OUTCOMES[outcome]).capitalize() + "."
    if outcome == "empty":
        return gettext("Đọc được trang, nhưng không thấy bài nào. Kiểm tra lại địa chỉ hoặc cách đọc.")
    if outcome == "unchanged":
        return gettext("Trang không thay đổi từ lần đọc trước.")
    said = gettext("Đọc được %(counts)s.", counts=counted(counts))
    if outcome == "truncated":
        said += " " + gettext("Nguồn quá dài nên chỉ đọc phần đầu; lần sau đọc tiếp.")
    return f"{said} {error}".strip() if error and outcome == "truncated" else said


def install(app: Flask) -> None:
    """Offer both to templates."""
    app.jinja_env.globals.update(run_counted=counted, run_ended=ended, bad_outcomes=BAD)
