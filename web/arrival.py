"""Where somebody goes after signing in: what the account owes, what was typed before, the page asked for."""

from datetime import date
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_login import current_user

from engine.errors import Text
from engine.time import day_of
from web import kept
from web.addresses import is_own_path
from web.entry import NOT_YOURS, owed, store, wall
from web.language import words

SOON = Text(
    "Chức trách của đồng chí cần xác thực hai bước, chậm nhất từ ngày {day}. "
    "Hãy lập ở trang Tài khoản của tôi khi có điện thoại bên mình."
)


def factor_until() -> date | None:
    """The day from which a second factor is asked for before anything else; None: it is there, or never."""
    grace, asked = current_app.config["SECOND_FACTOR_GRACE"], current_user.second_factor_asked_at
    if grace is None or asked is None or current_user.tf_totp_secret:
        return None
    return day_of(asked + grace)


def carried() -> dict[str, str]:
    """What goes along through the pages of signing in: the page asked for, and what was typed, sealed."""
    if "carried" not in g:
        back = request.values.get("next", "")
        g.carried = {"next": back if is_own_path(back) else "", "packed": request.form.get(kept.FIELD, "")}
    return dict(g.carried)


def arrive(otherwise: str | None = None) -> Any:
    """`otherwise`: where to go when nobody asked for a page; else to the inbox."""
    back, packed = carried()["next"], carried()["packed"]
    if (first := owed()) is not None:
        # a page that is answered at once keeps what was typed; an address could not carry it
        if packed:
            return current_app.view_functions[first[0]]()
        return redirect(url_for(first[0], next=back or None), 303)
    if (until := factor_until()) is not None:
        flash(words(SOON, day=until), "wait")
    if packed:
        found = kept.unpack(store().keys, packed, current_user.username, wall())
        if found is not None:
            return render_template("reopen.html", address=found.address, packed=packed)
        flash(words(NOT_YOURS), "wait")
        return redirect(url_for("tasks.inbox"), 303)
    return redirect(back or otherwise or url_for("tasks.inbox"), 303)
