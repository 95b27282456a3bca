"""What can go wrong with a source or a page: one stable code, one sentence an officer can act on, in two languages.

The codes are a contract: screens, tests and the schedule's back-off rely on them. The sentences say what happened and what
to do, and never show program text (reliability.md §8, "usability of errors").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

NAMES_SHOWN = 6

Kind = Literal["failed", "refused", "empty", "interrupted"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the table: the outcome word it leads to, and its sentences."""

    outcome: Kind
    vi: str
    en: str


REASONS: dict[str, Reason] = {
    "http_404": Reason(
        "failed",
        "Trang nguồn không còn ở địa chỉ này (mã 404). Mở trang của cơ quan báo chí, tìm địa chỉ mới và sửa lại nguồn.",
        "The page is no longer at this address (404). Find the new address on the outlet's site and correct the source.",
    ),
    "http_410": Reason(
        "failed",
        "Trang nguồn đã bị gỡ hẳn (mã 410). Tìm địa chỉ thay thế hoặc tắt nguồn này.",
        "The page was removed for good (410). Find a replacement or switch the source off.",
    ),
    "http_401": Reason(
        "refused",
        "Trang đòi đăng nhập (mã 401). Phần mềm không đăng nhập thay người dùng: chọn một địa chỉ công khai khác.",
        "The page asks for a log-in (401). The product never logs in: choose a public address instead.",
    ),
    "http_403": Reason(
        "refused",
        "Máy chủ của nguồn từ chối cho đọc (mã 403). Xin phép tòa soạn, hoặc dùng nguồn cấp tin RSS nếu có.",
        "The source's server refuses to be read (403). Ask the outlet, or use its RSS feed if it has one.",
    ),
    "http_429": Reason(
        "refused",
        "Nguồn báo đọc quá nhiều lần (mã 429). Phần mềm sẽ đọc thưa hơn; nếu lặp lại, hãy kéo dài chu kỳ đọc của nguồn.",
        "The source says it is read too often (429). Reading slows down; if this repeats, lengthen the source's interval.",
    ),
    "http_500": Reason(
        "failed",
        "Máy chủ của nguồn đang lỗi (mã 5xx). Không cần làm gì ngay; phần mềm sẽ thử lại ở lượt sau.",
        "The source's server has a fault (5xx). Nothing to do now; it is tried again in the next round.",
    ),
    "http_other": Reason(
        "failed",
        "Máy chủ của nguồn trả lời một mã không dùng được. Mở địa chỉ bằng trình duyệt để kiểm tra rồi sửa lại nguồn.",
        "The source's server gave an unusable answer. Open the address in a browser and correct the source.",
    ),
    "not_a_feed": Reason(
        "failed",
        "Địa chỉ này không trả về nguồn cấp tin mà là trang web hoặc dữ liệu khác. Tìm đúng địa chỉ RSS, "
        "hoặc đổi loại nguồn thành trang danh sách.",
        "This address gives a web page or other data, not a feed. Find the right RSS address, "
        "or change the source's kind to a listing page.",
    ),
    "many_feeds": Reason(
        "failed",
        "Trang này có nhiều nguồn cấp tin nên phần mềm không tự chọn: {names}. Chọn một địa chỉ trong số đó và sửa lại nguồn.",
        "This page names several feeds, and the program does not choose: {names}. Put one of these addresses into the source.",
    ),
    "not_a_sitemap": Reason(
        "failed",
        "Địa chỉ này không trả về sơ đồ trang (sitemap) mà là trang web hoặc dữ liệu khác. Tìm dòng Sitemap trong tệp robots.txt "
        "của trang, hoặc đổi loại nguồn.",
        "This address gives a web page or other data, not a sitemap. Look for the Sitemap line in the site's robots.txt, "
        "or change the source's kind.",
    ),
    "bad_query": Reason(
        "failed",
        "Dịch vụ tìm kiếm không hiểu từ tìm của nguồn này. Sửa từ tìm: đặt tên trong ngoặc kép, bỏ từ quá ngắn.",
        "The search service does not understand this source's words. Put names in double quotes and leave out very short words.",
    ),
    "not_text": Reason(
        "failed",
        "Địa chỉ này trả về tệp (PDF, ảnh, tệp nén hoặc chương trình) chứ không phải trang tin. Sửa địa chỉ, "
        "hoặc nhập tài liệu bằng tay.",
        "This address gives a file (PDF, image, archive or program), not a page. Correct it, or enter the document by hand.",
    ),
    "empty": Reason(
        "empty",
        "Nguồn trả về trang trống. Mở địa chỉ bằng trình duyệt; nếu vẫn có nội dung, hãy báo quản trị viên.",
        "The source answered with nothing. Open the address in a browser; if it shows content, tell the administrator.",
    ),
    "no_entries": Reason(
        "empty",
        "Nguồn đọc được nhưng chưa có mục tin nào. Nếu kéo dài, hãy kiểm tra xem nguồn có đổi địa chỉ không.",
        "The source can be read but holds no entries. If this lasts, check whether its address has changed.",
    ),
    "no_links": Reason(
        "failed",
        "Trang danh sách không có liên kết bài nào khớp quy tắc. Xem thử trang và sửa quy tắc chọn liên kết.",
        "No article link on the listing page matches the rule. Preview the page and correct the link rule.",
    ),
    "not_posts": Reason(
        "failed",
        "Địa chỉ này không trả về bài đăng mà là trang web hoặc dữ liệu khác. Mở bằng trình duyệt, kiểm tra tên kênh, "
        "tài khoản hoặc thẻ rồi sửa lại nguồn.",
        "This address gives a web page or other data, not posts. Open it in a browser, check the name of the channel, account "
        "or tag, and correct the source.",
    ),
    "no_preview": Reason(
        "refused",
        "Kênh Telegram này không cho xem trước trên web (kênh kín, nhóm, hoặc đã tắt xem trước). Phần mềm không đăng nhập: "
        "chọn kênh công khai khác, hoặc nhập tay tin đã thấy.",
        "This Telegram channel has no public preview (private, a group, or preview switched off). The product never logs in: "
        "choose a public channel, or enter what was seen by hand.",
    ),
    "account_unknown": Reason(
        "failed",
        "Nền tảng không có tài khoản, thẻ hoặc kênh mang tên này (đã đổi tên, đã xóa hoặc gõ sai). Kiểm tra lại địa chỉ nguồn.",
        "The platform knows no account, tag or channel of this name (renamed, removed or mistyped). Check the source's address.",
    ),
    "interface_closed": Reason(
        "refused",
        "Máy chủ này chỉ cho người đã đăng nhập đọc. Phần mềm không đăng nhập: thử địa chỉ /@tên.rss của tài khoản, hoặc nhập tay.",
        "This server lets only logged-in people read. The product never logs in: try the account's /@name.rss, or enter by hand.",
    ),
    "search_closed": Reason(
        "refused",
        "Bluesky đang không cho tìm kiếm khi chưa đăng nhập (họ thường tắt khi quá tải). Không cần làm gì ngay; nếu kéo dài, "
        "hãy theo dõi từng tài khoản thay cho lượt tìm.",
        "Bluesky does not allow searching without a log-in at present (often switched off under load). Nothing to do now; if it "
        "lasts, follow accounts instead of a search.",
    ),
    "reddit_closed": Reason(
        "refused",
        "Reddit không cho phần mềm đọc cộng đồng này. Khi thấy bài liên quan, hãy nhập tay bằng đường dẫn hoặc ảnh chụp.",
        "Reddit does not let programs read this community. Enter relevant posts by hand, with their link or a screenshot.",
    ),
    "youtube_robots": Reason(
        "refused",
        "YouTube không cho phần mềm đọc nguồn cấp của kênh (robots.txt). Xin khóa YouTube Data API cho cơ quan, rồi chạy: "
        "lamro sources token MÃ_NGUỒN.",
        "YouTube does not let programs read channel feeds (robots.txt). Get a YouTube Data API key for the office, then run: "
        "lamro sources token SOURCE_ID.",
    ),
    "youtube_key": Reason(
        "refused",
        "Địa chỉ dạng @tên chỉ đọc được khi có khóa YouTube Data API. Nhập khóa bằng: lamro sources token MÃ_NGUỒN, "
        "hoặc dùng mã kênh UC….",
        "An @name can be read only with a YouTube Data API key. Enter one with: lamro sources token SOURCE_ID, or use the "
        "channel's number UC….",
    ),
    "token_missing": Reason(
        "refused",
        "Chưa có mã truy cập của cơ quan cho nguồn này, hoặc tệp mã không được bảo vệ (quyền phải là 600). Nhập mã bằng: "
        "lamro sources token MÃ_NGUỒN.",
        "There is no access token of the office for this source, or its file is not protected (its mode must be 600). Enter it "
        "with: lamro sources token SOURCE_ID.",
    ),
    "token_refused": Reason(
        "refused",
        "Nền tảng không nhận mã truy cập của cơ quan (hết hạn, thiếu quyền đọc Trang, hoặc hết hạn mức). Xin mã mới rồi nhập bằng: "
        "lamro sources token MÃ_NGUỒN.",
        "The platform does not accept the office's token (expired, lacking permission for the Page, or out of quota). Get a new "
        "one and enter it with: lamro sources token SOURCE_ID.",
    ),
    "rsshub_unset": Reason(
        "refused",
        "Địa chỉ này không thuộc máy RSSHub của cơ quan. Đặt LAMRO_RSSHUB_URL bằng địa chỉ máy đó, hoặc sửa lại nguồn.",
        "This address is not on the office's own RSSHub. Set LAMRO_RSSHUB_URL to that instance, or correct the source.",
    ),
    "empty_text": Reason(
        "failed",
        "Mở được trang nhưng không lấy được chữ nào. Trang có thể cần JavaScript hoặc bị lỗi: đọc bằng trình duyệt "
        "và nhập tay nếu cần.",
        "The page opened but no text could be taken from it. It may need JavaScript or be damaged: read it in a browser "
        "and enter it by hand if needed.",
    ),
    "not_article": Reason(
        "failed",
        "Liên kết dẫn tới trang chuyên mục chứ không phải một bài. Thu hẹp quy tắc chọn liên kết nếu lặp lại.",
        "The link leads to a section page, not to an article. Narrow the link rule if this repeats.",
    ),
    "bad_rules": Reason(
        "failed",
        "Quy tắc CSS, mẫu địa chỉ hoặc thiết đặt của nguồn này viết sai. Sửa trong trang quản trị nguồn.",
        "The CSS rule, address pattern or setting of this source is wrongly written. Correct it on the source's admin page.",
    ),
    "unknown_kind": Reason(
        "failed",
        "Bản phần mềm này không có loại nguồn như vậy. Sửa loại của nguồn, hoặc cài bản phần mềm mới hơn.",
        "This version of the program has no such kind of source. Correct the source's kind, or install a newer version.",
    ),
    "bad_link": Reason(
        "failed",
        "Mục tin không có liên kết web dùng được nên không mở được bài. Báo tòa soạn nếu cần theo dõi mục này.",
        "The entry has no usable web link, so its article cannot be opened. Tell the outlet if the entry matters.",
    ),
    "bomb": Reason(
        "refused",
        "Dữ liệu của nguồn có dạng phá hoại (nén hoặc lồng quá mức, khai báo thực thể). Đã từ chối; "
        "hãy kiểm tra xem trang nguồn có bị xâm nhập không.",
        "The source's data is of a harmful form (over-compressed, over-nested or declaring entities). It was refused; "
        "check whether the outlet's site was broken into.",
    ),
    "too_large": Reason(
        "refused",
        "Trang nguồn lớn hơn 10 MB nên không đọc. Chọn địa chỉ nhỏ hơn, ví dụ RSS của một chuyên mục.",
        "The source is larger than 10 MB and was not read. Choose a smaller address, such as one section's feed.",
    ),
    "timeout": Reason(
        "failed",
        "Nguồn trả lời quá chậm (quá 30 giây). Không cần làm gì ngay; phần mềm sẽ thử lại ở lượt sau.",
        "The source answered too slowly (over 30 seconds). Nothing to do now; it is tried again in the next round.",
    ),
    "robots": Reason(
        "refused",
        "Trang nguồn không cho phần mềm tự động đọc (robots.txt). Xin phép tòa soạn hoặc chọn nguồn cấp tin RSS.",
        "The site does not let programs read this page (robots.txt). Ask the outlet, or choose its RSS feed.",
    ),
    "robots_unreachable": Reason(
        "failed",
        "Máy chủ của nguồn đang lỗi nên không hỏi được có cho đọc hay không (robots.txt, mã 5xx). Không cần làm gì ngay; "
        "phần mềm sẽ hỏi lại ở lượt sau.",
        "The source's server has a fault, so it could not be asked whether reading is allowed (robots.txt, 5xx). Nothing to do now; "
        "it is asked again in the next round.",
    ),
    "private_address": Reason(
        "refused",
        "Địa chỉ này trỏ vào mạng nội bộ nên bị chặn để bảo vệ máy của cơ quan. Kiểm tra lại địa chỉ nguồn.",
        "This address points into an internal network and is blocked to protect the office. Check the source's address.",
    ),
    "bad_url": Reason(
        "refused",
        "Địa chỉ nguồn không hợp lệ: chỉ nhận http hoặc https, cổng thường, tên miền đầy đủ, không kèm mật khẩu. "
        "Sửa lại địa chỉ.",
        "The address is not acceptable: only http or https, the usual port, a full domain name and no password. Correct it.",
    ),
    "bad_redirect": Reason(
        "failed",
        "Nguồn chuyển tới một địa chỉ hỏng hoặc không phải trang web. Mở bằng trình duyệt và sửa lại địa chỉ nguồn.",
        "The source redirects to a broken address or one that is no web page. Open it in a browser and correct the source.",
    ),
    "too_many_redirects": Reason(
        "failed",
        "Nguồn chuyển hướng quá 5 lần nên dừng lại. Mở bằng trình duyệt và dùng địa chỉ cuối cùng.",
        "The source redirects more than 5 times, so reading stopped. Open it in a browser and use the final address.",
    ),
    "login_redirect": Reason(
        "refused",
        "Nguồn chuyển sang trang đăng nhập. Phần mềm không đăng nhập thay người dùng: chọn một địa chỉ công khai.",
        "The source redirects to a log-in page. The product never logs in: choose a public address.",
    ),
    "home_redirect": Reason(
        "failed",
        "Địa chỉ bài nay dẫn về trang chủ của trang nguồn. Bài có thể đã bị gỡ: mở bằng trình duyệt để kiểm tra.",
        "The article's address now leads to the site's front page. It may have been taken down: open it in a browser.",
    ),
    "parser_killed": Reason(
        "failed",
        "Trang này làm bộ đọc quá tải nên đã bị dừng; các nguồn khác không ảnh hưởng. Nếu lặp lại, hãy tắt nguồn "
        "và báo quản trị viên.",
        "This page overloaded the reader, which was stopped; other sources are unaffected. If it repeats, switch the source "
        "off and tell the administrator.",
    ),
    "parser_error": Reason(
        "failed",
        "Bộ đọc gặp lỗi với trang này. Bản chụp được giữ nếu có; hãy báo quản trị viên kèm tên nguồn.",
        "The reader met an error on this page. Tell the administrator, naming the source.",
    ),
    "pdf_locked": Reason(
        "refused",
        "Tệp PDF có mật khẩu nên không đọc được. Bỏ mật khẩu rồi chọn lại tệp, hoặc chép phần liên quan vào ô nội dung.",
        "The PDF needs a password. Remove it and choose the file again, or copy the relevant part into the text field.",
    ),
    "pdf_too_long": Reason(
        "refused",
        "Tệp PDF dài quá 300 trang. Tách lấy phần liên quan rồi chọn lại tệp.",
        "The PDF has more than 300 pages. Cut out the relevant part and choose the file again.",
    ),
    "pdf_broken": Reason(
        "failed",
        "Tệp PDF bị hỏng hoặc không phải PDF. Mở thử tệp trên máy, lưu lại rồi chọn lại.",
        "The PDF is damaged or is no PDF. Open it on the machine, save it again and choose it again.",
    ),
    "tls": Reason(
        "refused",
        "Chứng thư bảo mật (https) của trang nguồn không hợp lệ hoặc hết hạn nên không đọc. Báo cơ quan chủ quản trang.",
        "The site's security certificate (https) is invalid or expired, so it was not read. Tell the site's owner.",
    ),
    "dns": Reason(
        "failed",
        "Không tìm thấy tên miền của nguồn. Kiểm tra chính tả địa chỉ và kết nối mạng của cơ quan.",
        "The source's domain name was not found. Check its spelling and the office's network.",
    ),
    "refused_connection": Reason(
        "failed",
        "Máy chủ của nguồn không nhận kết nối. Không cần làm gì ngay; nếu quá một ngày, hãy kiểm tra địa chỉ.",
        "The source's server does not take connections. Nothing to do now; after a day, check the address.",
    ),
    "unreachable": Reason(
        "failed",
        "Không kết nối được tới máy chủ của nguồn. Kiểm tra mạng của cơ quan; phần mềm sẽ thử lại ở lượt sau.",
        "The source's server could not be reached. Check the office's network; it is tried again in the next round.",
    ),
    "connection_lost": Reason(
        "failed",
        "Kết nối bị ngắt hoặc máy chủ trả lời sai chuẩn. Phần mềm sẽ thử lại ở lượt sau.",
        "The connection broke or the server's answer was malformed. It is tried again in the next round.",
    ),
    "incomplete": Reason(
        "failed",
        "Nguồn gửi dữ liệu dở dang nên không dùng. Phần mềm sẽ thử lại ở lượt sau.",
        "The source sent only part of its data, which was not used. It is tried again in the next round.",
    ),
    "bad_encoding": Reason(
        "failed",
        "Dữ liệu nén của nguồn bị hỏng, không giải được. Phần mềm sẽ thử lại; nếu lặp lại, hãy báo tòa soạn.",
        "The source's compressed data is damaged. It is tried again; if this repeats, tell the outlet.",
    ),
    "all_pages_failed": Reason(
        "failed",
        "Đọc được danh sách nhưng không mở được bài nào. Xem lỗi từng bài trong chi tiết lượt đọc.",
        "The list was read but no article could be opened. See each article's error in the run's details.",
    ),
    "skipped": Reason(
        "failed",
        "Bài chưa được mở vì nhiều bài liền trước đều lỗi hoặc hết giờ của nguồn. Lượt sau sẽ đọc tiếp.",
        "The article was not opened because those before it failed or the source's time ran out. The next round goes on.",
    ),
    "round_timeout": Reason(
        "interrupted",
        "Lượt đọc hết giờ trước khi xong nguồn này. Không mất gì; lượt sau sẽ đọc lại.",
        "The round's time ran out before this source was done. Nothing is lost; the next round reads it again.",
    ),
    "captures_unwritable": Reason(
        "failed",
        "Không ghi được bản chụp trang (ổ đĩa đầy hoặc thiếu quyền). Kiểm tra dung lượng và quyền của thư mục lưu.",
        "The page's capture could not be written (disk full or no permission). Check the space and rights of the folder.",
    ),
    "internal": Reason(
        "failed",
        "Phần mềm gặp lỗi khi đọc nguồn này; các nguồn khác không ảnh hưởng. Báo quản trị viên, chi tiết nằm trong nhật ký.",
        "The program met an error on this source; others are unaffected. Tell the administrator; details are in the log.",
    ),
}

#: Answers that may be different a second later: worth one more request, and worth asking again in full next round.
TRANSIENT = frozenset({"http_500", "connection_lost", "incomplete", "refused_connection", "unreachable"})


class Failure(Exception):
    """A source or a page could not be read. ``code`` is a key of :data:`REASONS`; ``detail`` is for the log only.

    ``names`` are shown where the sentence of the code asks for them: the feeds that were found, and so on.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: int | None = None,
        url: str = "",
        names: Sequence[str] = (),
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.url = url
        self.names = tuple(names)

    def reason(self) -> Reason:
        """The row of its code, with the names written in."""
        found = reason_of(self.code)
        shown = ", ".join(name[:200] for name in self.names[:NAMES_SHOWN])
        if len(self.names) > NAMES_SHOWN:
            shown += ", …"
        return replace(found, vi=found.vi.replace("{names}", shown), en=found.en.replace("{names}", shown))


def reason_of(code: str) -> Reason:
    """The row of a code; ``http_4xx`` and ``http_5xx`` codes without a row of their own share one."""
    if code in REASONS:
        return REASONS[code]
    if code.startswith("http_5"):
        return REASONS["http_500"]
    if code.startswith("http_"):
        return REASONS["http_other"]
    return REASONS["internal"]


def is_transient(code: str) -> bool:
    """Whether one quick second try makes sense. A time-out is not: it would only hold the round up again."""
    return code in TRANSIENT or code in {"http_502", "http_503", "http_504"}
