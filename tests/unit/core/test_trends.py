from __future__ import annotations

from core.rules.trends import Rising, Spike, phrases, rising, spikes


def test_a_day_far_above_the_days_before_is_a_spike():
    quiet = [1, 2, 1, 0, 2, 1, 1] * 4
    assert spikes([*quiet, 9, 1], 28) == (Spike(28, 9, 1.0),)
    assert spikes([*quiet, 4], 28) == (), "four items are no spike however quiet it was"
    busy = [20, 30, 25, 40, 22, 35, 28] * 4
    assert spikes([*busy, 45], 28) == (), "a busy office is used to it"
    assert spikes([*busy, 80], 28) == (Spike(28, 80, 28.0),)
    assert spikes([9], 0) == ()


def test_days_before_anybody_watched_say_nothing_of_what_is_usual():
    nothing, first_weeks = [0] * 30, [9, 8, 9, 10, 9, 8, 9] * 2
    assert spikes([*nothing, *first_weeks], 28, 30) == (), "all that is new is that somebody watches"
    assert spikes([*nothing, *first_weeks, 40], 28, 30) == (Spike(44, 40, 9.0),)
    assert spikes([*nothing, *first_weeks[:13], 40], 28, 30) == (), "thirteen days are too few"
    assert spikes([*nothing, 9], 28, 0) == (Spike(30, 9, 0.0),), (
        "watched, and nothing came: then nine are many"
    )


def test_phrases_begin_and_end_with_words_that_say_something():
    texts = [["vỡ", "đê", "ở", "xã"], ["tin", "vỡ", "đê"], ["vỡ", "đê", "và", "12", "13"]] * 2
    assert phrases(texts, 10) == (("vỡ", "đê"),)
    assert phrases([["12", "13"]] * 5, 10) == ()
    assert phrases([["đê", "đê", "đê"]] * 2, 10) == (), "two texts are too few, however often they say it"


def test_what_rose_stands_before_what_was_always_there():
    counts = {
        ("vỡ", "đê"): (9, 0),
        ("tin", "vỡ", "đê"): (9, 0),
        ("gặt", "lúa"): (20, 80),
        ("họp", "chợ"): (2, 0),
        ("mưa", "lớn"): (12, 8),
    }
    assert rising(counts, 7, 28) == (
        Rising(("tin", "vỡ", "đê"), 9, 0.0, 9.0),
        Rising(("mưa", "lớn"), 12, 2.0, 5.77),
    )
