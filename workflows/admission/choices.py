"""The closed lists that forms offer: outcomes of the steps and words of the answers, with their labels."""

METHODS = (("secret", "Bỏ phiếu kín"), ("cards", "Biểu quyết giơ thẻ"))
MEETINGS = (("regular", "Họp định kỳ"), ("thematic", "Họp chuyên đề"), ("extraordinary", "Họp bất thường"))
PERSONS = (
    ("candidate", "Người xin vào Đảng"),
    ("father", "Cha"),
    ("mother", "Mẹ"),
    ("guardian", "Người nuôi dưỡng"),
    ("spouse", "Vợ hoặc chồng"),
    ("relative", "Người thân khác phải thẩm tra"),
)
GIVERS = (
    ("residence", "Chi ủy, chi bộ nơi cư trú"),
    ("union", "Đoàn thanh niên"),
    ("organisation", "Tổ chức chính trị - xã hội khác"),
)
CHECKED = (
    ("clear", "Rõ, không có vấn đề"),
    ("adverse", "Có vấn đề cần xem xét"),
    ("unclear", "Chưa rõ, phải hỏi lại"),
)
OPINIONS = (
    ("favourable", "Ủng hộ"),
    ("reserved", "Còn ý kiến cần lưu ý"),
    ("adverse", "Không ủng hộ"),
)
LOST = (("left", "Chuyển đi khỏi chi bộ"), ("died", "Từ trần"), ("unable", "Không tiếp tục giúp đỡ được"))

# Where the union of the place is not entered here: what the paper of others may say beside its own words.
NO_UNION = "no_union"
WITHOUT_UNION = ((NO_UNION, "Nơi này không có tổ chức Đoàn: hai đảng viên chính thức giới thiệu"),)

# Element → its outcome words with their labels. The words are those of the models.
OUTCOMES: dict[str, tuple[tuple[str, str], ...]] = {
    "record_consent": (("agreed", "Đồng ý phấn đấu vào Đảng"), ("not_now", "Chưa, để sau")),
    "confirm_source": (("confirmed", "Đưa vào danh sách nguồn"), ("left", "Đưa ra khỏi danh sách nguồn")),
    "branch_vote": (("carried", "Chi đoàn giới thiệu"), ("failed", "Chi đoàn không giới thiệu")),
    "union_exec_vote": (
        ("carried", "Ban chấp hành giới thiệu"),
        ("failed", "Ban chấp hành không giới thiệu"),
    ),
    "union_follow_up": (("again", "Giới thiệu lại"), ("stop", "Dừng, trả về nguồn")),
    "cell_recognition": (
        ("recognised", "Công nhận đối tượng kết nạp"),
        ("deferred", "Để lại kỳ họp sau"),
        ("declined", "Không công nhận"),
    ),
    "assign_helper": (("assigned", "Đã phân công đảng viên giúp đỡ"),),
    "enrol_class": (("enrolled", "Đã cử đi học"),),
    "class_result": (
        ("passed", "Đạt, được cấp giấy chứng nhận"),
        ("not_passed", "Không đạt"),
        ("absent", "Vắng, chưa học đủ"),
    ),
    "application": (("submitted", "Đã nộp đơn viết tay"),),
    "personal_history": (("submitted", "Đã nộp lý lịch tự khai"),),
    "file_precheck": (("sealed", "Đủ, đã đóng dấu giáp lai"), ("returned", "Trả lại để bổ sung")),
    "committee_precheck": (("sealed", "Đủ, đã đóng dấu giáp lai"), ("returned", "Trả lại để bổ sung")),
    "supplement_file": (("supplied", "Đã bổ sung"),),
    "union_resolution": (("carried", "Thông qua nghị quyết giới thiệu"), ("failed", "Không thông qua")),
    "union_reconsider": (("again", "Xem xét lại"), ("stop", "Dừng")),
    "helper_letter": (("signed", "Đã viết giấy giới thiệu"),),
    "conclude_history": (
        ("certified", "Chứng nhận lý lịch"),
        ("recheck", "Thẩm tra lại"),
        ("refused", "Không đủ tiêu chuẩn"),
    ),
    "send_verifications": (
        ("sent", "Đã gửi công văn thẩm tra"),
        ("none_needed", "Không phải thẩm tra nơi nào"),
    ),
    "verification_reply": (("answered", "Đã có trả lời"),),
    "follow_up_verification": (("resent", "Gửi hỏi lại"), ("accepted", "Chấp nhận, ghi rõ lý do")),
    "weigh_adverse": (("accepted", "Xem xét, vẫn đủ tiêu chuẩn"), ("refused", "Không đủ tiêu chuẩn")),
    "request_opinions": (("sent", "Đã gửi xin ý kiến"),),
    "opinion_reply": (("answered", "Đã có ý kiến"),),
    "summarise_opinions": (("favourable", "Ý kiến thuận"), ("unfavourable", "Có ý kiến không thuận")),
    "weigh_opinions": (("accepted", "Xem xét, vẫn đủ tiêu chuẩn"), ("refused", "Không đủ tiêu chuẩn")),
    "cell_vote": (
        ("carried", "Đủ phiếu, đề nghị kết nạp"),
        ("failed", "Không đủ phiếu"),
        ("returned", "Yêu cầu bổ sung hồ sơ"),
        ("postponed", "Hoãn, chưa biểu quyết"),
    ),
    "after_failed_vote": (("again", "Xem xét lại ở kỳ họp sau"), ("stop", "Dừng, báo cáo cấp trên")),
    "supply_supplement": (("supplied", "Đã bổ sung"),),
    "check_supplement": (("accepted", "Đủ"), ("returned", "Chưa đủ, trả lại")),
    "section_appraisal": (("proposed", "Đề nghị kết nạp"), ("returned", "Trả lại để bổ sung")),
    "committee_resolution": (
        ("carried", "Đủ phiếu, đề nghị kết nạp"),
        ("failed", "Không đủ phiếu"),
        ("returned", "Trả lại để bổ sung"),
    ),
    "board_appraisal": (
        ("complete", "Hồ sơ đủ, trình quyết định"),
        ("returned", "Trả lại để bổ sung"),
        ("procedure_error", "Sai quy trình, phải làm lại"),
    ),
    "redo_order": (("ordered", "Đã yêu cầu làm lại"),),
    "admission_decision": (("admitted", "Quyết định kết nạp"), ("refused", "Không kết nạp")),
    "decision_received": (("received", "Đã nhận quyết định"),),
    "admission_ceremony": (("held", "Đã tổ chức lễ kết nạp"),),
    "new_member_class": (("passed", "Đạt, được cấp giấy chứng nhận"), ("not_passed", "Chưa đạt")),
    "probation_report": (("more", "Nhận xét định kỳ"), ("final", "Nhận xét cuối kỳ dự bị")),
    "self_review": (("submitted", "Đã nộp bản tự kiểm điểm"),),
    "helper_remark": (("signed", "Đã nhận xét"),),
    "probation_opinions": (("summarised", "Đã tổng hợp ý kiến"),),
    "cell_review": (
        ("carried", "Đủ phiếu, đề nghị công nhận chính thức"),
        ("failed", "Không đủ phiếu"),
        ("strike_off", "Đề nghị xóa tên"),
    ),
    "superior_ruling": (
        ("recognise", "Đề nghị công nhận chính thức"),
        ("again", "Chi bộ biểu quyết lại"),
        ("strike_off", "Xóa tên"),
    ),
    "section_review": (("proposed", "Đề nghị công nhận"), ("returned", "Trả lại để bổ sung")),
    "committee_review": (
        ("carried", "Đủ phiếu, đề nghị công nhận"),
        ("failed", "Không đủ phiếu"),
        ("returned", "Trả lại để bổ sung"),
    ),
    "recognition_appraisal": (("complete", "Hồ sơ đủ, trình quyết định"), ("returned", "Trả lại để bổ sung")),
    "recognition_decision": (
        ("recognised", "Công nhận đảng viên chính thức"),
        ("refused", "Không công nhận"),
    ),
    "notify_refusal": (("resubmit", "Đã báo, sẽ đề nghị lại"), ("stop", "Đã báo, dừng hồ sơ")),
    "strike_off_vote": (("carried", "Đủ phiếu, đề nghị xóa tên"), ("failed", "Không đủ phiếu")),
    "strike_off_resolution": (("carried", "Đủ phiếu, đề nghị xóa tên"), ("failed", "Không đủ phiếu")),
    "strike_off_decision": (("struck_off", "Quyết định xóa tên"), ("kept", "Không xóa tên")),
    "complaint": (("filed", "Có khiếu nại"), ("waived", "Không khiếu nại")),
    "settle_complaint": (("upheld", "Giữ nguyên quyết định"), ("overturned", "Hủy quyết định xóa tên")),
    "annul_review": (
        ("annulled", "Hủy quyết định kết nạp"),
        ("redo", "Yêu cầu làm lại thủ tục"),
        ("kept", "Giữ nguyên"),
    ),
    "redo_done": (("done", "Đã làm lại thủ tục"),),
    "prepare_handover": (("prepared", "Đã chuẩn bị, đề nghị giới thiệu"), ("given_up", "Thôi chuyển giao")),
    "offer_handover": (("offered", "Đã giới thiệu, gửi giấy tờ"), ("sent_back", "Yêu cầu chuẩn bị lại")),
    "answer_handover": (
        ("accepted", "Tiếp nhận"),
        ("taken_away", "Nơi nhận ngoài hệ thống đã tiếp nhận"),
        ("returned", "Trả lại nơi gửi"),
        ("forwarded", "Chuyển tiếp đến đúng nơi"),
    ),
    "confirm_arrival": (("arrived", "Người và giấy tờ đã đến"), ("not_needed", "Không còn phải ghi")),
    "record_return": (("returned", "Đảng viên đã trở về"),),
    "replace_helper": (("replaced", "Đã phân công người giúp đỡ mới"),),
}
