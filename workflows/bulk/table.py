"""The table: for each step, which questions are asked once for all and which for each line. Data only.

A step without a row is asked once for all; its outcome, number and reasons may still differ by line.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Text
from workflows.admission.papers import FOREIGN, PERSONAL
from workflows.admission.steps import STEPS
from workflows.admission.votes import BALLOTS
from workflows.documents.catalogue import papers

MOST_LINES = 500  # of one batch: a school year's class, and a page that a browser still shows at once
COMPLETE, CONFIRM, NOMINATE = "complete", "confirm", "nominate"
ONE, EACH = "one", "each"  # ways of numbering: one paper for all, or counted up in the order of the list

SINGLY = Text("Việc này phải xem riêng từng hồ sơ nên chỉ làm từng người một.")
FIGURES = ("votes_for", "votes_against", "invalid")
SELDOM = ("outcome", "number", "items", "reason")


@dataclass(frozen=True)
class Sharing:
    """How one step is done for many.

    `each`: a column of the list, filled in by line, empty means as for all. `seldom`: folded away on the
    line. `only`: never asked for all. A field that the step's form does not have is left out.
    """

    each: tuple[str, ...] = ()
    seldom: tuple[str, ...] = SELDOM
    only: frozenset[str] = frozenset()
    singly: bool = False


@dataclass(frozen=True)
class Letters:
    """Letters that one step sends: a row each, to a place that differs by person.

    `each`: (word, label) asked by line; `shared`: asked once for all; `named`: whose name the letter bears.
    """

    rows: str
    key: str
    each: tuple[tuple[str, str], ...]
    shared: tuple[tuple[str, str], ...] = ()
    named: frozenset[str] = frozenset()


ALONE = Sharing(singly=True)
HELPERS = Sharing(each=("member_id", "shared_since"))
REPLY = Sharing(each=("answer", "on", "number"), seldom=("content",))
WRITTEN = Sharing(each=("on",), seldom=("number",))
OWN_WORDS = Sharing(each=("content",), seldom=("outcome", "on"), only=frozenset({"content"}))
CHECKED = Sharing(each=("outcome", "items"), seldom=("reason", "number"))
CLASS = Sharing(each=("outcome", "number"), seldom=())

SHARING: Mapping[str, Sharing] = {
    "record_consent": Sharing(each=("outcome", "on", "parent_on"), seldom=("paper",)),
    "confirm_source": Sharing(each=("outcome",), seldom=("reason",)),
    "assign_helper": HELPERS,
    "replace_helper": HELPERS,
    "enrol_class": Sharing(seldom=()),
    "class_result": CLASS,
    "new_member_class": CLASS,
    "application": WRITTEN,
    "personal_history": WRITTEN,
    "self_review": WRITTEN,
    "helper_letter": WRITTEN,
    "file_precheck": CHECKED,
    "committee_precheck": CHECKED,
    "check_supplement": CHECKED,
    "section_appraisal": CHECKED,
    "board_appraisal": CHECKED,
    "section_review": CHECKED,
    "recognition_appraisal": CHECKED,
    "conclude_history": Sharing(each=("outcome",), seldom=("reason", "number")),
    "send_verifications": Sharing(seldom=("outcome", "reason", "number")),
    "request_opinions": Sharing(seldom=()),
    "verification_reply": REPLY,
    "opinion_reply": REPLY,
    "summarise_opinions": Sharing(each=("outcome",), seldom=("reason", "number")),
    "decision_received": Sharing(each=("on",), seldom=()),
    "admission_ceremony": Sharing(each=("member_id",), seldom=("shared_since", "late_consent", "number")),
    "probation_report": OWN_WORDS,
    "helper_remark": OWN_WORDS,
    "probation_opinions": OWN_WORDS,
    # political matters, discipline: one file, one look
    "follow_up_verification": ALONE,
    "weigh_adverse": ALONE,
    "weigh_opinions": ALONE,
    "redo_order": ALONE,
    "superior_ruling": ALONE,
    "strike_off_vote": ALONE,
    "strike_off_resolution": ALONE,
    "strike_off_decision": ALONE,
    "complaint": ALONE,
    "settle_complaint": ALONE,
    "annul_review": ALONE,
    # handing over: where to differs by person, the letter's date and register are shared
    "prepare_handover": Sharing(each=("receiver_id", "moved_on"), seldom=("addressee", "until_on", "reason")),
    "offer_handover": Sharing(seldom=("portal_number", "number", "reason")),
    "answer_handover": Sharing(each=("outcome", "cell_id"), seldom=("receiver_id", "number", "reason")),
    "confirm_arrival": Sharing(each=("on", "number"), seldom=("outcome", "reason")),
    "record_return": Sharing(each=("on",), seldom=("number",)),
}

LETTERS: Mapping[str, Letters] = {
    "send_verifications": Letters(
        rows="addresses",
        key="about",
        each=(
            ("candidate", "Thẩm tra người xin vào Đảng: gửi đến"),
            ("father", "Thẩm tra cha: gửi đến"),
            ("mother", "Thẩm tra mẹ: gửi đến"),
        ),
        named=frozenset({"father", "mother"}),
    ),
    "request_opinions": Letters(
        rows="givers",
        key="giver",
        each=(("residence", "Ý kiến nơi cư trú: gửi đến"),),
        shared=(("union", "Ý kiến Đoàn thanh niên: gửi đến"),),
    ),
}
NAMED: Mapping[str, str] = {"father": "Họ tên cha", "mother": "Họ tên mẹ"}


def sharing(element: str | None) -> Sharing:
    """The row of a step; a vote's figures differ by line, all else as the default says."""
    if element is None:
        return Sharing(seldom=())
    if element not in SHARING and element in BALLOTS:
        return Sharing(each=(*FIGURES, "number") if _personal(element) else FIGURES)
    return SHARING.get(element, Sharing())


def kinds_of_paper(element: str) -> set[str]:
    """The types of paper that the outcomes of a step stand on."""
    return STEPS[element].paper_types


def _personal(element: str) -> bool:
    return bool(kinds_of_paper(element) & PERSONAL)


def numbering(element: str | None) -> tuple[str, ...]:
    """The ways in which the register may number the papers of a step; none where it has no part in it."""
    if element is None:
        return ()
    ours = [kind for kind in kinds_of_paper(element) if kind not in FOREIGN and papers()[kind].numbered]
    if not ours:
        return ()
    return (EACH,) if _personal(element) else (ONE, EACH)


def asked_by_line_only(element: str | None) -> frozenset[str]:
    """What nobody may answer for all: own words, and the number of a paper that names one person."""
    if element is None:
        return frozenset()
    return sharing(element).only | (frozenset({"number"}) if _personal(element) else frozenset())
