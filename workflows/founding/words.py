"""Vietnamese words of the workbook → the words that tables hold. Pure."""

from collections.abc import Mapping
from typing import Final

from workflows.imports.headers import fold
from workflows.organisations.kinds import INSTITUTIONS, KINDS, PLENUM, STANDING
from workflows.people.words import MEMBER_STATUSES, POSITIONS


def _words(labels: Mapping[str, str], more: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Folded word → value; the label that is shown elsewhere always counts."""
    found = {_key(label): value for value, label in labels.items()}
    found |= {_key(word): value for value, words in more.items() for word in words}
    return found


def _key(word: str) -> str:
    """Brackets are part of a word here, not a remark as in a header."""
    return fold(word.replace("(", " ").replace(")", " "))


def word_of(words: Mapping[str, str], text: str) -> str | None:
    return words.get(_key(text))


ORGANISATION_KINDS: Final = _words(
    KINDS,
    {
        "province_committee": ("Đảng bộ tỉnh", "Thành ủy trực thuộc trung ương", "Cấp tỉnh"),
        "district_committee": ("Huyện ủy", "Thị ủy", "Thành ủy", "Đảng bộ huyện", "Cấp huyện"),
        "commune_committee": (
            "Đảng ủy xã",
            "Đảng ủy phường",
            "Đảng ủy đặc khu",
            "Đảng bộ xã",
            "Đảng bộ phường",
            "Cấp xã",
        ),
        "grassroots_committee": ("Đảng bộ cơ sở", "Đảng ủy trường", "Đảng ủy"),
        "subordinate_committee": (
            "Đảng ủy trực thuộc đảng ủy cơ sở",
            "Đảng bộ trực thuộc cơ sở",
            "Đảng ủy trực thuộc",
        ),
        "section_committee": ("Đảng bộ bộ phận",),
        "party_cell": ("Chi bộ cơ sở", "Chi bộ trực thuộc", "Chi bộ khu dân cư", "Chi bộ trường"),
        "party_building_board": ("Ban Xây dựng Đảng", "Ban Tổ chức", "Ban XDĐ", "Cơ quan tổ chức"),
        "political_centre": ("TTCT", "Trung tâm bồi dưỡng chính trị"),
        "youth_union_base": ("Đoàn trường", "Đoàn cơ sở", "Đoàn thanh niên"),
        "union_branch": (),
    },
)
SCHOOL_KINDS: Final = _words(
    INSTITUTIONS,
    {
        "high_school": ("THPT", "Trường THPT", "Trung học phổ thông"),
        "vocational": (
            "GDNN-GDTX",
            "Trung tâm GDNN-GDTX",
            "Trung cấp",
            "Trường trung cấp",
            "GDTX",
            "Trung tâm giáo dục nghề nghiệp - giáo dục thường xuyên",
        ),
        "boarding": ("Dân tộc nội trú", "PTDTNT", "Trường PTDTNT", "Nội trú"),
        "college": ("Cao đẳng",),
        "university": ("Đại học", "Học viện"),
    },
)
BODIES: Final = _words(
    {STANDING: "Ban thường vụ", PLENUM: "Ban chấp hành"},
    {STANDING: ("Thường trực", "BTV", "Thường vụ"), PLENUM: ("Toàn thể", "BCH", "Cấp ủy", "Tập thể cấp ủy")},
)
STATUSES: Final = _words(
    MEMBER_STATUSES,
    {
        "official": ("Chính thức", "CT"),
        "probationary": ("Dự bị", "DB"),
        "exempt": ("Miễn", "Miễn sinh hoạt", "Miễn công tác", "Được miễn"),
        "away": ("Đi vắng", "Vắng", "Sinh hoạt tạm thời", "Công tác xa", "Đi xa"),
    },
)
POSITION_WORDS: Final = _words(
    POSITIONS,
    {
        "secretary": ("Bí thư chi bộ", "Bí thư đảng ủy", "Bí thư cấp ủy"),
        "deputy_secretary": ("Phó bí thư chi bộ", "Phó bí thư đảng ủy", "Phó Bí thư thường trực"),
        "committee_member": (
            "Chi ủy viên",
            "Đảng ủy viên",
            "Ủy viên",
            "Ủy viên ban thường vụ",
            "Ủy viên ban chấp hành",
            "Trưởng ban",
            "Phó trưởng ban",
        ),
        "officer": ("Cán bộ ban", "Chuyên viên ban"),
        "union_secretary": ("Bí thư Đoàn trường", "Bí thư Đoàn thanh niên"),
        "centre_officer": ("Cán bộ trung tâm", "Giám đốc trung tâm", "Giám đốc trung tâm chính trị"),
        "helper": ("Người giúp đỡ", "Đảng viên giúp đỡ"),
        "auditor": ("Kiểm tra",),
        "administrator": ("Quản trị",),
    },
)
# What a template offers in a list, by sheet and field.
CHOICES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("organisations", "kind"): tuple(KINDS.values()),
    ("organisations", "decides"): ("Có", "Không"),
    ("organisations", "decided_by"): ("Ban thường vụ", "Ban chấp hành"),
    ("schools", "kind"): tuple(INSTITUTIONS.values()),
    ("members", "status"): ("Chính thức", "Dự bị", "Miễn", "Đi vắng"),
    ("accounts", "position"): tuple(POSITIONS.values()),
}
