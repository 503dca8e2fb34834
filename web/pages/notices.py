"""Thông báo: what one was told, unread first. A line leads to its task, where rights are asked anew."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web.entry import now, signed_in, store, today
from web.language import words
from workflows import access
from workflows.access import Case
from workflows.reminders import channels, reading
from workflows.reminders.reading import OURS, OWN, Wanted
from workflows.reminders.texts import GROUPS, kind_of
from workflows.schedules.owing import LATE
from workflows.season.screens import LOST_ONES

pages = Blueprint("notices", __name__)

# The fact by which a kind of message leads somewhere → the page, and the number in its address.
TARGETS: Final = {
    "task": ("tasks.show", "task_id"),
    "case": ("cases.show", "case_id"),
    "student": ("students.show", "student_id"),
    "handover": ("transfers.show", "handover_id"),
    "glass": ("glass.show", "glass_id"),
    "correction": ("requests.correction", "correction_id"),
    "plan": ("reorganisation.show", "plan_id"),
    "institution": ("season.people", "school"),
    "own_file": ("own_file.show", None),
    "duty_of": ("duties.show", "organisation_id"),
    "duties": ("duties.index", None),
}
# What the page is narrowed to beside that number.
NARROWED: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "institution": lambda facts: {"day": facts.get("due"), "state": LOST_ONES},
}
WHOSE: Final = {OWN: "Gửi riêng tôi", OURS: "Gửi tổ chức"}


@pages.get("/notices")
@signed_in
def index() -> str:
    wanted = Wanted.read(request.args)
    with store().transaction(writing=False) as tx:
        seats = access.acting_for(tx, current_user.id, today())
        found = reading.notices(tx, current_user.id, seats, wanted, today())
    return render_template("notices.html", found=found, wanted=wanted, groups=GROUPS, whose=WHOSE)


@pages.post("/notices/<number:notice_id>/open")
@signed_in
def open_one(notice_id: int) -> Response:
    """Read, and on to what it is about."""
    with store().transaction() as tx:
        row = reading.open_notice(tx, current_user.id, notice_id, now=now())
        address = _leads(tx, row)
    if address is None:
        flash(words("Việc này đã xong, hoặc nay thuộc nơi khác."), "wait")
    return redirect(address or url_for("notices.index"), 303)


def _leads(tx: Transaction, row: Any) -> str | None:
    """To the task while it is open, else to the case where one may see it; None: nowhere any more."""
    leads = kind_of(row.kind).leads
    endpoint, parameter = TARGETS.get(leads, ("notices.index", None))
    if parameter is None:
        return url_for(endpoint, **(_late_ones(row.facts) if leads == "duties" else {}))
    number = row.case_id if leads in ("case", "handover") else row.facts.get(leads)
    if number is not None and (leads != "task" or row.open):
        return url_for(endpoint, **{parameter: number}, **NARROWED.get(leads, lambda _facts: {})(row.facts))
    if row.case_id is not None and access.may(tx, current_user.id, "case.see", Case(row.case_id), today()):
        return url_for("cases.show", case_id=row.case_id)
    return None


def _late_ones(facts: Mapping[str, Any]) -> dict[str, str]:
    """Those that the message is about, as the list of duties filters them."""
    return {"state": LATE, "duty": facts["duty"]} | ({"when": "before"} if facts["earlier"] else {})


@pages.post("/notices/read")
@signed_in
def read_all() -> Response:
    """What the page showed, and what is older: nothing that came in meanwhile."""
    wanted = Wanted.read(request.form)
    upto = request.form.get("upto", "")
    if upto.isascii() and upto.isdigit() and len(upto) < 16:
        with store().transaction() as tx:
            count = reading.read_all(tx, current_user.id, wanted, upto=int(upto), now=now())
        flash(words("Đã đánh dấu {count} thông báo là đã đọc.", count=count), "done")
    return redirect(url_for("notices.index", **wanted.address()), 303)


@pages.post("/account/channels")
@signed_in
def choose() -> Response:
    with store().transaction() as tx:
        channels.choose(tx, current_user.id, request.form.get("mail", ""), now=now())
    flash(words("Đã ghi cách nhận tin."), "done")
    return redirect(url_for("account.show", _anchor="channels"), 303)
