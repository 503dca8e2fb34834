"""The kinds of organisations and institutions, with their Vietnamese labels."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PROVINCE_COMMITTEE: Final = "province_committee"
DISTRICT_COMMITTEE: Final = "district_committee"
COMMUNE_COMMITTEE: Final = "commune_committee"
GRASSROOTS_COMMITTEE: Final = "grassroots_committee"
SUBORDINATE_COMMITTEE: Final = "subordinate_committee"
SECTION_COMMITTEE: Final = "section_committee"
PARTY_CELL: Final = "party_cell"
PARTY_BUILDING_BOARD: Final = "party_building_board"
POLITICAL_CENTRE: Final = "political_centre"
YOUTH_UNION_BASE: Final = "youth_union_base"
UNION_BRANCH: Final = "union_branch"

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PROVINCE_COMMITTEE: "Tỉnh ủy",
        DISTRICT_COMMITTEE: "Huyện ủy, thị ủy, thành ủy và tương đương",
        COMMUNE_COMMITTEE: "Đảng ủy xã, phường",
        GRASSROOTS_COMMITTEE: "Đảng ủy cơ sở",
        SUBORDINATE_COMMITTEE: "Đảng ủy trực thuộc cơ sở",
        SECTION_COMMITTEE: "Đảng ủy bộ phận",
        PARTY_CELL: "Chi bộ",
        PARTY_BUILDING_BOARD: "Ban Xây dựng Đảng, ban tổ chức",
        POLITICAL_CENTRE: "Trung tâm chính trị",
        YOUTH_UNION_BASE: "Đoàn trường (đoàn cơ sở)",
        UNION_BRANCH: "Chi đoàn",
    }
)
COMMITTEES: Final = frozenset(
    {
        PROVINCE_COMMITTEE,
        DISTRICT_COMMITTEE,
        COMMUNE_COMMITTEE,
        GRASSROOTS_COMMITTEE,
        SUBORDINATE_COMMITTEE,
        SECTION_COMMITTEE,
    }
)
# The committee that resolves between the cell and the committee that decides.
BASE_COMMITTEES: Final = frozenset({GRASSROOTS_COMMITTEE, SUBORDINATE_COMMITTEE})
# Youth unions; one of them owes a union's step, or nobody that is entered here does.
UNIONS: Final = frozenset({YOUTH_UNION_BASE, UNION_BRANCH})
# Organs that serve a committee and stand right under it.
ORGANS: Final = frozenset({PARTY_BUILDING_BOARD, POLITICAL_CENTRE})

INSTITUTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "high_school": "Trường trung học phổ thông",
        "vocational": "Trung tâm giáo dục nghề nghiệp - giáo dục thường xuyên, trung cấp",
        "boarding": "Trường phổ thông dân tộc nội trú",
        "college": "Trường cao đẳng",
        "university": "Trường đại học",
    }
)

STANDING: Final = "standing"
PLENUM: Final = "plenum"
THREE_LEVEL: Final = "three_level"
TWO_LEVEL: Final = "two_level"
TWO_LEVEL_208: Final = "two_level_208"
REGIMES: Final = (THREE_LEVEL, TWO_LEVEL, TWO_LEVEL_208)
