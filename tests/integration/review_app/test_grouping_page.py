"""Gộp, tách chuyện by forms: chosen, done, undone, and the address of a merged story still leads somewhere."""

from __future__ import annotations

import re

from core.records.item import Item, Story
from tests.fixtures.web import found


def version(office, story):
    with office.desk.store.read() as session:
        return session.get_one(Story, story).version


def test_merge_split_and_undo_by_forms(office, person):
    officer = person("hanh.dt")
    kept, gone = office.stories["qua"], office.stories["lua"]
    page = officer.get(f"/stories/{kept}/group").text
    assert f'name="other" value="{gone}"' in page and "Chuyện chỉ có một tin" in page
    assert officer.post(f"/stories/{kept}/merge", {"version": version(office, kept)}).status_code == 400
    answer = officer.post(f"/stories/{kept}/merge", {"version": version(office, kept), "other": gone})
    assert answer.status_code == 303
    moved = officer.get(f"/stories/{gone}")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"/stories/{kept}")
    landed = officer.get(f"/stories/{kept}").text
    assert "Đã gộp 1 chuyện vào chuyện này." in landed and "gộp vào đây 1 tin của" in landed
    offered = found(r'action="(/groupings/\d+/undo)" data-undo', landed)
    page = officer.get(f"/stories/{kept}/group").text
    number = int(found(r"/groupings/(\d+)/undo", page))
    assert offered == f"/groupings/{number}/undo"
    items = [int(word) for word in re.findall(r'name="item" value="(\d+)"', page)]
    assert len(items) == 2
    answer = officer.post(f"/stories/{kept}/split", {"version": version(office, kept), "item": items[1]})
    assert answer.status_code == 303
    with office.desk.store.read() as session:
        new = session.get_one(Item, items[1]).story_id
    assert answer.headers["Location"] == f"/stories/{new}" and new not in {kept, gone}
    assert officer.post(f"/groupings/{number}/undo").status_code == 409
    assert "/group" not in person("luc.pv").get(f"/stories/{kept}").text
    assert person("luc.pv").get(f"/stories/{kept}/group").status_code == 403


def test_the_other_story_is_found_by_words(office, person):
    officer, kept, wanted = person("hanh.dt"), office.stories["qua"], office.stories["lua"]
    with office.desk.store.read() as session:
        title = session.get_one(Story, wanted).title
    page = officer.get(f"/stories/{kept}/group", query_string={"q": f'"{title}"'}).text
    assert re.findall(r'name="other" value="(\d+)"', page) == [str(wanted)]
    refused = officer.get(f"/stories/{kept}/group", query_string={"q": '"'})
    assert refused.status_code == 200 and 'id="other-error"' in refused.text
    assert f'name="other" value="{wanted}"' in refused.text
    far = officer.get(f"/stories/{kept}/group", query_string={"q": "khôngcóchữnày"}).text
    assert "Không tìm thấy chuyện nào khác" in far and 'name="other"' not in far
