"""The page of trends: figures out of the index, a sentence while it is away."""

from __future__ import annotations

import dataclasses

from core.services.outbox import page
from indexer.search.fts5 import Fts5Index
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person


def test_without_an_index_the_page_says_so(office, person):
    answer = person("hanh.dt").get("/trends")
    assert answer.status_code == 200
    assert "chỉ mục" in answer.text
    assert "Cụm từ đang tăng" not in answer.text


def test_figures_lead_to_their_lists(office, tmp_path):
    index = Fts5Index(tmp_path / "index.db")
    documents, _ = page(office.desk, 0, 1000)
    index.apply(documents, [], 1)
    app = create_app(
        dataclasses.replace(office.desk, index=index), WebSettings(secret_key=SECRET, environment="test")
    )
    officer = Person(app).log_in("hanh.dt")
    text = officer.get("/trends").text
    assert "Tin mỗi ngày" in text and "Theo nguồn" in text
    assert 'href="/inbox?source=' in text
    assert 'href="/trends"' in officer.get("/inbox").text
    index.close()
