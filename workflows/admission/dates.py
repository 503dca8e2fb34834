"""The two dates of an act: the one on the paper, and when it was recorded."""

from datetime import date

from engine.errors import InvalidAnswers, Text
from engine.rows import CaseRow, TaskRow
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission import history
from workflows.admission.steps import STEPS
from workflows.rules.calendar import Calendar
from workflows.rules.deadlines import late_recording
from workflows.rules.editions import Edition


def earliest(tx: Transaction, case: CaseRow, task: TaskRow) -> date:
    """The day before which this step cannot have been done: that of the act it follows."""
    last = history.last_day(tx, case.id)
    if STEPS[task.element].parallel or last is None:
        return min(task.opened_on, last or task.opened_on)
    return last


def check_day(on: date, today: date, not_before: date | None) -> None:
    """Not in the future, not before the act that it follows."""
    if on > today:
        raise InvalidAnswers({"on": [Text("Ngày {day} ở tương lai.", day=f"{on:%d/%m/%Y}")]})
    if not_before is not None and on < not_before:
        raise InvalidAnswers(
            {"on": [Text("Không thể trước việc liền trước, ngày {day}.", day=f"{not_before:%d/%m/%Y}")]}
        )


def check_late(
    on: date, today: date, reason: str | None, edition: Edition, calendar: Calendar, *, before_system: bool
) -> bool:
    """True when the act is recorded so late that its reason is kept; without a reason it is refused."""
    late = late_recording(on, today, edition, calendar)
    if late and not reason and not before_system:
        raise InvalidAnswers(
            {
                "late_reason": [
                    Text(
                        "Ghi sau quá {days} ngày làm việc: hãy ghi lý do ghi muộn.",
                        days=edition.number("late_recording_wd"),
                    )
                ]
            }
        )
    return late and not before_system


__all__ = ["check_day", "check_late", "day_of", "earliest"]
