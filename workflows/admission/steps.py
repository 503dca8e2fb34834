"""The steps: one row a human task, under the task's own name; everything about a step is found here.

Which form it has (forms.FORMS, same key), what it records, on which conditions, on which paper, who prepares,
confirms, signs and sees it, which clock says its due day, who is told. A test holds it against the models.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflows.admission import deeds
from workflows.admission.acting import Acting
from workflows.admission.clocks import TASK_CLOCK
from workflows.admission.votes import BALLOTS

PARTY = frozenset({"secretary", "deputy_secretary", "committee_member", "officer"})
LEADERS = frozenset({"secretary", "deputy_secretary", "committee_member"})
UNION = frozenset({"union_secretary"})
CENTRE = frozenset({"centre_officer"})
HELPERS = frozenset({"helper"})
AUDITORS = frozenset({"auditor"})

# Lane → who prepares, who confirms as the second person, who signs the paper.
LANES: Mapping[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "candidate": (PARTY | HELPERS, frozenset(), frozenset()),
    "helper": (PARTY | HELPERS, frozenset(), HELPERS),
    "union_branch": (UNION, UNION, UNION),
    "youth_union": (UNION, UNION, UNION),
    "party_cell": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "section_committee": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "grassroots_committee": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "party_building_board": (PARTY, PARTY, frozenset({"secretary", "deputy_secretary"})),
    "deciding_committee": (PARTY, PARTY, frozenset({"secretary", "deputy_secretary"})),
    "political_centre": (CENTRE | PARTY, CENTRE | PARTY, CENTRE),
    "addressee": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
    "opinion_giver": (PARTY | UNION, frozenset(), frozenset({"secretary", "deputy_secretary"}) | UNION),
    "custodian": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
}


@dataclass(frozen=True)
class Step:
    """One row. `papers`: outcome → type of the catalogue ("*": any). `guards`: names in guards.GUARDS.

    `parallel`: runs beside other steps, so it need only follow the act that opened it.
    """

    element: str
    label: str
    lane: str
    deed: Callable[[Acting], None] = deeds.nothing
    papers: Mapping[str, str] = None  # type: ignore[assignment]
    guards: tuple[str, ...] = ()
    parallel: bool = False
    notice: str = "task"

    @property
    def form(self) -> str:
        return self.element

    @property
    def clock(self) -> str | None:
        """The clock whose due day is the task's own; None: no deadline is known."""
        return TASK_CLOCK.get(self.element)

    @property
    def deadline(self) -> str:
        return self.clock or "none"

    @property
    def votes(self) -> bool:
        return self.element in BALLOTS

    @property
    def prepare(self) -> frozenset[str]:
        return LANES[self.lane][0]

    @property
    def confirm(self) -> frozenset[str]:
        """Who confirms as the second person; empty where one person is enough."""
        return LANES[self.lane][1] if self.votes else frozenset()

    @property
    def sign(self) -> frozenset[str]:
        return LANES[self.lane][2]

    @property
    def see(self) -> frozenset[str]:
        return self.prepare | self.confirm | self.sign | AUDITORS

    def paper(self, outcome: str | None) -> str | None:
        """The type of paper that this outcome stands on."""
        kinds = self.papers or {}
        return kinds.get(outcome or "", kinds.get("*"))


RETURN = {"returned": "supplement_request"}

_ROWS = (
    # source building, union nomination
    Step(
        "record_consent",
        "Ghi nhận nguyện vọng và sự đồng ý của học sinh, sinh viên",
        "youth_union",
        deeds.record_consent,
        {"agreed": "consent_paper"},
    ),
    Step("confirm_source", "Chi bộ xác nhận đưa vào nguồn", "party_cell"),
    Step(
        "branch_vote",
        "Chi đoàn bình xét, giới thiệu đoàn viên ưu tú",
        "union_branch",
        papers={"*": "union_branch_minutes"},
        guards=("consent",),
    ),
    Step(
        "union_exec_vote",
        "Ban Chấp hành Đoàn cơ sở xét, giới thiệu",
        "youth_union",
        papers={"*": "meeting_minutes"},
        guards=("consent",),
    ),
    Step("union_follow_up", "Quyết định bình xét lại hay dừng", "youth_union"),
    # candidacy, class
    Step(
        "cell_recognition",
        "Chi bộ xét, công nhận quần chúng ưu tú",
        "party_cell",
        papers={"recognised": "cell_recognition", "declined": "meeting_minutes"},
        guards=("consent", "cell_members"),
    ),
    Step(
        "assign_helper",
        "Phân công đảng viên chính thức giúp đỡ",
        "party_cell",
        deeds.assign_helper,
        {"*": "helper_assignment"},
    ),
    Step(
        "enrol_class",
        "Cử đi học lớp bồi dưỡng nhận thức về Đảng",
        "party_cell",
        deeds.enrol_class,
        guards=("class_age",),
    ),
    Step(
        "class_result",
        "Ghi kết quả học tập, cấp giấy chứng nhận",
        "political_centre",
        deeds.class_result,
        {"passed": "awareness_certificate"},
    ),
    # file building
    Step(
        "application",
        "Viết đơn xin vào Đảng",
        "candidate",
        papers={"*": "application_letter"},
        guards=("consent",),
    ),
    Step(
        "personal_history",
        "Khai lý lịch của người xin vào Đảng",
        "candidate",
        papers={"*": "personal_history"},
        guards=("consent",),
    ),
    Step("file_precheck", "Chi bộ kiểm tra đơn, lý lịch", "party_cell", deeds.return_file, RETURN),
    Step(
        "committee_precheck",
        "Đảng ủy cơ sở kiểm tra, đóng dấu giáp lai",
        "grassroots_committee",
        deeds.return_file,
        RETURN,
    ),
    Step("supplement_file", "Khai lại, bổ sung hồ sơ", "candidate", deeds.supply),
    # file checks: four branches at once
    Step(
        "union_resolution",
        "Ban Chấp hành Đoàn ra nghị quyết giới thiệu",
        "youth_union",
        papers={"carried": "union_resolution", "failed": "meeting_minutes"},
        parallel=True,
    ),
    Step("union_reconsider", "Đoàn xem xét lại việc giới thiệu", "youth_union", parallel=True),
    Step(
        "helper_letter",
        "Viết giấy giới thiệu người vào Đảng",
        "helper",
        papers={"*": "helper_letter"},
        guards=("helper",),
        parallel=True,
    ),
    Step(
        "send_verifications",
        "Gửi công văn đề nghị thẩm tra lý lịch",
        "grassroots_committee",
        deeds.send_verifications,
        {"sent": "verification_letter"},
        parallel=True,
    ),
    Step(
        "verification_reply",
        "Trả lời thẩm tra lý lịch",
        "addressee",
        deeds.verification_reply,
        {"*": "verification_reply"},
        parallel=True,
    ),
    Step(
        "follow_up_verification",
        "Làm rõ nội dung chưa rõ, quá hạn",
        "grassroots_committee",
        deeds.follow_up_verification,
        {"resent": "verification_letter"},
        parallel=True,
    ),
    Step(
        "weigh_adverse",
        "Xem xét vấn đề chính trị phát hiện được",
        "grassroots_committee",
        deeds.weigh_adverse,
        parallel=True,
    ),
    Step(
        "request_opinions",
        "Gửi phiếu lấy ý kiến nơi sinh hoạt, nơi cư trú",
        "party_cell",
        deeds.request_opinions,
        parallel=True,
    ),
    Step(
        "opinion_reply",
        "Cho ý kiến nhận xét",
        "opinion_giver",
        deeds.opinion_reply,
        {"*": "opinion_reply"},
        parallel=True,
    ),
    Step(
        "summarise_opinions",
        "Chi ủy tổng hợp ý kiến nhận xét",
        "party_cell",
        papers={"*": "opinion_summary"},
        parallel=True,
    ),
    Step("weigh_opinions", "Chi bộ xem xét ý kiến không tán thành", "party_cell", parallel=True),
    Step(
        "conclude_history",
        "Kết luận, chứng nhận lý lịch",
        "grassroots_committee",
        deeds.conclude_history,
        {"certified": "history_conclusion"},
    ),
    # the cell's vote, supplements
    Step(
        "cell_vote",
        "Chi bộ xét, biểu quyết đề nghị kết nạp",
        "party_cell",
        deeds.cell_vote,
        {"carried": "cell_resolution", "failed": "meeting_minutes", **RETURN},
        guards=("vote",),
    ),
    Step("after_failed_vote", "Xử lý khi không đủ phiếu tán thành", "party_cell"),
    Step("supply_supplement", "Bổ sung hồ sơ theo yêu cầu", "party_cell", deeds.supply),
    Step("check_supplement", "Kiểm tra nội dung bổ sung", "grassroots_committee", deeds.return_file, RETURN),
    # committees and decision
    Step(
        "section_appraisal",
        "Đảng ủy bộ phận thẩm định",
        "section_committee",
        deeds.return_file,
        {"proposed": "appraisal_report", **RETURN},
    ),
    Step(
        "committee_resolution",
        "Đảng ủy cơ sở ra nghị quyết đề nghị kết nạp",
        "grassroots_committee",
        deeds.return_file,
        {"carried": "committee_resolution", "failed": "meeting_minutes", **RETURN},
    ),
    Step(
        "board_appraisal",
        "Ban Xây dựng Đảng thẩm định hồ sơ",
        "party_building_board",
        deeds.return_file,
        {"complete": "board_appraisal", **RETURN},
    ),
    Step(
        "redo_order",
        "Yêu cầu làm lại theo đúng quy trình",
        "deciding_committee",
        deeds.redo_order,
        {"*": "redo_order"},
    ),
    Step(
        "admission_decision",
        "Xét, quyết định kết nạp đảng viên",
        "deciding_committee",
        deeds.admission_decision,
        {"admitted": "admission_decision", "refused": "meeting_minutes"},
    ),
    Step("decision_received", "Nhận quyết định kết nạp", "party_cell", deeds.decision_received),
    Step(
        "admission_ceremony",
        "Tổ chức lễ kết nạp đảng viên",
        "party_cell",
        deeds.admission_ceremony,
        {"*": "ceremony_minutes"},
    ),
    # probation: class and reports run beside each other
    Step(
        "new_member_class",
        "Học lớp bồi dưỡng đảng viên mới",
        "political_centre",
        deeds.new_member_class,
        {"passed": "new_member_certificate"},
        parallel=True,
    ),
    Step(
        "probation_report",
        "Nhận xét định kỳ đảng viên dự bị",
        "helper",
        guards=("helper",),
        parallel=True,
    ),
    Step(
        "self_review",
        "Viết bản tự kiểm điểm của đảng viên dự bị",
        "candidate",
        papers={"*": "self_review"},
        guards=("probation_over",),
    ),
    Step(
        "helper_remark",
        "Người giúp đỡ nhận xét",
        "helper",
        papers={"*": "helper_remark"},
        guards=("helper",),
    ),
    Step(
        "probation_opinions",
        "Tổng hợp ý kiến nhận xét đảng viên dự bị",
        "party_cell",
        papers={"*": "probation_opinion_summary"},
    ),
    Step(
        "cell_review",
        "Chi bộ xét, biểu quyết công nhận chính thức",
        "party_cell",
        deeds.cell_review,
        {"carried": "cell_recognition_resolution", "failed": "meeting_minutes"},
        guards=("probation_over", "cell_members"),
    ),
    Step(
        "superior_ruling",
        "Cấp có thẩm quyền xem xét, chỉ đạo",
        "deciding_committee",
        deeds.superior_ruling,
    ),
    # recognition
    Step(
        "section_review",
        "Đảng ủy bộ phận thẩm định",
        "section_committee",
        deeds.return_file,
        {"proposed": "recognition_appraisal_report", **RETURN},
    ),
    Step(
        "committee_review",
        "Đảng ủy cơ sở ra nghị quyết đề nghị công nhận",
        "grassroots_committee",
        deeds.return_file,
        {"carried": "committee_recognition_resolution", "failed": "meeting_minutes", **RETURN},
    ),
    Step(
        "recognition_appraisal",
        "Ban Xây dựng Đảng thẩm định hồ sơ công nhận",
        "party_building_board",
        deeds.return_file,
        {"complete": "recognition_appraisal_report", **RETURN},
    ),
    Step(
        "recognition_decision",
        "Quyết định công nhận đảng viên chính thức",
        "deciding_committee",
        deeds.recognition_decision,
        {"recognised": "recognition_decision", "refused": "meeting_minutes"},
        guards=("probation_over", "new_member_certificate"),
    ),
    # refusal, striking off, annulment, handover, helper
    Step(
        "notify_refusal",
        "Thông báo lý do với người xin vào Đảng",
        "party_cell",
        deeds.notify_refusal,
        {"*": "refusal_notice"},
    ),
    Step(
        "strike_off_vote",
        "Chi bộ xét, biểu quyết xóa tên",
        "party_cell",
        papers={"carried": "strike_off_resolution", "failed": "meeting_minutes"},
        guards=("cell_members",),
    ),
    Step(
        "strike_off_resolution",
        "Đảng ủy cơ sở ra nghị quyết xóa tên",
        "grassroots_committee",
        papers={"carried": "strike_off_resolution", "failed": "meeting_minutes"},
    ),
    Step(
        "strike_off_decision",
        "Quyết định xóa tên đảng viên dự bị",
        "deciding_committee",
        deeds.strike_off_decision,
        {"struck_off": "strike_off_decision", "kept": "meeting_minutes"},
    ),
    Step(
        "complaint",
        "Khiếu nại quyết định xóa tên",
        "candidate",
        deeds.complaint,
        {"filed": "complaint_letter"},
    ),
    Step(
        "settle_complaint",
        "Giải quyết khiếu nại",
        "deciding_committee",
        deeds.settle_complaint,
        {"*": "complaint_decision"},
    ),
    Step(
        "annul_review",
        "Xem xét quyết định kết nạp",
        "deciding_committee",
        deeds.annul_review,
        {"annulled": "annulment_decision", "redo": "redo_order"},
    ),
    Step("redo_done", "Chi bộ làm lại thủ tục", "party_cell"),
    Step("hand_over", "Chuyển giao, tiếp nhận hồ sơ", "custodian", deeds.hand_over),
    Step(
        "replace_helper",
        "Phân công người giúp đỡ khác",
        "party_cell",
        deeds.assign_helper,
        {"*": "helper_assignment"},
    ),
)

STEPS: Mapping[str, Step] = {step.element: step for step in _ROWS}

# Steps of the models that people never see: their names, for the journal and the drawing.
SERVICE_LABELS: Mapping[str, str] = {
    "candidate_standing": "Tra tư cách quần chúng ưu tú",
    "check_certificate": "Kiểm tra giấy chứng nhận",
    "file_state": "Tra hồ sơ hiện có",
    "checks_state": "Tra kết luận lý lịch hiện có",
    "verification_plan": "Tra công văn đã gửi",
    "list_verifications": "Lập danh sách nơi chưa trả lời",
    "judge_verification": "Tổng hợp kết quả thẩm tra",
    "opinion_plan": "Tra phiếu đã gửi",
    "list_opinions": "Lập danh sách nơi chưa trả lời",
    "assess_file": "Đánh giá hồ sơ",
    "reassess_file": "Đánh giá lại trước khi họp",
    "chain_regime": "Tra mô hình tổ chức",
    "chain_place": "Tra vị trí của chi bộ",
    "chain_power": "Tra thẩm quyền quyết định",
    "class_standing": "Tra giấy chứng nhận lớp đảng viên mới",
    "probation_standing": "Tra thời gian dự bị",
    "count_attempts": "Đếm số lần biểu quyết",
    "stage_left": "Xác định chặng đang dở",
    "of_age": "Đủ tuổi kết nạp",
    "probation_end": "Hết thời gian dự bị",
    "complaint_closes": "Hết hạn khiếu nại",
}
