"""Every string has its English, compiled; words follow the vocabulary."""

from __future__ import annotations

import re

from core.rules import vocabulary
from review_app import catalogue, words


def test_english_is_complete():
    lacking = catalogue.missing(catalogue.english())
    assert lacking == [], (
        "write the English in review_app/translations/en, then: python -m review_app.catalogue"
    )


def test_nothing_is_fuzzy_or_left_over():
    written = {message.id for message in catalogue.english() if message.id}
    assert [message.id for message in catalogue.english() if message.fuzzy and message.id] == []
    assert written - {message.id for message in catalogue.extracted()} == set()


def test_what_the_program_reads_is_what_was_written():
    assert (catalogue.ENGLISH / "messages.mo").read_bytes() == catalogue.compiled(catalogue.english())


def holes(text):
    return set(re.findall(r"%\(\w+\)s|\{n\}", text))


def test_translations_keep_their_holes():
    for message in catalogue.english():
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[0]
        texts = message.string if isinstance(message.string, tuple) else (str(message.string),)
        # "the last one" may do without its figure; the plural may not
        assert holes(texts[-1]) == holes(source), source
        assert all(holes(text) <= holes(source) for text in texts), source


def test_labels_follow_the_vocabulary(app):
    with app.test_request_context():
        assert {tag: str(mark.label) for tag, mark in words.TAGS.items()} == vocabulary.TAG_VI
        assert {state: str(label) for state, label in words.STATES.items()} == vocabulary.STATE_VI
        assert {kind: str(label) for kind, label in words.DOCUMENTS.items()} == vocabulary.DOCUMENT_VI
        assert set(words.VERDICTS) == set(vocabulary.Verdict) and set(words.ROLES) == set(vocabulary.Role)
        assert set(words.SOURCE_STATES) == set(vocabulary.SourceState) and set(words.CLOCKS) == set(
            vocabulary.DeadlineKind
        )
        assert set(words.DOCUMENT_STATES) == set(vocabulary.DocumentState) and set(words.SPREADS) == set(
            vocabulary.Spread
        )
