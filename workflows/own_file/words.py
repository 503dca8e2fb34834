"""The road in plain words for the person who walks it: where it stands, who answers, what comes next.

A stage says nothing of what others think or vote. Pure; a test fails on a stage or an end without words.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Stage(NamedTuple):
    """`here`: what happens now; `who`: whose work it is; `after`: what comes next."""

    here: str
    who: str
    after: str


STAGES: Mapping[str, Stage] = {
    "source_building": Stage(
        "Nhà trường hỏi nguyện vọng của bạn. “Đồng ý”, “chưa” và “để sau” đều là câu trả lời như nhau.",
        "Đoàn trường và chi bộ",
        "Nếu bạn đồng ý, Đoàn xét giới thiệu đoàn viên ưu tú.",
    ),
    "union_nomination": Stage(
        "Đoàn đang xét giới thiệu bạn.", "Chi đoàn và Đoàn trường", "Chi bộ xét công nhận quần chúng ưu tú."
    ),
    "candidacy": Stage(
        "Chi bộ xét công nhận bạn là quần chúng ưu tú và cử đảng viên giúp đỡ bạn.",
        "Chi bộ",
        "Bạn học lớp bồi dưỡng nhận thức về Đảng, ngoài giờ học ở trường.",
    ),
    "awareness_class": Stage(
        "Bạn học lớp bồi dưỡng nhận thức về Đảng.",
        "Chi bộ và trung tâm chính trị",
        "Bạn viết đơn và khai lý lịch.",
    ),
    "file_building": Stage(
        "Lập hồ sơ: bạn tự tay viết đơn và khai lý lịch, chi bộ xem lại cùng bạn.",
        "Bạn và chi bộ",
        "Thẩm tra lý lịch và lấy ý kiến nơi bạn học, nơi bạn ở.",
    ),
    "file_checks": Stage(
        "Hồ sơ đang được thẩm tra lý lịch và lấy ý kiến. Bạn chưa phải làm gì thêm.",
        "Chi bộ, đảng ủy và Đoàn trường",
        "Chi bộ họp xét kết nạp, khi bạn đủ tuổi.",
    ),
    "admission_vote": Stage(
        "Chi bộ chuẩn bị họp xét kết nạp.", "Chi bộ", "Cấp ủy cấp trên xem xét đề nghị của chi bộ."
    ),
    "committee_chain": Stage(
        "Cấp ủy cấp trên đang xem xét đề nghị của chi bộ.",
        "Cấp ủy cấp trên",
        "Cấp ủy có thẩm quyền quyết định.",
    ),
    "decision": Stage(
        "Cấp ủy có thẩm quyền đang xem xét, quyết định.",
        "Cấp ủy có thẩm quyền",
        "Chi bộ báo kết quả cho bạn; nếu có quyết định kết nạp, chi bộ tổ chức lễ kết nạp.",
    ),
    "refusal": Stage(
        "Đã có ý kiến của cấp ủy; chi bộ sẽ gặp và báo trực tiếp cho bạn.",
        "Chi bộ",
        "Bạn có quyền hỏi lý do và đề nghị xem xét lại.",
    ),
    "ceremony": Stage(
        "Đã có quyết định kết nạp; chi bộ chuẩn bị lễ kết nạp.",
        "Chi bộ",
        "Thời gian dự bị bắt đầu từ ngày lễ.",
    ),
    "probation": Stage(
        "Bạn đang trong thời gian dự bị, có đảng viên chính thức giúp đỡ.",
        "Bạn và chi bộ",
        "Bạn viết bản tự kiểm điểm, chi bộ xét công nhận chính thức.",
    ),
    "probation_review": Stage(
        "Chi bộ xét công nhận đảng viên chính thức.", "Chi bộ", "Cấp ủy có thẩm quyền quyết định."
    ),
    "recognition": Stage(
        "Cấp ủy đang xem xét công nhận đảng viên chính thức. Chậm cũng không làm bạn thiệt: "
        "tính từ ngày hết thời gian dự bị.",
        "Cấp ủy có thẩm quyền",
        "Chi bộ công bố quyết định.",
    ),
    "strike_off": Stage(
        "Tổ chức đảng đang xem xét tư cách đảng viên dự bị. Bạn có quyền trình bày ý kiến.",
        "Chi bộ và cấp ủy cấp trên",
        "Bạn được báo kết quả và có quyền khiếu nại.",
    ),
    "annulment": Stage(
        "Cấp ủy đang xem lại quyết định kết nạp.", "Cấp ủy có thẩm quyền", "Chi bộ báo kết quả cho bạn."
    ),
}

ENDS: Mapping[str, str] = {
    "official_member": "Bạn đã là đảng viên chính thức.",
    "not_now": "Bạn đã trả lời là chưa, hoặc để sau. Câu trả lời này không hiện với ai, không tính vào đâu.",
    "left_source": "Hồ sơ đã khép lại. Việc học và sinh hoạt của bạn không bị ảnh hưởng.",
    "back_to_pool": "Lần này hồ sơ dừng ở bước giới thiệu của Đoàn. Dịp khác bạn vẫn có thể được giới thiệu.",
    "not_recognised": "Lần này chi bộ chưa công nhận. Bạn có thể hỏi chi bộ và phấn đấu tiếp.",
    "refused": "Lần này chưa được kết nạp. Bạn có thể hỏi chi bộ về lý do.",
    "withdrawn": "Bạn đã rút. Đó là quyền của bạn; sau này bạn vẫn có thể bắt đầu lại khi muốn.",
    "removed": "Hồ sơ đã khép lại. Bạn có thể hỏi chi bộ về lý do.",
    "struck_off": "Đã có quyết định xóa tên. Bạn có quyền khiếu nại trong thời hạn.",
    "annulled": "Quyết định kết nạp đã được hủy. Bạn có thể hỏi chi bộ về lý do.",
    "moved_away": "Bạn đã chuyển đến nơi mới ngoài phạm vi chương trình; nơi mới tiếp tục việc của bạn.",
    "deceased": "Hồ sơ đã khép lại.",
}

# What the person writes with their own hand, and how to hand it in.
PAPERS: Mapping[str, str] = {
    "application": "Viết tay đơn xin vào Đảng, ký tên, nộp bản giấy cho chi bộ.",
    "personal_history": "Tự khai lý lịch vào quyển lý lịch của chi bộ phát, ký tên, nộp lại cho chi bộ.",
    "supplement_file": "Khai lại hoặc bổ sung giấy tờ mà chi bộ đã nói với bạn, nộp bản giấy cho chi bộ.",
    "self_review": "Viết bản tự kiểm điểm của đảng viên dự bị, ký tên, nộp bản giấy cho chi bộ.",
    "complaint": "Nếu không đồng ý với quyết định, bạn viết đơn khiếu nại và nộp cho chi bộ hoặc cấp ủy.",
}
