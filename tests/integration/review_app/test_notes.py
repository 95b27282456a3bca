"""Ghi chú on a story: for one's own office, taken back by the author, in the log without its words."""

from __future__ import annotations

import re

from sqlalchemy import select

from core.records.audit import AuditRow


def test_a_note_is_read_by_the_office_and_by_nobody_else(office, person):
    story = f"/stories/{office.stories['de']}"
    officer, manager = person("hanh.dt"), person("luc.pv")
    assert "Thêm ghi chú cho tổ" in officer.get(story).text
    answer = officer.post(f"{story}/notes", {"text": "  Ảnh tối là ảnh <đê> năm 2024.\nĐã hỏi hạt. "})
    assert answer.status_code == 303 and answer.location == f"{story}#notes"
    for someone in (officer, manager):
        page = someone.get(story).text
        assert "Ảnh tối là ảnh &lt;đê&gt; năm 2024.\nĐã hỏi hạt.</p>" in page
        assert "Đỗ Thị Hạnh, 07:32" in page
    assert "Ảnh tối" not in person("xa.ban").get(story).text
    with office.desk.store.read() as session:
        row = session.scalar(select(AuditRow).where(AuditRow.act == "story.note"))
    assert row.object_id == str(office.stories["de"]) and "Ảnh" not in str(row.detail)


def test_only_the_author_takes_a_note_back(office, person):
    story = f"/stories/{office.stories['de']}"
    officer, manager, neighbour = person("hanh.dt"), person("luc.pv"), person("xa.ban")
    officer.post(f"{story}/notes", {"text": "Gọi lại trưởng thôn."})
    action = re.findall(r'action="(/stories/notes/\d+/remove)"', officer.get(story).text)
    assert len(action) == 1
    assert re.findall(r"/stories/notes/\d+/remove", manager.get(story).text) == []
    assert manager.post(action[0]).status_code == 403
    assert neighbour.post(action[0]).status_code == 404
    assert "Gọi lại trưởng thôn." in manager.get(story).text
    assert officer.post(action[0]).status_code == 303
    assert officer.post(action[0]).status_code == 303
    assert "Gọi lại trưởng thôn." not in officer.get(story).text
    with office.desk.store.read() as session:
        acts = [
            (row.act, row.refused)
            for row in session.scalars(select(AuditRow).where(AuditRow.act.like("story.note%")))
        ]
    assert acts == [
        ("story.note", False),
        ("story.note_remove", True),
        ("story.note_remove", True),
        ("story.note_remove", False),
    ]


def test_an_empty_or_endless_note_is_refused_and_kept(office, person):
    story = f"/stories/{office.stories['de']}"
    officer = person("hanh.dt")
    for text in ("   ", "chữ " * 400):
        answer = officer.post(f"{story}/notes", {"text": text})
        assert answer.status_code == 400 and "Ghi chú cần có chữ" in answer.text
        assert text.strip() in answer.text
    assert officer.post("/stories/99999/notes", {"text": "x"}).status_code == 404


def test_the_auditor_reads_stories_and_writes_nothing(office, person):
    auditor = person("kiem.tv")
    story = f"/stories/{office.stories['de']}"
    assert "Thêm ghi chú cho tổ" not in auditor.get(story).text
    assert auditor.post(f"{story}/notes", {"text": "x"}).status_code == 403


def test_views_that_nobody_counted_are_not_called_none(office, person):
    officer = person("hanh.dt")
    assert "khoảng 3.100 lượt xem" in officer.get(f"/stories/{office.stories['de']}").text
    unknown = officer.get(f"/stories/{office.stories['en']}").text
    assert "lượt xem: chưa rõ" in unknown and "0 lượt xem" not in unknown
