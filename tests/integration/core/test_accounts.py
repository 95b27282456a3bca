from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.errors import Forbidden, Invalid, LamroError, RuleBroken
from core.records.account import Account, LoginAttempt, WebSession
from core.records.audit import AuditRow
from core.rules.vocabulary import Role
from core.services import accounts, audit, own_account, sessions
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import StandingClock

GOOD = "một câu chỉ mình biết"


def acts(desk: Desk) -> list[tuple[str, bool]]:
    with desk.store.read() as session:
        return [(row.act, row.refused) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


def test_one_time_password_opens_the_account_and_must_be_changed(desk: Desk, office: int) -> None:
    made = accounts.create(
        desk, None, "  LAN.Nguyen ", "Nguyễn Lan", "Công chức", "lan@xa.example", office, [Role.OFFICER]
    )
    opened = sessions.log_in(desk, "lan.nguyen", made.one_time_password, "10.0.0.1")
    assert opened.actor.must_change_password
    assert opened.actor.roles == {Role.OFFICER}
    fresh = own_account.change_password(desk, opened.actor, made.one_time_password, GOOD)
    assert sessions.authenticate(desk, opened.token, "10.0.0.1") is None, (
        "every session ends at a change of password"
    )
    actor = sessions.authenticate(desk, fresh.token, "10.0.0.1")
    assert actor is not None
    assert not actor.must_change_password
    with pytest.raises(Invalid):
        sessions.log_in(desk, "lan.nguyen", made.one_time_password, "10.0.0.1")


def test_only_hashes_are_stored(desk: Desk, person: Callable[..., Actor]) -> None:
    person("canbo", Role.OFFICER)
    opened = sessions.log_in(desk, "canbo", GOOD, "10.0.0.1")
    with desk.store.read() as session:
        account = session.scalars(select(Account)).one()
        assert account.password_hash.startswith("$argon2id$v=19$")
        keys = set(session.scalars(select(WebSession.id_sha256)))
        everything = str(
            [
                vars(row)
                for table in (Account, WebSession, LoginAttempt, AuditRow)
                for row in session.scalars(select(table))
            ]
        )
    assert hashlib.sha256(opened.token.encode()).hexdigest() in keys
    assert opened.token not in everything
    assert GOOD not in everything
    assert len(opened.token) >= 43


def test_a_session_ends_when_idle_when_old_and_at_log_out(
    desk: Desk, clock: StandingClock, person: Callable[..., Actor]
) -> None:
    person("canbo", Role.OFFICER)
    token = sessions.log_in(desk, "canbo", GOOD, "a").token
    clock.move(minutes=29)
    assert sessions.authenticate(desk, token, "a") is not None
    clock.move(minutes=29)
    assert sessions.authenticate(desk, token, "a") is not None, "use keeps it open"
    clock.move(minutes=31)
    assert sessions.authenticate(desk, token, "a") is None
    token = sessions.log_in(desk, "canbo", GOOD, "a").token
    last = None
    for _ in range(12 * 4):
        clock.move(minutes=15)
        last = sessions.authenticate(desk, token, "a")
    assert last is not None
    clock.move(minutes=1)
    assert sessions.authenticate(desk, token, "a") is None, "12 hours at most"
    opened = sessions.log_in(desk, "canbo", GOOD, "a")
    sessions.log_out(desk, opened.actor)
    sessions.log_out(desk, opened.actor)
    assert sessions.authenticate(desk, opened.token, "a") is None
    assert sessions.authenticate(desk, "", "a") is None
    assert sessions.authenticate(desk, "x" * 100_000, "a") is None
    assert acts(desk).count(("account.log_out", False)) == 1


def test_the_same_words_for_every_wrong_pair(desk: Desk, person: Callable[..., Actor]) -> None:
    actor = person("canbo", Role.OFFICER)
    admin = person("quantri", Role.ADMINISTRATOR)
    said = set()
    for name, password in (("canbo", "sai"), ("khongco", GOOD), ("khong\x00co", GOOD)):
        with pytest.raises(Invalid) as caught:
            sessions.log_in(desk, name, password, "a")
        said.add(caught.value.vi)
    accounts.set_active(desk, admin, actor.account_id, False)
    with pytest.raises(Invalid) as caught:
        sessions.log_in(desk, "canbo", GOOD, "a")
    assert said == {caught.value.vi}


def test_waiting_grows_and_ends_and_is_forgotten_by_success(
    desk: Desk, clock: StandingClock, person: Callable[..., Actor]
) -> None:
    person("canbo", Role.OFFICER)

    def wrong() -> str:
        with pytest.raises(Invalid) as caught:
            sessions.log_in(desk, "canbo", "sai", "a")
        return caught.value.code

    assert [wrong() for _ in range(7)] == ["invalid"] * 5 + ["wait"] * 2
    with pytest.raises(
        Invalid
    ):  # also the right password must wait: else waiting would tell nothing to a guesser
        sessions.log_in(desk, "canbo", GOOD, "a")
    clock.move(seconds=2)
    assert wrong() == "invalid"
    clock.move(seconds=3)
    assert wrong() == "wait", "the second wait is longer than the first"
    clock.move(minutes=5)
    for _ in range(12):
        clock.move(minutes=5, seconds=1)
        assert wrong() == "invalid", "never more than five minutes"
    clock.move(minutes=5, seconds=1)
    assert sessions.log_in(desk, "canbo", GOOD, "a").actor.username == "canbo"
    for number in range(5):
        with pytest.raises(Invalid) as caught:
            sessions.log_in(desk, "canbo", "sai", f"b{number}")
        assert caught.value.code == "invalid"


def test_an_address_that_guesses_many_names_must_wait(desk: Desk, person: Callable[..., Actor]) -> None:
    person("canbo", Role.OFFICER)
    codes = []
    for number in range(23):
        with pytest.raises(Invalid) as caught:
            sessions.log_in(desk, f"ten{number}", "sai", "6.6.6.6")
        codes.append(caught.value.code)
    assert codes[-1] == "wait"
    assert codes[0] == "invalid"
    assert sessions.log_in(desk, "canbo", GOOD, "7.7.7.7").token, "others are not locked out"


def test_parallel_guesses_count_each(desk: Desk, person: Callable[..., Actor]) -> None:
    person("canbo", Role.OFFICER)

    def guess(_: int) -> str:
        try:
            sessions.log_in(desk, "canbo", "sai", "a")
        except Invalid as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(12)))
    assert codes.count("invalid") == 5
    assert codes.count("wait") == 7


def test_a_new_role_counts_at_once_and_nobody_gives_it_to_themselves(
    desk: Desk, person: Callable[..., Actor]
) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    person("canbo", Role.OFFICER)
    opened = sessions.log_in(desk, "canbo", GOOD, "a")
    accounts.set_roles(desk, admin, opened.actor.account_id, [Role.VERIFIER, Role.OFFICER])
    now = sessions.authenticate(desk, opened.token, "a")
    assert now is not None
    assert now.roles == {Role.VERIFIER, Role.OFFICER}
    with pytest.raises(RuleBroken) as caught:
        accounts.set_roles(desk, admin, admin.account_id, [Role.ADMINISTRATOR, Role.SIGNER])
    assert caught.value.rule == "own_account"
    with pytest.raises(Forbidden):
        accounts.set_roles(desk, now, admin.account_id, [Role.OFFICER])
    assert acts(desk)[-2:] == [("account.set_roles", True), ("account.set_roles", True)]


def test_the_last_administrator_stays(desk: Desk, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    for act in (
        lambda: accounts.set_roles(desk, None, admin.account_id, [Role.OFFICER]),
        lambda: accounts.set_active(desk, None, admin.account_id, False),
    ):
        with pytest.raises(RuleBroken, match="last active administrator"):
            act()
    second = person("quantri2", Role.ADMINISTRATOR)
    accounts.set_active(desk, second, admin.account_id, False)
    with pytest.raises(RuleBroken):
        accounts.set_roles(desk, None, second.account_id, [Role.OFFICER])


def test_switching_off_and_resetting_end_the_sessions(desk: Desk, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    person("canbo", Role.OFFICER)
    opened = sessions.log_in(desk, "canbo", GOOD, "a")
    made = accounts.reset_password(desk, admin, opened.actor.account_id)
    assert sessions.authenticate(desk, opened.token, "a") is None
    again = sessions.log_in(desk, "canbo", made.one_time_password, "a")
    accounts.set_active(desk, admin, opened.actor.account_id, False)
    assert sessions.authenticate(desk, again.token, "a") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "có dấu"}, "username"),
        ({"username": "a"}, "username"),
        ({"display_name": "  "}, "display_name"),
        ({"email": "khong-phai-thu"}, "email"),
        ({"roles": []}, "roles"),
        ({"password": "ngan"}, "password"),
    ],
)
def test_a_form_without_what_is_needed_names_the_field(
    desk: Desk, office: int, changes: dict[str, object], field: str
) -> None:
    values: dict[str, object] = {
        "username": "moi",
        "display_name": "Người Mới",
        "position": "",
        "email": "",
        "unit_id": office,
        "roles": [Role.OFFICER],
        "password": GOOD,
    }
    with pytest.raises(Invalid) as caught:
        accounts.create(desk, None, **(values | changes))  # type: ignore[arg-type]
    assert field in caught.value.fields
    with desk.store.read() as session:
        assert session.scalars(select(Account)).all() == []


def test_a_name_is_used_once(desk: Desk, person: Callable[..., Actor], office: int) -> None:
    person("canbo", Role.OFFICER)
    with pytest.raises(Invalid) as caught:
        accounts.create(desk, None, "CANBO", "Khác", "", "", office, [Role.OFFICER], GOOD)
    assert "username" in caught.value.fields


def test_preferences_are_kept_and_checked(desk: Desk, person: Callable[..., Actor]) -> None:
    actor = person("canbo", Role.OFFICER)
    own_account.set_preferences(desk, actor, language="en", theme="dark", single_keys=False)
    seen = sessions.log_in(desk, "canbo", GOOD, "a").actor
    assert (seen.language, seen.theme, seen.single_keys) == ("en", "dark", False)
    with pytest.raises(Invalid):
        own_account.set_preferences(desk, actor, theme="<script>")


def test_every_act_is_in_the_chain(desk: Desk, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    with pytest.raises(LamroError):
        sessions.log_in(desk, "quantri", "sai", "a")
    accounts.create(desk, admin, "moi", "Mới", "", "", admin.unit_id, [Role.CLERK])
    with desk.store.read() as session:
        assert audit.verify_chain(session) is None
        row = session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first()
        assert row is not None
        assert (row.act, row.account_id, row.address) == ("account.create", admin.account_id, "127.0.0.1")
    assert ("account.log_in", True) in acts(desk)
