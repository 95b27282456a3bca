"""Which passwords are refused (OWASP ASVS 5.0 §6.2; reliability.md §6): length and known words, no composition rules. Pure."""

from __future__ import annotations

import re
import unicodedata

from core.text.normalise import fold

MIN_LENGTH = 12
MAX_LENGTH = 128

#: words that lists of leaked passwords begin with, and those that an office in Viet Nam tries first; folded, without spaces
_COMMON = frozenset(
    """
    password passw0rd pass admin administrator quantri quantrivien matkhau matkhaumoi matkhaucu thaydoi doimatkhau welcome
    letmein iloveyou anhyeuem emyeuanh khongbiet dangnhap qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcdef
    abcdefgh monkey dragon football baseball master shadow sunshine princess secret default changeme temp guest user root test
    demo lamro xinchao vietnam vietnamvodich hanoi saigon haiphong thanhhoa hochiminh tphcm chiminh thienhuong nghiduong
    trieusonxa trieuson ubnd uyban uybannhandan xaphuong chutich phochutich canbo vanphong vanhoaxahoi thongtindoingoai
    hanhphuc giadinh tinhyeu nguyenvan facebook zalo google iphone samsung superman batman pokemon computer internet
    """.split()  # noqa: SIM905
)
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKALIKE = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)


def normal_password(password: str) -> str:
    """The form that is hashed: NFKC, so that the same keys on another keyboard give the same password (SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, *, username: str = "") -> tuple[str, str] | None:
    """Why a password is refused, in Vietnamese and English; None when it may be used."""
    password = normal_password(password)
    if len(password) < MIN_LENGTH:
        return (
            f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự. Một câu dễ nhớ là tốt nhất; được dùng dấu cách và dấu tiếng Việt.",
            f"The password needs at least {MIN_LENGTH} characters; a sentence is best.",
        )
    if len(password) > MAX_LENGTH:
        return (
            f"Mật khẩu dài quá {MAX_LENGTH} ký tự.",
            f"The password is longer than {MAX_LENGTH} characters.",
        )
    # Signs that stand for a letter count as one, other signs not at all.
    bare = re.sub(r"[^\w@$!]+|_+", "", fold(password))
    name = re.sub(r"[\W_]+", "", fold(username))
    # Take away what everybody knows; what is left must still be something to guess.
    known = sorted(_COMMON | ({name} if len(name) >= 3 else set()), key=len, reverse=True)
    known_only = any(len(_without(text, known)) <= 2 for text in (bare, bare.translate(_LOOKALIKE)))
    if known_only or len(set(bare)) < 4 or _is_row(bare):
        return (
            "Mật khẩu này quá dễ đoán (từ quen thuộc, tên đăng nhập hoặc dãy phím). Hãy chọn một câu không ai khác biết.",
            "This password is too easy to guess (common word, user name or keyboard row).",
        )
    return None


def _without(text: str, known: list[str]) -> str:
    for word in known:
        text = text.replace(word, "")
    return re.sub(r"[\W\d_]+", "", text)


def _is_row(text: str) -> bool:
    """True when the text is nothing but pieces of keyboard or alphabet rows, forwards or backwards, or a repeated piece."""
    if any(len(text) > size and (text[:size] * len(text))[: len(text)] == text for size in range(1, 5)):
        return True
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    at = 0
    while at < len(text):
        size = max(
            (n for n in range(1, len(text) - at + 1) for row in rows if text[at : at + n] in row), default=0
        )
        if size < 4:
            return False
        at += size
    return bool(text)
