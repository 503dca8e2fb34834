"""The words that people's rows may hold, with their Vietnamese labels. Pure."""

from collections.abc import Mapping

GENDERS: Mapping[str, str] = {"male": "Nam", "female": "Nữ"}

# Study and conduct: schools use tốt, khá, đạt, chưa đạt; colleges and universities their own longer scale.
STUDY: Mapping[str, str] = {
    "outstanding": "Xuất sắc",
    "very_good": "Giỏi",
    "excellent": "Tốt",
    "good": "Khá",
    "average": "Trung bình",
    "satisfactory": "Đạt",
    "weak": "Yếu",
    "unsatisfactory": "Chưa đạt",
}
CONDUCT: Mapping[str, str] = {
    "outstanding": "Xuất sắc",
    "excellent": "Tốt",
    "good": "Khá",
    "average": "Trung bình",
    "satisfactory": "Đạt",
    "weak": "Yếu",
    "unsatisfactory": "Chưa đạt",
}

STUDENT_LEAVING: Mapping[str, str] = {
    "graduated": "Tốt nghiệp",
    "transferred": "Chuyển trường",
    "dropped_out": "Thôi học",
    "deceased": "Qua đời",
}

# Why a student leaves the pool; each is kept with its day and never deletes the history.
POOL_LEAVING: Mapping[str, str] = {
    "own_wish": "Theo nguyện vọng của học sinh, sinh viên",
    "standards": "Không còn đủ tiêu chuẩn",
    "left_school": "Rời trường",
    "case_opened": "Đã được lập hồ sơ kết nạp",
    "mistake": "Ghi nhầm",
    "deceased": "Qua đời",
}

CONSENTS: Mapping[str, str] = {
    "source": "Đồng ý được bồi dưỡng, tạo nguồn phát triển Đảng",
    "union": "Đồng ý cho lưu thông tin đoàn viên",
    "political": "Đồng ý cho xử lý dữ liệu lý lịch, chính trị",
}

MEMBER_STATUSES: Mapping[str, str] = {
    "official": "Đảng viên chính thức",
    "probationary": "Đảng viên dự bị",
    "exempt": "Được miễn công tác và sinh hoạt",
    "away": "Sinh hoạt tạm thời nơi khác",
}

POSITIONS: Mapping[str, str] = {
    "secretary": "Bí thư",
    "deputy_secretary": "Phó bí thư",
    "committee_member": "Cấp ủy viên",
    "officer": "Chuyên viên",
    "union_secretary": "Bí thư Đoàn",
    "centre_officer": "Cán bộ trung tâm chính trị",
    "helper": "Đảng viên được phân công giúp đỡ",
    "auditor": "Cán bộ kiểm tra",
    "administrator": "Quản trị viên",
}
