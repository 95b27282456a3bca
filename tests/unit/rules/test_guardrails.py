"""G1, placeholders, secrecy markings, links, the matrix, the clocks, the legal profiles."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.legal import FOLDER, load_profiles
from config.response import FILE, load_matrix
from core.clock import VIETNAM
from core.errors import Misconfigured, RuleBroken
from core.rules.deadlines import HOLIDAYS, add_working_days, clock, is_working_day
from core.rules.guardrails import (
    placeholders,
    require_clarifiable,
    require_no_link_to,
    require_own_level,
    secrecy_markings,
)
from core.rules.matrix import CLARIFYING, Answer, allowed_answers, needs_reason
from core.rules.vocabulary import (
    SUB_VERDICTS,
    DeadlineKind,
    DocumentKind,
    Harm,
    Level,
    Spread,
    SubVerdict,
    Verdict,
)

PAIRS = [(verdict, sub) for verdict, subs in SUB_VERDICTS.items() for sub in subs]


def clarifies(pair: tuple[Verdict, SubVerdict]) -> bool:
    return pair[0] == Verdict.MISLEADING and pair[1] != SubVerdict.WRONG_NAME


@given(st.lists(st.sampled_from(PAIRS), max_size=4), st.sampled_from(list(DocumentKind)))
def test_g1(pairs: list[tuple[Verdict, SubVerdict]], kind: DocumentKind) -> None:
    if any(clarifies(pair) for pair in pairs):
        require_clarifiable(pairs, kind)
    else:
        with pytest.raises(RuleBroken) as refused:
            require_clarifiable(pairs, kind)
        assert refused.value.rule == "G1" and refused.value.lawful


@given(st.lists(st.sampled_from(PAIRS), max_size=4))
def test_no_clarifying_answer_can_be_chosen_without_sai_lech(pairs: list[tuple[Verdict, SubVerdict]]) -> None:
    assert bool(allowed_answers(pairs) & CLARIFYING) is any(clarifies(pair) for pair in pairs)
    assert Answer.RECORD in allowed_answers(pairs)


@given(
    st.lists(st.sampled_from(PAIRS), max_size=3),
    st.sampled_from(list(Spread)),
    st.sampled_from(list(Harm)),
    st.booleans(),
)
def test_what_is_suggested_may_be_chosen(
    pairs: list[tuple[Verdict, SubVerdict]], spread: Spread, harm: Harm, press: bool
) -> None:
    options = load_matrix().suggest(spread, harm, verdicts=pairs, press=press)
    assert options
    for option in options:
        assert option and option <= allowed_answers(pairs)
        assert not needs_reason(option, options, silent=False)
        assert press or Answer.D7 not in option
    assert needs_reason(frozenset(), options, silent=True)
    assert needs_reason(frozenset({Answer.D20}), options, silent=False)


def test_cells_of_the_law() -> None:
    matrix = load_matrix()
    false = [(Verdict.MISLEADING, SubVerdict.FALSE)]

    def cell(spread: Spread, harm: Harm) -> list[list[str]]:
        return [sorted(option) for option in matrix.suggest(spread, harm, verdicts=false, press=True)]

    assert cell(Spread.R0, Harm.H0) == [["record"]]
    assert cell(Spread.R2, Harm.H3) == [["D1", "D17", "D3", "D5", "D8", "D9"]]
    assert cell(Spread.R2, Harm.H1) == [["D5", "D6"], ["D5", "D7"]]
    assert all(matrix.cells[pair] for pair in itertools.product(Spread, Harm))
    assert [
        matrix.spread(views=views, sources=1, press=0, reach_tier=1) for views in (999, 1000, 10_000, 10_001)
    ] == ["R0", "R1", "R1", "R2"]
    assert matrix.spread(views=0, sources=1, press=1, reach_tier=3) == "R3"


@pytest.mark.parametrize("level", list(Level))
def test_foreign_press_is_for_the_province(level: Level) -> None:
    require_own_level(level, DocumentKind.PRESS_RELEASE, foreign=False)
    if level == Level.PROVINCE:
        require_own_level(level, DocumentKind.PRESS_RELEASE, foreign=True)
    else:
        with pytest.raises(RuleBroken):
            require_own_level(level, DocumentKind.PRESS_RELEASE, foreign=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("đủ", []),
        ("[…]", ["[…]"]),
        ("a [số hộ] b [giờ]", ["[số hộ]", "[giờ]"]),
        ("hở [ số", ["["]),
        ("số ]", ["]"]),
        ("[]", ["[]"]),
    ],
)
def test_placeholders(text: str, found: list[str]) -> None:
    assert placeholders([text]) == found


@pytest.mark.parametrize(
    "text",
    [
        "mật ong rừng",
        "mật độ dân cư",
        "MẬT ĐỘ DÂN CƯ",
        "BÍ MẬT KINH DOANH",
        "giữ bí mật",
        "MẬT ONG",
        "Mật khẩu",
        "THƯ MẬT DANH",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    assert secrecy_markings([text]) == []


@pytest.mark.parametrize(
    "text",
    [
        "MẬT",
        "(MẬT)",
        "Độ mật: TỐI MẬT",
        "TUYỆT  MẬT",
        "văn bản MẬT, số 12",
        "dòng đầu\n  MẬT  \ndòng sau",
        "đóng dấu TỐI MẬT ngày 5",
    ],
)
def test_markings_are_found(text: str) -> None:
    assert secrecy_markings([text])


def test_no_link_to_the_false_post() -> None:
    require_no_link_to(["Xem https://xachiminh.example/tin"], ["https://song-que.example/1"])
    for text in ("xem https://song-que.example/1", "xem SONG-QUE.example/1 nhé"):
        with pytest.raises(RuleBroken):
            require_no_link_to([text], ["https://song-que.example/1"])


# --- clocks -------------------------------------------------------------------------------------------------------------


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 10, 1), timezones=st.just(UTC)), st.integers(1, 40))
def test_working_days(start: datetime, days: int) -> None:
    end = add_working_days(start, days)
    last = (end - timedelta(seconds=1)).astimezone(VIETNAM).date()
    first = start.astimezone(VIETNAM).date()
    between = [first + timedelta(days=one) for one in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day) for day in between) == days and is_working_day(last)
    assert end.astimezone(VIETNAM).hour == 0


def test_tet_and_the_days_around() -> None:
    # received on Friday 13/02/2026; the 16th to the 20th are Tết: the first working day is Monday the 23rd
    received = datetime(2026, 2, 13, 3, tzinfo=UTC)
    assert add_working_days(received, 1) == datetime(2026, 2, 23, 17, tzinfo=UTC)
    assert date(2027, 2, 8) in HOLIDAYS and not is_working_day(date(2026, 9, 2))
    # 17:30 UTC is already the next day in Viet Nam
    assert add_working_days(datetime(2026, 11, 22, 17, 30, tzinfo=UTC), 1) == datetime(
        2026, 11, 24, 17, tzinfo=UTC
    )


def test_terms_come_from_the_profile_of_the_day() -> None:
    profiles = load_profiles()
    start = datetime(2026, 11, 23, 2, tzinfo=UTC)
    profile = profiles.on(start.date())
    assert clock(DeadlineKind.FIRST_STATEMENT, start, profile).due_at == start + timedelta(hours=24)
    notice = clock(DeadlineKind.NOTICE, start, profile)
    assert notice.due_at == start + timedelta(hours=24) and "Không có thời hạn trong luật" in notice.basis


# --- profiles and matrix as data ------------------------------------------------------------------------------------------


def test_the_day_picks_the_profile() -> None:
    profiles = load_profiles()
    for day, name in ((date(2022, 6, 3), "vn-2016"), (date(2025, 6, 30), "vn-2016"), (date(2025, 7, 1), "vn-2025-07"),
                      (date(2026, 6, 30), "vn-2025-07"), (date(2026, 7, 1), "vn-2026-07"), (date(2030, 1, 1), "vn-2026-07")):  # fmt: skip
        assert profiles.on(day).id == name
    with pytest.raises(Misconfigured):
        profiles.on(date(2016, 12, 1))


def test_names_and_bases_follow_the_time() -> None:
    profiles = load_profiles()
    old, new = profiles.on(date(2022, 1, 1)), profiles.on(date(2026, 11, 23))
    words = lambda profile, level, kind: " ".join(
        field.text for field in (*profile.rule(level, kind).bases, *profile.rule(level, kind).recipients)
    )
    assert "09/2017" in words(old, Level.COMMUNE, DocumentKind.PRESS_RELEASE)
    assert "Sở Thông tin và Truyền thông" in words(old, Level.COMMUNE, DocumentKind.NOTICE)
    assert "244/2026" in words(new, Level.COMMUNE, DocumentKind.PRESS_RELEASE)
    for profile in profiles.profiles:
        for kind in DocumentKind:
            assert "22/2016" not in words(profile, Level.COMMUNE, kind)
        assert "22/2016" in words(profile, Level.PROVINCE, DocumentKind.PRESS_RELEASE)


def test_each_line_of_a_profile_matters(tmp_path: Path) -> None:
    good = (FOLDER / "vn-2026-07.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("valid_from:", "valid_form:"),
        ("verified: false", "verified: maybe"),
        ("hours: 24", "hours: 24\n    working_days: 3"),
        ("  province:", "  provinces:"),
        ("code: TC-UBND", "code: 'TC UBND'"),
        ("id: vn-2026-07", "id: [1"),
    ):
        assert old in good
        (tmp_path / "vn.yaml").write_text(good.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(Misconfigured) as refused:
            load_profiles(tmp_path)
        assert "vn.yaml" in refused.value.vi
    (tmp_path / "vn.yaml").unlink()
    with pytest.raises(Misconfigured):
        load_profiles(tmp_path)
    for name in ("vn-2016.yaml", "vn-2026-07.yaml"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    with pytest.raises(Misconfigured) as gap:
        load_profiles(tmp_path)
    assert "không nối liền" in gap.value.vi


def test_a_broken_matrix_is_named(tmp_path: Path) -> None:
    good = FILE.read_text(encoding="utf-8")
    path = tmp_path / "matrix.yaml"
    for old, new in (
        ("[[record]]", "[[recrod]]"),
        ("[[watch]]", "[[]]"),
        ("  R3:", "  R4:"),
        ("wide_views: 10000", "wide_views: many"),
    ):
        path.write_text(good.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(Misconfigured) as refused:
            load_matrix(path)
        assert "matrix.yaml" in refused.value.vi
