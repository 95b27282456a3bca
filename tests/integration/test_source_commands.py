"""``lamro sources``: settings of a kind, the list of kinds, the office's own tokens; and what doctor says of the contact."""

from __future__ import annotations

import io
import json

import pytest

from config.commands.source_settings import settings_of
from config.settings import load
from config.wiring import make_desk
from core.errors import WrongUse
from core.queries import exports
from core.records.source import Source
from core.services import sources
from crawlers.registry import KindRegistry, all_kinds
from tests.integration.test_first_commands import begun, home, run

__all__ = ["begun", "home"]
TOKEN = "EAAB-" + "x1Y2" * 8


def stored(source_id):
    return next(one for one in sources.listed(make_desk(load())) if one.id == source_id)


def test_settings_of_a_kind_are_given_by_name_and_stored(begun, capsys):
    code, out, _ = run(
        capsys, "sources", "add", "--url", "https://ben-do.example/tin", "--kind", "listing", "--id", "ben-do",
        "--set", "link_css=.tin h3 a", "--set", "link_pattern=/tin/*.html?a=b",
    )  # fmt: skip
    assert code == 0 and "Đã thêm nguồn ben-do." in out
    assert dict(stored("ben-do").rules) == {"link_css": ".tin h3 a", "link_pattern": "/tin/*.html?a=b"}
    arguments = ["sources", "add", "--url", "https://ben-do.example/sitemap.xml", "--kind", "sitemap"]
    assert run(capsys, *arguments, "--id", "so-do", "--set", "max_age_days=3")[0] == 0
    assert dict(stored("so-do").rules) == {"max_age_days": 3}
    code, out, err = run(capsys, *arguments, "--id", "hong", "--set", "max_age_days=ba")
    assert (code, out) == (2, "")
    assert "--set max_age_days=ba không dùng được; cần: max_age_days=SỐ." in err and "is not usable" in err
    # In the right form, but not a value that the kind takes: its own sentence, and nothing is added.
    code, _, err = run(capsys, *arguments, "--id", "hong", "--set", "max_age_days=-3")
    assert code == 1 and "max_age_days" in err
    assert "hong" not in {one.id for one in exports_of()}


def exports_of():
    return exports.sources(make_desk(load()))


@pytest.mark.parametrize(
    ("kind", "given", "vietnamese"),
    [
        ("listing", ["link_css"], "viết dạng tên=giá trị, ví dụ --set link_css=…"),
        ("listing", ["=a"], "viết dạng tên=giá trị"),
        ("listing", ["mau=a"], "Loại nguồn listing không có thiết đặt mau. Các thiết đặt:"),
        ("telegram", ["mau=a"], "Loại telegram không có thiết đặt riêng; bỏ --set."),
        ("listing", ["link_css=a", "link_css=b"], "--set link_css có hai lần."),
        ("google-news", ["edition=xx"], "cần: edition="),
    ],
)
def test_a_wrong_word_is_named_with_what_would_be_right(kind, given, vietnamese):
    with pytest.raises(WrongUse) as caught:
        settings_of(KindRegistry(), kind, given)
    assert vietnamese in caught.value.vi and caught.value.en


def test_kinds_are_listed_with_their_addresses_and_settings(begun, capsys):
    code, out, _ = run(capsys, "sources", "kinds")
    assert code == 0
    kinds = KindRegistry()
    for name in kinds.names():
        assert f"\n{name}: " in f"\n{out}"
        for option in kinds.options(name):
            assert f"--set {option.name}=" in out
    listed = json.loads(run(capsys, "sources", "kinds", "--json")[1])
    assert [one["kind"] for one in listed] == list(kinds.names())
    help_page = run(capsys, "sources", "add", "--help")[1]
    assert "lamro sources kinds" in " ".join(help_page.split())


def give(monkeypatch, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(words))


def test_a_token_is_kept_for_those_who_use_it_and_shown_to_nobody(begun, capsys, monkeypatch):
    assert {kind for kind, found in all_kinds().items() if found.takes_token} == {"facebook", "youtube"}
    run(capsys, "sources", "add", "--url", "https://www.facebook.com/xa.chi.minh", "--kind", "facebook", "--id", "trang-xa")  # fmt: skip
    run(capsys, "sources", "add", "--url", "https://ben-do.example/rss", "--kind", "feed", "--id", "ben-do")
    for name in ("trang-xa", "kind.youtube"):
        give(monkeypatch, f" {TOKEN}\r\n")
        code, out, err = run(capsys, "sources", "token", name)
        assert code == 0 and f"Đã lưu mã của {name}" in out and TOKEN not in out + err
        file = begun / "tokens" / name
        assert file.read_text() == f"{TOKEN}\n" and file.stat().st_mode & 0o777 == 0o600
    for name, why in (
        ("khong-co", "Không có nguồn khong-co."),
        ("kind.feed", "Không có nguồn kind.feed."),
        ("ben-do", "thuộc loại feed, loại này không dùng mã truy cập. Loại dùng mã: facebook, youtube."),
    ):
        give(monkeypatch, f"{TOKEN}\n")
        code, out, err = run(capsys, "sources", "token", name)
        assert (code, out) == (2, "") and why in err
        assert not (begun / "tokens" / name).exists()
    for words in ("", "\n", "ngắn\n", f"{TOKEN} {TOKEN}\n"):
        give(monkeypatch, words)
        code, out, err = run(capsys, "sources", "token", "trang-xa")
        assert (code, out) == (1, "") and "Đây không phải mã truy cập" in err and TOKEN not in err
    assert (begun / "tokens" / "trang-xa").read_text() == f"{TOKEN}\n", "the older one stays"
    assert run(capsys, "sources", "token", "trang-xa", "--forget")[:2] == (0, "Đã bỏ mã của trang-xa.\n")
    assert run(capsys, "sources", "token", "trang-xa", "--forget")[0] == 1
    assert not (begun / "tokens" / "trang-xa").exists() and (begun / "tokens" / "kind.youtube").exists()


def contact(capsys):
    """What doctor prints of the contact, and its JSON."""
    out = run(capsys, "doctor")[1]
    rows = json.loads(run(capsys, "doctor", "--json")[1])
    lines = out.splitlines()
    at = next(n for n, line in enumerate(lines) if "Liên hệ của bộ đọc tin" in line)
    return "\n".join(lines[at : at + 2]), next(row for row in rows if row["part"] == "Liên hệ của bộ đọc tin")


def test_doctor_reminds_of_the_contact_that_outlets_are_promised(begun, capsys, monkeypatch):
    assert "không đọc báo thật" in contact(capsys)[0]
    monkeypatch.setenv("LAMRO_ENV", "production")
    text, row = contact(capsys)
    assert text.startswith("NÊN ") and "chưa đặt" in text and "→ Đặt LAMRO_CONTACT" in text
    assert row["ok"] is True and row["to_do"]
    monkeypatch.setenv("LAMRO_CONTACT", "vanthu@xa-chi-minh.example")
    text, row = contact(capsys)
    assert text.startswith("tốt ") and "LamRo/" in text and "vanthu@xa-chi-minh.example" in text
    assert row["to_do"] == ""
    monkeypatch.setenv("LAMRO_CONTACT", "Văn thư xã")
    assert "bị cắt" in contact(capsys)[0]


def test_doctor_says_for_each_broken_source_what_to_do(begun, capsys):
    for name in ("ben-do", "song-que"):
        arguments = ["sources", "add", "--url", f"https://{name}.example/rss", "--kind", "feed", "--id", name]
        assert run(capsys, *arguments)[0] == 0
    desk = make_desk(load())
    with desk.store.write() as session:
        for source in session.query(Source):
            source.failures, source.hard_failures, source.last_code = 9, 9, "http_404"
            source.last_outcome, source.last_run_at = "failed", desk.clock.now()
    desk.store.close()
    names = {one.id: one.name for one in exports_of()}
    lines = run(capsys, "doctor")[1].splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("HỎNG  Nguồn tin"))
    assert "2 nguồn lỗi" in lines[at]
    assert all(lines[at + 1].count(f"{names[name]}: ") == 1 for name in ("ben-do", "song-que"))
