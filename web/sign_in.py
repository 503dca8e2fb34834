"""Signing in by user name, with Flask-Security doing the authentication.

Its own views and its ORM datastore are left out: they commit in after_request, and its loader would hold
the write lock on an embedded database. Ours reads and writes in short transactions of their own, closed
before the request opens its one transaction. Sessions are rows of ours, so that they can be listed and ended.
"""

import unicodedata
from datetime import timedelta
from math import ceil
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import AnonymousUserMixin, current_user
from flask_security import RoleMixin, Security, UserMixin
from flask_security.datastore import UserDatastore
from flask_security.utils import hash_password, login_user, logout_user, verify_password

from engine.errors import Failure, InvalidAnswers, Text, Unavailable
from engine.time import day_of
from web.entry import now, store, to_sign_in, wall
from web.headers import FILES
from workflows.access import accounts, attempts, second_factor, sessions
from workflows.people.users import username_of

WRONG = Text("Tên đăng nhập hoặc mật khẩu không đúng.")
WRONG_CODE = Text("Mã không đúng hoặc đã dùng. Hãy chờ mã mới trên điện thoại rồi gõ lại.")
SLIP_OVER = Text("Phiếu này đã hết hạn hoặc đã dùng. Hãy nhờ quản trị viên của đơn vị cấp phiếu mới.")
TOO_LATE = Text("Đã quá lâu từ lúc gõ mật khẩu. Hãy đăng nhập lại từ đầu.")
SHORT = Text("Mật khẩu mới cần ít nhất {least} ký tự.", least=10)
EASY = Text("Mật khẩu này dễ đoán. Hãy chọn một câu dài hơn, không chứa tên đăng nhập.")
SAME_AS_SLIP = Text("Mật khẩu mới phải khác mật khẩu in trên phiếu.")
DIFFERENT = Text("Hai lần gõ mật khẩu mới không giống nhau.")
WRONG_OLD = Text("Mật khẩu hiện nay không đúng.")
LONGEST = 200
CODE_WITHIN = timedelta(minutes=5)  # from the password to the code


class User(UserMixin):
    """An account as Flask-Security wants to see it; rights never hang on its roles."""

    fs_uniquifier = ""
    username = ""
    email = ""
    roles: list[Any] = []  # noqa: RUF012  never filled: seats give rights, not roles

    def __init__(self, account: accounts.Account, in_session: sessions.Session | None = None) -> None:
        self.__dict__.update(account._asdict())
        self.session = in_session


class Role(RoleMixin):
    """Not used; Flask-Security asks for the class."""


class Accounts(UserDatastore):
    """The datastore over `user_account`, as far as Flask-Security asks it; each call a short transaction."""

    def __init__(self) -> None:
        super().__init__(User, Role)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> User | None:
        field, value = next(iter(by.items()))
        with store().transaction(writing=False) as tx:
            account = accounts.find_account(tx, field, value)
        return User(account) if account else None

    def put(self, model: Any) -> Any:
        raise NotImplementedError("accounts are written by workflows.access.accounts")

    def commit(self) -> None:
        """Nothing is left open."""


def install(app: Flask) -> None:
    app.before_request(know_who_asks)  # before the extension's own hook asks for the user
    security = Security(app, Accounts(), register_blueprint=False)
    security.unauthn_handler(lambda *_args, **_options: to_sign_in())
    app.login_manager.user_loader(load)  # type: ignore[attr-defined]
    with app.app_context():  # verified where there is no password, so that every answer takes as long
        app.extensions["ketnap_nobody"] = hash_password("nobody has this password")


def know_who_asks() -> None:
    """Load the account now, before the request opens its transaction."""
    try:
        g.signed_in = current_user.is_authenticated
    except Failure:  # the page that says so is shown to nobody in particular
        g._login_user = AnonymousUserMixin()
        raise


def limits() -> sessions.Limits:
    """How long a session lives: idle, and at most."""
    found: sessions.Limits = current_app.config["SESSION_LIMITS"]
    return found


def load(mark: str) -> User | None:
    """The user of this request: session and account in one query. `mark`: the account's, in the cookie."""
    key = session.get("key")
    if not key or request.endpoint in FILES:
        return None
    with store().transaction(writing=False) as tx:
        found = sessions.find(tx, key, wall(), limits())
    if found is None or found.account.fs_uniquifier != mark:
        return None
    if sessions.is_due(found.session, wall()):
        _keep_seen(found.session.id)
    return User(found.account, found.session)


def _keep_seen(session_id: int) -> None:
    """Once a minute at most; a database busy with a long piece of work is no reason to refuse a page."""
    try:
        with store().transaction() as tx:
            sessions.keep_seen(tx, session_id, wall())
    except Unavailable:
        current_app.logger.info("the last use of a session was not kept")


def enter(username: str, password: str) -> bool:
    """Check name and password; True: signed in, False: a code is still to be asked for.

    InvalidAnswers with one message for every cause; every try counts before it is looked at.
    """
    name, address = username_of(username), request.remote_addr or ""
    attempt = _try(name, address, "username")
    with store().transaction(writing=False) as tx:
        found = accounts.find_account(tx, "username", name)
    known = found.password if found and found.active else None
    right = _verify(password, known)
    if found is None or known is None or not right:
        raise InvalidAnswers({"username": [WRONG]})
    if accounts.slip_is_over(found, now()):
        raise InvalidAnswers({"username": [SLIP_OVER]})
    with store().transaction() as tx:
        attempts.forget(tx, name, attempt)
    _strengthen(found, password)
    if found.tf_totp_secret:
        session["pending"] = [found.fs_uniquifier, wall().timestamp()]
        return False
    begin(found)
    return True


def pending() -> accounts.Account | None:
    """Whose password was right a moment ago, while the code is still to come."""
    mark, at = session.get("pending") or ("", 0)
    if not mark or wall().timestamp() - at > CODE_WITHIN.total_seconds():
        return None
    with store().transaction(writing=False) as tx:
        found = accounts.find_account(tx, "fs_uniquifier", mark)
    return found if found and found.active and found.tf_totp_secret else None


def enter_code(found: accounts.Account, typed: str) -> str:
    """Sign in with a code of the authenticator or a recovery code; says which: "code" or "recovery"."""
    from web.authenticator import take

    attempt = _try(attempts.CODE + found.username, request.remote_addr or "", "code")
    kind = take(found, typed)
    if kind is None:
        raise InvalidAnswers({"code": [WRONG_CODE]})
    with store().transaction() as tx:
        attempts.forget(tx, attempts.CODE + found.username, attempt)
    begin(found)
    return kind


def begin(found: accounts.Account) -> None:
    """A new session; nothing of the visitor's old one goes over but the language."""
    kept = {name: session[name] for name in ("language",) if name in session}
    session.clear()
    agent = request.headers.get("User-Agent", "")
    with store().transaction() as tx:
        second_factor.ask(tx, found.id, second_factor.is_required(tx, found.id, day_of(now())), wall())
        if found.must_change_password:  # one at a time: who comes second ends the first
            accounts.use_slip(tx, found.id, now())
            sessions.end_sessions(tx, found.id)
        accounts.keep_sign_in(tx, found.id, now())
        key = sessions.begin(
            tx, found.id, address=request.remote_addr or "", agent=agent, now=wall(), limits=limits()
        )
        signed_in = sessions.find(tx, key, wall(), limits())
    if signed_in is not None:
        login_user(User(*signed_in), remember=False)
        session.update(kept, key=key, username=found.username)


def leave() -> None:
    """Sign out: the session ends here and in the table; the name stays, to whom a typed form would belong."""
    kept = {name: session[name] for name in ("language", "username") if name in session}
    with store().transaction() as tx:
        sessions.end_session(tx, current_user.id, current_user.session.id)
    logout_user()
    session.clear()
    session.update(kept)


def change_password(old: str, new: str, again: str) -> None:
    """Change the own password (`old` is not asked for after a slip); every other session ends.

    Sent twice, it is done once: the second finds its new password there already.
    """
    account, errors = current_user, _faults(new, again, current_user)
    if not account.must_change_password:
        try:
            check_password(old, unless=new)
        except InvalidAnswers as wrong:
            errors |= wrong.fields
    if errors:
        raise InvalidAnswers(errors)
    hashed = hash_password(_normal(new))
    with store().transaction() as tx:
        accounts.keep_password(tx, account.id, hashed)
        sessions.end_sessions(tx, account.id, but=account.session.id)
    account.password, account.must_change_password = hashed, False


def check_password(typed: str, *, field: str = "old", unless: str | None = None) -> None:
    """The own password, asked for once more; tries count as those of signing in do."""
    attempt = _try(current_user.username, request.remote_addr or "", field)
    known = current_user.password
    if not _verify(typed, known) and not (unless and _verify(unless, known)):
        raise InvalidAnswers({field: [WRONG_OLD]})
    with store().transaction() as tx:
        attempts.forget(tx, current_user.username, attempt)


def _faults(new: str, again: str, account: Any) -> dict[str, list[Text]]:
    plain = _normal(new).casefold()
    if len(plain) < 10:
        return {"new": [SHORT]}
    if account.username in plain or len(set(plain)) < 5:
        return {"new": [EASY]}
    if account.must_change_password and _verify(new, account.password):
        return {"new": [SAME_AS_SLIP]}
    return {"again": [DIFFERENT]} if new != again else {}


def _try(name: str, address: str, field: str) -> int:
    """Count a try, then look whether there were too many; InvalidAnswers says how long to wait."""
    with store().transaction() as tx:
        attempt = attempts.record(tx, name, address, wall())
    with store().transaction(writing=False) as tx:
        left = attempts.wait(tx, name, address, wall())
    if left is None:
        return attempt
    with store().transaction() as tx:
        attempts.take_back(tx, attempt)
    raise InvalidAnswers({field: [wait_words(left)]})


def wait_words(left: timedelta) -> Text:
    """How long it takes until the next try is heard."""
    minutes = max(1, ceil(left.total_seconds() / 60))
    return Text(
        "Đã sai nhiều lần quá. Hãy đợi {minutes} phút rồi thử lại, hoặc nhờ quản trị viên cấp lại mật khẩu.",
        minutes=minutes,
    )


def _verify(password: str, known: str | None) -> bool:
    """As long for a name that is unknown or has no password as for another."""
    hashed = known or current_app.extensions["ketnap_nobody"]
    return bool(verify_password(_normal(password), hashed)) and known is not None


def _normal(password: str) -> str:
    """One form for letters with marks, whatever the keyboard makes of them."""
    return unicodedata.normalize("NFKC", password)[:LONGEST]


def _strengthen(found: accounts.Account, password: str) -> None:
    """The parameters of the hash grew since: hash anew while the password is at hand."""
    context = current_app.extensions["security"].pwd_context
    if found.password and context.needs_update(found.password):
        stronger = hash_password(_normal(password))
        with store().transaction() as tx:
            accounts.strengthen_password(tx, found.id, found.password, stronger)
