"""What everybody may change of the own account: the password, and how pages look and speak."""

from __future__ import annotations

from sqlalchemy import delete

from core.errors import Conflict, Invalid
from core.records.account import LoginAttempt
from core.rules.passwords import normal_password
from core.services import accounts, audit, login_waits, password_hashes, sessions
from core.services.desk import Actor, Desk


def change_password(desk: Desk, actor: Actor, old: str, new: str) -> sessions.LoggedIn:
    """Change one's own password: every session of the account ends, and a fresh one is returned for this browser.

    Raises :class:`Invalid` with the field ``old`` or ``new``.
    """
    with desk.store.read() as session:
        account = accounts.get_account(session, actor.account_id)
    key = login_waits.key_of("u", account.username)
    login_waits.count_try(desk, (key,))
    if not password_hashes.verify(account.password_hash, old):
        with desk.store.write() as session:
            audit.record(session, desk, actor, "account.change_password", "account", account.id, refused=True)
        raise Invalid(
            "Mật khẩu hiện tại không đúng.",
            "The present password is wrong.",
            fields={"old": "Mật khẩu hiện tại không đúng."},
        )
    accounts.check_password(new, account.username)
    if normal_password(old) == normal_password(new):
        raise accounts.bad_password(
            "Mật khẩu mới phải khác mật khẩu cũ.", "The new password must differ from the old one."
        )
    fresh = password_hashes.hash_password(new)
    now = desk.clock.now()
    with desk.store.write() as session:
        current = accounts.get_account(session, actor.account_id)
        if current.password_hash != account.password_hash:
            raise Conflict(
                "Mật khẩu vừa được đổi ở nơi khác. Hãy đăng nhập lại.",
                "The password was changed elsewhere meanwhile. Log in again.",
            )
        current.password_hash = fresh
        current.must_change_password = False
        current.version += 1
        sessions.end_sessions(session, current.id, now)
        session.execute(delete(LoginAttempt).where(LoginAttempt.key == key))
        audit.record(session, desk, actor, "account.change_password", "account", current.id)
        return sessions.open_session(desk, session, current, actor.address, now)


def set_preferences(
    desk: Desk,
    actor: Actor,
    *,
    language: str | None = None,
    theme: str | None = None,
    single_keys: bool | None = None,
) -> None:
    """Change language (vi, en), theme (auto, light, dark) or single-key shortcuts of one's own account. Not audited: no act of the office.

    Raises :class:`Invalid` on another value.
    """
    if (language is not None and language not in {"vi", "en"}) or (
        theme is not None and theme not in {"auto", "light", "dark"}
    ):
        raise Invalid("Lựa chọn hiển thị không có.", "No such preference.")
    with desk.store.write() as session:
        account = accounts.get_account(session, actor.account_id)
        account.language = account.language if language is None else language
        account.theme = account.theme if theme is None else theme
        account.single_keys = account.single_keys if single_keys is None else single_keys
