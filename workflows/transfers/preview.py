"""What taking a person over would do, before anybody agrees: what goes on, what is repeated, from where.

The same tables and functions answer as on the day itself: `transfer_variant`, `reentry`, the rules' own ends.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.clocks import open_clocks
from engine.errors import Text
from engine.models.store import latest, specs_of
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import certificates, guards, history, services
from workflows.admission.clocks import LABELS as CLOCKS
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import named_or_referring
from workflows.rules import eligibility
from workflows.rules.ages import whole_months
from workflows.rules.editions import edition_on
from workflows.transfers import portal, standing
from workflows.transfers.letters import ENCLOSED, LETTERS, Enclosed
from workflows.transfers.words import MEMBERS

KEPT, AGAIN, WAIVED, RUNS, EVIDENCE, LAPSED = "kept", "again", "waived", "runs", "evidence", "lapsed"
STAYS, THERE = "stays", "there"
TEMPORARY = "temporary"
# How a line is to be shown: what is carried over, and what that costs.
WORDS = {
    KEPT: "Dùng tiếp",
    AGAIN: "Làm lại ở nơi mới",
    WAIVED: "Không xét",
    RUNS: "Tính tiếp",
    EVIDENCE: "Là căn cứ, không thay việc xét lại",
    LAPSED: "Hết hạn, phải làm lại",
    STAYS: "Ở lại nơi gửi",
    THERE: "Ở nơi nhận",
}


@dataclass(frozen=True)
class Carried:
    """One thing in words, what becomes of it (a key of WORDS), and why and until when."""

    thing: str
    fate: str
    text: Text


@dataclass(frozen=True)
class Preview:
    """`changed`: the person's standing is another than when the letter was written."""

    standing: str
    reach: str
    variant: str
    referred_by: str
    sender_id: int
    letter: str
    enclosed: tuple[Enclosed, ...]
    on_portal: bool
    goes_on_at: str | None
    carried: tuple[Carried, ...]
    changed: bool

    @property
    def source(self) -> str | None:
        """Where it is said what is repeated of a candidate; a member takes along what a member has."""
        return guards.REFERRAL_SOURCE if self.standing not in ("new", *MEMBERS) else None


def preview(tx: Transaction, handover_id: int, case: CaseRow, on: date) -> Preview:
    """Of a handover as it stands, on a day."""
    row = standing.row_of(tx, handover_id)
    found = foresee(
        tx, row.student_id, standing.admission_of(tx, row), case.custodian_id, row.receiver_id, row.term, on
    )
    said = case.words.get("transfer_standing")
    return found if said in (None, found.standing) else Preview(**{**vars(found), "changed": True})


def foresee(
    tx: Transaction,
    student_id: int,
    admission: CaseRow | None,
    sender: int,
    receiver: int | None,
    term: str | None,
    on: date,
) -> Preview:
    """Of a person who might be handed on; `receiver` None: outside of the system, or not known yet."""
    tree = tree_of(tx)
    is_ = standing.standing_of(tx, student_id, admission, on) or "official"
    reach = standing.reach(tree, sender, receiver, on)
    asked = {"transfer_standing": is_, "transfer_reach": reach, "transfer_term": term or "lasting"}
    told = _decide(tx, "handover", "transfer_variant", asked)
    variant = told["variant"]
    return Preview(
        standing=is_,
        reach=reach,
        variant=variant,
        referred_by=told["referred_by"],
        sender_id=named_or_referring(tree, sender, told["referred_by"], None, on),
        letter=LETTERS[variant],
        enclosed=tuple(ENCLOSED[variant]),
        on_portal=portal.in_force(tx, sender, variant, on),
        goes_on_at=goes_on_at(tx, admission, reach) if variant != TEMPORARY else None,
        carried=tuple(_for_a_time() if variant == TEMPORARY else _carried(tx, admission, is_, reach, on)),
        changed=False,
    )


def goes_on_at(tx: Transaction, admission: CaseRow | None, reach: str) -> str | None:
    """The stage at which the admission would go on, by the table `reentry`; None for an official member."""
    if admission is None or admission.closed_on is not None or admission.stage is None:
        return None
    left = admission.stage
    if left in history.NOT_GONE_BACK_TO:
        left = history.stage_left(tx, admission.id)
    kept = "no" if reach == "elsewhere" else "yes"
    return _decide(tx, "admission", "reentry", {"stage_left": left, "deciding_kept": kept})["reenter_at"]


def _decide(tx: Transaction, kind: str, table: str, words: dict[str, str]) -> dict[str, str]:
    return specs_of(tx, latest(tx, kind)).decisions[table].decide(words)


def _for_a_time() -> Iterator[Carried]:
    """The member comes back: nothing is handed over but taking part in what the cell does."""
    words = Text("Nơi gửi vẫn giữ và vẫn chịu trách nhiệm; thời gian dự bị, nếu có, tính tiếp ở đó.")
    yield Carried("Danh sách, hồ sơ đảng viên", STAYS, words)
    words = Text("Nơi nhận quản lý việc sinh hoạt đến ngày trở về ghi trên giấy giới thiệu.")
    yield Carried("Sinh hoạt đảng", THERE, words)


def _carried(tx: Transaction, admission: CaseRow | None, is_: str, reach: str, on: date) -> Iterator[Carried]:
    if admission is None or admission.closed_on is not None:
        yield Carried("Tuổi đảng, tư cách đảng viên", KEPT, Text("Giữ nguyên ở nơi mới."))
        return
    for line in LINES.get(is_, ()):
        yield from line(tx, admission, reach, on)


def _certificate(tx: Transaction, admission: CaseRow, _reach: str, on: date) -> Iterator[Carried]:
    found = certificates.latest(tx, admission.subject_id, "awareness")
    if found is not None:
        facts = guards.facts_for_vote(tx, admission, on)
        ends = eligibility.ends(facts, edition_on(on))["certificate"]
        yield _dated("Giấy chứng nhận lớp nhận thức về Đảng", facts.certificate_on or on, ends, on)


def _file(tx: Transaction, admission: CaseRow, _reach: str, on: date) -> Iterator[Carried]:
    facts = guards.facts_for_vote(tx, admission, on)
    ends = eligibility.ends(facts, edition_on(on)).get("file_age")
    if ends is not None and facts.file_completed_on is not None:
        yield _dated("Hồ sơ, lý lịch đã kết luận", facts.file_completed_on, ends, on)
        return
    requests = services.verifications_of_round(tx, admission, on)
    if requests:
        count = sum(row.answered_on is not None for row in requests)
        words = Text("{count} trên {all} nơi đã trả lời; không hỏi lại.", count=count, all=len(requests))
        yield Carried("Kết quả thẩm tra lý lịch", KEPT, words)


def _dated(thing: str, since: date, ends: date, on: date) -> Carried:
    day, age = f"{ends:%d/%m/%Y}", whole_months(since, on)
    if on <= ends:
        return Carried(thing, KEPT, Text("Đã {months} tháng; còn dùng được đến {day}.", months=age, day=day))
    return Carried(thing, LAPSED, Text("Đã hết hạn ngày {day}.", day=day))


def _opinions(tx: Transaction, admission: CaseRow, _reach: str, on: date) -> Iterator[Carried]:
    if services.opinions_of_round(tx, admission, on):
        words = Text("Lấy lại ý kiến của nơi cư trú và các đoàn thể.")
        yield Carried("Ý kiến nhận xét của nơi cư trú, đoàn thể", AGAIN, words)
    if history.latest(tx, admission.id, "union_resolution", outcomes=("carried",)) is not None:
        yield Carried("Nghị quyết giới thiệu của Đoàn", AGAIN, Text("Đoàn nơi mới xem xét, giới thiệu."))


def _helper(_tx: Transaction, _admission: CaseRow, _reach: str, _on: date) -> Iterator[Carried]:
    yield Carried("Người giúp đỡ", AGAIN, Text("Chi bộ mới phân công một đảng viên chính thức."))
    yield Carried("Thời gian người giúp đỡ cùng đơn vị", WAIVED, Text("Không phải đủ thời gian."))


def _resolution(_tx: Transaction, _admission: CaseRow, reach: str, _on: date) -> Iterator[Carried]:
    words = Text("Chi bộ mới xét và đề nghị lại.")
    yield Carried("Nghị quyết đề nghị kết nạp", EVIDENCE, words)


def _submitted(tx: Transaction, admission: CaseRow, reach: str, on: date) -> Iterator[Carried]:
    if reach == "elsewhere":
        yield from _resolution(tx, admission, reach, on)
        return
    words = Text("Cấp quyết định không đổi: hồ sơ ở đó làm tiếp.")
    yield Carried("Nghị quyết đề nghị kết nạp", KEPT, words)
    yield from _running(tx, admission, "admission_decision")


def _decided(tx: Transaction, admission: CaseRow, reach: str, _on: date) -> Iterator[Carried]:
    yield Carried("Quyết định kết nạp", KEPT, Text("Còn giá trị; lễ kết nạp tổ chức ở chi bộ mới."))
    if reach == "elsewhere":
        yield Carried("Thời hạn lễ kết nạp", AGAIN, Text("Tính lại từ ngày chi bộ mới nhận quyết định."))
    else:
        yield from _running(tx, admission, "ceremony")


def _probation(tx: Transaction, admission: CaseRow, _reach: str, _on: date) -> Iterator[Carried]:
    ends = services.probation_ends(tx, admission.id)
    yield Carried("Thời gian dự bị", RUNS, Text("Tính tiếp, hết ngày {day}.", day=f"{ends:%d/%m/%Y}"))


def _running(tx: Transaction, admission: CaseRow, name: str) -> Iterator[Carried]:
    for clock in open_clocks(tx, admission.id):
        if clock.name == name:
            yield Carried(CLOCKS[name], RUNS, Text("Hạn vẫn là {day}.", day=f"{clock.due_on:%d/%m/%Y}"))


Line = Callable[[Transaction, CaseRow, str, date], Iterator[Carried]]
_HELPED: tuple[Line, ...] = (_certificate, _file, _opinions, _helper)
LINES: dict[str, tuple[Line, ...]] = {
    "new": (),
    "helped": _HELPED,
    "voted": (*_HELPED, _resolution),
    "submitted": (*_HELPED, _submitted),
    "decided": (_decided, _helper),
    "probationary": (_probation, _helper),
}
