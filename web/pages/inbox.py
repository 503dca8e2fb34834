"""Việc cần làm: the list with its filters in the address, and the same list as a sheet."""

from collections.abc import Iterator
from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.transactions import Transaction
from web.addresses import number
from web.entry import opens, today, user_id
from web.inbox_words import COLUMNS, DUES, GROUPS, choices_of
from web.language import words
from web.pages.tasks import pages
from workflows import access
from workflows.desk import inbox as desk
from workflows.desk.export import Column, write_sheet
from workflows.desk.inbox_filters import BY_DUE, BY_NAME, Wanted
from workflows.desk.inbox_groups import DEPUTY, OURS
from workflows.desk.labels import labels

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/")
@opens("desk.see")
def home(tx: Transaction) -> AnyResponse:
    return redirect(url_for("tasks.inbox"), 303)


@pages.get("/tasks")
@opens("desk.see")
def inbox(tx: Transaction) -> str:
    wanted, seats = asked(), access.acting_for(tx, user_id(), today())
    found = desk.inbox(tx, seats, wanted, today())
    g.waiting = found.groups[OURS] + found.groups[DEPUTY]
    names = labels(tx.registry)
    facts = {"choices": choices_of(found, names), "kept": address(), "groups": GROUPS, "dues": DUES}
    facts["own"] = seats[0].organisation if len(seats) == 1 else None  # said once is enough
    return render_template("inbox.html", inbox=found, wanted=wanted, labels=names, **facts)


@pages.get("/tasks/export.xlsx")
@opens("desk.see")
def export(tx: Transaction) -> Response:
    seats = access.acting_for(tx, user_id(), today())
    lines = desk.all_lines(tx, seats, asked(), today())
    columns = [Column(words(one.title), one.width) for one in COLUMNS]
    content = write_sheet(columns, _rows(lines, labels(tx.registry)), name=words("Việc cần làm"))
    name = f"viec-can-lam-{today().isoformat()}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def asked() -> Wanted:
    """What the address asks for; a number that is none is left out."""
    sent = request.args
    return Wanted(
        whose=sent.get("whose") or OURS,
        step=sent.get("step") or None,
        stage=sent.get("stage") or None,
        school=sent.get("school", type=number),
        due=sent.get("due") or None,
        meeting=sent.get("meeting", type=number),
        follow=sent.get("follow") or None,
        hand=sent.get("hand") or None,
        words=sent.get("q", "")[:80],
        sort=BY_NAME if sent.get("sort") == BY_NAME else BY_DUE,
        after=sent.get("after") or None,
        before=sent.get("before") or None,
    )


def address() -> dict[str, str]:
    """The filters as they stand in the address, for links that keep them."""
    known = ("whose", "step", "stage", "school", "due", "meeting", "follow", "hand", "q", "sort")
    return {name: request.args[name] for name in known if request.args.get(name)}


def _rows(lines: Iterator[desk.TaskLine], names: dict[str, str]) -> Iterator[list[Any]]:
    for line in lines:
        yield [
            words(names.get(line.element, line.element)),
            line.name,
            line.birth_date,
            line.class_name or line.course,
            line.school,
            line.cell,
            line.organisation,
            words(names.get(line.stage or "", line.stage)),
            line.opened_on,
            line.due_on,
            words(DUES[line.state]),
            line.follow_up_on,
            line.assignee,
            line.case_id,
        ]
