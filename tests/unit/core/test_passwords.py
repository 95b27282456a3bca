from __future__ import annotations

import unicodedata

import pytest

from core.rules.passwords import normal_password, password_fault
from core.services import password_hashes


@pytest.mark.parametrize(
    "password",
    [
        "ngắn quá",
        "a" * 11,
        "x" * 129,
        "matkhau12345",
        "Mật khẩu 123456",
        "Password@123456",
        "P@ssw0rdP@ssw0rd",
        "qwertyuiop123",
        "123456789012",
        "abcabcabcabc",
        "aaaaaaaaaaaaaaaa",
        "Hải Phòng 2026",
        "ubnd xã Chí Minh 2026",
        "lan.nguyen.lan.nguyen",
    ],
)
def test_refused(password: str) -> None:
    fault = password_fault(password, username="lan.nguyen")
    assert fault is not None
    assert fault[0] != fault[1]


@pytest.mark.parametrize(
    "password",
    [
        "con mèo trèo cây cau",
        "ba thùng sơn đỏ ngoài hiên",
        "kT7-pq9-vv2-mm4",
        "correct horse battery",
        "x9" * 3 + "Łódź-nad",
    ],
)
def test_taken(password: str) -> None:
    assert password_fault(password, username="lan.nguyen") is None


def test_the_same_keys_on_another_keyboard() -> None:
    word = "ngôi nhà phía cuối làng"
    assert normal_password(unicodedata.normalize("NFD", word)) == normal_password(word)


def test_the_cost_of_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """OWASP's parameters: 19 MiB, two passes, one lane."""
    monkeypatch.setattr(password_hashes, "hasher", password_hashes.hasher.__wrapped__)
    hasher = password_hashes.hasher()
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (19 * 1024, 2, 1)
    assert password_hashes.hash_password("một câu chỉ mình biết").startswith(
        "$argon2id$v=19$m=19456,t=2,p=1$"
    )


def test_a_hash_that_is_none_is_a_wrong_password() -> None:
    assert not password_hashes.verify("", "x")
    assert not password_hashes.verify("$argon2id$nonsense", "x")
