"""The door of every route: who asks, when, under which permission, inside which transaction.

A view is declared with `opens(permission, about)`; the rule stays readable on it, so that a test can walk
all routes and fail on one without a rule. The transaction of a request is opened here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotLawful
from engine.time import day_of
from engine.transactions import Store
from workflows import access

View = Callable[..., Any]
MORE = "_more"  # the button that asks for one more row: the form comes back, nothing is checked
PUBLIC = "public"
SIGNED_IN = "signed in"


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


def today() -> date:
    return day_of(now())


def user_id() -> int:
    return int(current_user.id)


def public(view: View) -> View:
    """A route that needs nobody signed in."""
    view.rule = Rule(PUBLIC)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """A route about the account itself."""

    @wraps(view)
    def checked(**numbers: int) -> Any:
        return view(**numbers) if current_user.is_authenticated else to_sign_in()

    checked.rule = Rule(SIGNED_IN)  # type: ignore[attr-defined]
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
    shows the form once more with the refusal and with everything that was typed (422).
    """

    def declare(view: View) -> View:
        @wraps(view)
        def checked(**numbers: int) -> Any:
            if not current_user.is_authenticated:
                return to_sign_in()
            try:
                with store().transaction(writing=writing) as tx:
                    thing = about(next(iter(numbers.values()))) if about else None
                    if gone and not access.may(tx, user_id(), permission, thing, today()):
                        return gone(tx, **numbers)
                    access.require(tx, user_id(), permission, thing, today())
                    return view(tx, **numbers)
            except (InvalidAnswers, NotLawful) as refusal:
                if again is None:
                    raise
                g.refusal = refusal
                return current_app.view_functions[again](**numbers), 200 if MORE in request.form else 422

        checked.rule = Rule(permission, about)  # type: ignore[attr-defined]
        return checked

    return declare


def refusal() -> InvalidAnswers | NotLawful | None:
    """Why the form is shown again; None when it is shown for the first time, or only with one more row."""
    return None if MORE in request.form else g.get("refusal")


def typed() -> bool:
    """True when the form is shown again and must keep what was typed."""
    return request.method == "POST"


def to_sign_in() -> Response:
    """Ask who it is and come back; a form that was sent comes back to its page."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", next=back), 303)
