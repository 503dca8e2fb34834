"""Signing in by user name, with Flask-Security doing the authentication.

Its own views and its ORM datastore are left out: they commit in after_request, and its loader would hold
the write lock on an embedded database. Ours reads and writes in short transactions of their own, closed
before the request opens its one transaction.
"""

import uuid
from typing import Any

from flask import Flask, g, request
from flask_login import AnonymousUserMixin, current_user
from flask_security import RoleMixin, Security, UserMixin
from flask_security.datastore import UserDatastore
from flask_security.utils import hash_password, login_user, verify_password

from engine.errors import Failure, InvalidAnswers, Text
from web.entry import now, store, to_sign_in
from workflows.access import accounts, attempts
from workflows.people.users import username_of

WRONG = Text("Tên đăng nhập hoặc mật khẩu không đúng.")
WAIT = Text("Đã sai nhiều lần quá. Hãy đợi 15 phút rồi thử lại, hoặc nhờ quản trị viên cấp lại mật khẩu.")
SHORT = Text("Mật khẩu mới cần ít nhất {least} ký tự.", least=10)
DIFFERENT = Text("Hai lần gõ mật khẩu mới không giống nhau.")
LONGEST = 200
# Verified against when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0frf2zsHIERISQmhNMb4Pw$/d/8Nwgvy3WboMdVAyeUEoTVu6pr/NReijvohyCPlXQ"


class User(UserMixin):
    """An account as Flask-Security wants to see it; rights never hang on its roles."""

    fs_uniquifier = ""
    username = ""
    email = ""
    roles: list[Any] = []  # noqa: RUF012  never filled: seats give rights, not roles

    def __init__(self, account: accounts.Account) -> None:
        self.__dict__.update(account._asdict())


class Role(RoleMixin):
    """Not used; Flask-Security asks for the class."""


class Accounts(UserDatastore):
    """The datastore over `user_account`: each call is one short transaction."""

    def __init__(self) -> None:
        super().__init__(User, Role)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> User | None:
        field, value = next(iter(by.items()))
        with store().transaction(writing=False) as tx:
            account = accounts.find_account(tx, field, value)
        return User(account) if account else None

    def put(self, model: Any) -> Any:
        with store().transaction() as tx:
            accounts.keep_password(tx, model.id, model.password)
        return model

    def commit(self) -> None:
        """Nothing is left open: `put` has kept it."""


def install(app: Flask) -> None:
    app.before_request(know_who_asks)  # before the extension's own hook asks for the user
    security = Security(app, Accounts(), register_blueprint=False)
    security.unauthn_handler(lambda *_args, **_options: to_sign_in())


def know_who_asks() -> None:
    """Load the account now, before the request opens its transaction."""
    try:
        g.signed_in = current_user.is_authenticated
    except Failure:  # the page that says so is shown to nobody in particular
        g._login_user = AnonymousUserMixin()
        raise


def enter(username: str, password: str) -> None:
    """Sign in, or raise InvalidAnswers with one message for every cause; failures are counted first."""
    account = username_of(username)
    address = request.remote_addr or ""
    with store().transaction() as tx:
        attempt = attempts.record(tx, account, address, now())
        if attempts.wait(tx, account, address, now()):
            raise InvalidAnswers({"username": [WAIT]})
        found = accounts.find_account(tx, "username", account)
    right = verify_password(password[:LONGEST], found.password if found and found.password else _NOBODY)
    if not (found and found.active and found.password and right):
        raise InvalidAnswers({"username": [WRONG]})
    with store().transaction() as tx:
        attempts.forget(tx, account, attempt)
    login_user(User(found), remember=False)


def change_password(old: str, new: str, again: str) -> None:
    """Change the own password; every other session of the account ends."""
    errors: dict[str, list[Text]] = {}
    if not verify_password(old[:LONGEST], current_user.password or _NOBODY):
        errors["old"] = [Text("Mật khẩu hiện nay không đúng.")]
    if len(new) < 10:
        errors["new"] = [SHORT]
    elif new != again:
        errors["again"] = [DIFFERENT]
    if errors:
        raise InvalidAnswers(errors)
    with store().transaction() as tx:
        accounts.keep_password(tx, current_user.id, hash_password(new[:LONGEST]))
        account = accounts.find_account(tx, "id", current_user.id)
    if account is not None:
        login_user(User(account), remember=False)
