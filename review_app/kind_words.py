"""What staff read of each kind of source: its name, what to type as its address, and its settings with examples.

What kinds there are and which settings each takes is asked of :class:`core.ports.SourceKinds`; a kind without words here shows its
own name, so that a new one works before it is worded.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext


@dataclass(frozen=True, slots=True)
class KindWords:
    """``label`` in the list of kinds, ``hint`` beside the field of its address."""

    label: LazyString | str
    hint: LazyString | str


@dataclass(frozen=True, slots=True)
class OptionWords:
    """A setting's label, and what to write there with an example."""

    label: LazyString | str
    hint: LazyString | str = ""


_ = lazy_gettext

KINDS: dict[str, KindWords] = {
    "feed": KindWords(
        _("RSS, Atom (có địa chỉ nguồn)"),
        _(
            "Địa chỉ nguồn RSS, ví dụ https://bao.example/rss/tin-moi.rss. Dán trang chủ cũng được: máy tìm nguồn của trang."
        ),
    ),
    "listing": KindWords(
        _("Trang chuyên mục (không có RSS)"),
        _("Địa chỉ trang liệt kê bài, ví dụ https://cong.example/tin-tuc."),
    ),
    "sitemap": KindWords(
        _("Sơ đồ trang (sitemap)"),
        _("Địa chỉ sitemap.xml hoặc robots.txt, ví dụ https://bao.example/sitemap.xml."),
    ),
    "page": KindWords(_("Một trang"), _("Địa chỉ của đúng trang cần theo dõi.")),
    "google-news": KindWords(
        _("Google News, tìm theo từ"),
        _(
            'Từ cần tìm, ví dụ "xã Chí Minh" "Hải Phòng", hoặc địa chỉ trang kết quả. Chỉ có tiêu đề và nơi đăng.'
        ),
    ),
    "bing-news": KindWords(
        _("Bing News, tìm theo từ"),
        _('Từ cần tìm, ví dụ "xã Chí Minh" "Hải Phòng", hoặc địa chỉ trang kết quả.'),
    ),
    "gdelt": KindWords(
        _("GDELT, báo thế giới tìm theo từ"),
        _('Từ cần tìm bằng tiếng Anh, không dấu, ví dụ "Chi Minh" "Hai Phong".'),
    ),
    "mastodon": KindWords(
        _("Mastodon: thẻ hoặc tài khoản công khai"),
        _("Địa chỉ thẻ https://máy-chủ/tags/tên hoặc tài khoản https://máy-chủ/@tên."),
    ),
    "bluesky": KindWords(
        _("Bluesky: tài khoản hoặc lượt tìm"),
        _("Địa chỉ tài khoản https://bsky.app/profile/tên hoặc lượt tìm https://bsky.app/search?q=…"),
    ),
    "telegram": KindWords(
        _("Telegram: kênh công khai"),
        _("Địa chỉ kênh, ví dụ https://t.me/tên_kênh. Nhóm kín không đọc được."),
    ),
    "youtube": KindWords(
        _("YouTube: kênh hoặc danh sách phát"),
        _("Địa chỉ kênh https://www.youtube.com/@tên, hoặc mã kênh UC…"),
    ),
    "facebook": KindWords(
        _("Facebook: Trang công khai, cần khóa"),
        _("Địa chỉ Trang https://www.facebook.com/tên-trang. Nhóm và trang cá nhân không đọc được."),
    ),
    "reddit": KindWords(
        _("Reddit: cộng đồng hoặc lượt tìm"),
        _("Địa chỉ cộng đồng https://www.reddit.com/r/tên/ hoặc lượt tìm."),
    ),
    "rsshub": KindWords(_("RSSHub của cơ quan"), _("Địa chỉ RSSHub của cơ quan kèm đường dẫn của nguồn.")),
    "mailbox": KindWords(_("Hộp thư nhận tin chuyển tiếp"), _("Địa chỉ hộp thư nhận tin chuyển tiếp.")),
}

OPTIONS: dict[str, OptionWords] = {
    "link_css": OptionWords(_("Chỗ lấy liên kết (CSS)"), _("Ví dụ: .tin-bai h3 a. Để trống thì máy tự tìm.")),
    "link_pattern": OptionWords(
        _("Mẫu địa chỉ bài"),
        _("Chỉ lấy địa chỉ có đoạn này; dấu * thay cho chữ bất kỳ, ví dụ /tin-tuc/*.html."),
    ),
    "title_css": OptionWords(_("Chỗ lấy tiêu đề (CSS)"), _("Để trống thì lấy chữ của liên kết.")),
    "date_css": OptionWords(
        _("Chỗ lấy ngày đăng (CSS)"), _("Ví dụ: .ngay-dang. Để trống thì lấy ngày ở trang bài.")
    ),
    "max_age_days": OptionWords(_("Chỉ lấy bài trong (ngày)"), _("Bài cũ hơn không đọc.")),
    "max_files": OptionWords(_("Số tệp đọc mỗi lần"), _("Sơ đồ lớn chia nhiều tệp; đọc các tệp mới nhất.")),
    "edition": OptionWords(_("Bản ngôn ngữ"), _("Để trống thì theo địa chỉ, không có thì tiếng Việt.")),
    "days": OptionWords(_("Tìm lùi lại (ngày)"), _("Số ngày trước đây còn lấy tin.")),
    "market": OptionWords(_("Thị trường"), _("Ngôn ngữ và nước, ví dụ vi-VN, en-US. Để trống: vi-VN.")),
    "language": OptionWords(
        _("Chỉ tiếng"), _("Tên tiếng Anh của ngôn ngữ, ví dụ vietnamese. Để trống: mọi ngôn ngữ.")
    ),
}


def kind_words(kind: str) -> KindWords:
    """The words of a kind, or its own name."""
    return KINDS.get(kind) or KindWords(kind, "")


def option_words(name: str) -> OptionWords:
    """The words of a setting, or its own name."""
    return OPTIONS.get(name) or OptionWords(name)
