"""Hộp tin in search mode: filters narrow, facets count what is shown, alike over both engines and without one."""

from __future__ import annotations

import dataclasses
import re

import pytest
from sqlalchemy import select

from core.finding import SearchIndex
from core.records.item import Item, StoryOffice
from core.services.outbox import index_document
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.fts5 import Fts5Index
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person, found


@pytest.fixture(params=["fts5", "elasticsearch", "none"])
def officer(request, office, tmp_path):
    """The officer of the small office, whose items stand in the index."""
    index: SearchIndex | None = None
    if request.param == "fts5":
        index = Fts5Index(tmp_path / "index.db")
    elif request.param == "elasticsearch":
        index = ElasticIndex(
            ElasticSettings(
                url=request.getfixturevalue("elasticsearch_url"),
                index=request.getfixturevalue("elasticsearch_prefix") + "items",
            )
        )
    if index is not None:
        index.create()
        with office.desk.store.read() as session:
            documents = index_document(session, list(session.scalars(select(Item.id))))
        assert index.apply(documents, [], 1) == []
        index.refresh()
    app = create_app(
        dataclasses.replace(office.desk, index=index), WebSettings(secret_key=SECRET, environment="test")
    )
    person = Person(app).log_in("hanh.dt")
    person.index = index
    yield person
    if index is not None:
        index.drop()
        index.close()


def rows(answer):
    assert answer.status_code == 200
    return {int(story) for story in re.findall(r'name="story" value="(\d+):', answer.text)}


def facet(answer, name, value):
    """The count beside a box; the page shows one for every box."""
    return int(found(rf'name="{name}" value="{value}".*?<span class="n">(\d+)</span>', answer.text))


def test_a_search_looks_at_everything_and_each_filter_narrows(office, officer):
    stories = office.stories
    all_of_it = rows(officer.get("/inbox?q=chi+minh"))
    # Tagged ones, and those about another place, are part of a search; the list leaves them out.
    assert {stories["lua"], stories["duong"], stories["de"], stories["en"]} <= all_of_it
    assert stories["lua"] not in rows(officer.get("/inbox"))
    for chip, gone, kept in (
        ("handled=without", "lua", "de"),
        ("handled=with", "de", "lua"),
        ("named=with", "duong", "de"),
        ("named=without", "de", "duong"),
        ("foreign=with", "de", "en"),
        ("foreign=without", "en", "de"),
        ("kind=social", "en", "de"),
        ("kind=foreign", "de", "en"),
        ("language=en", "de", "en"),
        ("tag=accurate", "de", "lua"),
        ("tag=none", "lua", "de"),
        ("band=in", "duong", "de"),
        ("source=pacific", "de", "en"),
        ("days=1", "cong", "de"),
    ):
        narrowed = rows(officer.get(f"/inbox?q=chi+minh&{chip}"))
        assert stories[kept] in narrowed and stories[gone] not in narrowed, chip
        assert narrowed < all_of_it, chip


def test_facets_count_what_is_found(office, officer):
    page = officer.get("/inbox?q=chi+minh")
    total = int(found(r"(\d+) tin có", page.text))
    assert total == len(rows(page))
    assert sum(facet(page, "kind", kind) for kind in ("press", "social", "foreign", "hand")) == total
    assert facet(page, "tag", "accurate") == 1
    assert (
        facet(page, "tag", "none") + facet(page, "tag", "accurate") + facet(page, "tag", "suspected") == total
    )
    for kind in ("press", "social", "foreign"):
        narrowed = officer.get(f"/inbox?q=chi+minh&kind={kind}")
        assert len(rows(narrowed)) == facet(page, "kind", kind) > 0
        assert facet(narrowed, "kind", kind) == facet(page, "kind", kind)


def test_a_list_without_tagged_items_says_why_each_tag_counts_none(officer):
    words = "Danh sách đang loại ra tin đã gắn nhãn"
    assert words in officer.get("/inbox").text
    assert words not in officer.get("/inbox?handled=with").text
    assert words not in officer.get("/inbox?tag=watch").text


def test_copies_and_a_tag_the_index_has_not_seen_yet(office, officer):
    with office.desk.store.write() as session:
        session.get_one(Item, office.items["dien"]).copy_of_id = office.items["de"]
        session.flush()
        if officer.index is not None:
            officer.index.apply(index_document(session, [office.items["dien"]]), [], 2)
            officer.index.refresh()
        session.add(StoryOffice(story_id=office.stories["de"], unit_id=office.unit_id, tag="watch"))
    assert rows(officer.get("/inbox?q=chi+minh&copies=with")) == {office.stories["dien"]}
    assert office.stories["dien"] not in rows(officer.get("/inbox?q=chi+minh&copies=without"))
    # The store decides: an index that is a second behind shows nothing that no longer fits.
    assert office.stories["de"] not in rows(officer.get("/inbox?q=chi+minh&handled=without"))


def test_the_address_keeps_what_differs_from_a_search(officer):
    page = officer.get("/inbox?q=chi+minh&handled=without&days=90")
    links = re.findall(r'class="tri"[^>]* href="([^"]+)"', page.text)
    assert links and all("q=chi+minh" in link and "days=90" in link for link in links[:4])
    assert any("foreign=with" in link and "handled=without" in link for link in links)


def test_words_that_cannot_be_read_show_no_list(officer):
    answer = officer.get("/inbox?q=%22%22")
    assert answer.status_code == 400
    assert re.findall(r'name="story"', answer.text) == [] and 'role="alert"' in answer.text
