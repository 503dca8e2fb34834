"""Mùa tốt nghiệp: where leavers go, said for one or for several; preparing, sending, answering for many."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms, season_words
from web.entry import now, opens, refusal, today, user_id
from web.language import words
from web.pages import bulk
from web.pages.season import pages
from web.season_forms import ForMany, Where, answers_of, at_the_fields, shown
from web.transfer_forms import residences
from workflows.access import Student
from workflows.bulk import choosing
from workflows.bulk.table import MOST_LINES
from workflows.season import acceptance, destinations, screens
from workflows.season.leavers import Leaver, leavers
from workflows.season.preparing import prepare_many
from workflows.season.words import TO_PREPARE

NOBODY = Text("Chưa chọn ai. Hãy quay lại danh sách và đánh dấu những người cần ghi.")


# --- one person


@pages.get("/season/students/<number:student_id>/destination")
@opens("season.record", Student)
def destination(tx: Transaction, student_id: int) -> str:
    found = _leaver(tx, student_id)
    last = destinations.destination_of(tx, student_id)
    proposals = residences(tx, student_id, found.row.holder_id or 0, today())
    facts = {
        "one": found,
        "last": last,
        "groups": shown(tx, Where, proposals, found.row.holder_id, last, today()),
        "named": screens.names(tx, [found]),
        "open": found.state in TO_PREPARE,
        "place_of": season_words.place_of,
    }
    return render_template("season_destination.html", refusal=refusal(), **facts, **season_words.SAID)


@pages.post("/season/students/<number:student_id>/destination")
@opens("season.record", Student, writing=True, again="season.destination")
def record(tx: Transaction, student_id: int) -> Response:
    holder = _leaver(tx, student_id).row.holder_id
    proposals = residences(tx, student_id, holder or 0, today())
    said = answers_of(tx, forms.load(Where, request.form), proposals, holder, today())
    with at_the_fields():
        destinations.record_destination(tx, student_id, said, by=user_id(), now=now())
    flash(words("Đã ghi.") if any(said.values()) else words("Đã bỏ nơi đến, lý do ghi trước đó."), "done")
    return redirect(url_for("season.destination", student_id=student_id), 303)


def _leaver(tx: Transaction, student_id: int) -> Leaver:
    """As far as one sees the person: where somebody went on to from another place is not the school's."""
    reach = screens.reach_of(tx, user_id(), today())
    found = leavers(tx, reach.mine, today(), students=[student_id], leaving_on=today())
    if not found:
        raise NotFound
    return found[0]


# --- several


@pages.post("/season/chosen")
@opens("season.list")
def chosen(tx: Transaction) -> str:
    """The form for those who were ticked, each with what is known; nothing is written yet."""
    found = _chosen(tx)
    why = refusal() or (None if found else InvalidAnswers({}, NOBODY))
    groups = shown(tx, ForMany, [], None, None, today())
    facts: dict[str, Any] = {
        "found": found,
        "groups": groups,
        "named": screens.names(tx, found),
        "refusal": why,
    }
    facts |= {"kept": screens.Wanted.read(request.args).address(), "place_of": season_words.place_of}
    return render_template("season_destinations.html", **facts, **season_words.SAID)


@pages.post("/season/destinations")
@opens("season.list", writing=True, again="season.chosen")
def record_many(tx: Transaction) -> Response:
    """The same for all of them, or each to where they live. All or nobody."""
    said, students = forms.load(ForMany, request.form), [one.row.student_id for one in _chosen(tx)]
    if not students:
        raise InvalidAnswers({}, NOBODY)
    answers = answers_of(tx, said, [], None, today())
    if said["home"] and any(answers.values()):
        raise InvalidAnswers({"home": [destinations.ONE]})
    with at_the_fields():
        if said["home"]:
            count = destinations.record_homes(tx, students, by=user_id(), now=now())
        else:
            count = destinations.record_same(tx, students, answers, by=user_id(), now=now())
    said_something = said["home"] or any(answers.values())
    text = "Đã ghi cho {count} người." if said_something else "Đã bỏ nơi đến, lý do của {count} người."
    flash(words(text, count=count), "done")
    return redirect(url_for("season.people", **screens.Wanted.read(request.args).address()), 303)


def _chosen(tx: Transaction) -> list[Leaver]:
    """Those of the ticked who are within reach, still wait, and of whom one may write."""
    numbers = _numbers("student")
    if not numbers:
        return []
    reach = screens.reach_of(tx, user_id(), today())
    found = leavers(tx, reach.mine, today(), students=numbers)
    open_to = [one for one in found if one.state in TO_PREPARE]
    may = screens.may_record(tx, open_to, user_id(), today())
    return [one for one in open_to if one.row.student_id in may]


def _numbers(name: str) -> list[int]:
    found = request.form.getlist(name)[:MOST_LINES]
    return [int(one) for one in found if one.isascii() and one.isdecimal() and len(one) < 19]


# --- the steps of the handover


@pages.post("/season/prepare")
@opens("season.list", writing=True)
def prepare(tx: Transaction) -> Response:
    """The ticked, or with `all` everybody behind the filters, become a list of bulk work to be tried."""
    reach, students = screens.reach_of(tx, user_id(), today()), _numbers("student")
    if "all" in request.form:
        wanted = screens.Wanted.read(request.args)
        students = screens.to_prepare(screens.people(tx, reach, wanted, today()))
    _say_most(len(students))
    number = prepare_many(tx, students, mine=set(reach.mine), moved_on=None, by=user_id(), now=now())
    return redirect(url_for("bulk.show", batch_id=number), 303)


@pages.post("/season/letters")
@opens("season.list", writing=True)
def send(tx: Transaction) -> Any:
    """The letters of everybody behind the filters that the reader's desk writes, as a list of bulk work."""
    reach, wanted = screens.reach_of(tx, user_id(), today()), screens.Wanted.read(request.args)
    own = acceptance.desks_of(tx, reach, today())
    found = screens.awaiting_letter(screens.people(tx, reach, wanted, today()), own)
    return _begin(tx, found)


@pages.post("/season/together")
@opens("season.list", writing=True)
def together(tx: Transaction) -> Any:
    """Every open step of one kind that the reader's desk owes in this view, as a list of bulk work."""
    reach = screens.reach_of(tx, user_id(), today())
    element = request.form.get("step", "")
    wanted = acceptance.Wanted.read(request.args, acceptance.OUT)
    found = (
        acceptance.Season(tx, reach, wanted, today()).tasks(element) if element in acceptance.STEPS else []
    )
    return _begin(tx, found)


def _begin(tx: Transaction, tasks: list[int]) -> Any:
    _say_most(len(tasks))
    some = choosing.sort_tasks(tx, tasks[:MOST_LINES], by=user_id(), on=today())
    return bulk.begin(tx, some, len(tasks))


def _say_most(count: int) -> None:
    if count > MOST_LINES:
        text = "Mỗi lần tối đa {most} người; lần này lấy {most} trong {count} người."
        flash(words(text, most=MOST_LINES, count=count), "info")
