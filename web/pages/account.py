"""Signing in and out, the own password, the language, and whether the program is up."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from flask_security.utils import logout_user
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers
from web import forms, sign_in
from web.entry import public, refusal, signed_in, store
from web.language import LANGUAGES, words
from workflows.access import accounts

pages = Blueprint("account", __name__)


class SignIn(Schema):
    """User name and password."""

    username = fields.String(required=True, metadata={"label": "Tên đăng nhập"})
    password = fields.String(required=True, metadata={"label": "Mật khẩu", "widget": "password"})


class Password(Schema):
    """The old one once, the new one twice."""

    old = fields.String(required=True, metadata={"label": "Mật khẩu hiện nay", "widget": "password"})
    new = fields.String(
        required=True,
        metadata={
            "label": "Mật khẩu mới",
            "widget": "password",
            "help": "Ít nhất 10 ký tự; một câu dài dễ nhớ là tốt nhất.",
        },
    )
    again = fields.String(required=True, metadata={"label": "Gõ lại mật khẩu mới", "widget": "password"})


@pages.get("/sign-in", endpoint="sign_in")
@public
def show_sign_in(typed: dict[str, Any] | None = None, errors: Any = None) -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("tasks.inbox"), 303)
    groups = forms.show(SignIn, values={"username": request.form.get("username", "")}, errors=errors)
    back = request.values.get("next", "")
    return render_template("sign_in.html", groups=groups, next=back if _ours(back) else "")


@pages.post("/sign-in")
@public
def enter() -> Any:
    try:
        answers = forms.load(SignIn, request.form)
        sign_in.enter(answers["username"], answers["password"])
    except InvalidAnswers as refused:
        return show_sign_in(errors=refused.fields), 422
    session.permanent = True
    back = request.form.get("next", "")
    return redirect(back if _ours(back) else url_for("tasks.inbox"), 303)


@pages.post("/sign-out")
@signed_in
def sign_out() -> Response:
    chosen = session.get("language")
    logout_user()
    session.clear()
    if chosen:
        session["language"] = chosen
    return redirect(url_for("account.sign_in"), 303)


@pages.get("/account/password")
@signed_in
def password() -> str:
    why = refusal()
    groups = forms.show(Password, errors=why.fields if isinstance(why, InvalidAnswers) else None)
    return render_template("password.html", groups=groups, refusal=why)


@pages.post("/account/password")
@signed_in
def change_password() -> Any:
    try:
        answers = forms.load(Password, request.form)
        sign_in.change_password(answers["old"], answers["new"], answers["again"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return password(), 422
    flash(words("Đã đổi mật khẩu."), "done")
    return redirect(url_for("tasks.inbox"), 303)


@pages.post("/language")
@public
def language() -> Response:
    asked, back = request.form.get("language", ""), request.form.get("back", "/")
    if asked in LANGUAGES:
        session["language"] = asked
        if current_user.is_authenticated:
            with store().transaction() as tx:
                accounts.keep_language(tx, current_user.id, asked)
    return redirect(back if _ours(back) else "/", 303)


@pages.get("/health")
@public
def health() -> tuple[dict[str, str], int]:
    """Up, and the database answers; Unavailable becomes 503."""
    with store().transaction(writing=False) as tx:
        accounts.find_account(tx, "id", 0)
    return {"status": "ok"}, 200


def _ours(address: str) -> bool:
    """A path of this program: one slash first, no host."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return plain and not parts.scheme and not parts.netloc
