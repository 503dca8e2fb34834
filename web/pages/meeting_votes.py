"""Ghi kết quả cuộc họp: attendance once, all votes on one page, then the second person's confirmation.

Each decision is saved in a transaction of its own: what is refused stays on the page with the reason, what
was saved is not asked again.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import Conflict, Failure, InvalidAnswers, NotLawful, Text
from engine.transactions import Transaction
from web import meeting_form as form
from web.entry import now, opens, refusal, sent_key, store, today, typed, user_id
from web.language import words
from web.meeting_form import CHECK, FILL, SAVE, Sheet
from web.pages.meetings import meeting_of
from workflows import access
from workflows.access import Meeting, Organisation
from workflows.admission.choices import METHODS
from workflows.admission.meetings import roll_on as seats_on
from workflows.desk.labels import labels
from workflows.meetings import queries, results, verbs
from workflows.meetings.bodies import CELL, outcome_words, title_of
from workflows.meetings.queries import Planned
from workflows.meetings.rules import Room
from workflows.meetings.voting import WAITS, Cast, Sitting, confirm, settle
from workflows.people import pool
from workflows.people.members import roll_on
from workflows.people.words import POOL_LEAVING
from workflows.rules.deadlines import late_recording
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of

pages = Blueprint("meeting_votes", __name__)
ROW_FIELDS = ("votes_for", "votes_against", "invalid", "number")


@pages.get("/meetings/<number:meeting_id>/record")
@opens("meeting.keep", Meeting)
def record(tx: Transaction, meeting_id: int) -> str | Response:
    of = meeting_of(tx, meeting_id)
    if of.status == "cancelled" or of.on_day > today():
        return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    return _page(tx, of, sheet_of(tx, of), request.form if typed() else {})


@pages.post("/meetings/<number:meeting_id>/record")
@opens("meeting.keep", Meeting, again="meeting_votes.record")
def keep(tx: Transaction, meeting_id: int) -> str | Response:
    of = meeting_of(tx, meeting_id)
    sheet = sheet_of(tx, of)
    if FILL in request.form:
        form.fill(sheet, request.form.get("first_number", "").strip())
    seen = request.form.get("checked") == form.digest_of(sheet)
    if FILL in request.form or CHECK in request.form or not seen:
        sheet.checked, sheet.changed = True, SAVE in request.form
        return _page(tx, of, sheet, request.form)
    saved = _save(of, sheet)
    flash(_told(saved), "wait" if WAITS in saved else "done")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


def sheet_of(tx: Transaction, of: Planned) -> Sheet:
    """The page as it stands: what is open on the agenda, what was typed, what it comes to."""
    sent = request.form if typed() else None
    edition, faults = edition_on(of.on_day), dict[str, list[Text]]()
    seats, figures, room = _room(tx, of, sent, faults)
    order = {(item.case_id, item.element): item.rank for item in queries.items(tx, of.id)}
    before = results.decided(tx, of)
    lines = [
        line for line in queries.open_votes(tx, of) if (line.case_id, line.element) in order.keys() - before
    ]
    lines.sort(key=lambda line: order[line.case_id, line.element])
    return Sheet(
        of=of,
        seats=seats,
        figures=figures,
        room=room,
        rows=[form.read_row(line, of, edition, room, sent) for line in lines],
        matters=[form.read_matter(line, sent) for line in queries.open_matters(tx, of)],
        method=form.method_of(request.form),
        faults=faults,
    )


def _room(
    tx: Transaction, of: Planned, sent: form.Sent | None, faults: dict[str, list[Text]]
) -> tuple[list[form.Seat], dict[str, str], Room | None]:
    """The attendance: kept already, or as it is being typed, or what votes of the day were counted on."""
    if of.status == "held":
        return [], {}, verbs.kept_room(of)
    if of.body == CELL:
        roll = roll_on(tx, of.organisation_id, of.on_day).lines
        seats = form.read_seats(((one.member_id, one.name, one.status) for one in roll), sent)
        return seats, {}, form.room_of(seats)
    known, there = seats_on(tx, of.organisation_id, of.body, of.on_day), results.recorded(tx, of)
    figures = {"members": str(there.members if there else known.members or ""), "present": ""}
    if there is not None:
        figures["present"] = str(there.present)
    if sent is not None:
        figures = {name: sent.get(name, "").strip() for name in figures}
    return [], figures, form.read_room(figures, faults)


def _save(of: Planned, sheet: Sheet) -> list[str]:
    """Attendance, then each decision on its own. Raises InvalidAnswers with what was refused, row by row."""
    sent = request.form
    late = sent.get("late_reason", "").strip()[:200] or None
    room = _attempt(
        "row",
        lambda tx: verbs.hold(
            tx,
            of.id,
            form.came_of(sent),
            sheet.room if of.body != CELL else None,
            by=user_id(),
            now=now(),
            chaired_by=sent.get("chaired_by", "").strip()[:120] or None,
            written_by=sent.get("written_by", "").strip()[:120] or None,
            minutes_number=sent.get("minutes_number", "").strip()[:40] or None,
            take_number="take_minutes" in sent,
            late_reason=late,
        ),
    )
    with store().transaction(writing=False) as tx:
        sitting = Sitting(meeting_of(tx, of.id), room, "take_numbers" in sent, late)
    saved, refused = list[str](), dict[str, list[Text]]()
    casts: list[tuple[form.Row | form.Matter, Cast]] = []
    for row in sheet.decided:
        if row.faults:
            refused[f"row-{row.key}"] = row.faults
        else:
            casts.append((row, form.cast_of(row, sheet.method)))
    for matter in sheet.matters:
        if matter.decided and matter.faults:
            refused[f"row-{matter.key}"] = matter.faults
        elif matter.decided:
            casts.append((matter, form.cast_matter(matter)))
    for one, cast in casts:
        try:
            saved.append(_attempt(f"row-{one.key}", _settling(sitting, cast)))
        except InvalidAnswers as wrong:
            refused |= wrong.fields
    if "pool" in sent and of.body == CELL:
        try:
            saved.append(_attempt("pool", _pool(of)))
        except InvalidAnswers as wrong:
            refused |= wrong.fields
    if refused:
        raise InvalidAnswers(refused, _partly(len(saved), len(refused)))
    return saved


def _settling(sitting: Sitting, cast: Cast) -> Callable[[Transaction], str]:
    key = f"{request.form.get('request_key', '')[:40]}-{cast.task_id}"
    return lambda tx: settle(tx, sitting, cast, by=user_id(), now=now(), request_key=key)


def _pool(of: Planned) -> Callable[[Transaction], str]:
    """The cell confirms its pool: who leaves has a reason of the closed list."""
    leaving = {
        int(name[6:]): reason
        for name, reason in request.form.items()
        if name.startswith("leave-") and name[6:].isdecimal() and len(name) < 18 and reason
    }

    def confirmed(tx: Transaction) -> str:
        access.require(tx, user_id(), "pool.confirm", Organisation(of.organisation_id), today())
        pool.confirm_pool(tx, of.organisation_id, of.on_day, by=user_id(), now=now(), remove=leaving)
        return "pool"

    return confirmed


def _attempt(name: str, act: Callable[[Transaction], Any]) -> Any:
    """One act in one transaction; a refusal becomes the words under the row that it is about."""
    try:
        with store().transaction() as tx:
            return act(tx)
    except InvalidAnswers as wrong:
        if name == "row":
            raise
        texts = [text for found in wrong.fields.values() for text in found]
        raise InvalidAnswers({name: texts or [wrong.text]}) from None
    except NotLawful as wrong:
        raise InvalidAnswers({name: [_why(one.text, one.source) for one in wrong.unmet]}) from None
    except Failure as wrong:
        raise InvalidAnswers({name: [wrong.text]}) from None


def _why(text: Text, source: str) -> Text:
    return Text("{text} Căn cứ: {source}.", text=text, source=source)


def _partly(saved: int, refused: int) -> Text:
    return Text(
        "Đã ghi {saved} việc. Còn {refused} việc chưa ghi được: xem lời nhắc ở từng người.",
        saved=saved,
        refused=refused,
    )


def _told(saved: list[str]) -> str:
    waiting = saved.count(WAITS)
    if waiting:
        return words(
            "Đã ghi {count} việc; {waiting} biểu quyết chờ người thứ hai xác nhận.",
            count=len(saved),
            waiting=waiting,
        )
    return words("Đã ghi {count} việc của cuộc họp.", count=len(saved))


def _page(tx: Transaction, of: Planned, sheet: Sheet, sent: Mapping[str, str]) -> str:
    why = refusal()
    wrong = why.fields if isinstance(why, InvalidAnswers) else sheet.faults
    organisation = Organisation(of.organisation_id)
    may_pool = of.body == CELL and access.may(tx, user_id(), "pool.confirm", organisation, today())
    asks_pool = may_pool and not results.pool_confirmed(tx, of)
    helpers = roll_on(tx, of.organisation_id, of.on_day).official if of.body == CELL else ()
    edition = edition_on(of.on_day)
    return render_template(
        "meeting_record.html",
        of=of,
        title=title_of(of.body, of.branch),
        sheet=sheet,
        sent=sent,
        wrong=wrong,
        refusal=why,
        digest=form.digest_of(sheet),
        late=late_recording(of.on_day, today(), edition, calendar_of(tx)),
        roll_known=of.body != CELL and seats_on(tx, of.organisation_id, of.body, of.on_day).known,
        pool=pool.pool_on(tx, of.organisation_id, of.on_day) if asks_pool else [],
        asks_pool=asks_pool,
        leaving=POOL_LEAVING,
        helpers=helpers,
        methods=METHODS,
        saved=results.counted(tx, of),
        not_open=_not_open(tx, of, sheet),
        labels=labels(tx.registry),
        outcome_words=outcome_words,
        result_words=form.result_words,
        request_key=sent_key() or uuid.uuid4().hex,
    )


def _not_open(tx: Transaction, of: Planned, sheet: Sheet) -> list[queries.Item]:
    """On the agenda, but not at the vote, or voted on already elsewhere."""
    there = {(row.line.case_id, row.line.element) for row in sheet.rows}
    there |= results.decided(tx, of)
    return [item for item in queries.items(tx, of.id) if (item.case_id, item.element) not in there]


@pages.get("/meetings/<number:meeting_id>/confirm")
@opens("meeting.confirm", Meeting)
def confirmation(tx: Transaction, meeting_id: int) -> str:
    of = meeting_of(tx, meeting_id)
    counted = results.counted(tx, of)
    pending = [one for one in counted if one.row.status == "pending"]
    why = refusal()
    return render_template(
        "meeting_confirm.html",
        of=of,
        title=title_of(of.body, of.branch),
        mine=[one for one in pending if one.row.proposed_by == user_id()],
        theirs=[one for one in pending if one.row.proposed_by != user_id()],
        standing=[one for one in counted if one.row.status == "standing"],
        attendance=results.attendance_of(tx, of.id),
        room=verbs.kept_room(of),
        refusal=why,
        wrong=why.fields if isinstance(why, InvalidAnswers) else {},
        ticked=set(request.form.getlist("vote")) if typed() else None,
        labels=labels(tx.registry),
        methods_used=", ".join(sorted({words(dict(METHODS)[one.row.method]) for one in pending})),
        request_key=sent_key() or uuid.uuid4().hex,
    )


@pages.post("/meetings/<number:meeting_id>/confirm")
@opens("meeting.confirm", Meeting, again="meeting_votes.confirmation")
def stand(tx: Transaction, meeting_id: int) -> Response:
    of = meeting_of(tx, meeting_id)
    ticked = {int(one) for one in request.form.getlist("vote") if one.isdecimal() and len(one) < 12}
    rows = [one.row for one in results.counted(tx, of) if one.row.id in ticked]
    if not ticked:
        raise InvalidAnswers({"vote": [Text("Hãy chọn những người cần xác nhận.")]})
    done, refused = 0, dict[str, list[Text]]()
    for row in rows:
        if row.status == "standing":
            continue  # confirmed by the same press a moment ago, or by somebody else
        try:
            _attempt(f"row-{row.id}", _confirming(row))
            done += 1
        except InvalidAnswers as wrong:
            refused |= wrong.fields
    if refused or len(rows) < len(ticked):
        refused = refused or {"vote": [Conflict().text]}
        raise InvalidAnswers(refused, _partly(done, len(refused)))
    flash(words("Đã xác nhận {count} biểu quyết.", count=done), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


def _confirming(row: Any) -> Callable[[Transaction], None]:
    key = f"{request.form.get('request_key', '')[:40]}-{row.task_id}"
    return lambda tx: confirm(tx, row.task_id, row.id, by=user_id(), now=now(), request_key=key)
