"""Putting right: the extension of a deadline, and the correction of a vote's figures by a new act."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.case_words import BODIES, CLOCKS, threshold
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows.access import Case, Vote
from workflows.admission import acts
from workflows.admission.choices import METHODS
from workflows.admission.fields import Sheet, choice, day, figure, line, passage
from workflows.desk import case_page, remedies
from workflows.desk.labels import labels
from workflows.people.names import Name

pages = Blueprint("remedies", __name__)
SEALED = "Được mã hóa; chỉ người có trách nhiệm mở xem."
PLAIN = "{clock}: hạn {due}"
PLAIN_ABOUT = "{clock} ({about}): hạn {due}"
LASTING = "{clock}: đến {due}; điều kiện theo quy định không đổi, chỉ dời ngày nhắc"


class Extension(Sheet):
    """One deadline, once, in a special case."""

    clock = line("Thời hạn", required=True, choices="clocks", widget="radio")
    on = day("Ngày quyết định gia hạn", required=True)
    reason = passage("Lý do", required=True, help=SEALED)
    late_reason = line("Lý do ghi muộn", help="Cần khi ghi sau ngày trên văn bản quá lâu.")


class Granting(Sheet):
    """A new day for one deadline, by a paper of the superior."""

    clock = line("Thời hạn", required=True, choices="clocks", widget="radio")
    until = day("Hạn mới", required=True, help="Ghi lại lần nữa bằng văn bản mới nếu cần sửa.")
    number = line("Số văn bản của cấp trên", required=True, longest=60)
    on = day("Ngày văn bản", required=True)
    reason = passage("Lý do", required=True, help=SEALED)
    late_reason = line("Lý do ghi muộn", help="Cần khi ghi sau ngày trên văn bản quá lâu.")


class Correction(Sheet):
    """The right figures of a vote and why the recorded ones are wrong."""

    entitled = figure("Tổng số có quyền biểu quyết", required=True, group="roll")
    exempt_absent = figure("Được miễn sinh hoạt, vắng mặt", required=True, group="roll")
    away = figure("Đang công tác xa, vắng mặt", required=True, group="roll")
    present = figure("Có mặt", required=True, group="roll")
    votes_for = figure("Tán thành", required=True, group="votes")
    votes_against = figure("Không tán thành", required=True, group="votes")
    invalid = figure(
        "Không hợp lệ", required=True, group="votes", help="Kể cả phiếu trắng, phiếu không thu về."
    )
    method = choice("Cách biểu quyết", METHODS, required=True, group="votes")
    reason = passage("Lý do đính chính", required=True, help=SEALED)


PARTS = {"roll": "Số người", "votes": "Kết quả biểu quyết"}


@pages.get("/cases/<number:case_id>/extend")
@opens("case.extend", Case)
def extension(tx: Transaction, case_id: int) -> str:
    page = case_page.case_page(tx, case_id)
    if page is None:
        raise NotFound
    clocks = remedies.extendable(tx, case_id, today())
    options = [
        (
            one.name,
            Text(
                "{clock}: hạn {due}, gia hạn đến {extended} ({sum})",
                clock=Text(CLOCKS.get(one.name, one.name)),
                due=f"{one.due_on:%d/%m/%Y}",
                extended=f"{one.extended_to:%d/%m/%Y}",
                sum=words(one.sum[0]),
            ),
        )
        for one in clocks
    ]
    values = {"on": today(), "clock": clocks[0].name if len(clocks) == 1 else None}
    groups = _groups(Extension, values, choices={"clocks": options})
    return render_template("extension.html", page=page, clocks=clocks, groups=groups, **_around(tx))


@pages.post("/cases/<number:case_id>/extend")
@opens("case.extend", Case, writing=True, again="remedies.extension")
def extend(tx: Transaction, case_id: int) -> Response:
    answers = forms.load(Extension, request.form)
    due = acts.extend(
        tx,
        case_id,
        answers["clock"],
        reason=answers["reason"],
        on=answers["on"],
        late_reason=answers.get("late_reason"),
        by=user_id(),
        now=now(),
    )
    flash(words("Đã gia hạn đến ngày {day}.", day=due), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/cases/<number:case_id>/grant-time")
@opens("case.grant", Case)
def granting(tx: Transaction, case_id: int) -> str:
    page = case_page.case_page(tx, case_id)
    if page is None:
        raise NotFound
    clocks = remedies.grantable(tx, case_id)
    values = {"on": today(), "clock": str(clocks[0].id) if len(clocks) == 1 else None}
    groups = _groups(Granting, values, choices={"clocks": [_option(page, one) for one in clocks]})
    facts = {"back": url_for("cases.show", case_id=case_id), "name": _name(page)}
    return render_template("granting.html", clocks=clocks, groups=groups, **facts, **_around(tx))


def _name(page: case_page.CasePage) -> str:
    one = page.student
    return Name(one.family_name, one.middle_name, one.given_name).full


def _option(page: case_page.CasePage, one: remedies.Grantable) -> tuple[str, Text]:
    about = next((row.organisation or row.addressee for row in page.verifications if row.id == one.item), "")
    named = Text(CLOCKS.get(one.name, one.name))
    shape = LASTING if one.lasting else PLAIN_ABOUT if about else PLAIN
    return str(one.id), Text(shape, clock=named, due=one.due_on, about=about)


@pages.post("/cases/<number:case_id>/grant-time")
@opens("case.grant", Case, writing=True, again="remedies.granting")
def grant(tx: Transaction, case_id: int) -> Response:
    answers = forms.load(Granting, request.form)
    if not answers["clock"].isdigit():
        raise InvalidAnswers({"clock": [Text("Hãy chọn một mục trong danh sách.")]})
    due = acts.grant_time(tx, case_id, answers, by=user_id(), now=now())
    flash(words("Đã ghi hạn mới: {day}.", day=due), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/votes/<number:vote_id>/correct")
@opens("vote.correct", Vote)
def correction(tx: Transaction, vote_id: int) -> str:
    old = remedies.vote_of(tx, vote_id)
    if old is None:
        raise NotFound
    page = case_page.case_page(tx, old.case_id)
    if page is None:
        raise NotFound
    groups = _groups(Correction, dict(old._mapping))
    facts = {"old": old, "own": old.proposed_by == user_id(), "groups": groups}
    return render_template(
        "correction.html", page=page, threshold=threshold, bodies=BODIES, **facts, **_around(tx)
    )


@pages.post("/votes/<number:vote_id>/correct")
@opens("vote.correct", Vote, writing=True, again="remedies.correction")
def correct(tx: Transaction, vote_id: int) -> Response:
    old = remedies.vote_of(tx, vote_id)
    if old is None:
        raise NotFound
    if old.status != "standing":
        raise Conflict(Text("Số phiếu này đã được đính chính. Hãy mở lại hồ sơ để xem số mới."))
    answers = forms.load(Correction, request.form)
    reason = answers.pop("reason")
    if all(getattr(old, name) == value for name, value in answers.items()):
        raise InvalidAnswers({"votes_for": [Text("Các số giống hệt số đã ghi: không có gì để đính chính.")]})
    new = acts.correct_vote(tx, vote_id, answers, reason, by=user_id(), now=now())
    flash(words("Đã đính chính số phiếu. Số cũ vẫn còn trong hồ sơ."), "done")
    return redirect(url_for("cases.show", case_id=old.case_id, _anchor=f"vote-{new}"), 303)


def _groups(schema: type[Schema], values: dict[str, Any], **more: Any) -> list[forms.Group]:
    why = refusal()
    return forms.show(
        schema,
        values=values,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
        parts=PARTS,
        **more,
    )


def _around(tx: Transaction) -> dict[str, Any]:
    return {"refusal": refusal(), "labels": labels(tx.registry)}
