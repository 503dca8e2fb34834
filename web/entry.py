"""The door of every route: who asks, when, under which permission, inside which transaction.

A view is declared with `opens(permission, about)`; the rule stays readable on it, so that a test can walk
all routes and fail on one without a rule. The transaction of a request is opened here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from engine.errors import InvalidAnswers, NotLawful, Text
from engine.time import day_of
from engine.transactions import Store
from web import addresses, kept
from web.language import words
from workflows import access
from workflows.access import readings

View = Callable[..., Any]
MORE = "_more"  # the button that asks for one more row: the form comes back, nothing is checked
PUBLIC = "public"
SIGNED_IN = "signed in"
# What an account owes before anything else: the page where it leads, then the routes open meanwhile.
_AT_THE_DOOR = ("account.enter", "account.enter_code", "account.change_password", "account.sign_out")
PASSWORD_FIRST = ("account.password", *_AT_THE_DOOR)
FACTOR_FIRST = ("second_factor.show", "second_factor.enrol", *_AT_THE_DOOR)
BACK_AGAIN = Text(
    "Phiên trước đã hết hạn nên chưa ghi gì. Những gì đã gõ còn nguyên dưới đây; hãy xem lại rồi gửi."
)
FILES_AGAIN = Text(
    "Phiên trước đã hết hạn nên chưa ghi gì. Những gì đã gõ còn nguyên dưới đây, riêng tệp đính kèm "
    "phải chọn lại; hãy xem lại rồi gửi."
)
OPEN_TOO_LONG = Text(
    "Trang này mở từ phiên trước nên chưa ghi gì. Những gì đã gõ còn nguyên dưới đây; hãy xem lại rồi gửi."
)
NOT_YOURS = Text("Những gì gõ trước đó không mở lại được: đã quá lâu, hoặc do tài khoản khác gõ.")


@dataclass(frozen=True)
class Rule:
    """What a route asks for; `about` makes the thing asked about from the first number of the address."""

    permission: str
    about: type | None = None


def store() -> Store:
    return current_app.extensions["ketnap"]


def now() -> datetime:
    """The moment of this request: read once, so that one request knows one time."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    return g.now


def wall() -> datetime:
    """The moment on the wall, for what guards the door; differs from `now` only in a sandbox."""
    if "wall" not in g:
        clock = current_app.config["WALL_CLOCK"]
        g.wall = clock() if clock else now()
    return g.wall


def today() -> date:
    return day_of(now())


def user_id() -> int:
    return int(current_user.id)


def sent_key() -> str | None:
    """The key of the form that was sent, no longer than the tables keep; a repeat is known by it."""
    return request.form.get("request_key", "")[:80] or None


def public(view: View) -> View:
    """A route that needs nobody signed in."""
    view.rule = Rule(PUBLIC)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """A route about the account itself."""

    @wraps(view)
    def checked(**numbers: int) -> Any:
        first = not_yet()
        return view(**numbers) if first is None else first

    checked.rule = Rule(SIGNED_IN)  # type: ignore[attr-defined]
    checked.without_secret = not_yet  # type: ignore[attr-defined]
    return checked


def opens(
    permission: str,
    about: type | None = None,
    *,
    writing: bool = False,
    again: str | None = None,
    gone: View | None = None,
) -> Callable[[View], View]:
    """Ask for the permission inside one transaction and hand it to the view as `tx`.

    `gone` is asked where the thing is absent or forbidden: it answers for what was there a moment ago.

    A writing view that refuses answers or finds the act not lawful is rolled back; then the view `again`
    shows the form once more with the refusal and with everything that was typed (422). The same form comes
    back after the session ended meanwhile (`kept`), or when its secret was one of another session.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def checked(**numbers: int) -> Any:
            if (first := not_yet()) is not None:
                return first
            if kept.FIELD in request.form:
                return _typed_before(again, numbers)
            try:
                with store().transaction(writing=writing) as tx:
                    g.tx = tx  # what surrounds the page is read in the same transaction
                    access.at(tx, now())
                    thing = about(*list(numbers.values())[:1]) if about else None
                    if gone and not access.may(tx, user_id(), permission, thing, today()):
                        return gone(tx, **numbers)
                    right = access.require_right(tx, user_id(), permission, thing, today())
                    keep_reading(tx, right, thing)
                    return view(tx, **numbers)
            except (InvalidAnswers, NotLawful) as refusal:
                if again is None:
                    raise
                g.refusal = refusal
                return current_app.view_functions[again](**numbers), 200 if MORE in request.form else 422

        def without_secret(**numbers: int) -> Any:
            if (first := not_yet()) is not None:
                return first
            if kept.FIELD in request.form:
                return _typed_before(again, numbers)
            return _form_again(again, numbers, OPEN_TOO_LONG, 422)

        checked.rule = Rule(permission, about)  # type: ignore[attr-defined]
        checked.without_secret = without_secret  # type: ignore[attr-defined]
        return checked

    return declare


def keep_reading(tx: Any, right: access.Right, thing: Any) -> None:
    """Who reads by mandate or in an emergency leaves a row first, once a day and case."""
    reading = readings.to_keep(tx, right, thing, now())
    if reading is None:
        return
    if tx.writing:
        readings.keep(tx, reading, now())
        return
    with store().transaction() as own:
        readings.keep(own, reading, now())


def refusal() -> InvalidAnswers | NotLawful | None:
    """Why the form is shown again; None when it is shown for the first time, or only with one more row."""
    return None if MORE in request.form else g.get("refusal")


def typed() -> bool:
    """True when the form is shown again and must keep what was typed."""
    return request.method == "POST"


def not_yet(**_numbers: int) -> Any:
    """What comes before the page: signing in, or what the account owes; None: go on."""
    if not current_user.is_authenticated:
        return to_sign_in()
    first = owed()
    if first is None or request.endpoint in first:
        return None
    return redirect(url_for(first[0], next=_page_of_request()), 303)


def owed() -> tuple[str, ...] | None:
    """The routes open to an account that still has to choose a password or to set up its second factor.

    The time of grace is looked at as it was when the session began: nobody is interrupted at work.
    """
    if current_user.must_change_password:
        return PASSWORD_FIRST
    grace, asked = current_app.config["SECOND_FACTOR_GRACE"], current_user.second_factor_asked_at
    if grace is None or asked is None or current_user.tf_totp_secret:
        return None
    return FACTOR_FIRST if asked + grace <= current_user.session.begun_at else None


def to_sign_in() -> Any:
    """Ask who it is and come back; what was typed is carried along, sealed, and shown in its form again."""
    back = _page_of_request()
    if request.method == "GET" or not kept.anything_typed(request):
        return redirect(url_for("account.sign_in", next=back), 303)
    username = session.get("username")
    packed = kept.pack(store().keys, request, username, wall()) if username else None
    return current_app.view_functions["account.sign_in"](next=back, packed=packed, lost=True), 401


def _page_of_request() -> str | None:
    """The page that was asked for, or on which the form stood that was sent."""
    if request.method == "GET":
        return kept.address_of(request)
    return addresses.own_path(request.referrer, request.host)


def _typed_before(again: str | None, numbers: dict[str, int]) -> Any:
    """Signed in again: the form as it was typed, where it is this user's and belongs to this address."""
    found = kept.unpack(store().keys, request.form[kept.FIELD], current_user.username, wall())
    if found is None or found.address != kept.address_of(request):
        flash(words(NOT_YOURS), "wait")
        return redirect(url_for("tasks.inbox"), 303)
    request.form = found.fields  # type: ignore[assignment]
    return _form_again(again, numbers, FILES_AGAIN if found.files else BACK_AGAIN, 200)


def _form_again(again: str | None, numbers: dict[str, int], why: Text, status: int) -> Any:
    """The form with what was typed; where its page is unknown, what was typed as plain text."""
    flash(words(why), "wait")  # said by every page, whatever its form shows
    endpoint = again or _page_at_same_address()
    if endpoint is not None:
        return current_app.view_functions[endpoint](**numbers), status
    entries = [value for name, value in request.form.items(True) if name not in kept.BY_ITSELF and value]
    return render_template("typed.html", entries=entries), status


def _page_at_same_address() -> str | None:
    """The view that shows a page at the address to which the form was sent."""
    try:
        endpoint, _numbers = current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return None
    return str(endpoint)
