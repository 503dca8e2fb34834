"""What I can do with a case now, and of everything else why not: one table of acts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.cases import get_case
from engine.errors import Text
from engine.transactions import Transaction
from workflows import access
from workflows.access import Case, Custody, Kept, Student, Task, Vote, reasons
from workflows.access.relations import Thing
from workflows.admission import guards, votes
from workflows.admission.desk import trial
from workflows.admission.granting import grantable
from workflows.admission.path import find_task
from workflows.admission.steps import STEPS
from workflows.desk import remedies
from workflows.desk.case_page import CasePage

Condition = Callable[[Transaction, CasePage, date], list[Text]]
CLOSED = Text("Hồ sơ đã kết thúc.")


def _open(_tx: Transaction, page: CasePage, _on: date) -> list[Text]:
    return [] if page.case.closed_on is None else [CLOSED]


def _has_helper(tx: Transaction, page: CasePage, on: date) -> list[Text]:
    if page.helper is None:
        return [*_open(tx, page, on), Text("Chưa phân công người giúp đỡ.")]
    return _open(tx, page, on)


def _extendable(tx: Transaction, page: CasePage, on: date) -> list[Text]:
    if page.case.closed_on is not None:
        return [CLOSED]
    if remedies.extendable(tx, page.case.id, on):
        return []
    return [Text("Không có thời hạn nào đang tính mà quy định cho gia hạn, hoặc đã gia hạn rồi.")]


def _grantable(tx: Transaction, page: CasePage, on: date) -> list[Text]:
    if page.case.closed_on is not None:
        return [CLOSED]
    if grantable(tx, page.case.id):
        return []
    return [Text("Không có thời hạn nào đang tính mà cấp trên gia hạn bằng văn bản.")]


def _always(_tx: Transaction, _page: CasePage, _on: date) -> list[Text]:
    return []


@dataclass(frozen=True)
class Act:
    """One row: what it is called, the permission, the page that does it, what else must hold.

    `number`: the name of the number in the address; `about`: the thing of that number that the permission
    is asked about; `quiet`: left out where it cannot be done; `on_roll`: stands on the student's page, and
    here only for who has no such page.
    """

    name: str
    label: str
    permission: str
    endpoint: str
    icon: str
    condition: Condition = _always
    number: str = "case_id"
    about: Callable[[int], Thing] = Case
    quiet: bool = False
    on_roll: bool = False


ACTS: tuple[Act, ...] = (
    Act(
        "interrupt", "Rút, đưa ra khỏi danh sách…", "case.interrupt", "cases.interruption", "x-circle", _open
    ),
    Act(
        "transfer",
        "Chuyển đơn vị",
        "transfer.prepare",
        "transfers.beginning",
        "arrow-right",
        _open,
        number="student_id",
        about=Custody,
    ),
    Act("extend", "Gia hạn", "case.extend", "remedies.extension", "clock", _extendable),
    Act("grant", "Cấp trên gia hạn", "case.grant", "remedies.granting", "clock", _grantable, quiet=True),
    Act(
        "helper_lost",
        "Người giúp đỡ nghỉ, chuyển",
        "case.helper_lost",
        "cases.helper_lost",
        "arrow-left-right",
        _has_helper,
    ),
    Act("read_texts", "Xem nội dung đã mã hóa", "case.read_texts", "texts.of_case", "shield-lock"),
    Act("comment", "Trao đổi về hồ sơ", "case.comment", "comments.of_case", "pencil-square"),
    Act("dossier", "In cả hồ sơ", "case.see", "dossier.show", "printer", quiet=True),
    Act("readings", "Ai đã đọc hồ sơ này", "case.readings", "readings.of_case", "person", quiet=True),
    Act(
        "student",
        "Trang học sinh, sinh viên",
        "student.see",
        "students.show",
        "person",
        number="student_id",
        about=Student,
        quiet=True,
    ),
    Act(
        "account",
        "Tài khoản để tự xem hồ sơ",
        "student.account",
        "requests.account",
        "key",
        number="student_id",
        about=Kept,
        quiet=True,
        on_roll=True,
    ),
    Act(
        "consents",
        "Sự đồng ý, rút lại sự đồng ý",
        "consent.withdraw",
        "requests.consents",
        "check2-square",
        number="student_id",
        about=Kept,
        quiet=True,
        on_roll=True,
    ),
)


@dataclass(frozen=True)
class Possible:
    """One act for one person on one day; `reasons` is empty where it can be done.

    `missing`: conditions that a step lacks; its page opens all the same, for its other outcomes.
    """

    name: str
    label: Text
    endpoint: str
    numbers: Mapping[str, int]
    icon: str
    reasons: list[Text] = field(default_factory=list)
    missing: int = 0

    @property
    def allowed(self) -> bool:
        return not self.reasons


def possible(
    tx: Transaction, page: CasePage, labels: Mapping[str, str], *, by: int, on: date
) -> list[Possible]:
    """Steps first, then votes to correct, then what can be done with the case as a whole."""
    return [
        *_steps(tx, page, labels, by, on),
        *_corrections(tx, page, labels, by, on),
        *_of_case(tx, page, by, on),
    ]


def _steps(
    tx: Transaction, page: CasePage, labels: Mapping[str, str], by: int, on: date
) -> Iterator[Possible]:
    for line in page.tasks:
        waiting = votes.pending(tx, line.id)
        permission = "task.confirm" if waiting is not None else "task.complete"
        why = reasons.why_not(tx, by, permission, Task(line.id), on)
        if not why and waiting is not None and waiting.proposed_by == by:
            why = [Text("Đồng chí đã nhập số phiếu: cần người thứ hai xem văn bản và xác nhận.")]
        label = Text(labels.get(line.element, line.element))
        if page.asked(line):
            label = Text("{step}: {address}", step=label, address=page.asked(line))
        if waiting is not None:
            label = Text("Xác nhận: {step}", step=label)
        numbers = {"task_id": line.id, "case": line.case_id}
        missing = 0 if why else _missing(tx, line, by, on)
        yield Possible("step", label, "tasks.show", numbers, "list-check", why, missing)


def _missing(tx: Transaction, line: Any, by: int, on: date) -> int:
    """How many conditions the step lacks today."""
    found = find_task(tx, line.id)
    if found is None:
        return 0
    acting = trial(tx, found, get_case(tx, line.case_id), by, on)
    return len(guards.unmet(acting, STEPS[line.element].guards))


def _corrections(
    tx: Transaction, page: CasePage, labels: Mapping[str, str], by: int, on: date
) -> Iterator[Possible]:
    """Every vote that I may correct; of the others the last one says why not."""
    standing = [row for row in page.votes if row.status == "standing"]
    lines = [_correction(tx, row, labels, by, on) for row in standing]
    allowed = [one for one in lines if one.allowed]
    yield from allowed or lines[-1:]


def _correction(tx: Transaction, row: Any, labels: Mapping[str, str], by: int, on: date) -> Possible:
    why = reasons.why_not(tx, by, "vote.correct", Vote(row.id), on)
    if not why and row.proposed_by == by:
        why = [Text("Người đã ghi biểu quyết không tự đính chính. Hãy nhờ người thứ hai.")]
    label = Text("Đính chính số phiếu: {step}", step=Text(labels.get(row.step, row.step)))
    numbers = {"vote_id": row.id}
    return Possible("correct", label, "remedies.correction", numbers, "pencil-square", why)


def _of_case(tx: Transaction, page: CasePage, by: int, on: date) -> Iterator[Possible]:
    for act in ACTS:
        number = page.case.subject_id if act.number == "student_id" else page.case.id
        thing = act.about(number)
        if act.quiet and not access.may(tx, by, act.permission, thing, on):
            continue
        if act.on_roll and access.may(tx, by, "student.see", Student(number), on):
            continue
        why = reasons.why_not(tx, by, act.permission, thing, on) or act.condition(tx, page, on)
        yield Possible(act.name, Text(act.label), act.endpoint, {act.number: number}, act.icon, why)
