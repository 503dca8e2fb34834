"""One line: done by the same verbs as a single form, and what came of it in words that a page can show.

What is kept of a result or a refusal are words, numbers and days of the program, nothing that was typed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from engine import cases
from engine.clocks import open_clocks
from engine.errors import Conflict, Failure, InvalidAnswers, ModelError, NotFound, NotLawful, Text
from engine.rows import Done
from engine.transactions import Transaction
from workflows.admission import acts, votes
from workflows.admission.papers import FOREIGN
from workflows.admission.records import act, vote
from workflows.admission.steps import STEPS
from workflows.bulk.answers import checked
from workflows.bulk.table import CONFIRM, NOMINATE
from workflows.documents.catalogue import papers
from workflows.people.pool import ASK_AGAIN
from workflows.transfers import verbs as transfers

# A step that no task waits for yet: the verb that opens its case and does it.
BEGINNINGS: Mapping[str, Callable[..., Done]] = {transfers.PREPARE: transfers.prepare}
GONE = Text("Việc này không còn mở, hoặc đồng chí không còn được giao.")
OTHER_FIGURES = Text("Số phiếu vừa được người khác ghi hoặc ghi lại. Hãy xem lại việc này.")
BROKEN = Text("Chương trình gặp lỗi ở dòng này, chưa ghi gì. Hãy làm lại dòng này sau.")


def attempt(
    tx: Transaction, batch: Any, line: Any, answers: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Do one line in the name and with the rights of who made the batch; gives what came of it."""
    key = f"batch:{batch.id}:{line.id}"
    if batch.kind == NOMINATE:
        day = checked(None, answers)["on"]
        opened = acts.nominate(tx, line.student_id, by=batch.by, on=day, now=now, request_key=key)
        steps = [task.element for task in cases.open_tasks(tx, opened.id)]
        return {"case": opened.id, "next": steps}
    if line.task_id is None:
        done = BEGINNINGS[batch.element](tx, line.student_id, answers, by=batch.by, now=now, request_key=key)
        return result(tx, batch.element, str(answers["outcome"]), done, set())
    same_figures(tx, batch, line)
    before = {clock.id for clock in open_clocks(tx, line.case_id)}
    if batch.kind == CONFIRM:
        figures = votes.pending(tx, line.task_id)
        done = acts.confirm(tx, line.task_id, by=batch.by, now=now, request_key=key)
        return result(tx, batch.element, str(figures.outcome), done, before)
    done = acts.complete(tx, line.task_id, answers, by=batch.by, now=now, request_key=key)
    outcome = checked(batch.element, answers)["outcome"]
    return result(tx, batch.element, str(outcome), done, before)


def same_figures(tx: Transaction, batch: Any, line: Any) -> None:
    """The figures that wait must be those that stood there when the line was chosen."""
    if not STEPS[batch.element].votes:
        return
    found = votes.pending(tx, line.task_id)
    own = found is not None and found.proposed_by == batch.by and batch.kind != CONFIRM  # rewriting one's own
    if (found.id if found is not None else None) != line.vote_id and not own:
        raise Conflict(OTHER_FIGURES)


def result(tx: Transaction, element: str, outcome: str, done: Done, before: set[int]) -> dict[str, Any]:
    """Outcome, the steps that open or the end, the number of the paper, the clocks that start."""
    if done.seq == 0:
        return {"outcome": outcome, "proposed": True, "votes": _figures(tx, element, done)}
    new = [clock for clock in open_clocks(tx, done.case.id) if clock.id not in before]
    number = last_number(tx, done.case.id)
    return {
        "outcome": outcome,
        "next": sorted({task.element for task in done.opened}),
        "closed": done.case.closed_as,
        "number": number,
        "no_paper": number is None and wants_number(element, outcome),
        "clocks": [[clock.name, clock.due_on.isoformat()] for clock in new],
        "votes": _figures(tx, element, done),
    }


def _figures(tx: Transaction, element: str, done: Done) -> list[int] | None:
    """For, against, invalid, present of the vote that this line wrote or let stand."""
    if not STEPS[element].votes:
        return None
    query = select(vote.c.votes_for, vote.c.votes_against, vote.c.invalid, vote.c.present).where(
        vote.c.task_id == done.closed_task.id, vote.c.status.in_(("pending", "standing"))
    )
    row = tx.execute(query.order_by(vote.c.id.desc()).limit(1)).first()
    return list(row) if row else None


_LAST_NUMBER = (
    select(act.c.number).where(act.c.case_id == bindparam("of_case")).order_by(act.c.id.desc()).limit(1)
)


def last_number(tx: Transaction, case_id: int) -> str | None:
    """The number on the paper of the case's newest act."""
    found: str | None = tx.execute(_LAST_NUMBER, {"of_case": case_id}).scalar()
    return found


def wants_number(element: str, outcome: str) -> bool:
    """Does this outcome stand on a paper that the organisation numbers?"""
    kind = STEPS[element].paper(outcome)
    return kind is not None and kind not in FOREIGN and papers()[kind].numbered


def counted_on(number: str, places: int) -> str:
    """The number that many places further in the same register: "Số 05-NQ/CB" and 3 are "Số 08-NQ/CB"."""
    return re.sub(r"\d+", lambda found: f"{int(found[0]) + places:02d}", number, count=1)


# --- refusals as plain data


def why_of(failure: Failure) -> dict[str, Any]:
    """A refusal as JSON keeps it: conditions with source and first day, faults by field, or a sentence."""
    if isinstance(failure, NotLawful):
        return {"unmet": [_unmet(one) for one in failure.unmet]}
    if isinstance(failure, InvalidAnswers):
        faults = [[name, plain(text)] for name, texts in failure.fields.items() for text in texts]
        return {"faults": faults} if faults else {"text": plain(failure.text)}
    if isinstance(failure, NotFound):
        return {"text": plain(GONE)}
    return {"text": plain(failure.text), **({"broken": True} if isinstance(failure, ModelError) else {})}


def broken() -> dict[str, Any]:
    """What is said of a line that failed for a reason of the program's own."""
    return {"text": plain(BROKEN), "broken": True}


# In a list of many, nobody's answer "not now" may be read off; the person's own page says more.
NOT_LISTED = Text("Không đưa vào đợt này; khi cần hãy xem riêng trang của người này.")


def _unmet(one: Any) -> dict[str, Any]:
    if one.condition == ASK_AGAIN:
        return {"text": plain(NOT_LISTED), "source": plain(""), "rating": one.rating, "first_day": None}
    first = one.first_day.isoformat() if one.first_day else None
    return {"text": plain(one.text), "source": plain(one.source), "rating": one.rating, "first_day": first}


def plain(text: Text | str) -> list[Any]:
    """A sentence and its values."""
    if not isinstance(text, Text):
        return [str(text), {}]
    return [text.msgid, {name: _value(value) for name, value in text.params.items()}]


def _value(value: object) -> Any:
    if isinstance(value, Text):
        return {"text": plain(value)}
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return value if isinstance(value, (int, str)) else str(value)


def text_of(kept: list[Any]) -> Text:
    """The sentence that `plain` kept."""
    values = {
        name: text_of(value["text"]) if isinstance(value, dict) else value for name, value in kept[1].items()
    }
    return Text(kept[0], **values)
