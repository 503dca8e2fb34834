"""A union's step where the union of the place is not entered here: its paper is typed, with its number.

A person who was handed on may live where no union of ours is. The step then falls to the organisation that
answers for the person; what the union of that place resolved comes on paper. Where there is no union at
all, two official members introduce the candidate (Điều lệ Đảng, Điều 4), and the union's part is left out.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from engine.errors import InvalidAnswers, Text
from engine.rows import TaskRow
from engine.transactions import Transaction
from workflows.admission import mentoring
from workflows.admission.acting import Acting
from workflows.admission.choices import NO_UNION, WITHOUT_UNION
from workflows.admission.fields import line, one_of
from workflows.admission.form_parts import ballot, counted, form, needed
from workflows.admission.forms import FORMS
from workflows.organisations.kinds import UNIONS
from workflows.organisations.queries import tree_of
from workflows.people.members import place_of

# On paper alone: its number is theirs, so it is asked and never taken from a register of ours.
ON_PAPER: Mapping[str, Any] = {
    "number": line(
        "Số, ký hiệu văn bản của Đoàn",
        longest=40,
        help="Tổ chức Đoàn ở đây chưa có trong hệ thống: ghi thay theo văn bản của Đoàn.",
    ),
    "take_number": None,
}
VOTED = counted("carried", "failed") | needed(number="carried failed")
OUTSIDE: Mapping[str, type[Schema]] = {
    "union_resolution": form(
        "union_resolution",
        "Ngày họp ban chấp hành Đoàn, hoặc ngày hai đảng viên giới thiệu",
        needs=VOTED | needed(second_introducer=NO_UNION),
        beside=WITHOUT_UNION,
        **ballot(),
        second_introducer=one_of(
            "Đảng viên chính thức thứ hai giới thiệu",
            "helpers",
            help="Cùng với người giúp đỡ, khi nơi này không có tổ chức Đoàn.",
        ),
        **ON_PAPER,
    ),
    "union_exec_vote": form("union_exec_vote", "Ngày họp ban chấp hành", needs=VOTED, **ballot(), **ON_PAPER),
    "branch_vote": form("branch_vote", "Ngày họp chi đoàn", needs=VOTED, **ballot(), **ON_PAPER),
}


def kind_owing(tx: Transaction, task: TaskRow) -> str | None:
    """The kind of the organisation that owes the step; None where nobody does."""
    node = tree_of(tx).nodes.get(task.organisation_id or 0)
    return node.kind if node is not None else None


def form_at(tx: Transaction, task: TaskRow) -> type[Schema]:
    """The form of the step, as the organisation that owes it fills it in."""
    outside = OUTSIDE.get(task.element)
    return FORMS[task.element] if outside is None or kind_owing(tx, task) in UNIONS else outside


def of_outside_union(acting: Acting) -> bool:
    """Whether what the act records was resolved by a union that is not entered here."""
    node = tree_of(acting.tx).nodes.get(acting.organisation_id or 0)
    known = node is not None and node.kind in UNIONS
    return acting.element in OUTSIDE and not known and acting.outcome != NO_UNION


def introduce(acting: Acting) -> None:
    """Where there is no union, a second official member stands beside the helper."""
    if acting.outcome != NO_UNION:
        return
    second = acting.answers["second_introducer"]
    helper = mentoring.current(acting.tx, acting.main_case_id)
    if helper is not None and helper.member_id == second:
        raise _at_second(Text("Phải là người khác với đảng viên giúp đỡ."))
    place = place_of(acting.tx, second, acting.on)
    if place != (acting.case.custodian_id, "official"):
        raise _at_second(Text("Phải là đảng viên chính thức của chi bộ vào ngày giới thiệu."))
    acting.facts |= {"second_introducer": second}


def _at_second(words: Text) -> InvalidAnswers:
    return InvalidAnswers({"second_introducer": [words]})
