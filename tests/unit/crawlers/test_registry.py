"""Kinds of source are declared once: the registry finds them, screens name each, and their settings are strict."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import Invalid
from core.messages import CrawlJob
from core.ports import SourceKinds
from crawlers.failures import Failure
from crawlers.registry import KindRegistry, all_kinds, kind_of
from review_app.words import SOURCE_KINDS

REGISTRY: SourceKinds = KindRegistry()


def test_every_kind_has_its_file_and_its_name_on_screens():
    names = set(REGISTRY.names())
    assert {"feed", "listing", "page"} <= names
    assert names == {kind.name for kind in all_kinds().values()}
    assert names - set(SOURCE_KINDS) == set(), "review_app.words gives every kind its short name"


@pytest.mark.parametrize("name", sorted(all_kinds()))
def test_a_kind_is_a_word_that_a_job_may_carry_and_its_settings_have_a_form(name):
    assert CrawlJob(source_id="x", kind=name, url="https://x.example/").kind == name
    for option in REGISTRY.options(name):
        assert option.form in {"text", "number", "yes_no", "choice", "list"}
        assert bool(option.choices) == (option.form == "choice")


def test_what_does_not_fit_is_refused_with_a_sentence():
    for kind, url, rules, field in (
        ("telepathy", "https://x.example/", {}, "kind"),
        ("feed", "x.example", {}, "url"),
        ("feed", "https://x.example/rss", {"link_css": "a"}, "rules"),
        ("listing", "https://x.example/", {"shell": "rm"}, "rules"),
        ("listing", "https://x.example/", {"link_css": "a" * 301}, "rules"),
    ):
        with pytest.raises(Invalid) as caught:
            REGISTRY.check(kind, url, rules)
        assert list(caught.value.fields) == [field]
        assert caught.value.vi.endswith("."), caught.value.vi
    assert "link_css, link_pattern" in str(refusal("listing", {"shell": "rm"}))
    assert "link_css" in str(refusal("feed", {"link_css": "a"}))


def refusal(kind: str, rules: dict[str, str]) -> str:
    with pytest.raises(Invalid) as caught:
        REGISTRY.check(kind, "https://x.example/", rules)
    return caught.value.vi


def test_settings_are_stored_without_what_is_default():
    checked = REGISTRY.check("listing", " https://x.example/tin ", {"link_css": "h3 a", "date_css": ""})
    assert (checked.url, dict(checked.rules), checked.social) == (
        "https://x.example/tin",
        {"link_css": "h3 a"},
        False,
    )


def test_the_crawler_refuses_a_kind_or_settings_that_it_does_not_know():
    for kind, rules, code in (("telepathy", {}, "unknown_kind"), ("listing", {"shell": "rm"}, "bad_rules")):
        with pytest.raises(Failure) as caught:
            kind_of(CrawlJob(source_id="x", kind=kind, url="https://x.example/", rules=rules))
        assert caught.value.code == code


def test_asking_for_the_kinds_loads_no_crawler_and_no_parser():
    heavy = "scrapy twisted bs4 feedparser trafilatura lxml dateparser"
    code = (
        "import sys; from crawlers.registry import KindRegistry; KindRegistry().names(); "
        f"print([m for m in {heavy.split()!r} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
