"""The second factor of the own account: set up by a first code, recovery codes shown once, put away."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidAnswers, Text
from web import authenticator, forms, sign_in
from web.arrival import carried
from web.entry import now, owed, refusal, signed_in, store, today
from web.language import words
from workflows.access import second_factor

pages = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")
NEEDED = Text("Chức trách của đồng chí cần xác thực hai bước nên không tắt được.")


class FirstCode(Schema):
    """The code that shows that the secret arrived."""

    code = fields.String(
        required=True,
        metadata={"label": "Mã 6 chữ số đang hiện trong ứng dụng", "widget": "code"},
    )


class OwnPassword(Schema):
    """The own password, before anything about the second factor changes."""

    old = fields.String(required=True, metadata={"label": "Mật khẩu hiện nay", "widget": "password"})


@pages.get("")
@signed_in
def show() -> str:
    """Set up: the state, and what can be done about it; not yet: the picture to scan."""
    return _state() if current_user.tf_totp_secret else _offer()


@pages.post("")
@signed_in
def enrol() -> Any:
    offer = authenticator.unpack(request.form.get("offer", ""), current_user.id)
    if offer is None:
        g.refusal = InvalidAnswers({}, authenticator.OFFER_OVER)
        return show(), 422
    try:
        authenticator.accept(current_user, offer, forms.load(FirstCode, request.form)["code"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return _offer(offer), 422
    return _codes(offer.codes)


@pages.post("/codes")
@signed_in
def renew_codes() -> Any:
    offer = authenticator.unpack(request.form.get("offer", ""), current_user.id)
    if offer is None or not current_user.tf_totp_secret:
        g.refusal = InvalidAnswers({}, authenticator.OFFER_OVER)
        return show(), 422
    try:
        sign_in.check_password(forms.load(OwnPassword, request.form)["old"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return _state(), 422
    with store().transaction() as tx:
        second_factor.keep_recovery_codes(tx, current_user.id, offer.codes)
    return _codes(offer.codes)


@pages.post("/move")
@signed_in
def move() -> Any:
    """To another telephone: after the password, a new picture; the old secret counts until its first code."""
    try:
        sign_in.check_password(forms.load(OwnPassword, request.form)["old"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return show(), 422
    return _offer(authenticator.make_offer(replaces=True))


@pages.post("/off")
@signed_in
def put_away() -> Any:
    if _required():
        raise Conflict(NEEDED)
    try:
        sign_in.check_password(forms.load(OwnPassword, request.form)["old"])
    except InvalidAnswers as refused:
        g.refusal = refused
        return show(), 422
    with store().transaction() as tx:
        second_factor.drop(tx, current_user.id)
    flash(words("Đã tắt xác thực hai bước."), "done")
    return _to_account()


def _to_account() -> Response:
    return redirect(url_for("account.show", _anchor="second-factor"), 303)


def _offer(offer: authenticator.Offer | None = None) -> str:
    offer = offer or authenticator.make_offer()
    size, path = authenticator.picture(authenticator.address_of(offer.secret, current_user.username))
    return render_template(
        "second_factor_offer.html",
        groups=_groups(FirstCode),
        refusal=refusal(),
        secret=authenticator.grouped(offer.secret),
        offer=authenticator.pack(offer, current_user.id),
        size=size,
        path=path,
        first=owed() is not None,
        **carried(),
    )


def _state() -> str:
    with store().transaction(writing=False) as tx:
        left = second_factor.codes_left(tx, current_user.id)
    fresh = authenticator.Offer("", second_factor.make_recovery_codes())
    return render_template(
        "second_factor.html",
        groups=_groups(OwnPassword),
        refusal=refusal(),
        left=left,
        required=_required(),
        offer=authenticator.pack(fresh, current_user.id),
    )


def _codes(codes: list[str]) -> str:
    return render_template("second_factor_codes.html", codes=codes, on=now(), **carried())


def _required() -> bool:
    with store().transaction(writing=False) as tx:
        return second_factor.is_required(tx, current_user.id, today())


def _groups(schema: type[Schema]) -> list[forms.Group]:
    why = refusal()
    return forms.show(schema, errors=why.fields if isinstance(why, InvalidAnswers) else None)
