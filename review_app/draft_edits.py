"""One edit of a draft at a time: change, move, add, drop a sentence; and what still stands in the way of submitting."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import Conflict
from core.ports import Sentence
from core.rules.guardrails import placeholders
from core.services.draft_content import DraftContent

#: sentence kinds that must name where they come from; "done" only when it holds a figure
_ALWAYS_SOURCED = "fact"


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something to mend before submitting. ``sentence`` is its number, 0 for head and foot."""

    sentence: int
    kind: str
    text: str = ""


def needs_source(sentence: Sentence) -> bool:
    """A fact, or work done told with a figure, without a source."""
    figures = any(character.isdigit() for character in sentence.text)
    return (sentence.kind == _ALWAYS_SOURCED or (sentence.kind == "done" and figures)) and not sentence.source


def blockers(content: DraftContent) -> tuple[Blocker, ...]:
    """Every place to mend, in the order of the page."""
    found = [
        Blocker(0, "placeholder", one)
        for one in placeholders(
            [
                content.title,
                content.subject,
                *content.addressees,
                *content.bases,
                *content.recipients,
                content.archive,
                *content.signer_authority,
            ]
        )
    ]
    for number, sentence in enumerate(content.sentences(), 1):
        if needs_source(sentence):
            found.append(Blocker(number, "source"))
        found += [Blocker(number, "placeholder", one) for one in placeholders([sentence.text])]
    return tuple(found)


def _where(content: DraftContent, number: int) -> tuple[int, int]:
    left = number - 1
    for paragraph, group in enumerate(content.paragraphs):
        if left < len(group):
            return paragraph, left
        left -= len(group)
    raise Conflict(
        f"Câu {number} không còn trong bản này. Mở lại trang rồi làm lại.",
        f"Sentence {number} is gone.",
    )


def _with(content: DraftContent, groups: list[list[Sentence]]) -> DraftContent:
    return replace(content, paragraphs=tuple(tuple(group) for group in groups if group))


def change(content: DraftContent, number: int, sentence: Sentence) -> DraftContent:
    """Another wording or source of a sentence."""
    at, place = _where(content, number)
    groups = [list(group) for group in content.paragraphs]
    groups[at][place] = sentence
    return _with(content, groups)


def drop(content: DraftContent, number: int) -> DraftContent:
    """Without a sentence."""
    at, place = _where(content, number)
    groups = [list(group) for group in content.paragraphs]
    del groups[at][place]
    return _with(content, groups)


def add(content: DraftContent, number: int, sentence: Sentence, *, paragraph: bool = False) -> DraftContent:
    """A sentence after another (0: at the very beginning); ``paragraph``: as a paragraph of its own."""
    groups = [list(group) for group in content.paragraphs]
    if number == 0 or not groups:
        if paragraph or not groups:
            return _with(content, [[sentence], *groups])
        return _with(content, [[sentence, *groups[0]], *groups[1:]])
    at, place = _where(content, number)
    if paragraph:
        rest = groups[at][place + 1 :]
        groups[at] = groups[at][: place + 1]
        groups[at + 1 : at + 1] = [[sentence], rest]
    else:
        groups[at].insert(place + 1, sentence)
    return _with(content, groups)


def move(content: DraftContent, number: int, *, up: bool) -> tuple[DraftContent, int]:
    """One place up or down, over the border of a paragraph when it stands there. Returns (content, its new number)."""
    at, place = _where(content, number)
    groups = [list(group) for group in content.paragraphs]
    sentence = groups[at].pop(place)
    if up:
        if place > 0:
            groups[at].insert(place - 1, sentence)
            return _with(content, groups), number - 1
        if at == 0:
            return content, number
        groups[at - 1].append(sentence)
        return _with(content, groups), number
    if place < len(groups[at]):
        groups[at].insert(place + 1, sentence)
        return _with(content, groups), number + 1
    if at == len(groups) - 1:
        return content, number
    groups[at + 1].insert(0, sentence)
    return _with(content, groups), number
