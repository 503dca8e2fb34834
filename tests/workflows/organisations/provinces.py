"""A small province in its three regimes, built by hand: what the tests of the tree and the resolver read."""

from datetime import date
from typing import Final

from workflows.organisations.tree import Node, Place, School, Succession, Tree

R1_DAY: Final = date(2025, 6, 30)
R2A_DAY: Final = date(2026, 3, 2)
R2B_DAY: Final = date(2026, 10, 5)

OLD_PROVINCE, PROVINCE, DISTRICT, DISTRICT_BOARD, DISTRICT_CENTRE = 1, 2, 3, 4, 5
COMMUNE, BOARD, CENTRE, COMMUNE_UNION = 10, 11, 12, 13
SCHOOL_COMMITTEE, SECTION, SCHOOL_SUBORDINATE, SCHOOL_UNION = 20, 21, 22, 23
CELL, SECTION_CELL, LONE_CELL, RESIDENCE_CELL = 30, 31, 32, 33
UNIVERSITY, FACULTY, UNIVERSITY_CELL, UNIVERSITY_UNION = 40, 41, 42, 43

START, MERGER, NEW_RULES = date(2020, 1, 1), date(2025, 7, 1), date(2026, 7, 26)

NODES: Final = [
    Node(OLD_PROVINCE, "province_committee", "Tỉnh ủy Bắc Giang", START, MERGER),
    Node(PROVINCE, "province_committee", "Tỉnh ủy Bắc Ninh", START),
    Node(DISTRICT, "district_committee", "Huyện ủy", START, MERGER),
    Node(DISTRICT_BOARD, "party_building_board", "Ban Tổ chức Huyện ủy", START, MERGER),
    Node(DISTRICT_CENTRE, "political_centre", "Trung tâm chính trị huyện", START, MERGER),
    Node(COMMUNE, "commune_committee", "Đảng ủy phường", MERGER),
    Node(BOARD, "party_building_board", "Ban Xây dựng Đảng", MERGER),
    Node(CENTRE, "political_centre", "Trung tâm chính trị phường", MERGER),
    Node(COMMUNE_UNION, "youth_union_base", "Đoàn phường", MERGER),
    Node(SCHOOL_COMMITTEE, "grassroots_committee", "Đảng ủy cơ sở trường", START, NEW_RULES),
    Node(SECTION, "section_committee", "Đảng ủy bộ phận", START, NEW_RULES),
    Node(SCHOOL_SUBORDINATE, "subordinate_committee", "Đảng ủy trực thuộc cơ sở trường", NEW_RULES),
    Node(SCHOOL_UNION, "youth_union_base", "Đoàn trường", START),
    Node(CELL, "party_cell", "Chi bộ trường", START),
    Node(SECTION_CELL, "party_cell", "Chi bộ thuộc đảng ủy bộ phận", START),
    Node(LONE_CELL, "party_cell", "Chi bộ cơ sở trường nhỏ", START),
    Node(RESIDENCE_CELL, "party_cell", "Chi bộ tổ dân phố", MERGER),
    Node(UNIVERSITY, "grassroots_committee", "Đảng ủy trường đại học", START),
    Node(FACULTY, "section_committee", "Đảng ủy bộ phận khoa", START),
    Node(UNIVERSITY_CELL, "party_cell", "Chi bộ sinh viên", START),
    Node(UNIVERSITY_UNION, "youth_union_base", "Đoàn trường đại học", START),
]

PLACES: Final = [
    Place(OLD_PROVINCE, None, START, MERGER),
    Place(PROVINCE, None, START),
    Place(DISTRICT, OLD_PROVINCE, START, MERGER, decided_by="standing"),
    Place(DISTRICT_BOARD, DISTRICT, START, MERGER),
    Place(DISTRICT_CENTRE, DISTRICT, START, MERGER),
    Place(COMMUNE, PROVINCE, MERGER, decided_by="standing"),
    Place(BOARD, COMMUNE, MERGER),
    Place(CENTRE, COMMUNE, MERGER),
    Place(COMMUNE_UNION, COMMUNE, MERGER),
    Place(SCHOOL_COMMITTEE, DISTRICT, START, MERGER),
    Place(SCHOOL_COMMITTEE, COMMUNE, MERGER, NEW_RULES),
    Place(SCHOOL_SUBORDINATE, COMMUNE, NEW_RULES),
    Place(SECTION, SCHOOL_COMMITTEE, START, NEW_RULES),
    Place(SCHOOL_UNION, DISTRICT, START, MERGER),
    Place(SCHOOL_UNION, COMMUNE, MERGER),
    Place(CELL, SCHOOL_COMMITTEE, START, NEW_RULES),
    Place(CELL, SCHOOL_SUBORDINATE, NEW_RULES),
    Place(SECTION_CELL, SECTION, START, NEW_RULES),
    Place(SECTION_CELL, SCHOOL_SUBORDINATE, NEW_RULES),
    Place(LONE_CELL, DISTRICT, START, MERGER),
    Place(LONE_CELL, COMMUNE, MERGER),
    Place(RESIDENCE_CELL, COMMUNE, MERGER),
    # the university decides itself: delegated, by its plenum; from QĐ 208 on by its own standing committee
    Place(UNIVERSITY, OLD_PROVINCE, START, MERGER, decided_by="plenum"),
    Place(UNIVERSITY, PROVINCE, MERGER, NEW_RULES, decided_by="plenum"),
    Place(UNIVERSITY, PROVINCE, NEW_RULES, decided_by="standing"),
    Place(FACULTY, UNIVERSITY, START),
    Place(UNIVERSITY_CELL, FACULTY, START),
    Place(UNIVERSITY_UNION, PROVINCE, START),
]

SUCCESSIONS: Final = [
    Succession(OLD_PROVINCE, PROVINCE, MERGER),
    Succession(DISTRICT, COMMUNE, MERGER),
    Succession(DISTRICT_BOARD, BOARD, MERGER),
    Succession(SCHOOL_COMMITTEE, SCHOOL_SUBORDINATE, NEW_RULES),
]

SCHOOLS: Final = [
    School(1, SCHOOL_COMMITTEE, SCHOOL_UNION, CELL),
    School(2, UNIVERSITY, UNIVERSITY_UNION, None),
    School(3, LONE_CELL, None, LONE_CELL),
]

TREE: Final = Tree.of(NODES, PLACES, SUCCESSIONS, SCHOOLS)
