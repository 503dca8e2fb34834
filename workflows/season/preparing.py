"""Many leavers prepared at once: a list of bulk work, filled in with the places that are known or proposed.

Each line is tried by the verb of the single form, shown, and then done in a transaction of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from engine.errors import Conflict, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows.bulk import orders
from workflows.bulk.answers import Typed
from workflows.bulk.choosing import Group, create
from workflows.bulk.queries import lines_of
from workflows.bulk.table import COMPLETE, MOST_LINES
from workflows.organisations.queries import tree_of
from workflows.season.leavers import Leaver, leavers
from workflows.season.words import TO_PREPARE
from workflows.transfers.verbs import PREPARE

NOBODY = Text("Không có ai trong những người đã chọn đang chờ chuẩn bị. Hãy chọn lại trong danh sách.")


class _Line(NamedTuple):
    """What a list of bulk work asks of a line: nobody has a task yet."""

    student_id: int
    task_id: None = None
    case_id: None = None
    item: None = None
    vote_id: None = None


def prepare_many(
    tx: Transaction,
    students: Sequence[int],
    *,
    mine: set[int],
    moved_on: date | None,
    by: int,
    now: datetime,
) -> int:
    """A list of those who wait to be prepared, at most `MOST_LINES`, filled in and about to be tried; gives
    its number. `moved_on`: one day for all; else each on the day of leaving. Conflict where nobody waits."""
    found = leavers(tx, mine, day_of(now), students=students)
    waiting = [one for one in found if one.state in TO_PREPARE][:MOST_LINES]
    if not waiting:
        raise Conflict(NOBODY)
    by_student = {one.row.student_id: one for one in waiting}
    lines = [_Line(one.row.student_id) for one in waiting]
    number = create(tx, Group(COMPLETE, PREPARE), lines, by=by, now=now)
    own = {str(line.id): _answers(by_student[line.student_id], moved_on) for line in lines_of(tx, number)}
    shared = {"outcome": "prepared", "on": f"{day_of(now):%d/%m/%Y}", "moved_because": "graduated"}
    orders.fill_in(tx, number, Typed({**shared, "term": "lasting"}, own), now=now)
    return number


def _answers(one: Leaver, moved_on: date | None) -> dict[str, str]:
    """Where to: as the school wrote it down, else the residence by the tree."""
    said: dict[str, Any] = {"moved_on": f"{moved_on or one.leaves_on:%d/%m/%Y}"}
    if one.to_words:
        said["addressee"] = one.to_words
    elif one.to_id is not None or one.proposed is not None:
        said["receiver_id"] = str(one.to_id if one.to_id is not None else one.proposed)
    return said


def places(
    tx: Transaction, students: Sequence[int], own: Mapping[str, Mapping[str, str]], on: date
) -> list[tuple[int, str]]:
    """What such a list offers in its columns: the places that its lines name, and where its people live."""
    nodes = tree_of(tx).nodes
    found = leavers(tx, nodes, on, students=students, leaving_on=on)
    numbers = {one for leaver in found for one in (leaver.to_id, leaver.proposed) if one is not None}
    numbers |= {int(said["receiver_id"]) for said in own.values() if said.get("receiver_id")}
    return sorted(((one, nodes[one].name) for one in numbers), key=lambda pair: pair[1])
