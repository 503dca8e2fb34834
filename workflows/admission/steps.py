"""The steps: one row a human task, under the task's own name; everything about a step is found here.

Which form it has (forms.FORMS, same key), what it records, on which conditions, on which paper, who prepares,
confirms, signs and sees it, which clock says its due day, who is told. A test holds it against the models.
"""

from collections.abc import Mapping

from workflows.admission.step import LANES, Step
from workflows.admission.steps_before_vote import BEFORE_VOTE
from workflows.admission.steps_from_vote import FROM_VOTE
from workflows.admission.steps_of_handover import HANDING_OVER
from workflows.transfers.standing import LABELS as HANDOVER_LABELS

__all__ = ["LANES", "SERVICE_LABELS", "STEPS", "Step"]

STEPS: Mapping[str, Step] = {step.element: step for step in (*BEFORE_VOTE, *FROM_VOTE, *HANDING_OVER)}

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
    "deciding_kept": "Tra cấp quyết định cũ và mới",
    **HANDOVER_LABELS,
    "of_age": "Đủ tuổi kết nạp",
    "probation_end": "Hết thời gian dự bị",
    "complaint_closes": "Hết hạn khiếu nại",
}
