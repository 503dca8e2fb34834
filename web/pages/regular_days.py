"""The regular meeting day of a body: what it is, when it falls next, and another one from a day on."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows.access import Body
from workflows.admission.fields import Sheet, choice, day, figure, line, tick
from workflows.meetings.bodies import BODIES, bodies_of
from workflows.organisations.queries import organisation_row
from workflows.rules.calendar import WEEKDAYS
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.schedules import keeping
from workflows.schedules.meeting_days import NTH, MeetingDays, Pattern
from workflows.schedules.queries import meeting_days_of

pages = Blueprint("regular_days", __name__)
SHOWN = 6
HOWS = (
    (keeping.BY_NUMBER, "Một ngày trong tháng, ví dụ ngày 5"),
    (keeping.BY_WEEKDAY, "Một thứ trong tháng, ví dụ thứ Năm thứ nhất"),
    (keeping.DEFAULT, "Theo ngày chung của quy định"),
)
BELONGS = {
    "day_of_month": "Nếu theo ngày trong tháng",
    "nth": "Nếu theo thứ",
    "weekday": "Nếu theo thứ",
    "moved": "Cách áp dụng",
    "since": "Cách áp dụng",
}
NUMBERED = [(str(number), name) for number, name in enumerate(WEEKDAYS)]


class RegularDay(Sheet):
    """On which day of the month a body meets from a day on."""

    body = line("Hội nghị", required=True, longest=20, widget="radio", choices="bodies")
    how = choice("Họp định kỳ vào", HOWS, required=True)
    day_of_month = figure("Ngày mấy", help="Từ 1 đến 31; tháng không có ngày đó thì họp ngày cuối tháng.")
    nth = choice("Tuần thứ mấy", [(str(n), name) for n, name in NTH.items()], widget="select")
    weekday = choice("Thứ mấy", NUMBERED, widget="select")
    moved = tick("Gặp ngày nghỉ thì sang ngày làm việc kế tiếp")
    since = day("Từ ngày", required=True, help="Chỉ đổi được từ hôm nay trở đi.")


@pages.get("/organisations/<number:organisation_id>/regular-day")
@opens("meeting.plan", Body)
def show(tx: Transaction, organisation_id: int) -> str:
    row = organisation_row(tx, organisation_id)
    bodies = [one for one in bodies_of(row.kind) if one not in keeping.WITHOUT_DAY] if row else []
    if row is None or not bodies:
        raise NotFound
    asked = request.args.get("body", "")
    body = asked if asked in bodies else bodies[0]
    found = meeting_days_of(tx, [organisation_id], today(), body)[organisation_id]
    return render_template(
        "regular_day.html",
        organisation=row,
        titles=BODIES,
        bodies=bodies,
        body=body,
        pattern=found.pattern_on(today()),
        own=found.later,
        coming=coming(found, calendar_of(tx)),
        planned={*found.planned, *found.beside},
        source=edition_on(today()).source("regular_meeting_day"),
        groups=_groups(bodies, body, found.pattern_on(today())),
        refusal=refusal(),
    )


def coming(found: MeetingDays, calendar: Any) -> list[Any]:
    """The next meeting days."""
    days, last = [], today()
    for _each in range(SHOWN):
        last = found.next_on_or_after(last, calendar)
        days.append(last)
        last = last.fromordinal(last.toordinal() + 1)
    return days


def _groups(bodies: list[str], body: str, pattern: Pattern) -> list[forms.Group]:
    why = refusal()
    values = {"body": body, "moved": pattern.moved, "since": today(), "how": keeping.BY_NUMBER}
    if pattern.day:
        values |= {"day_of_month": pattern.day}
    else:
        named = {"weekday": str(pattern.weekday), "nth": str(pattern.nth)}
        values |= {"how": keeping.BY_WEEKDAY, **named}
    return forms.show(
        RegularDay,
        choices={"bodies": [(one, BODIES[one]) for one in bodies]},
        values=values,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
        belongs=BELONGS,
    )


@pages.post("/organisations/<number:organisation_id>/regular-day")
@opens("meeting.plan", Body, writing=True, again="regular_days.show")
def keep(tx: Transaction, organisation_id: int) -> Response:
    answers = forms.load(RegularDay, request.form)
    for name in ("weekday", "nth"):
        if name in answers:
            answers[name] = int(answers[name])
    body = answers.pop("body")
    keeping.keep_meeting_day(tx, organisation_id, body, answers, by=user_id(), on=today(), now=now())
    flash(words("Đã ghi ngày sinh hoạt định kỳ."), "done")
    return redirect(url_for("regular_days.show", organisation_id=organisation_id, body=body), 303)
