"""The one write path: every change of a case goes through a verb of this file.

Each holds the case, runs its process, and writes state, inbox, timers and one journal entry with the domain's
transaction. A lost race is a Conflict; a repeat with the same request key gets the first answer. `on` is the
date of the act, `now` the moment of recording.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from engine.errors import Conflict, ModelError, NotFound, Text
from engine.journal import append
from engine.models.store import latest
from engine.placing import open_tasks, place_case
from engine.process import Process
from engine.records import case, request
from engine.replaying import replay
from engine.rows import CASE_COLUMNS, CaseRow, Done, TaskRow, case_of, plain_task, task_of
from engine.stepping import Held, Step, Waiting, hold_case, hold_task, waiting_timers
from engine.time import day_of
from engine.transactions import Transaction

__all__ = [
    "CaseRow",
    "Done",
    "TaskRow",
    "change_custodian",
    "complete_task",
    "find_case",
    "fire_timer",
    "open_tasks",
    "place_tasks",
    "replay",
    "reschedule",
    "send_message",
    "start_case",
]

OPEN_ALREADY = "Đã có một hồ sơ đang mở cho việc này. Hãy mở hồ sơ đó để làm tiếp."
NOT_WAITING = "Hồ sơ không chờ việc này ở bước hiện tại. Hãy tải lại trang để xem hồ sơ đang ở bước nào."
DRIFTED = "mốc thời gian trong hàng chờ khác với trong quy trình"
OTHER_REQUEST = "Yêu cầu này đã được dùng cho việc khác. Hãy tải lại trang rồi làm lại."

_NEW_REQUEST = insert(request)
_FIND = select(*CASE_COLUMNS).where(case.c.id == bindparam("id"))


def start_case(
    tx: Transaction,
    kind: str,
    *,
    subject_id: int,
    custodian_id: int,
    on: date,
    by: int | None,
    now: datetime,
    parent_id: int | None = None,
    request_key: str | None = None,
    facts: Mapping[str, Any] | None = None,
    edition: str | None = None,
) -> CaseRow:
    """Opens a case by the latest models of its kind. Conflict where the subject has an open one already."""
    answered = _answered(tx, by, request_key, "start")
    if answered is not None:
        return get_case(tx, answered["case_id"])
    model = latest(tx, kind)
    new: dict[str, Any] = {
        "kind": kind,
        "subject_id": subject_id,
        "custodian_id": custodian_id,
        "parent_id": parent_id,
        "opened_on": on,
    }
    held = Held(CaseRow(_insert_case(tx, new, model.id, now), **new, **_AT_FIRST), b"", model)
    step = Step(tx, held, on=on, now=now)
    step.begin()
    step.keep()
    inputs = step.inputs(start=model.id)
    append(
        tx,
        step.row.id,
        "start",
        on=on,
        by=by,
        now=now,
        element=kind,
        facts=facts,
        edition=edition,
        inputs=inputs,
    )
    _remember(tx, by, request_key, step.row.id, "start", {}, now)
    return step.row


_AT_FIRST: dict[str, Any] = {"stage": None, "closed_on": None, "closed_as": None, "version": 0, "words": {}}


def _insert_case(tx: Transaction, new: Mapping[str, Any], model_id: int, now: datetime) -> int:
    row = {**new, "model_id": model_id, "opened_at": now, "version": 0, "words": {}, "state": b""}
    case_id = tx.insert_unless_there(case, row)
    if case_id is None:
        raise Conflict(Text(OPEN_ALREADY))
    return case_id


def complete_task(
    tx: Transaction,
    task_id: int,
    outcome: str | None,
    *,
    on: date,
    by: int | None,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    case_version: int | None = None,
    request_key: str | None = None,
    edition: str | None = None,
    on_behalf_of: int | None = None,
) -> Done:
    """Completes an open task with its word and runs the case on.

    Conflict where somebody did it before, or changed the case since the version that the form showed; with
    the request key of the first time, the first answer. ModelError where the model fails: nothing is written.
    """
    found = hold_task(tx, task_id)
    if found is None:
        return _first_answer(tx, by, request_key, task_id)
    held, closed = found
    step = Step(tx, held, on=on, now=now)
    if held.state is None or not step.is_open(closed.engine_id):
        return _first_answer(tx, by, request_key, task_id)  # done between our look and our lock
    if case_version is not None and case_version != held.row.version:
        raise Conflict
    step.run(lambda process: process.complete(closed.engine_id, outcome, now))
    opened = step.keep()
    seq = append(
        tx,
        step.row.id,
        "task",
        on=on,
        by=by,
        now=now,
        element=closed.element,
        facts=facts,
        edition=edition,
        on_behalf_of=on_behalf_of,
        inputs=step.inputs(complete=closed.engine_id, task=task_id, outcome=outcome, item=closed.item),
    )
    answer = {"closed": plain_task(closed), "opened": [plain_task(row) for row in opened], "seq": seq}
    _remember(tx, by, request_key, step.row.id, "complete", answer, now)
    return Done(step.row, closed, opened, seq=seq)


def send_message(
    tx: Transaction,
    case_id: int,
    message: str,
    word: str,
    *,
    on: date,
    by: int | None,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    request_key: str | None = None,
    edition: str | None = None,
    on_behalf_of: int | None = None,
) -> CaseRow:
    """Gives a message with its word to a case. Conflict where nothing in the case waits for it."""
    step = _hold(tx, case_id, on=on, now=now)
    if _answered(tx, by, request_key, "send", case_id) is not None:
        return step.row
    if not step.run(lambda process: process.send(message, word, now)):
        raise Conflict(Text(NOT_WAITING))
    step.keep()
    inputs = step.inputs(send=message, word=word)
    append(
        tx,
        case_id,
        "message",
        on=on,
        by=by,
        now=now,
        element=message,
        facts=facts,
        edition=edition,
        on_behalf_of=on_behalf_of,
        inputs=inputs,
    )
    _remember(tx, by, request_key, case_id, "send", {}, now)
    return step.row


def fire_timer(tx: Transaction, timer_id: int, *, now: datetime) -> bool:
    """Fires a timer whose moment has come; False where it is gone, or its moment has not come."""
    for found in waiting_timers(tx, [timer_id]):
        hold_case(tx, found.case_id)
    return any(fire_held(tx, waiting, now=now) for waiting in waiting_timers(tx, [timer_id]))


def fire_held(tx: Transaction, waiting: Waiting, *, now: datetime) -> bool:
    """As `fire_timer`, of a timer that was read when its case was held."""
    held = hold_case(tx, waiting.case_id)
    if held is None or waiting.due_at > now:
        return False
    step = Step(tx, held, on=day_of(now), now=now)
    if held.row.closed_on is not None or not step.is_open(waiting.engine_id):
        return False
    if not step.run(lambda process: process.fire(waiting.engine_id, now)):
        raise ModelError(waiting.name, DRIFTED, case_id=step.row.id)
    step.keep()
    inputs = step.inputs(fire=waiting.engine_id)
    append(tx, step.row.id, "timer", on=step.on, by=None, now=now, element=waiting.name, inputs=inputs)
    tx.registry.timed(tx, step.row, step.on, now)
    return True


def reschedule(
    tx: Transaction, case_id: int, *, on: date, now: datetime, why: str, by: int | None = None
) -> list[str]:
    """Asks again for the day of every waiting timer (a birth date, an edition or the calendar changed).

    Gives the elements whose day changed; those and nothing else go into the journal.
    """
    step = _hold(tx, case_id, on=on, now=now)
    if step.row.closed_on is not None:
        return []
    moved = step.run(lambda process: _reschedule_timers(process, step))
    if not moved:
        return []
    step.keep()
    facts = {"why": why, "days": {element: day for element, _, day in moved}}
    inputs = {"reschedule": [[engine_id, day] for _, engine_id, day in moved]}
    append(tx, case_id, "reschedule", on=on, by=by, now=now, facts=facts, inputs=inputs)
    return [element for element, _, _ in moved]


def _reschedule_timers(process: Process, step: Step) -> list[tuple[str, int, str]]:
    moved = []
    for item in process.open_items():
        if item.kind != "timer" or item.due is None:
            continue
        first_day = step.ask_again(item)
        if first_day != day_of(item.due):
            process.reschedule(item.engine_id, first_day)
            moved.append((item.element, item.engine_id, first_day.isoformat()))
    return moved


def change_custodian(
    tx: Transaction,
    case_id: int,
    organisation_id: int,
    *,
    on: date,
    by: int | None,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> CaseRow:
    """Hands a case to another organisation; every open task follows by the same resolution. A closed case
    has a custodian too: whoever keeps its papers."""
    step = _hold(tx, case_id, on=on, now=now)
    before = step.row.custodian_id
    step.keep_custodian(organisation_id)
    if step.row.closed_on is None:
        place_case(tx, step.row, on)
    told = {"from": before, "to": organisation_id, **(facts or {})}
    append(tx, case_id, "custodian", on=on, by=by, now=now, facts=told)
    return step.row


def place_tasks(tx: Transaction, case_id: int, *, on: date) -> list[TaskRow]:
    """Places every open task anew (the organisation tree changed); gives those that moved, as they were."""
    return place_case(tx, get_case(tx, case_id), on)


def find_case(tx: Transaction, case_id: int) -> CaseRow | None:
    """A case as it stands, or None."""
    held: Held | None = tx.held.get(case_id)
    if held is not None:
        return held.row
    row = tx.execute(_FIND, {"id": case_id}).first()
    return case_of(row) if row else None


def get_case(tx: Transaction, case_id: int) -> CaseRow:
    """A case as it stands; NotFound where there is none."""
    row = find_case(tx, case_id)
    if row is None:
        raise NotFound
    return row


def _hold(tx: Transaction, case_id: int, *, on: date, now: datetime) -> Step:
    held = hold_case(tx, case_id)
    if held is None:
        raise NotFound
    return Step(tx, held, on=on, now=now)


def _first_answer(tx: Transaction, by: int | None, key: str | None, task_id: int) -> Done:
    answer = _answered(tx, by, key, "complete")
    if answer is None:
        raise Conflict
    closed = task_of(answer["closed"])
    if closed.id != task_id:
        raise Conflict(Text(OTHER_REQUEST))
    opened = [task_of(row) for row in answer["opened"]]
    return Done(get_case(tx, closed.case_id), closed, opened, repeated=True, seq=answer["seq"])


def _answered(
    tx: Transaction, by: int | None, key: str | None, verb: str, case_id: int | None = None
) -> dict[str, Any] | None:
    """The first answer to this user's request, None where it is new."""
    if key is None:
        return None
    row = tx.execute(select(request).where(request.c.by == (by or 0), request.c.key == key)).first()
    if row is None:
        return None
    if row.verb != verb or (case_id is not None and row.case_id != case_id):
        raise Conflict(Text(OTHER_REQUEST))
    return {**row.answer, "case_id": row.case_id}


def _remember(
    tx: Transaction,
    by: int | None,
    key: str | None,
    case_id: int,
    verb: str,
    answer: Mapping[str, Any],
    now: datetime,
) -> None:
    if key is not None:
        row = {"by": by or 0, "key": key, "case_id": case_id, "verb": verb, "answer": dict(answer), "at": now}
        tx.execute(_NEW_REQUEST, row)
