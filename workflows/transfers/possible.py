"""What somebody can do with a handover now, and of everything else why not: one table of acts.

An act is an outcome of the open step, done by the verb of the same name; taking a letter back is beside the
path. `fields` are those of the step's form that this outcome asks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engine import cases
from engine.errors import Text
from engine.records import case as case_table
from engine.records import task as task_table
from engine.transactions import Transaction
from workflows import access
from workflows.access import Handover, Task, reasons
from workflows.access.reasons import HIDDEN
from workflows.transfers import verbs
from workflows.transfers.queries import Both
from workflows.transfers.words import STATES

PAPER = ("on", "number", "take_number", "place", "note", "late_reason")
HELPER_STEPS = ("assign_helper", "replace_helper")
INSIDE = Text("Nơi nhận ở trong hệ thống: nơi đó tự trả lời.")
OUTSIDE = Text("Nơi nhận ở ngoài hệ thống: ghi khi có văn bản trả lời của nơi đó.")


def _in_system(row: Any) -> list[Text]:
    return [] if row.receiver_id is not None else [OUTSIDE]


def _outside(row: Any) -> list[Text]:
    return [] if row.receiver_id is None else [INSIDE]


def _always(_row: Any) -> list[Text]:
    return []


@dataclass(frozen=True)
class Act:
    """One row. `outcome`: what the step leaves, where it is not the verb's own; `final`: it cannot be taken
    back, so that its page shows first what it will do."""

    name: str
    label: str
    element: str
    verb: Callable[..., Any]
    icon: str
    fields: tuple[str, ...] = PAPER
    outcome: str | None = None
    final: bool = False
    condition: Callable[[Any], list[Text]] = _always


_WHY = ("reason", *PAPER)
ACTS: tuple[Act, ...] = (
    Act(
        "offer", "Ghi giấy giới thiệu đã gửi", verbs.OFFER, verbs.offer, "envelope", ("portal_number", *PAPER)
    ),
    Act("send_back", "Yêu cầu chuẩn bị lại", verbs.OFFER, verbs.send_back, "arrow-return-left", _WHY),
    Act(
        "accept",
        "Tiếp nhận",
        verbs.ANSWER,
        verbs.accept,
        "check-circle",
        ("cell_id", *PAPER),
        final=True,
        condition=_in_system,
    ),
    Act(
        "let_go",
        "Ghi nơi ngoài hệ thống đã tiếp nhận",
        verbs.ANSWER,
        verbs.let_go,
        "check-circle",
        final=True,
        condition=_outside,
    ),
    Act(
        "forward",
        "Chuyển tiếp đến đúng nơi",
        verbs.ANSWER,
        verbs.forward,
        "arrow-right",
        ("receiver_id", *PAPER),
    ),
    Act("return", "Trả lại nơi gửi", verbs.ANSWER, verbs.return_, "arrow-return-left", _WHY),
    Act(
        "recall", "Thu hồi", verbs.ANSWER, verbs.recall, "x-circle", ("reason", "on", "number", "late_reason")
    ),
    Act("arrive", "Ghi người và giấy tờ đã đến", verbs.ARRIVAL, verbs.arrive, "check2-square"),
    Act(
        "not_needed",
        "Không còn phải ghi người đến",
        verbs.ARRIVAL,
        verbs.arrive,
        "x-circle",
        _WHY,
        outcome="not_needed",
    ),
    Act("come_back", "Ghi đảng viên trở về", verbs.RETURN, verbs.come_back, "check2-square"),
    Act("give_up", "Thôi chuyển giao", verbs.PREPARE, verbs.give_up, "x-circle", _WHY),
)
BY_NAME = {act.name: act for act in ACTS}


@dataclass(frozen=True)
class Possible:
    """One act for one person on one day; `reasons` is empty where it can be done."""

    act: Act
    reasons: list[Text] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return not self.reasons


def possible(tx: Transaction, both: Both, *, by: int, on: date) -> list[Possible]:
    """Every act, in the order of the path; of a handover that is over, none."""
    if both.case.closed_on is not None:
        return []
    task = next(iter(cases.open_tasks(tx, both.case.id)), None)
    return [Possible(act, _against(tx, both, act, task, by, on)) for act in ACTS]


def _against(tx: Transaction, both: Both, act: Act, task: Any, by: int, on: date) -> list[Text]:
    if task is None or task.element != act.element:
        return [Text("Chỉ làm được khi: {state}.", state=Text(STATES[act.element]))]
    why = act.condition(both.row)
    if why:
        return why
    owner: str | None = both.line.organisation
    if act.name == "recall":
        found, owner = (
            reasons.why_not(tx, by, "transfer.recall", Handover(both.case.id), on),
            both.line.sender,
        )
    else:
        found = reasons.why_not(tx, by, "task.complete", Task(task.id), on)
    return [Text("Việc này do {organisation} làm.", organisation=owner)] if HIDDEN in found else found


def helper_task(tx: Transaction, both: Both, *, by: int, on: date) -> int | None:
    """The open step at which the new cell names a helper, where one may see it."""
    if both.row.admission_id is None or both.row.cell_id is None:
        return None
    t, c = task_table.c, case_table.c
    query = (
        select(t.id)
        .join(case_table, c.id == t.case_id)
        .where(or_(c.id == both.row.admission_id, c.parent_id == both.row.admission_id))
        .where(t.element.in_(HELPER_STEPS))
    )
    found = tx.execute(query.order_by(t.id).limit(1)).scalar()
    return found if found is not None and access.may(tx, by, "task.see", Task(found), on) else None
