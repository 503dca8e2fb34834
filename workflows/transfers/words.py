"""The closed lists of a handover with their labels: why, for how long, how, where it stands."""

from collections.abc import Mapping

REASONS = (
    ("graduated", "Tốt nghiệp, rời trường"),
    ("study", "Chuyển nơi học"),
    ("work", "Nhận việc, chuyển nơi làm việc"),
    ("residence", "Chuyển nơi cư trú"),
    ("service", "Nhập ngũ, vào công an"),
    ("other", "Lý do khác"),
)
TERMS = (("lasting", "Chuyển hẳn"), ("temporary", "Tạm thời, rồi trở về"))

# The word of the table `transfer_variant` → how people name that form of handing over.
VARIANTS: Mapping[str, str] = {
    "a": "Giới thiệu người đang được giúp đỡ",
    "b1": "Giới thiệu người đã được đề nghị kết nạp",
    "b2": "Giới thiệu người có hồ sơ ở cấp quyết định",
    "b2_within": "Giao lại chi bộ, hồ sơ vẫn ở cấp quyết định",
    "c": "Giới thiệu người đã có quyết định kết nạp",
    "c_within": "Giao lại chi bộ, lễ kết nạp ở chi bộ mới",
    "internal": "Chuyển sinh hoạt đảng nội bộ",
    "formal": "Chuyển sinh hoạt đảng chính thức",
    "temporary": "Chuyển sinh hoạt đảng tạm thời",
}
STANDINGS: Mapping[str, str] = {
    "new": "Chưa được công nhận quần chúng ưu tú",
    "helped": "Đang được giúp đỡ, chi bộ chưa xét",
    "voted": "Đã có nghị quyết đề nghị kết nạp",
    "submitted": "Hồ sơ đang ở cấp quyết định",
    "decided": "Đã có quyết định, chưa làm lễ kết nạp",
    "probationary": "Đảng viên dự bị",
    "official": "Đảng viên chính thức",
}
MEMBERS = frozenset({"probationary", "official"})
ANSWERS: Mapping[str, str] = {
    "accepted": "Đã tiếp nhận",
    "taken_away": "Nơi nhận ngoài hệ thống đã tiếp nhận",
    "returned": "Trả lại",
    "forwarded": "Chuyển tiếp",
    "recalled": "Nơi gửi thu hồi",
    "called_off": "Không còn phải chuyển",
}
# Open task of the handover → where it stands, in one word and in a sentence.
STATES: Mapping[str, str] = {
    "prepare_handover": "Đang chuẩn bị",
    "offer_handover": "Chờ cấp giới thiệu",
    "answer_handover": "Chờ nơi nhận trả lời",
    "confirm_arrival": "Đã tiếp nhận, chờ người và giấy tờ đến",
    "helper_awaited": "Đã đến, chờ phân công người giúp đỡ",
    "record_return": "Đang sinh hoạt tạm thời ở nơi nhận",
    "handover_closed": "Đã chuyển giao xong",
    "handover_taken_away": "Nơi ngoài hệ thống đã tiếp nhận",
    "handover_moot": "Không còn phải chuyển giao",
    "handover_given_up": "Thôi chuyển giao",
}
