"""Every value that an edition of the rules holds: its key, kind and Vietnamese label.

This is the one table: an edition with an unknown key, without a known one, or with a value of the
wrong kind is refused at start (`check.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

YEARS: Final = "years"
MONTHS: Final = "months"
WORKING_DAYS: Final = "working_days"
COUNT: Final = "count"
FRACTION: Final = "fraction"
WORD: Final = "word"
FLAG: Final = "flag"
NUMBERS: Final = (YEARS, MONTHS, WORKING_DAYS, COUNT)


@dataclass(frozen=True)
class Key:
    """`words`: what a WORD may be, with its label. `optional`: the word "none" means no such rule."""

    label: str
    kind: str
    words: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False


def _words(**words: str) -> Mapping[str, str]:
    return MappingProxyType(words)


# Who owes a duty that comes back.
OWNERS: Final = _words(
    cell="Chi bộ theo dõi nguồn",
    party="Tổ chức đảng của trường",
    union="Đoàn trường",
    party_and_union="Tổ chức đảng và Đoàn trường",
    nobody="Không giao cho ai",
)
KEYS: Final[Mapping[str, Key]] = MappingProxyType(
    {
        # the organisations
        "regime": Key(
            "Mô hình tổ chức",
            WORD,
            _words(
                three_level="Ba cấp (có cấp huyện)",
                two_level="Hai cấp",
                two_level_208="Hai cấp theo Quy định 208",
            ),
        ),
        "decision_body": Key(
            "Cấp quyết định kết nạp",
            WORD,
            _words(
                district_standing="Ban thường vụ cấp huyện",
                commune_standing="Ban thường vụ đảng ủy xã, phường",
                grassroots_standing="Ban thường vụ đảng ủy cơ sở",
            ),
        ),
        "delegation": Key("Được ủy quyền cho đảng ủy cơ sở quyết định kết nạp", FLAG),
        "min_official_members": Key("Số đảng viên chính thức tối thiểu của chi bộ", COUNT),
        # the person
        "pool_first_grade": Key("Lớp đầu tiên được đưa vào nguồn ở trường phổ thông", COUNT),
        "parent_consent_years": Key("Dưới tuổi này cần thêm sự đồng ý của cha, mẹ", YEARS),
        "min_age": Key("Tuổi tối thiểu khi chi bộ xét", YEARS),
        "max_age": Key("Tuổi tối đa khi chi bộ xét", YEARS),
        "age_reading": Key(
            "Cách tính tuổi",
            WORD,
            _words(
                strict_day="Đủ ngày sinh",
                month_of_birth="Từ đầu tháng sinh",
                month_after="Từ tháng sau tháng sinh",
            ),
        ),
        "schooling": Key(
            "Học vấn tối thiểu",
            WORD,
            _words(
                lower_secondary_diploma="Bằng tốt nghiệp trung học cơ sở",
                lower_secondary_completed="Hoàn thành chương trình trung học cơ sở",
            ),
        ),
        "class_min_age": Key("Tuổi tối thiểu để học lớp nhận thức về Đảng", YEARS, optional=True),
        # the helper and the file
        "shared_unit_months_min": Key("Số tháng người giúp đỡ cùng đơn vị với người vào Đảng", MONTHS),
        "mentored_months_min": Key("Số tháng được giúp đỡ (lệ của địa phương)", MONTHS, optional=True),
        "class_certificate_months": Key("Thời hạn giấy chứng nhận học lớp nhận thức về Đảng", MONTHS),
        "file_fresh_months": Key("Thời hạn của hồ sơ khi chi bộ chưa xét", MONTHS),
        "verify_wd_domestic": Key("Thời hạn trả lời thẩm tra lý lịch trong nước", WORKING_DAYS),
        "verify_wd_abroad": Key("Thời hạn trả lời thẩm tra lý lịch ngoài nước", WORKING_DAYS),
        # the votes
        "union_branch_quota": Key("Tỷ lệ biểu quyết của chi đoàn", FRACTION),
        "union_exec_quota": Key("Tỷ lệ biểu quyết của ban chấp hành đoàn", FRACTION),
        "cell_recognition_quota": Key("Tỷ lệ chi bộ công nhận quần chúng ưu tú", FRACTION),
        "cell_quota": Key("Tỷ lệ biểu quyết của chi bộ", FRACTION),
        "committee_quota": Key("Tỷ lệ biểu quyết của đảng ủy cơ sở", FRACTION),
        "standing_quota": Key("Tỷ lệ biểu quyết của ban thường vụ", FRACTION),
        "delegated_quota": Key("Tỷ lệ biểu quyết của đảng ủy được ủy quyền", FRACTION),
        "max_votes_without_result": Key("Số lần biểu quyết không đủ tỷ lệ trước khi báo cáo cấp trên", COUNT),
        # the decision
        "decide_wd": Key("Thời hạn quyết định kết nạp", WORKING_DAYS),
        "decide_start": Key(
            "Thời hạn quyết định tính từ",
            WORD,
            _words(
                cell_resolution="Ngày nghị quyết của chi bộ",
                resolution_received="Ngày nhận được nghị quyết đề nghị",
            ),
        ),
        "decide_extension_wd": Key("Gia hạn quyết định kết nạp trong trường hợp đặc biệt", WORKING_DAYS),
        "ceremony_wd": Key("Thời hạn tổ chức lễ kết nạp", WORKING_DAYS),
        "ceremony_start": Key(
            "Thời hạn lễ kết nạp tính từ",
            WORD,
            _words(received="Ngày chi bộ nhận được quyết định", issued="Ngày ban hành quyết định"),
        ),
        # probation
        "probation_months": Key("Thời gian dự bị", MONTHS),
        "probation_start": Key("Thời gian dự bị tính từ", WORD, _words(ceremony="Ngày lễ kết nạp")),
        "cell_review_wd": Key("Thời hạn chi bộ xét công nhận chính thức", WORKING_DAYS),
        "recognise_wd": Key("Thời hạn quyết định công nhận chính thức", WORKING_DAYS),
        "recognise_extension_wd": Key("Gia hạn quyết định công nhận trong trường hợp đặc biệt", WORKING_DAYS),
        # leaving, complaint, return
        "complaint_wd": Key("Thời hạn khiếu nại việc xóa tên", WORKING_DAYS),
        "settle_complaint_wd": Key("Thời hạn giải quyết khiếu nại (cấp tỉnh trở xuống)", WORKING_DAYS),
        "settle_complaint_central_wd": Key("Thời hạn giải quyết khiếu nại (cấp Trung ương)", WORKING_DAYS),
        "absence_months_strike_off": Key("Số tháng bỏ sinh hoạt trong năm thì xóa tên", MONTHS),
        "readmission_months": Key("Số tháng sau khi ra khỏi Đảng mới được xét kết nạp lại", MONTHS),
        "readmission_times": Key("Số lần được kết nạp lại", COUNT),
        # transfer
        "transfer_start_wd": Key("Thời hạn làm thủ tục chuyển sinh hoạt đảng", WORKING_DAYS),
        "transfer_present_wd": Key("Thời hạn nộp giấy giới thiệu sinh hoạt đảng", WORKING_DAYS),
        "temporary_transfer_min_months": Key("Chuyển sinh hoạt tạm thời: ít nhất", MONTHS),
        "temporary_transfer_max_months": Key("Chuyển sinh hoạt tạm thời: dưới", MONTHS),
        "temporary_study_max_months": Key("Đi học tập trung rồi trở về: tạm thời nhiều nhất", MONTHS),
        "candidate_letter_wd": Key("Chỉ tiêu giới thiệu quần chúng đi nơi khác", WORKING_DAYS),
        "candidate_acknowledge_wd": Key("Chỉ tiêu nơi đến xác nhận tiếp nhận quần chúng", WORKING_DAYS),
        # what comes back
        "regular_meeting_day": Key("Ngày sinh hoạt hằng tháng của nơi chưa ghi ngày riêng", COUNT),
        "regular_meeting_day_off": Key(
            "Khi ngày sinh hoạt định kỳ là ngày nghỉ",
            WORD,
            _words(next_working_day="Sang ngày làm việc kế tiếp", stay="Giữ nguyên"),
        ),
        "pool_review_by": Key("Ai rà soát danh sách nguồn hằng tháng", WORD, OWNERS),
        "activity_by": Key("Ai tổ chức hoạt động ngoại khóa về truyền thống của Đảng", WORD, OWNERS),
        "activities_per_term": Key("Số hoạt động ngoại khóa mỗi học kỳ", COUNT),
        "yearly_plan_by": Key("Ai xây dựng kế hoạch phát triển đảng viên hằng năm", WORD, OWNERS),
        "yearly_plan_month": Key("Tháng phải có kế hoạch năm", COUNT),
        "yearly_ranking_by": Key("Ai đánh giá, xếp loại hằng năm", WORD, OWNERS),
        "yearly_ranking_month": Key("Tháng phải có kết quả xếp loại năm", COUNT),
        # counting and recording
        "counting_start": Key(
            "Ngày thứ nhất của thời hạn",
            WORD,
            _words(next_day="Ngày liền sau ngày mốc", same_day="Chính ngày mốc"),
        ),
        "counting_end": Key(
            "Khi ngày cuối là ngày nghỉ",
            WORD,
            _words(roll_forward="Lùi đến ngày làm việc kế tiếp", stay="Giữ nguyên"),
        ),
        "late_recording_wd": Key("Số ngày được ghi chậm một việc mà không cần nêu lý do", WORKING_DAYS),
    }
)

# The headings of a page that shows an edition: the first key under each.
SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "regime": "Tổ chức",
        "pool_first_grade": "Người vào Đảng",
        "shared_unit_months_min": "Người giúp đỡ và hồ sơ",
        "union_branch_quota": "Biểu quyết",
        "decide_wd": "Quyết định và lễ kết nạp",
        "probation_months": "Dự bị và công nhận chính thức",
        "complaint_wd": "Xóa tên, khiếu nại, kết nạp lại",
        "transfer_start_wd": "Chuyển sinh hoạt, giới thiệu",
        "regular_meeting_day": "Sinh hoạt và việc định kỳ",
        "counting_start": "Cách tính ngày và ghi sổ",
    }
)
