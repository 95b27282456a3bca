"""The weights of the need score: what may be set, and what a refit makes of decisions."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.need import load_weights
from core.errors import Invalid, Misconfigured
from core.rules.need import NeedWeights, bounds, weights
from core.rules.need_fit import Decision, average_precision, fit, rank, trial

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def test_what_is_left_out_stays() -> None:
    made = weights({"parts": {"hazard": 0.5}, "places": {"check": 0.4}})
    assert made.parts["hazard"] == 0.5 and made.places["check"] == 0.4
    assert made.parts["reach"] == NeedWeights().parts["reach"]
    assert weights(made.as_json()) == made


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"parts": {"hazzard": 0.5}}, "parts.hazzard"),
        ({"parts": {"hazard": "nhiều"}}, "parts.hazard"),
        ({"parts": {"hazard": True}}, "parts.hazard"),
        ({"parts": {"hazard": float("nan")}}, "parts.hazard"),
        ({"parts": {"hazard": 1.5}}, "parts.hazard"),
        ({"parts": {"old": 0.1}}, "parts.old"),
        ({"parts": [0.1]}, "parts"),
        ({"weights": {}}, "tệp"),
        (["parts"], "tệp"),
        ({"parts": dict.fromkeys(NeedWeights().parts, 0)}, "parts"),
        ({"places": {"check": 0.05}}, "places"),
    ],
)
def test_a_value_that_cannot_be_is_named(given: object, named: str) -> None:
    with pytest.raises(Invalid) as error:
        weights(given)
    assert list(error.value.fields) == [named] and named in error.value.vi


def test_the_offices_file(tmp_path: Path) -> None:
    file = tmp_path / "weights.yaml"
    file.write_text("parts:\n  hazard: 0.4\n", encoding="utf-8")
    assert load_weights(str(file)).parts["hazard"] == 0.4
    assert load_weights("") == NeedWeights()
    for text in ("parts: {hazard: 7}", "parts: [", "\x00", "!!python/object/apply:os.system [ls]"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Misconfigured, match=r"weights\.yaml") as error:
            load_weights(str(file))
        assert "LAMRO_NEED_WEIGHTS" in error.value.vi
    with pytest.raises(Misconfigured):
        load_weights(str(tmp_path / "none.yaml"))


def test_average_precision_by_hand() -> None:
    assert average_precision([(3, True), (2, False), (1, True)]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([(1, True), (1, False)]) == pytest.approx(0.5), "equal scores are one step"
    assert average_precision([(1, True), (2, True)]) == 1
    with pytest.raises(ValueError, match="needed"):
        average_precision([(1, False)])


def decided(days: float, *, needed: bool, **amounts: float) -> Decision:
    return Decision({"base": 1.0, **amounts}, 1.0, needed, NOW - timedelta(days=days))


def world(seed: int, *, figures_tell: bool) -> list[Decision]:
    """Decisions of a year: stories with figures that can be checked needed an answer, those of large sources did not; or all by chance."""
    draw = random.Random(seed)
    made = []
    for at in range(400):
        figures, reach = draw.random(), draw.random()
        chance = 0.85 if figures > 0.6 else 0.08
        needed = draw.random() < (chance if figures_tell else 0.3)
        made.append(decided(at * 0.75, needed=needed, checkable=figures, reach=reach))
    return made


def test_a_refit_learns_what_people_answered_and_is_better_where_it_has_not_looked() -> None:
    told = trial(world(7, figures_tell=True), NeedWeights(), NOW)
    assert told.after > told.before + 0.05 and told.sure >= 0.9 and told.better
    assert told.weights.parts["checkable"] > 0.15 > told.weights.parts["reach"]
    assert told.held_out == 41 and told.trained == 359
    assert told == trial(world(7, figures_tell=True), NeedWeights(), NOW), (
        "the same decisions, the same answer"
    )


def test_decisions_by_chance_propose_nothing() -> None:
    better = [trial(world(seed, figures_tell=False), NeedWeights(), NOW).better for seed in range(5)]
    assert not any(better)


def test_weights_keep_their_sign_and_bounds_and_few_decisions_move_little() -> None:
    away = [
        decided(40, needed=at % 2 == 0, hazard=float(at % 2), old=float(at % 2 == 0)) for at in range(400)
    ]
    fitted = fit(away, NeedWeights())
    assert all(bounds(name)[0] <= value <= bounds(name)[1] for name, value in fitted.parts.items())
    assert fitted.parts["hazard"] == 0.0 and fitted.parts["old"] == 0.0
    few = fit(away[:4], NeedWeights())
    assert abs(few.parts["hazard"] - NeedWeights().parts["hazard"]) < 0.15
    assert fitted.parts["impersonation"] == NeedWeights().parts["impersonation"], "never seen, never moved"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(10, 40, "cũ hơn 30 ngày có 10"), (80, 5, "trong 30 ngày qua có 5"), (0, 0, "có 0 chuyện")],
)
def test_little_data_is_refused_in_plain_words(old: int, new: int, words: str) -> None:
    taken = [decided(40, needed=at % 2 == 0) for at in range(old)]
    taken += [decided(3, needed=at % 2 == 0) for at in range(new)]
    with pytest.raises(Invalid) as error:
        trial(taken, NeedWeights(), NOW)
    assert error.value.vi.startswith("Chưa đủ quyết định") and words in error.value.vi


def test_one_kind_of_answer_only_is_little_data() -> None:
    with pytest.raises(Invalid, match="500, 0 of them"):
        trial([decided(40, needed=False) for _ in range(500)], NeedWeights(), NOW)


def test_the_rank_is_the_sum_times_the_certainty() -> None:
    one = Decision({"base": 1.0, "hazard": 1.0}, 0.5, True, NOW)
    assert rank(NeedWeights(), one) == pytest.approx((0.12 + 0.28) * 0.5)
