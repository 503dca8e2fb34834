"""Signing in and out, the own account, its password and sessions, the language, whether the program is up."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from web import forms, sign_in
from web.addresses import is_own_path
from web.arrival import arrive, carried, factor_until
from web.devices import device
from web.entry import owed, public, refusal, signed_in, store, today, wall
from web.language import LANGUAGES, words
from workflows import access
from workflows.access import accounts, second_factor, sessions
from workflows.access.permissions import PERMISSIONS
from workflows.people.words import POSITIONS
from workflows.reminders import channels

pages = Blueprint("account", __name__)
OPEN_TOO_LONG = Text("Trang đăng nhập mở đã lâu. Hãy gõ lại mật khẩu.")


class SignIn(Schema):
    """User name and password."""

    username = fields.String(required=True, metadata={"label": "Tên đăng nhập"})
    password = fields.String(required=True, metadata={"label": "Mật khẩu", "widget": "password"})


class Code(Schema):
    """What comes after the password where there is a second factor."""

    code = fields.String(
        required=True,
        metadata={
            "label": "Mã xác thực",
            "widget": "code",
            "help": "6 chữ số đang hiện trong ứng dụng ở điện thoại; mất điện thoại thì gõ một mã khôi phục.",
        },
    )


class Chosen(Schema):
    """A first password of one's own: twice, and the slip's not again."""

    new = fields.String(
        required=True,
        metadata={
            "label": "Mật khẩu mới",
            "widget": "password",
            "help": "Ít nhất 10 ký tự; một câu dài dễ nhớ là tốt nhất.",
        },
    )
    again = fields.String(required=True, metadata={"label": "Gõ lại mật khẩu mới", "widget": "password"})


class Password(Schema):
    """The old one once, the new one twice."""

    old = fields.String(required=True, metadata={"label": "Mật khẩu hiện nay", "widget": "password"})
    new = Chosen._declared_fields["new"]
    again = Chosen._declared_fields["again"]


@pages.get("/sign-in", endpoint="sign_in")
@public
def show_sign_in(
    next: str | None = None,
    packed: str | None = None,
    lost: bool = False,
    errors: Any = None,
    username: str = "",
) -> Any:
    """`lost`: a form was sent after the session ended; `packed`: what was typed, to be carried along."""
    if current_user.is_authenticated:
        return redirect(url_for("tasks.inbox"), 303)
    if lost:
        g.carried = {"next": next or "", "packed": packed or ""}
    name = username or (session.get("username", "") if packed else "")
    groups = forms.show(SignIn, values={"username": name}, errors=errors)
    return render_template("sign_in.html", groups=groups, lost=lost, **carried())


@pages.post("/sign-in")
@public
def enter() -> Any:
    username = request.form.get("username", "")
    try:
        answers = forms.load(SignIn, request.form)
        whole = sign_in.enter(answers["username"], answers["password"])
    except InvalidAnswers as refused:
        return show_sign_in(errors=refused.fields, username=username), 422
    if whole:
        return arrive()
    return show_code() if carried()["packed"] else _to_code()


def _to_code() -> Response:
    return redirect(url_for("account.code", next=carried()["next"] or None), 303)


def enter_without_secret() -> Any:
    """Sent twice, or from a page that stood open over night."""
    if current_user.is_authenticated:
        return arrive()
    return show_sign_in(errors={"password": [OPEN_TOO_LONG]}, username=request.form.get("username", "")), 422


enter.without_secret = enter_without_secret


@pages.get("/sign-in/code", endpoint="code")
@public
def show_code(errors: Any = None) -> Any:
    if current_user.is_authenticated:
        return arrive()
    if sign_in.pending() is None:
        return show_sign_in(errors={"username": [sign_in.TOO_LATE]} if errors else None)
    return render_template("code.html", groups=forms.show(Code, errors=errors), **carried())


@pages.post("/sign-in/code")
@public
def enter_code() -> Any:
    found = sign_in.pending()
    if found is None:
        return show_sign_in(errors={"username": [sign_in.TOO_LATE]}), 422
    try:
        kind = sign_in.enter_code(found, forms.load(Code, request.form)["code"])
    except InvalidAnswers as refused:
        return show_code(errors=refused.fields), 422
    if kind == "recovery":
        with store().transaction(writing=False) as tx:
            left = second_factor.codes_left(tx, found.id)
        flash(words("Mã khôi phục ấy đã dùng, còn {left} mã. Nên lập mã mới khi gần hết.", left=left), "wait")
    return arrive()


enter_code.without_secret = enter_without_secret


@pages.post("/sign-out")
@signed_in
def sign_out() -> Response:
    sign_in.leave()
    return redirect(url_for("account.sign_in"), 303)


@pages.get("/account")
@signed_in
def show() -> str:
    """What the program keeps of the account, and what its owner may change."""
    with store().transaction(writing=False) as tx:
        seats = access.acting_for(tx, current_user.id, today())
        facts = {
            "seats": [(POSITIONS.get(seat.position, seat.position), seat.organisation) for seat in seats],
            "open": sessions.sessions_of(tx, current_user.id, wall(), sign_in.limits()),
            "codes_left": second_factor.codes_left(tx, current_user.id),
            "mail": channels.mail_choice(tx, current_user.id),
            "mail_is_open": channels.mail_is_open(tx),
        }
    return render_template(
        "account.html",
        limits=sign_in.limits(),
        here=current_user.session,
        device=device,
        mail_choices=channels.MAIL_CHOICES,
        until=factor_until(),
        deputies=bool({seat.position for seat in seats} & PERMISSIONS["deputies.own"].positions),
        **facts,
    )


@pages.post("/account/go-on")
@signed_in
def go_on() -> Any:
    return arrive()


@pages.post("/account/sessions/<number:session_id>/end")
@signed_in
def end_session(session_id: int) -> Response:
    with store().transaction() as tx:
        if session_id == current_user.session.id or not sessions.end_session(tx, current_user.id, session_id):
            raise NotFound
    flash(words("Đã kết thúc phiên ấy."), "done")
    return redirect(url_for("account.show", _anchor="sessions"), 303)


@pages.post("/account/sessions/end")
@signed_in
def end_other_sessions() -> Response:
    with store().transaction() as tx:
        ended = sessions.end_sessions(tx, current_user.id, but=current_user.session.id)
    flash(words("Đã kết thúc {count} phiên khác.", count=ended), "done")
    return redirect(url_for("account.show", _anchor="sessions"), 303)


@pages.get("/account/password")
@signed_in
def password() -> str:
    why = refusal()
    first = current_user.must_change_password
    groups = forms.show(
        Chosen if first else Password, errors=why.fields if isinstance(why, InvalidAnswers) else None
    )
    return render_template("password.html", groups=groups, refusal=why, first=first, **carried())


@pages.post("/account/password")
@signed_in
def change_password() -> Any:
    form = Chosen if current_user.must_change_password else Password
    try:
        answers = forms.load(form, request.form)
        sign_in.change_password(answers.get("old", ""), answers["new"], answers["again"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return password(), 422
    flash(words("Đã đổi mật khẩu."), "done")
    return arrive(request.form.get("next") or url_for("account.show" if owed() is None else "tasks.inbox"))


@pages.post("/language")
@public
def language() -> Response:
    asked, back = request.form.get("language", ""), request.form.get("back", "/")
    if asked in LANGUAGES:
        session["language"] = asked
        if current_user.is_authenticated:
            with store().transaction() as tx:
                accounts.keep_language(tx, current_user.id, asked)
    return redirect(back if is_own_path(back) else "/", 303)


@pages.get("/health")
@public
def health() -> tuple[dict[str, str], int]:
    """Up, and the database answers; Unavailable becomes 503."""
    with store().transaction(writing=False) as tx:
        accounts.find_account(tx, "id", 0)
    return {"status": "ok"}, 200
