"""Chuyển giao: a handover is begun and prepared, then each of its acts: first what it does, then the deed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import cases
from engine.errors import InvalidAnswers, NotLawful
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from web.pages.transfers import SAID, around, pages
from web.transfer_forms import CHOSEN, Prepare, choices, receiver_of, renamed, residences, sheet_of
from workflows import access
from workflows.access import Custody, Handover, Task
from workflows.admission.desk import Desk, prepare
from workflows.admission.forms import FORMS
from workflows.organisations.queries import name_on, tree_of
from workflows.transfers import queries, screens, verbs
from workflows.transfers.destinations import Destination
from workflows.transfers.possible import BY_NAME, possible
from workflows.transfers.words import MEMBERS, STATES

LISTED = ("proposed", CHOSEN, "cell_id")


@pages.get("/students/<number:student_id>/transfer")
@opens("transfer.prepare", Custody)
def beginning(tx: Transaction, student_id: int) -> Any:
    begun = screens.under_way(tx, student_id)
    waits = begun is not None and begun.element not in (None, verbs.PREPARE)
    if waits and not typed():
        flash(words("Người này đang được chuyển giao; mỗi người một lần chuyển giao một lúc."), "info")
        return redirect(url_for("transfers.show", handover_id=begun.case_id), 303)  # type: ignore[union-attr]
    who, why = screens.person(tx, student_id, today()), refusal()
    proposals = residences(tx, student_id, who.holder, today())
    groups = forms.show(
        Prepare,
        choices=choices(tx, request.form, proposals, who.holder, today()),
        values={"on": today(), **screens.prepared(tx, begun, proposals)},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    _fit(groups, who, proposals)
    key = sent_key() or uuid.uuid4().hex
    facts = {"who": who, "groups": _asked_only(groups), "refusal": why, "request_key": key, "begun": begun}
    return render_template("transfer_begin.html", **facts, **SAID)


def _fit(groups: list[forms.Group], who: screens.Person, proposals: list[Destination]) -> None:
    """Only a member goes for a time; without a proposal there is nothing other than what is typed."""
    for group in groups:
        if who.standing not in MEMBERS:
            group.fields = [one for one in group.fields if one.name not in ("term", "until_on")]
        for one in group.fields:
            if one.name == "receiver" and not proposals:
                one.label = "Nơi nhận trong hệ thống"


def _asked_only(groups: list[forms.Group]) -> list[forms.Group]:
    """Without the lists in which there is nothing to choose."""
    for group in groups:
        group.fields = [one for one in group.fields if one.name not in LISTED or one.choices]
    return groups


@pages.post("/students/<number:student_id>/transfer")
@opens("transfer.prepare", Custody, writing=True, again="transfers.beginning")
def begin(tx: Transaction, student_id: int) -> Response:
    asked, who = forms.load(Prepare, request.form), screens.person(tx, student_id, today())
    proposals = residences(tx, student_id, who.holder, today())
    answers = {name: value for name, value in asked.items() if name not in ("proposed", "receiver", CHOSEN)}
    answers["receiver_id"] = receiver_of(tx, asked, proposals, who.holder, today())
    with _at_the_fields():
        done = verbs.prepare(tx, student_id, answers, by=user_id(), now=now(), request_key=sent_key())
    flash(words("Đã chuẩn bị. Bước sau: cấp giới thiệu gửi giấy tờ đến nơi nhận."), "done")
    return redirect(url_for("transfers.show", handover_id=done.case.id), 303)


@contextmanager
def _at_the_fields() -> Iterator[None]:
    """What the step refuses is shown at the fields of the page."""
    try:
        yield
    except InvalidAnswers as error:
        raise InvalidAnswers(renamed(error.fields)) from error


# --- the acts

_ACT = f"<any({', '.join(BY_NAME)}):act>"


@pages.get(f"/transfers/<number:handover_id>/{_ACT}")
@opens("transfer.see", Handover)
def asking(tx: Transaction, handover_id: int, act: str) -> Any:
    both, row = queries.one(tx, handover_id, today()), BY_NAME[act]
    task = next((one for one in cases.open_tasks(tx, handover_id) if one.element == row.element), None)
    if task is None:
        state = words(STATES[verbs.state_of(tx, handover_id)])
        flash(words("Bước này không còn mở. Hiện nay: {state}.", state=state), "wait")
        return redirect(url_for("transfers.show", handover_id=handover_id), 303)
    [line] = [one for one in possible(tx, both, by=user_id(), on=today()) if one.act.name == act]
    desk = _desk(tx, task.id)
    behalf = desk is not None and desk.on_behalf_of is not None
    schema, why = sheet_of(row, FORMS[row.element], behalf=behalf), refusal()
    listed = choices(tx, request.form, [], both.case.custodian_id, today())
    listed |= {name: found for name, found in (desk.choices if desk else {}).items() if len(found) > 1}
    groups = forms.show(
        schema,
        choices=listed,
        values={"on": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts = {
        "both": both,
        "line": line,
        "groups": _asked_only(groups),
        "refusal": why,
        "unmet": why.unmet if isinstance(why, NotLawful) else (),
        "behalf": name_on(tx, task.organisation_id or 0, today()) if behalf else None,
        "moved": _moved(tx, both) if act == "offer" else None,
        "request_key": sent_key() or uuid.uuid4().hex,
    }
    return render_template("transfer_act.html", **facts, **around(tx, both))


def _desk(tx: Transaction, task_id: int) -> Desk | None:
    """The step as its own page would show it; None for who only looks on, as the sender at the answer."""
    may = access.may(tx, user_id(), "task.see", Task(task_id), today())
    return prepare(tx, task_id, by=user_id(), on=today()) if may else None


def _moved(tx: Transaction, both: queries.Both) -> str | None:
    """The organisation that takes the letter where the one that was chosen has ended meanwhile."""
    chosen = both.row.receiver_id
    if chosen is None:
        return None
    heir = tree_of(tx).standing(chosen, today())
    return name_on(tx, heir, today()) if heir != chosen else None


@pages.post(f"/transfers/<number:handover_id>/{_ACT}")
@opens("transfer.see", Handover, writing=True, again="transfers.asking")
def do(tx: Transaction, handover_id: int, act: str) -> Response:
    row = BY_NAME[act]
    task = next((one for one in cases.open_tasks(tx, handover_id) if one.element == row.element), None)
    desk = _desk(tx, task.id) if task is not None else None
    behalf = desk is not None and desk.on_behalf_of is not None
    asked = forms.load(sheet_of(row, FORMS[row.element], behalf=behalf), request.form)
    if act == "forward":
        holder = cases.get_case(tx, handover_id).custodian_id
        named = {"receiver": asked.pop("receiver"), CHOSEN: asked.pop(CHOSEN, None)}
        asked["receiver_id"] = receiver_of(tx, named, [], holder, today())
    if row.outcome:
        asked["outcome"] = row.outcome
    with _at_the_fields():
        row.verb(tx, handover_id, asked, by=user_id(), now=now(), request_key=sent_key())
    flash(words(DONE[act]), "done")
    return redirect(url_for("transfers.show", handover_id=handover_id), 303)


DONE = {
    "offer": "Đã ghi. Giấy giới thiệu chờ nơi nhận trả lời; đến khi đó nơi gửi vẫn chịu trách nhiệm.",
    "send_back": "Đã ghi. Nơi gửi chuẩn bị lại.",
    "accept": "Đã tiếp nhận. Từ lúc này nơi nhận chịu trách nhiệm.",
    "let_go": "Đã ghi nơi ngoài hệ thống đã tiếp nhận.",
    "forward": "Đã chuyển tiếp. Nơi gửi vẫn chịu trách nhiệm đến khi có nơi tiếp nhận.",
    "return": "Đã trả lại nơi gửi.",
    "recall": "Đã thu hồi. Nơi gửi chuẩn bị lại, hoặc thôi chuyển giao.",
    "arrive": "Đã ghi người và giấy tờ đến.",
    "not_needed": "Đã ghi.",
    "come_back": "Đã ghi đảng viên trở về.",
    "give_up": "Đã thôi chuyển giao.",
}
