"""The forms of the steps, one for each human task, under the task's own name.

Every form has `outcome` (the word the model reads), `on` (the date on the paper), the paper's number and
place, a note, and a reason for late recording; what a step asks beyond that stands in the table below.
"""

from collections.abc import Mapping

from marshmallow import Schema

from workflows.admission.choices import CHECKED, LOST, OPINIONS, OUTCOMES
from workflows.admission.fields import Sheet, choice, day, line, one_of, passage, rows, tick
from workflows.admission.form_parts import (
    Address,
    Opinion,
    ballot,
    class_days,
    counted,
    form,
    helper,
    needed,
    reason,
    remark,
    returned,
)
from workflows.transfers import forms as handing

FORMS: Mapping[str, type[Schema]] = {
    # source building, union
    "record_consent": form(
        "record_consent",
        "Ngày trả lời",
        parent_on=day(
            "Cha mẹ hoặc người giám hộ đồng ý ngày", help="Cần khi học sinh chưa đủ tuổi tự quyết."
        ),
        paper=line("Giấy đồng ý", longest=80),
        ask_again_on=day("Không hỏi lại trước ngày"),
    ),
    "confirm_source": form("confirm_source", "Ngày họp chi bộ", needs=needed(reason="left"), reason=reason()),
    "branch_vote": form("branch_vote", "Ngày họp chi đoàn", needs=counted("carried", "failed"), **ballot()),
    "union_exec_vote": form(
        "union_exec_vote", "Ngày họp ban chấp hành", needs=counted("carried", "failed"), **ballot()
    ),
    "union_follow_up": form("union_follow_up", needs=needed(reason="stop"), reason=reason()),
    # candidacy, class
    "cell_recognition": form(
        "cell_recognition",
        "Ngày họp chi bộ",
        needs=counted("recognised", "declined") | needed(reason="deferred declined"),
        **ballot(),
        reason=reason(),
    ),
    "assign_helper": form("assign_helper", "Ngày phân công", **helper()),
    "enrol_class": form("enrol_class", "Ngày cử đi học", **class_days()),
    "class_result": form(
        "class_result", "Ngày cấp giấy hoặc ngày kết luận", needs=needed(number="passed"), **class_days()
    ),
    # file building
    "application": form("application", "Ngày ghi trên đơn"),
    "personal_history": form("personal_history", "Ngày ghi trên lý lịch"),
    "file_precheck": form("file_precheck", "Ngày kiểm tra", needs=needed(items="returned"), items=returned()),
    "committee_precheck": form(
        "committee_precheck", "Ngày kiểm tra", needs=needed(items="returned"), items=returned()
    ),
    "supplement_file": form("supplement_file", "Ngày bổ sung"),
    # file checks
    "union_resolution": form(
        "union_resolution", "Ngày họp ban chấp hành", needs=counted("carried", "failed"), **ballot()
    ),
    "union_reconsider": form("union_reconsider", needs=needed(reason="stop"), reason=reason()),
    "helper_letter": form("helper_letter", "Ngày ghi trên giấy giới thiệu"),
    "conclude_history": form(
        "conclude_history",
        "Ngày chứng nhận",
        needs=needed(reason="recheck refused"),
        reason=reason("Kết luận"),
    ),
    "send_verifications": form(
        "send_verifications",
        "Ngày gửi",
        needs=needed(addresses="sent", reason="none_needed"),
        addresses=rows("Nơi phải thẩm tra", Address),
        reason=reason("Vì sao không phải thẩm tra"),
    ),
    "verification_reply": form(
        "verification_reply",
        "Ngày trả lời",
        answer=choice("Trả lời", CHECKED, required=True),
        content=remark("Nội dung trả lời"),
    ),
    "follow_up_verification": form(
        "follow_up_verification",
        "Ngày xử lý",
        needs=needed(addresses="resent", reason="accepted"),
        addresses=rows("Nơi hỏi lại", Address),
        reason=reason(),
    ),
    "weigh_adverse": form(
        "weigh_adverse", "Ngày kết luận", needs=needed(reason="accepted refused"), reason=reason("Kết luận")
    ),
    "request_opinions": form(
        "request_opinions",
        "Ngày gửi",
        needs=needed(givers="sent"),
        givers=rows("Nơi xin ý kiến", Opinion),
    ),
    "opinion_reply": form(
        "opinion_reply",
        "Ngày cho ý kiến",
        answer=choice("Ý kiến", OPINIONS, required=True),
        content=remark("Nội dung ý kiến"),
    ),
    "summarise_opinions": form(
        "summarise_opinions", "Ngày tổng hợp", needs=needed(reason="unfavourable"), reason=reason("Tóm tắt")
    ),
    "weigh_opinions": form(
        "weigh_opinions", "Ngày kết luận", needs=needed(reason="accepted refused"), reason=reason("Kết luận")
    ),
    # the cell's vote, supplements
    "cell_vote": form(
        "cell_vote",
        "Ngày họp chi bộ",
        needs=counted("carried", "failed") | needed(items="returned", reason="postponed"),
        **ballot(),
        items=returned(),
        reason=reason(),
    ),
    "after_failed_vote": form("after_failed_vote", needs=needed(reason="stop"), reason=reason()),
    "supply_supplement": form("supply_supplement", "Ngày bổ sung"),
    "check_supplement": form(
        "check_supplement", "Ngày kiểm tra", needs=needed(items="returned"), items=returned()
    ),
    # committees and decision
    "section_appraisal": form(
        "section_appraisal", "Ngày thẩm định", needs=needed(items="returned"), items=returned()
    ),
    "committee_resolution": form(
        "committee_resolution",
        "Ngày họp đảng ủy",
        needs=counted("carried", "failed") | needed(items="returned"),
        **ballot(),
        items=returned(),
    ),
    "board_appraisal": form(
        "board_appraisal",
        "Ngày thẩm định",
        needs=needed(items="returned", reason="procedure_error"),
        items=returned(),
        reason=reason("Sai ở bước nào"),
    ),
    "redo_order": form("redo_order", needs=needed(reason="ordered"), reason=reason("Phải làm lại việc gì")),
    "admission_decision": form(
        "admission_decision",
        "Ngày ký quyết định",
        needs=counted("admitted", "refused") | needed(number="admitted", reason="refused"),
        **ballot(),
        reason=reason(),
    ),
    "decision_received": form("decision_received", "Ngày nhận quyết định"),
    "admission_ceremony": form(
        "admission_ceremony",
        "Ngày tổ chức lễ",
        member_id=one_of("Đảng viên giúp đỡ trong thời gian dự bị", "helpers"),
        shared_since=day("Cùng đơn vị từ ngày"),
        late_consent=line("Văn bản đồng ý tổ chức muộn", longest=60, help="Cần khi quá thời hạn."),
    ),
    # probation and recognition
    "new_member_class": form(
        "new_member_class", "Ngày cấp giấy hoặc ngày kết luận", needs=needed(number="passed"), **class_days()
    ),
    "probation_report": form(
        "probation_report", "Ngày nhận xét", needs=needed(content="more final"), content=remark("Nhận xét")
    ),
    "self_review": form("self_review", "Ngày ghi trên bản tự kiểm điểm"),
    "helper_remark": form(
        "helper_remark", "Ngày nhận xét", needs=needed(content="signed"), content=remark("Nhận xét")
    ),
    "probation_opinions": form("probation_opinions", "Ngày tổng hợp", content=remark("Tổng hợp ý kiến")),
    "cell_review": form(
        "cell_review",
        "Ngày họp chi bộ",
        needs=counted("carried", "failed") | needed(reason="strike_off"),
        **ballot(),
        reason=reason(),
    ),
    "superior_ruling": form(
        "superior_ruling",
        "Ngày có ý kiến",
        needs=needed(reason="recognise again strike_off"),
        reason=reason(),
    ),
    "section_review": form(
        "section_review", "Ngày thẩm định", needs=needed(items="returned"), items=returned()
    ),
    "committee_review": form(
        "committee_review",
        "Ngày họp đảng ủy",
        needs=counted("carried", "failed") | needed(items="returned"),
        **ballot(),
        items=returned(),
    ),
    "recognition_appraisal": form(
        "recognition_appraisal", "Ngày thẩm định", needs=needed(items="returned"), items=returned()
    ),
    "recognition_decision": form(
        "recognition_decision",
        "Ngày ký quyết định",
        needs=counted("recognised", "refused") | needed(number="recognised", reason="refused"),
        **ballot(),
        reason=reason(),
    ),
    # refusals, striking off, annulment, helper, handover
    "notify_refusal": form("notify_refusal", "Ngày thông báo cho người xin vào Đảng"),
    "strike_off_vote": form(
        "strike_off_vote", "Ngày họp chi bộ", needs=counted("carried", "failed"), **ballot(), reason=reason()
    ),
    "strike_off_resolution": form(
        "strike_off_resolution", "Ngày họp đảng ủy", needs=counted("carried", "failed"), **ballot()
    ),
    "strike_off_decision": form(
        "strike_off_decision",
        "Ngày ký quyết định",
        needs=counted("struck_off", "kept") | needed(number="struck_off", reason="struck_off kept"),
        **ballot(),
        reason=reason(),
        received_on=day("Ngày người bị xóa tên nhận quyết định"),
    ),
    "complaint": form(
        "complaint",
        "Ngày khiếu nại",
        content=remark("Nội dung khiếu nại"),
        to_central=tick("Gửi cấp Trung ương", help="Thời hạn giải quyết dài hơn theo quy định."),
    ),
    "settle_complaint": form(
        "settle_complaint",
        "Ngày giải quyết",
        needs=needed(reason="upheld overturned"),
        reason=reason("Kết luận"),
    ),
    "annul_review": form(
        "annul_review",
        "Ngày kết luận",
        needs=needed(number="annulled", reason="annulled redo kept"),
        reason=reason("Kết luận"),
    ),
    "redo_done": form("redo_done", "Ngày làm xong"),
    "replace_helper": form("replace_helper", "Ngày phân công", **helper()),
    **handing.FORMS,
}

# Side acts are no steps of the model, but forms all the same.
REASONS = (
    ("withdrawn", "Người xin vào Đảng tự rút"),
    ("removed", "Đưa ra khỏi danh sách"),
    ("deceased", "Từ trần"),
    ("unit_changed", "Chuyển đơn vị"),
    ("moved_away", "Chuyển ra ngoài hệ thống"),
    ("strike_off", "Xóa tên đảng viên dự bị"),
    ("wrong_admission", "Kết nạp sai"),
)
# Who changes the unit is handed over: prepared, offered, accepted. Only the acceptance says these words.
BY_HANDOVER = frozenset({"unit_changed", "moved_away"})
WAYS_OUT = tuple(one for one in REASONS if one[0] not in BY_HANDOVER)


class Interruption(Sheet):
    """Why a case leaves its path."""

    reason = choice("Lý do", WAYS_OUT, required=True)
    on = day("Ngày", required=True)
    number = line("Số, ký hiệu văn bản", longest=40)
    note = passage("Ghi chú")
    late_reason = line("Lý do ghi muộn")


class HelperLost(Sheet):
    """The helper left the unit or died."""

    reason = choice("Lý do", LOST, required=True)
    on = day("Từ ngày", required=True)
    number = line("Số, ký hiệu văn bản", longest=40)
    note = passage("Ghi chú")
    late_reason = line("Lý do ghi muộn")


__all__ = ["FORMS", "OUTCOMES", "REASONS", "HelperLost", "Interruption"]
